// `widths full`: comparisons of all 64 bits, and those of other texts as ever.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy-compiler/language/format.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kHigh[] = "0x100000002";  // 2 in its low half

std::string AskHigh(const std::string& widths, const std::string& rule) {
  const Policy policy =
      MustLoad(widths + "allow syscall " + rule + "; otherwise errno EPERM;");
  return Ask(policy, rule.substr(0, rule.find('(')), {kHigh});
}

TEST(WidthsTest, FullComparesWhatTheKernelDoesNotRead) {
  for (const char* kernel : {"", "widths kernel;"}) {
    EXPECT_EQ(AskHigh(kernel, "close(fd == 2)"), "allow");
    EXPECT_EQ(AskHigh(kernel, "close(fd > 2)"), "errno EPERM");
  }
  EXPECT_EQ(AskHigh("widths full;", "close(fd == 2)"), "errno EPERM");
  EXPECT_EQ(AskHigh("widths full;", "close(fd > 2)"), "allow");
  EXPECT_EQ(AskHigh("widths full;", "close(fd & 0xffffffff == 2)"), "allow");
  EXPECT_EQ(AskHigh("widths full;", "close(fd == 0x100000002)"), "allow");
}

TEST(WidthsTest, TheStatementIsForAllOfItsText) {
  const Policy policy = MustLoad(
      "group g { close(fd == 2) }"
      "portion p untrusted { allow syscall dup(oldfd == 2); }"
      "allow syscall group g; widths full; otherwise errno EPERM;");
  EXPECT_EQ(Ask(policy, "close", {kHigh}, "p"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "dup", {kHigh}, "p"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "dup", {"2"}, "p"), "allow");
}

TEST(WidthsTest, ANegativeConstantIsItsSixtyFourBits) {
  const Policy policy = MustLoad(
      "widths full; allow syscall dup(oldfd == -1), close(fd in {-1}),"
      "fchdir(fd & -1 == 5), unlinkat(dirfd == AT_FDCWD);"
      "otherwise errno EPERM;");
  EXPECT_EQ(Ask(policy, "dup", {"-1"}), "allow");
  EXPECT_EQ(Ask(policy, "dup", {"0xffffffff"}), "errno EPERM");
  EXPECT_EQ(Ask(policy, "close", {"-1"}), "allow");
  EXPECT_EQ(Ask(policy, "fchdir", {"5"}), "allow");
  EXPECT_EQ(Ask(policy, "unlinkat", {"-100"}), "allow");
  EXPECT_EQ(Ask(policy, "unlinkat", {"0xffffff9c"}), "errno EPERM");
}

TEST(WidthsTest, OrderIsUnsigned) {
  const Policy policy = MustLoad(
      "widths full; allow syscall kill(pid > 5); otherwise errno EPERM;");
  EXPECT_EQ(Ask(policy, "kill", {"-1"}), "allow");
  EXPECT_EQ(Ask(MustLoad("allow syscall kill(pid > 5); otherwise errno EPERM;"),
                "kill", {"-1"}),
            "errno EPERM");
  EXPECT_THAT(ErrorsOf("widths full; allow syscall kill(pid >= -1);"),
              ElementsAre(HasSubstr("does not fit")));
  EXPECT_THAT(RenderText(LoadBody("widths full; allow syscall kill(pid in "
                                  "{-2..-1});")
                             .diagnostics),
              HasSubstr("`widths full` compares unsigned: write "
                        "18446744073709551614"));
}

TEST(WidthsTest, EveryTextHasItsOwn) {
  const auto library = [](std::string_view name) -> std::optional<std::string> {
    if (name == "kernel")
      return "policy k { group g { close(fd == 2) } allow syscall dup(oldfd == "
             "2); }";
    return "policy f { widths full; group h { fchdir(fd == 2) } }";
  };
  const Policy policy = MustLoad(
      "use \"kernel\"; use \"full\"; widths full;"
      "allow syscall group g, group h, fsync(fd == 2); otherwise errno EPERM;",
      library);
  EXPECT_EQ(Ask(policy, "dup", {kHigh}), "allow");
  EXPECT_EQ(Ask(policy, "close", {kHigh}), "allow");
  EXPECT_EQ(Ask(policy, "fchdir", {kHigh}), "errno EPERM");
  EXPECT_EQ(Ask(policy, "fsync", {kHigh}), "errno EPERM");
  const Policy plain = MustLoad(
      "use \"full\"; allow syscall group h, fsync(fd == 2);"
      "otherwise errno EPERM;",
      library);
  EXPECT_EQ(Ask(plain, "fchdir", {kHigh}), "errno EPERM");
  EXPECT_EQ(Ask(plain, "fsync", {kHigh}), "allow");
}

TEST(WidthsTest, PlainArgumentsNameAnyOfTheSix) {
  const Policy policy = MustLoad(
      "widths full; allow syscall open(argument0 == 0x1000), "
      "getpid(argument5 > 7), socket(argument0 == 1, family == 1);"
      "otherwise errno EPERM;");
  EXPECT_EQ(Ask(policy, "open", {"0x1000"}), "allow");
  EXPECT_EQ(Ask(policy, "open", {"0x1001"}), "errno EPERM");
  EXPECT_EQ(Ask(policy, "getpid", {"0", "0", "0", "0", "0", "8"}), "allow");
  EXPECT_EQ(Ask(policy, "getpid"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "socket", {"1"}), "allow");
  EXPECT_THAT(ErrorsOf("allow syscall open(argument0 == 1);"),
              ElementsAre(HasSubstr("`widths full;`")));
  EXPECT_THAT(ErrorsOf("widths full; allow syscall open(argument6 == 1);"),
              ElementsAre(HasSubstr("has no argument `argument6`")));
}

TEST(WidthsTest, APointerByItsNameIsStillNull) {
  EXPECT_THAT(ErrorsOf("widths full; allow syscall open(pathname == 1);"),
              ElementsAre(HasSubstr("is a pointer")));
  EXPECT_THAT(ErrorsOf("widths full; allow syscall open(pathname == NULL);"),
              IsEmpty());
}

TEST(WidthsTest, ADenialThatUnreadBitsEscapeIsAWarning) {
  const char* escaped =
      "widths full; deny syscall ioctl(op == TIOCSTI) then errno EPERM;";
  EXPECT_THAT(WarningsOf(escaped),
              ElementsAre(HasSubstr("the kernel reads 32 of the 64 bits of "
                                    "`request` of `ioctl`")));
  EXPECT_THAT(RenderText(LoadBody(escaped).diagnostics),
              HasSubstr("`request & 0xffffffff`"));
  EXPECT_THAT(WarningsOf("widths full; deny syscall ioctl(op & 0xffffffff == "
                         "TIOCSTI) then errno EPERM;"),
              IsEmpty());
  EXPECT_THAT(WarningsOf("widths full; allow syscall dup(oldfd != 3);"),
              ElementsAre(HasSubstr("the kernel reads 32")));
  EXPECT_THAT(WarningsOf("widths full; allow syscall dup(oldfd == 3);"),
              IsEmpty());
  EXPECT_THAT(WarningsOf("deny syscall ioctl(op == TIOCSTI) then errno EPERM;"),
              IsEmpty());
}

TEST(WidthsTest, TheStatementStandsOnceAndInThePolicy) {
  EXPECT_THAT(ErrorsOf("widths full; widths full;"),
              ElementsAre("`widths` stands twice"));
  EXPECT_THAT(ErrorsOf("portion p untrusted { widths full; }"),
              ElementsAre(HasSubstr("belongs to the policy")));
  EXPECT_THAT(RenderText(LoadBody("widths kernal;").diagnostics),
              HasSubstr("did you mean `kernel`?"));
  EXPECT_THAT(RenderText(LoadBody("width full;").diagnostics),
              HasSubstr("did you mean `widths`?"));
}

TEST(WidthsTest, TheCanonicalFormKeepsIt) {
  const auto formatted =
      FormatPolicy({"p", "policy p{widths   full ;allow syscall read;}"});
  ASSERT_TRUE(formatted.has_value());
  EXPECT_EQ(*formatted,
            "policy p {\n  widths full;\n  allow syscall read;\n}\n");
}

}  // namespace
}  // namespace bailey::policy
