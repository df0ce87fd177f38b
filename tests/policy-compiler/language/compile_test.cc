// Declarations, libraries and what a whole policy comes to.

#include "policy-compiler/language/compile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LibraryLookup Libraries(std::map<std::string, std::string, std::less<>> texts) {
  return [texts = std::move(texts)](
             std::string_view name) -> std::optional<std::string> {
    const auto found = texts.find(name);
    if (found == texts.end()) return std::nullopt;
    return found->second;
  };
}

TEST(CompileTest, WithoutPortionsThereIsOneUntrustedMain) {
  const Policy policy = MustLoad("allow syscall read;");
  ASSERT_EQ(policy.portions.size(), 1u);
  EXPECT_EQ(policy.portions[0].name, "main");
  EXPECT_FALSE(policy.portions[0].trusted);
}

TEST(CompileTest, Declarations) {
  const Policy policy = MustLoad(
      "target linux x86_64;"
      "credential a from env KEY; credential b from file \"/k\";"
      "credential c from fd 3;"
      "portion s trusted { uses a, b, c; function f, g; }"
      "portion w untrusted { input function h; function k; }"
      "limit memory 256 MiB, wall 30 s, cpu 50 %, pids 64, output 1 MiB;");
  ASSERT_EQ(policy.credentials.size(), 3u);
  EXPECT_EQ(policy.credentials[0].variable, "KEY");
  EXPECT_EQ(policy.credentials[1].path, "/k");
  EXPECT_EQ(policy.credentials[2].descriptor, 3);
  const PortionPolicy& signer = *FindPortion(policy, "s");
  EXPECT_TRUE(signer.trusted);
  EXPECT_THAT(signer.credentials, ElementsAre("a", "b", "c"));
  EXPECT_THAT(signer.functions, ElementsAre("f", "g"));
  const PortionPolicy& worker = *FindPortion(policy, "w");
  EXPECT_THAT(worker.functions, ElementsAre("k"));
  EXPECT_THAT(worker.input_functions, ElementsAre("h"));
  EXPECT_EQ(policy.limits.memory_bytes, uint64_t{256} << 20);
  EXPECT_EQ(policy.limits.wall_ms, 30'000u);
  EXPECT_EQ(policy.limits.cpu_percent, 50u);
  EXPECT_EQ(policy.limits.pids, 64u);
  EXPECT_EQ(policy.limits.output_bytes, uint64_t{1} << 20);
}

TEST(CompileTest, PortionsMayStandBeforeWhatTheyUse) {
  const Policy policy = MustLoad(
      "portion s trusted { uses key; deny syscall read; }"
      "otherwise errno EPERM; credential key from env KEY;");
  EXPECT_EQ(Ask(policy, "read", {}, "s"), "errno EPERM");
}

TEST(CompileTest, RulesAreNumberedInTheOrderOfTheText) {
  const Policy policy = MustLoad(
      "allow syscall read;\nportion a untrusted {\n allow syscall write;\n}\n"
      "allow syscall close;");
  ASSERT_EQ(policy.rules.size(), 3u);
  for (uint32_t i = 0; i < 3; ++i)
    EXPECT_EQ(policy.rules[i].index, kFirstUserRule + i);
  EXPECT_EQ(policy.rules[1].text, "allow syscall write");
  EXPECT_EQ(policy.rules[1].file, "test.policy");
  EXPECT_EQ(policy.rules[1].line, 4);
  EXPECT_EQ(policy.rules[1].column, 2);
}

TEST(CompileTest, ALibrarysRulesAreInWithTheirPlaces) {
  const auto library =
      Libraries({{"runtime/c", "policy c {\n  allow syscall read; # why\n}"}});
  const Policy policy = MustLoad("use \"runtime/c\";", library);
  EXPECT_EQ(Ask(policy, "read"), "allow");
  ASSERT_EQ(policy.rules.size(), 1u);
  EXPECT_EQ(policy.rules[0].file, "runtime/c");
  EXPECT_EQ(policy.rules[0].line, 2);
}

TEST(CompileTest, LibrariesUseLibrariesOnceEach) {
  const auto library =
      Libraries({{"a", "policy a { use \"c\"; allow syscall read; }"},
                 {"b", "policy b { use \"c\"; allow syscall write; }"},
                 {"c", "policy c { allow syscall close; }"}});
  const Policy policy = MustLoad("use \"a\"; use \"b\"; use \"a\";", library);
  EXPECT_EQ(policy.rules.size(), 3u);
  EXPECT_EQ(Ask(policy, "close"), "allow");
}

TEST(CompileTest, ACycleOfLibrariesIsAnError) {
  const auto library = Libraries(
      {{"a", "policy a { use \"b\"; }"}, {"b", "policy b { use \"a\"; }"}});
  EXPECT_THAT(ErrorsOf("use \"a\";", library),
              ElementsAre(HasSubstr("`a` uses itself")));
}

TEST(CompileTest, AChainOfLibrariesHasAnEnd) {
  const LibraryLookup library =
      [](std::string_view name) -> std::optional<std::string> {
    return "policy x { use \"" + std::string(name) + "x\"; }";
  };
  EXPECT_THAT(ErrorsOf("use \"x\";", library),
              ElementsAre(HasSubstr("levels deep")));
}

TEST(CompileTest, AnErrorInALibraryIsShownThere) {
  const auto library =
      Libraries({{"a", "policy a {\n  allow syscall raed;\n}"}});
  const ParsedPolicy parsed = LoadBody("use \"a\"; use \"z\";", library);
  ASSERT_EQ(parsed.diagnostics.error_count(), 2u);
  EXPECT_FALSE(parsed.policy.has_value());
  EXPECT_EQ(parsed.diagnostics.all()[0].message, "unknown library `z`");
  EXPECT_EQ(parsed.diagnostics.all()[1].file, "a");
  EXPECT_EQ(parsed.diagnostics.all()[1].line, 2);
  EXPECT_EQ(parsed.diagnostics.all()[1].hint, "did you mean `read`?");
}

TEST(CompileTest, ALibraryHoldsOnlyRules) {
  for (const char* statement :
       {"otherwise allow;", "limit pids 1;", "target linux x86_64;",
        "credential a from env A;", "portion p trusted { }"}) {
    const auto library =
        Libraries({{"a", "policy a { " + std::string(statement) + " }"}});
    EXPECT_THAT(ErrorsOf("use \"a\";", library),
                ElementsAre(HasSubstr("cannot stand in a library")))
        << statement;
  }
}

TEST(CompileTest, TheDigestIsOfEveryText) {
  const auto digest = [](const std::string& body, const std::string& library) {
    return MustLoad(body, Libraries({{"a", "policy a {" + library + "}"}}))
        .sha256;
  };
  const std::string base = digest("use \"a\";", "");
  EXPECT_EQ(base.size(), 64u);
  EXPECT_EQ(base, digest("use \"a\";", ""));
  EXPECT_NE(base, digest("use \"a\"; ", ""));
  EXPECT_NE(base, digest("use \"a\";", " "));
  EXPECT_NE(digest("use \"a\";", ""), digest("", ""));
}

TEST(CompileTest, UnsupportedClausesAreOneErrorEach) {
  for (const char* clause :
       {"auxiliary e { allow connect \"*.a\":443; inject k as header \"A\"; }",
        "allow net connect tcp \"a.example\":443;", "deny net bind tcp 80;",
        "allow service s3:PutObject on \"arn:aws:s3:::t/*\";",
        "deny file read \"/etc/**\";"}) {
    EXPECT_THAT(ErrorsOf(std::string(clause) + "\n allow syscall read;"),
                ElementsAre(HasSubstr("not supported yet")))
        << clause;
    EXPECT_THAT(ErrorsOf(std::string(clause) + "\n allow syscall raed;"),
                ElementsAre(HasSubstr("not supported yet"),
                            "unknown system call `raed`"))
        << clause;
  }
}

TEST(CompileTest, EveryErrorOfATextIsReported) {
  EXPECT_THAT(
      ErrorsOf("allow syscall raed;\n"
               "allow syscall socket(famly == AF_INET);\n"
               "allow syscall socket(type == SOCK_STREEM);\n"
               "deny syscall read than kill;\n"
               "deny syscall read then kil;\n"
               "allow syscall write\n"
               "otherwize errno EPERM;\n"
               "limit memry 1 MiB;\n"
               "portion p trused { uses kye; }\n"
               "allow syscall close;"),
      ElementsAre("unknown system call `raed`",
                  "`socket` has no argument `famly`",
                  "unknown constant `SOCK_STREEM`",
                  "expected `;`, found `than`", "unknown action `kil`",
                  "expected `;`, found `otherwize`", HasSubstr("found `memry`"),
                  HasSubstr("found `trused`"), "unknown credential `kye`"));
}

TEST(CompileTest, ErrorsAreBounded) {
  std::string body;
  for (int i = 0; i < 500; ++i) body += "allow syscall nothing;\n";
  const auto errors = ErrorsOf(body);
  ASSERT_EQ(errors.size(), 101u);
  EXPECT_EQ(errors.back(), "too many errors; the rest is not shown");
}

}  // namespace
}  // namespace bailey::policy
