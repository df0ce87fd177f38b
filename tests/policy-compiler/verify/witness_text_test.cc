#include "policy-compiler/verify/witness_text.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

namespace bailey::policy {
namespace {

SeccompData Call(uint32_t number, std::array<uint64_t, 6> arguments = {}) {
  return {.number = number,
          .architecture = 0xc000003e,
          .instruction_pointer = 0,
          .arguments = arguments};
}

std::string Text(const SeccompData& data) {
  return CallText(Architecture::kX8664, data);
}

TEST(CallText, NamesArgumentsAndTheirValues) {
  EXPECT_EQ(Text(Call(41, {2, 3, 0})),
            "socket(domain=AF_INET, type=SOCK_RAW, protocol=0)");
  EXPECT_EQ(Text(Call(41)), "socket(domain=AF_UNSPEC, type=0, protocol=0)");
  EXPECT_EQ(Text(Call(39)), "getpid()");
}

TEST(CallText, ShowsTheBitsThatTheKernelDoesNotRead) {
  EXPECT_EQ(Text(Call(41, {0x100000002, 1, 0})),
            "socket(domain=AF_INET (all 64 bits: 0x100000002), "
            "type=SOCK_STREAM, protocol=0)");
  EXPECT_EQ(Text(Call(39, {0, 0, 5})), "getpid(arg2=0x5)");
}

TEST(CallText, SaysWhatIsNoCallOfTheArchitecture) {
  EXPECT_EQ(Text(Call(0x40000001)), "number 0x40000001 of the x32 ABI()");
  EXPECT_EQ(Text(Call(9999)), "number 9999 (the table does not have it)()");
  SeccompData foreign = Call(5);
  foreign.architecture = 0x40000003;
  foreign.instruction_pointer = 0x1000;
  EXPECT_EQ(Text(foreign),
            "number 5 of architecture 0x40000003() from instruction 0x1000");
}

TEST(ReturnText, IsTheActionsName) {
  EXPECT_EQ(ReturnText(SECCOMP_RET_ALLOW), "allow");
  EXPECT_EQ(ReturnText(SECCOMP_RET_ERRNO | 1), "errno EPERM");
  EXPECT_EQ(ReturnText(SECCOMP_RET_ERRNO),
            "success without the call (errno 0)");
  EXPECT_EQ(ReturnText(SECCOMP_RET_TRAP | 7), "trap with data 7");
  EXPECT_EQ(ReturnText(SECCOMP_RET_KILL_PROCESS), "kill_process");
  EXPECT_EQ(ReturnText(0x12340000),
            "0x12340000, an action that the kernel does not know: it kills the "
            "process");
}

}  // namespace
}  // namespace bailey::policy
