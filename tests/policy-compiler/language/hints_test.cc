// What somebody new to the language writes first, and the way out that the
// error shows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

struct Slip {
  const char* text;
  const char* hint;
};

class HintsTest : public testing::TestWithParam<Slip> {};

TEST_P(HintsTest, ShowTheWayOut) {
  const ParsedPolicy parsed = LoadBody(GetParam().text);
  EXPECT_FALSE(parsed.policy.has_value());
  EXPECT_THAT(RenderText(parsed.diagnostics), HasSubstr(GetParam().hint));
}

INSTANTIATE_TEST_SUITE_P(
    Slips, HintsTest,
    testing::Values(
        Slip{"allow read;", "write `allow syscall read`"},
        Slip{"deny ptrace;", "write `deny syscall ptrace`"},
        Slip{"allow syscall \"read\";", "names stand without quotes"},
        Slip{"allow syscall SYS_read;", "write `read`"},
        Slip{"allow syscall __NR_write;", "write `write`"},
        Slip{"allow syscall open(pathname == \"/a\");",
             "a filter sees numbers, never what a pointer points to"},
        Slip{"allow syscall mmap(!(prot & 4));", "say with what it is"},
        Slip{"allow syscall socket(family == 1 & type == 1);", "joined by"},
        Slip{"allow syscall socket(family not {1});", "`not in`"},
        Slip{"allow syscall @ stdio;", "a group is written `@NAME`"},
        Slip{"group stdio { read } allow syscall @stdoi;",
             "did you mean `stdio`?"},
        Slip{"allow net connect tcp \"a\":1;", "which socket calls"},
        Slip{"allow syscall mmap(prot & 4);", "flags & O_CREAT == 0"},
        Slip{"allow syscall socket(AF_INET, 1);", "compared by its name"},
        Slip{"allow syscall read(2);", "compared by its name"},
        Slip{"deny syscall ptrace then eperm;", "write `errno EPERM`"},
        Slip{"limit memory 256 MB;", "did you mean `MiB`?"},
        Slip{"limit output 4 kB;", "did you mean `KiB`?"}),
    [](const auto& tested) { return "Slip" + std::to_string(tested.index); });

}  // namespace
}  // namespace bailey::policy
