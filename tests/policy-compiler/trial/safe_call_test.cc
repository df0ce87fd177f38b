// Which calls a test may make for real.

#include "policy-compiler/trial/safe_call.h"

#include <gtest/gtest.h>

namespace bailey::policy {
namespace {

constexpr uint64_t kMinusOne = ~uint64_t{0};

TEST(SafeCallTest, WhatDoesNoHarmIsSafe) {
  EXPECT_TRUE(IsSafeCall("getpid", {}));
  EXPECT_TRUE(IsSafeCall("read", {kMinusOne, 1, 1}));
  EXPECT_TRUE(IsSafeCall("close", {0xffffffff}));
  EXPECT_TRUE(IsSafeCall("execve", {0, 1, 1}));
  EXPECT_TRUE(IsSafeCall("openat", {1, 0, 0x242}));
  EXPECT_TRUE(IsSafeCall("socket", {1, 1, 0}));
}

TEST(SafeCallTest, WhatMightIsNot) {
  EXPECT_FALSE(IsSafeCall("read", {0}));
  EXPECT_FALSE(IsSafeCall("close", {0xffffffff00000003}));
  EXPECT_FALSE(IsSafeCall("ioctl", {0x7fffffff}));
  EXPECT_FALSE(IsSafeCall("unlink", {4096}));
  EXPECT_FALSE(IsSafeCall("openat", {0, 4096}));
  EXPECT_FALSE(IsSafeCall("socket", {17, 3, 0}));
  for (const char* call :
       {"kill", "reboot", "fork", "exit_group", "ptrace", "mount", "sync",
        "utimensat", "newfstatat", "pause", "setuid", "nonsense", ""})
    EXPECT_FALSE(IsSafeCall(call, {})) << call;
}

}  // namespace
}  // namespace bailey::policy
