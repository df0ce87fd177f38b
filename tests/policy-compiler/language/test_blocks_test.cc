// `test` blocks and `plugins`: what is read, and what is refused.

#include "policy-compiler/language/test_blocks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(TestBlocksTest, ATestIsRead) {
  const Policy policy = MustLoad(
      "portion a trusted { }\nportion b untrusted { }\n"
      "test \"first\" in a {\n"
      "  socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC) => denied;\n"
      "  in b read(-1) => errno EACCES;\n"
      "}\n"
      "test \"second\" { getpid() => allowed; ptrace() => kill; "
      "read() => allow; dup() => log; pipe() => trap; kill() => kill_thread; "
      "}");
  ASSERT_EQ(policy.tests.size(), 2u);
  EXPECT_EQ(policy.tests[0].name, "first");
  EXPECT_EQ(policy.tests[0].line, 4);
  ASSERT_EQ(policy.tests[0].expectations.size(), 2u);
  const Expectation& socket = policy.tests[0].expectations[0];
  EXPECT_EQ(socket.portion, "a");
  EXPECT_EQ(socket.number, 41u);
  EXPECT_EQ(socket.arguments[0], 17u);
  EXPECT_EQ(socket.arguments[1], 0x80003u);
  EXPECT_EQ(socket.arguments[2], 0u);
  EXPECT_EQ(socket.kind, Expectation::Kind::kDenied);
  EXPECT_EQ(socket.line, 5);
  const Expectation& read = policy.tests[0].expectations[1];
  EXPECT_EQ(read.portion, "b");
  EXPECT_EQ(read.arguments[0], ~uint64_t{0});
  EXPECT_EQ(read.action, (Action{ActionKind::kErrno, 13}));
  EXPECT_EQ(read.text, "in b read(-1) => errno EACCES");
  std::vector<std::string> actions;
  for (const Expectation& expectation : policy.tests[1].expectations) {
    EXPECT_EQ(expectation.portion, "");
    if (expectation.kind == Expectation::Kind::kAction)
      actions.push_back(ActionName(expectation.action));
  }
  EXPECT_THAT(actions, ElementsAre("kill_process", "allow", "log", "trap",
                                   "kill_thread"));
}

TEST(TestBlocksTest, EachErrorIsReportedAndTheRestRead) {
  EXPECT_THAT(
      ErrorsOf("test \"t\" {\n"
               "  raed() => allowed;\n"
               "  read => allowed;\n"
               "  read(0 => allowed;\n"
               "  read(NOTHING) => allowed;\n"
               "  read(0, 0, 0, 0) => allowed;\n"
               "  read() = allowed;\n"
               "  read() => alowed;\n"
               "  read() => errno;\n"
               "  in nobody read() => allowed;\n"
               "  read() => errno ENOTHING\n"
               "}\n"
               "allow syscall wirte;"),
      ElementsAre("unknown system call `raed`", "expected `(`, found `=>`",
                  HasSubstr("expected `)`"), "unknown constant `NOTHING`",
                  "`read` has 3 arguments", "expected `=>`, found `=`",
                  "unknown action `alowed`",
                  "expected a number or a named constant, found `;`",
                  "unknown portion `nobody`", HasSubstr("ENOTHING"),
                  "expected `;`, found `}`", "unknown system call `wirte`"));
  EXPECT_THAT(
      ErrorsOf("test { read() => allowed; }\nallow syscall wirte;"),
      ElementsAre(HasSubstr("the test's name"), "unknown system call `wirte`"));
  EXPECT_THAT(ErrorsOf("test \"t\" in nobody { read() => allowed; }"),
              ElementsAre("unknown portion `nobody`"));
  EXPECT_THAT(ErrorsOf("portion p trusted { test \"t\" { } }"),
              ElementsAre(HasSubstr("belongs to the policy")));
  EXPECT_THAT(WarningsOf("test \"t\" { }"),
              ElementsAre("the test expects nothing"));
}

TEST(TestBlocksTest, ExpectationsAreBounded) {
  std::string body = "test \"t\" {\n";
  for (int i = 0; i < 11'000; ++i) body += "read() => allowed;\n";
  EXPECT_THAT(ErrorsOf(body + "}"),
              ElementsAre(HasSubstr("more than 10000 expectations")));
}

TEST(TestBlocksTest, ALibrarysTestsAreItsOwn) {
  const LibraryLookup library =
      [](std::string_view) -> std::optional<std::string> {
    return "policy a { allow syscall read; test \"t\" { read() => denied; } }";
  };
  EXPECT_THAT(MustLoad("use \"a\";", library).tests, IsEmpty());
}

TEST(PluginsTest, PatternsAreKept) {
  const Policy policy =
      MustLoad("plugins \"/usr/lib/foo/mod_*.so\", \"/opt/a?.so\";");
  ASSERT_EQ(policy.plugins.size(), 2u);
  EXPECT_EQ(policy.plugins[0].pattern, "/usr/lib/foo/mod_*.so");
  EXPECT_EQ(policy.plugins[1].pattern, "/opt/a?.so");
  EXPECT_EQ(policy.plugins[0].span.length, 23u);
}

TEST(PluginsTest, OtherPathsAreErrors) {
  for (const char* path :
       {"", "lib/a.so", "/", "//a", "/a/", "/a/../b", "/./a", "/*/a.so",
        "/usr/**/a.so", "/a/[xy].so", "/a/{x,y}.so"})
    EXPECT_EQ(ErrorsOf("plugins \"" + std::string(path) + "\";").size(), 1u)
        << path;
  EXPECT_EQ(ErrorsOf("plugins \"/" + std::string(5000, 'a') + "\";").size(),
            1u);
  EXPECT_EQ(ErrorsOf("portion p trusted { plugins \"/a\"; }").size(), 1u);
  EXPECT_EQ(ErrorsOf("plugins /a;").size(), 1u);
  std::string many = "plugins \"/a\"";
  for (int i = 0; i < 100; ++i) many += ", \"/a\"";
  EXPECT_THAT(ErrorsOf(many + ";"),
              ElementsAre(HasSubstr("more than 64 patterns")));
}

}  // namespace
}  // namespace bailey::policy
