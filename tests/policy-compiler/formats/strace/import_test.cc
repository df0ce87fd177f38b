#include "policy-compiler/formats/strace/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy-compiler/formats/strace/line.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = StraceLine::Kind;

struct LineCase {
  const char* text;
  Kind kind;
  uint32_t pid;
  const char* name;
};
class Lines : public ::testing::TestWithParam<LineCase> {};

TEST_P(Lines, AreRead) {
  const StraceLine line = ParseStraceLine(GetParam().text);
  EXPECT_EQ(line.kind, GetParam().kind);
  EXPECT_EQ(line.pid, GetParam().pid);
  EXPECT_EQ(line.name, GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    , Lines,
    ::testing::Values(
        LineCase{"brk(NULL) = 0x55", Kind::kCall, 0, "brk"},
        LineCase{"12 brk(NULL) = 0x55", Kind::kCall, 12, "brk"},
        LineCase{"12    brk(NULL) = 0x55", Kind::kCall, 12, "brk"},
        LineCase{"[pid    12] brk(NULL) = 0", Kind::kCall, 12, "brk"},
        LineCase{"12 10:11:12 brk(NULL) = 0", Kind::kCall, 12, "brk"},
        LineCase{"10:11:12.345678 brk(NULL) = 0", Kind::kCall, 0, "brk"},
        LineCase{"12 1700000000.123456 (+     0.000001) brk(NULL) = 0",
                 Kind::kCall, 12, "brk"},
        LineCase{"     0.000012 brk(NULL) = 0 <0.000003>", Kind::kCall, 0,
                 "brk"},
        LineCase{"[00007f86b1d2ad3b] [  12] brk(NULL) = 0", Kind::kCall, 0,
                 "brk"},
        LineCase{"12 read(3,  <unfinished ...>", Kind::kUnfinished, 12, "read"},
        LineCase{"12 <... read resumed>\"a\", 1) = 1", Kind::kResumed, 12,
                 "read"},
        LineCase{"exit_group(0) = ?", Kind::kCall, 0, "exit_group"},
        LineCase{"12 +++ exited with 0 +++", Kind::kOther, 12, ""},
        LineCase{"12 [ 231] [????????????????] +++ exited with 0 +++",
                 Kind::kOther, 12, ""},
        LineCase{"--- SIGCHLD {si_signo=SIGCHLD} ---", Kind::kOther, 0, ""},
        LineCase{"", Kind::kOther, 0, ""},
        LineCase{"strace: Process 12 attached", Kind::kOther, 0, ""},
        LineCase{" > /lib/libc.so.6(read+0x1) [0x2]", Kind::kOther, 0, ""},
        LineCase{"[ Process PID=12 runs in 32 bit mode. ]", Kind::kMode, 12,
                 "32 bit"},
        LineCase{"hello, world", Kind::kUnknown, 0, "hello"},
        LineCase{"7", Kind::kUnknown, 0, "7"}));

std::vector<std::string> Split(std::string_view text) {
  return SplitStraceArguments(text).values;
}

TEST(StraceArguments, EndWhereTheyEnd) {
  EXPECT_THAT(Split("AT_FDCWD, \"a, b)\\\"\", O_RDONLY) = 3"),
              ElementsAre("AT_FDCWD", "\"", "O_RDONLY"));
  EXPECT_THAT(Split("3</a,b>, {st_mode=S_IFREG|0644, x=[1, 2]}, 0) = 0"),
              ElementsAre("3", "{st_mode=S_IFREG|0644, x=[1, 2]}", "0"));
  EXPECT_THAT(Split("4<TCP:[1.2.3.4:5->6.7.8.9:1]>, SHUT_WR) = 0"),
              ElementsAre("4", "SHUT_WR"));
  EXPECT_THAT(Split("3</dev/tty<char 5:0>>, 0x5401 /* TCGETS */) = 0"),
              ElementsAre("3", "0x5401"));
  EXPECT_THAT(Split(") = 5"), ElementsAre());
  EXPECT_FALSE(SplitStraceArguments("3, ").complete);
  EXPECT_TRUE(SplitStraceArguments("3) = 0").complete);
}

ImportedPolicy Import(const std::string& trace, bool constants = false) {
  StraceImportOptions options;
  options.argument_constants = constants;
  auto imported = ImportStrace({{"t.strace", trace}}, options);
  EXPECT_TRUE(imported.ok()) << imported.error().message;
  return imported.ok() ? *std::move(imported) : ImportedPolicy{};
}

constexpr const char* kTrace =
    "1 execve(\"/bin/a\", [\"a\"], 0x7ffd /* 9 vars */) = 0\n"
    "1 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3\n"
    "1 socket(AF_INET, SOCK_DGRAM, IPPROTO_IP) = -1 EACCES (Permission "
    "denied)\n"
    "1 fcntl(3, F_SETFD, FD_CLOEXEC) = 0\n"
    "1 clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD, "
    "child_tidptr=0x7f) = 2\n"
    "1 wait4(-1,  <unfinished ...>\n"
    "2 openat(AT_FDCWD, \"x\", O_RDONLY|O_CLOEXEC) = 4\n"
    "2 openat(AT_FDCWD, \"y\", O_WRONLY|O_CREAT, 0644) = 4\n"
    "2 +++ exited with 0 +++\n"
    "1 <... wait4 resumed>[{WIFEXITED(s)}], 0, NULL) = 2\n"
    "1 --- SIGCHLD {si_signo=SIGCHLD} ---\n"
    "1 exit_group(0) = ?\n";

TEST(StraceImport, PermitsWhatWasSeen) {
  const ImportedPolicy imported = Import(kTrace);
  EXPECT_THAT(imported.text, HasSubstr("allow syscall wait4;  # 1 call\n"));
  EXPECT_THAT(imported.text,
              HasSubstr("allow syscall socket;  # 2 calls, 1 failed\n"));
  EXPECT_THAT(imported.text, HasSubstr("no proof"));
  EXPECT_THAT(imported.text, Not(HasSubstr("bind")));
  EXPECT_THAT(imported.differences, Contains(HasSubstr("no proof")));
}

TEST(StraceImport, TestsTheConstantsThatWereSeen) {
  const std::string text = Import(kTrace, true).text;
  EXPECT_THAT(text, HasSubstr("socket(domain in {AF_UNIX, AF_INET}, type in "
                              "{SOCK_DGRAM, SOCK_STREAM|SOCK_CLOEXEC}"));
  EXPECT_THAT(text, HasSubstr("fcntl(cmd == F_SETFD"));
  EXPECT_THAT(text, HasSubstr("clone(flags == CLONE_CHILD_SETTID|SIGCHLD)"));
  EXPECT_THAT(text, HasSubstr("openat(dirfd == AT_FDCWD, flags in {"));
  EXPECT_THAT(text, Not(HasSubstr("mode")));  // it was not there each time
  const ParsedPolicy parsed = LoadPolicy({"p.policy", text}, LibraryLookup());
  ASSERT_TRUE(parsed.policy.has_value());
  const auto ask = [&](std::string_view call,
                       const std::vector<std::string>& arguments) {
    const auto data = ParseInvocation(Architecture::kX8664, call, arguments);
    return ActionName(
        Evaluate(Architecture::kX8664, parsed.policy->portions[0], *data)
            .action);
  };
  EXPECT_EQ(ask("socket", {"AF_INET", "SOCK_DGRAM"}), "allow");
  EXPECT_EQ(ask("socket", {"AF_PACKET", "SOCK_DGRAM"}), "errno EPERM");
}

TEST(StraceImport, AnUnnamedValueMakesNoTest) {
  const std::string text =
      Import(
          "lseek(3, 0, SEEK_SET) = 0\nlseek(3, 0, 9) = 0\n"
          "dup2(3, 4) = 4\nsocket(AF_MOON, SOCK_RAW, 0) = 3\n",
          true)
          .text;
  EXPECT_THAT(text, HasSubstr("allow syscall lseek;"));
  EXPECT_THAT(text, HasSubstr("allow syscall dup2;"));
  EXPECT_THAT(text, HasSubstr("allow syscall socket(type == SOCK_RAW);"));
}

TEST(StraceImport, ManyValuesMakeNoTest) {
  std::string trace;
  for (int signal = 1; signal <= 20; ++signal)
    trace += "kill(1, SIGUSR1|" + std::to_string(signal * 64) + ") = 0\n";
  EXPECT_THAT(Import(trace, true).text, HasSubstr("allow syscall kill;"));
}

TEST(StraceImport, CloneHasNoTestBesideClone3) {
  const std::string text = Import(
                               "clone(child_stack=NULL, flags=SIGCHLD) = 2\n"
                               "clone3({flags=CLONE_VM}, 88) = 3\n",
                               true)
                               .text;
  EXPECT_THAT(text, HasSubstr("allow syscall clone;"));
  EXPECT_THAT(text, HasSubstr("allow syscall clone3;"));
}

TEST(StraceImport, WhatNeverCameBackWasMade) {
  EXPECT_THAT(
      Import("5 pause( <unfinished ...>\n5 +++ killed by SIGKILL +++").text,
      HasSubstr("allow syscall pause;"));
  EXPECT_THAT(Import("5 <... pause resumed>) = ? ERESTARTNOHAND").text,
              HasSubstr("allow syscall pause;"));
}

TEST(StraceImport, LeavesOutOtherModes) {
  const ImportedPolicy imported = Import(
      "1 read(3, \"\", 1) = 0\n"
      "[ Process PID=1 runs in 32 bit mode. ]\n1 write(1, \"\", 1) = 1\n"
      "[ Process PID=1 runs in 64 bit mode. ]\n1 close(1) = 0\n"
      "1 moon(1) = 0\n");
  EXPECT_THAT(imported.text, Not(HasSubstr("write")));
  EXPECT_THAT(imported.text, HasSubstr("close"));
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("1 calls of processes")));
  EXPECT_THAT(imported.differences, Contains(HasSubstr("left out: moon")));
}

TEST(StraceImport, ReportsEveryLineThatIsNone) {
  const ImportedPolicy imported = Import("hello\nread(3, \"\", 1) = 0\n12\n");
  EXPECT_TRUE(imported.text.empty());
  ASSERT_EQ(imported.diagnostics.error_count(), 2u);
  EXPECT_EQ(imported.diagnostics.all()[1].line, 3);
  EXPECT_FALSE(ImportStrace({{"t", "+++ exited with 0 +++\n"}}, {}).ok());
}

// A name and a string that would end the comment or the rule.
TEST(StraceImport, ATraceCannotWriteRules) {
  const auto imported =
      ImportStrace({{"x\n  allow syscall bind;",
                     "read(3, \"); allow syscall bind;\", 1) = 0"}},
                   {});
  ASSERT_TRUE(imported.ok());
  const ParsedPolicy parsed =
      LoadPolicy({"p.policy", imported->text}, LibraryLookup());
  ASSERT_TRUE(parsed.policy.has_value());
  EXPECT_EQ(parsed.policy->portions[0].syscalls.size(), 1u);
}

}  // namespace
}  // namespace bailey::policy
