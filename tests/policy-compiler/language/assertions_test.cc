// `assert`: what is read, what is refused, and which ceiling is meant.

#include "policy-compiler/language/assertions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <map>

#include "policy-compiler/language/format.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr uint32_t kSocket = 41;
constexpr uint32_t kExecve = 59;

using Files = std::map<std::string, std::string>;

PolicySources SourcesOf(const Files& files) {
  return {[](std::string_view name) -> std::optional<std::string> {
            if (name == "tiny") return "policy tiny { allow syscall read; }";
            return std::nullopt;
          },
          [files](const std::string& path) -> Result<UsedFile> {
            const auto found = files.find(path);
            if (found == files.end()) return Fail("cannot find `" + path + "`");
            return UsedFile{path, found->second};
          }};
}

ParsedPolicy LoadWith(const Files& files, const std::string& body) {
  return LoadPolicy({"dir/p.policy", "policy p {" + body + "}"},
                    SourcesOf(files));
}

std::vector<std::string> ErrorsWith(const Files& files,
                                    const std::string& body) {
  return Messages(LoadWith(files, body).diagnostics, Severity::kError);
}

TEST(AssertionsTest, EachKindIsRead) {
  const Policy policy = MustLoad(
      "portion worker untrusted { }\n"
      "assert never syscall execve in worker;\n"
      "assert \"no raw sockets\" never syscall socket(family == AF_PACKET), "
      "execve;\n"
      "assert always syscall read;");
  ASSERT_THAT(policy.assertions, SizeIs(3));
  const Assertion& first = policy.assertions[0];
  EXPECT_EQ(first.kind, AssertionKind::kNever);
  EXPECT_EQ(first.portion, "worker");
  EXPECT_EQ(first.text, "assert never syscall execve in worker");
  EXPECT_EQ(first.line, 3);
  EXPECT_EQ(first.column, 1);
  ASSERT_THAT(first.calls, SizeIs(1));
  EXPECT_EQ(first.calls[0].number, kExecve);
  const Assertion& second = policy.assertions[1];
  EXPECT_EQ(second.description, "no raw sockets");
  EXPECT_EQ(second.portion, "");
  ASSERT_THAT(second.calls, SizeIs(2));
  EXPECT_EQ(second.calls[0].number, kSocket);
  EXPECT_EQ(second.calls[0].when.comparison.value, 17u);
  EXPECT_EQ(policy.assertions[2].kind, AssertionKind::kAlways);
}

TEST(AssertionsTest, GroupsAreOpened) {
  const Policy policy = MustLoad(
      "group inner { execve }\n"
      "group danger { socket(family == AF_PACKET), group inner }\n"
      "assert never syscall group danger;");
  ASSERT_THAT(policy.assertions, SizeIs(1));
  ASSERT_THAT(policy.assertions[0].calls, SizeIs(2));
  EXPECT_EQ(policy.assertions[0].calls[1].number, kExecve);
  // Named by an assertion, a group is used.
  EXPECT_THAT(policy.unused_groups, IsEmpty());
  EXPECT_THAT(MustLoad("group g { read }").unused_groups, SizeIs(1));
}

TEST(AssertionsTest, InAPortionItIsOfThatPortion) {
  const Policy policy = MustLoad(
      "portion a untrusted { assert never syscall execve; }\n"
      "portion b untrusted { }");
  ASSERT_THAT(policy.assertions, SizeIs(1));
  EXPECT_EQ(policy.assertions[0].portion, "a");
  EXPECT_THAT(
      ErrorsOf("portion a untrusted { assert never syscall execve in a; }"),
      ElementsAre("the assertion stands in a portion, which it is of"));
}

TEST(AssertionsTest, ErrorsAreReportedAndTheRestRead) {
  EXPECT_THAT(
      ErrorsOf("assert nver syscall execve;\n"
               "assert never execve;\n"
               "assert never syscall exceve;\n"
               "assert never syscall execve in nobody;\n"
               "assert never syscall socket(fmaily == 1);\n"
               "assert always syscall group none;\n"
               "assert subset \"x.policy\";\n"
               "assert never syscall execve then kill;\n"
               "allow syscall raed;"),
      ElementsAre("expected `never`, `always` or `subset`, found `nver`",
                  "expected `syscall`, found `execve`",
                  "unknown system call `exceve`", "unknown portion `nobody`",
                  "`socket` has no argument `fmaily`", "unknown group `none`",
                  "expected `of`, found `\"x.policy\"`",
                  "expected `;`, found `then`", "unknown system call `raed`"));
}

TEST(AssertionsTest, ACeilingIsLoadedBesideTheText) {
  const Files files = {{"dir/ceiling.policy",
                        "policy c { allow syscall write; assert never syscall "
                        "write; assert subset of \"none.policy\"; }"}};
  for (const char* name : {"ceiling.policy", "./ceiling.policy"}) {
    const ParsedPolicy parsed =
        LoadWith(files, std::string("assert subset of \"") + name + "\";");
    ASSERT_TRUE(parsed.policy) << RenderText(parsed.diagnostics);
    ASSERT_THAT(parsed.policy->assertions, SizeIs(1));
    const Assertion& assertion = parsed.policy->assertions[0];
    ASSERT_NE(assertion.ceiling, nullptr);
    EXPECT_EQ(assertion.ceiling->name, "c");
    // What a ceiling asserts of itself is its own affair.
    EXPECT_THAT(assertion.ceiling->assertions, IsEmpty());
  }
  const ParsedPolicy library = LoadWith({}, "assert subset of \"tiny\";");
  ASSERT_TRUE(library.policy);
  EXPECT_EQ(library.policy->assertions[0].ceiling->name, "tiny");
}

// A proof of these says less than it seems to: `SOCK_RAW | SOCK_CLOEXEC`
// passes.
TEST(AssertionsTest, ANeverThatACallerSlipsPastIsAWarning) {
  EXPECT_THAT(WarningsOf("assert never syscall socket(type == SOCK_RAW);"),
              Contains(HasSubstr("is a word of flags")));
  EXPECT_THAT(
      WarningsOf("widths full; assert never syscall socket(domain == 17);"),
      Contains(HasSubstr("the kernel reads 32 of the 64 bits of `domain`")));
  EXPECT_THAT(WarningsOf("assert never syscall socket(type & SOCK_TYPE_MASK == "
                         "SOCK_RAW), socket(domain == 17);"),
              IsEmpty());
  EXPECT_THAT(WarningsOf("group g { socket(type == SOCK_RAW) }\n"
                         "assert always syscall group g;\n"
                         "assert never syscall group g, group g;"),
              ElementsAre(HasSubstr("is a word of flags")));
  EXPECT_THAT(WarningsOf("assert always syscall socket(type == SOCK_RAW);"),
              IsEmpty());
  const AssertedRule rule = ParseAssertedRule(
      AssertionKind::kNever, {"--never", "socket(type == SOCK_RAW)"},
      std::array{Architecture::kX8664});
  EXPECT_FALSE(rule.diagnostics.empty());
}

// `./tiny` is seen as `tiny` from a text without a folder.
TEST(AssertionsTest, AFileIsNoLibraryOfItsName) {
  const ParsedPolicy parsed = LoadPolicy(
      {"p.policy",
       "policy p { assert subset of \"./tiny\"; assert subset of \"tiny\"; }"},
      SourcesOf({{"tiny", "policy file { allow syscall ptrace; }"}}));
  ASSERT_TRUE(parsed.policy) << RenderText(parsed.diagnostics);
  ASSERT_THAT(parsed.policy->assertions, SizeIs(2));
  EXPECT_EQ(parsed.policy->assertions[0].ceiling->name, "file");
  EXPECT_EQ(parsed.policy->assertions[1].ceiling->name, "tiny");
}

TEST(AssertionsTest, ACeilingThatCannotBeUsedIsAnError) {
  EXPECT_THAT(ErrorsWith({}, "assert subset of \"x.policy\";"),
              ElementsAre("cannot find `dir/x.policy`"));
  EXPECT_THAT(ErrorsWith({}, "assert subset of \"tin\";"),
              ElementsAre("unknown library `tin`"));
  EXPECT_THAT(ErrorsWith({{"dir/x.policy", "policy x { allow syscall raed; }"}},
                         "assert subset of \"x.policy\";"),
              ElementsAre("the ceiling `x.policy` has errors: dir/x.policy:1: "
                          "unknown system call `raed`"));
  EXPECT_THAT(ErrorsWith({{"dir/x.policy", "policy x { }"}},
                         "target linux aarch64; assert subset of "
                         "\"x.policy\";"),
              ElementsAre("the ceiling `x.policy` is not for the target "
                          "aarch64"));
  // In a portion, too.
  EXPECT_THAT(
      ErrorsWith({}, "portion a untrusted { assert subset of \"x.policy\"; }"),
      ElementsAre("cannot find `dir/x.policy`"));
}

TEST(AssertionsTest, TheDigestCoversCeilings) {
  const auto digest = [](const std::string& ceiling) {
    return LoadWith({{"dir/c.policy", "policy c { " + ceiling + " }"}},
                    "assert subset of \"c.policy\";")
        .policy->sha256;
  };
  EXPECT_EQ(digest(""), digest(""));
  EXPECT_NE(digest(""), digest("allow syscall read;"));
}

// An organisation's rules can say what nobody who uses them may allow.
TEST(AssertionsTest, ThoseOfALibraryHoldForWhoUsesIt) {
  const Files files = {
      {"dir/base.policy", "policy b { assert never syscall execve; }"}};
  const ParsedPolicy parsed =
      LoadWith(files,
               "use \"./base.policy\"; portion a untrusted { } portion b "
               "untrusted { }");
  ASSERT_TRUE(parsed.policy) << RenderText(parsed.diagnostics);
  ASSERT_THAT(parsed.policy->assertions, SizeIs(1));
  EXPECT_EQ(parsed.policy->assertions[0].portion, "");
  EXPECT_EQ(parsed.policy->assertions[0].file, "dir/base.policy");
  EXPECT_THAT(ErrorsWith({{"dir/base.policy",
                           "policy b { assert never syscall execve in a; }"}},
                         "use \"./base.policy\"; portion a untrusted { }"),
              ElementsAre("a library knows no portions"));
}

// Where a `serving` block alone uses it, too: nothing that an organisation says
// of whoever uses its rules goes unasked.
TEST(AssertionsTest, ThoseOfALibraryThatABlockUsesHoldInEveryPortion) {
  const Files files = {
      {"dir/base.policy",
       "policy b { use \"./more.policy\"; assert never syscall execve; }"},
      {"dir/more.policy", "policy m { assert always syscall read; }"}};
  const std::string block =
      "portion b untrusted {"
      "  serving { use \"./base.policy\"; }"
      "}";
  for (const char* elsewhere : {"", "use \"./base.policy\";",
                                "portion c untrusted {"
                                "  serving { use \"./base.policy\"; }"
                                "}"}) {
    for (const std::string& body : {block + elsewhere, elsewhere + block}) {
      const ParsedPolicy parsed = LoadWith(files, body);
      ASSERT_TRUE(parsed.policy) << RenderText(parsed.diagnostics);
      ASSERT_THAT(parsed.policy->assertions, SizeIs(2)) << body;
      EXPECT_EQ(parsed.policy->assertions[0].file, "dir/more.policy");
      EXPECT_EQ(parsed.policy->assertions[0].portion, "");
      EXPECT_EQ(parsed.policy->assertions[1].file, "dir/base.policy");
      EXPECT_EQ(parsed.policy->assertions[1].portion, "");
    }
  }
}

TEST(AssertionsTest, ManyAreRefused) {
  std::string body;
  for (size_t i = 0; i <= kMaxAssertions; ++i)
    body += "assert never syscall execve;";
  EXPECT_THAT(ErrorsOf(body),
              ElementsAre("the policy has more than 1000 assertions"));
}

TEST(AssertionsTest, FmtSetsThem) {
  const auto formatted = FormatPolicy(
      {"p.policy",
       "policy p { assert   \"x\"  never syscall socket( family==AF_PACKET ) , "
       "execve in   main ; assert subset  of \"c.policy\" ; }"});
  ASSERT_TRUE(formatted.ok());
  EXPECT_EQ(*formatted,
            "policy p {\n"
            "  assert \"x\" never syscall socket(family == AF_PACKET), execve "
            "in main;\n"
            "  assert subset of \"c.policy\";\n"
            "}\n");
}

AssertedRule ParseRule(const std::string& rule) {
  const Architecture targets[] = {Architecture::kX8664, Architecture::kAarch64};
  return ParseAssertedRule(AssertionKind::kNever, {"--never", rule}, targets);
}

TEST(AssertionsTest, ARuleOfTheCommandLine) {
  for (const char* rule : {"syscall execve", "execve"}) {
    const AssertedRule parsed = ParseRule(rule);
    ASSERT_THAT(parsed.by_target, SizeIs(2)) << rule;
    EXPECT_EQ(parsed.by_target[0].calls[0].number, kExecve);
    EXPECT_EQ(parsed.by_target[1].calls[0].number, 221u);
  }
  EXPECT_THAT(ParseRule("open, execve").by_target[1].calls, SizeIs(1));
}

TEST(AssertionsTest, AWrongRuleOfTheCommandLineIsRefused) {
  for (const char* rule :
       {"", "exceve", "execve;", "execve)", "socket(family = 1)",
        "group danger", "socket(family == AF_PACKET) then kill"}) {
    const AssertedRule parsed = ParseRule(rule);
    EXPECT_TRUE(parsed.diagnostics.has_errors()) << rule;
    EXPECT_THAT(parsed.by_target, IsEmpty()) << rule;
  }
}

}  // namespace
}  // namespace bailey::policy
