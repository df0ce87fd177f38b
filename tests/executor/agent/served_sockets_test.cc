#include "executor/agent/served_sockets.h"

#include <gtest/gtest.h>

namespace bailey::executor {
namespace {

TEST(IsOpenSocketTest, OneThatListensIs) {
  constexpr std::string_view kListens =
      "0000000000000000: 00000002 00000000 00010000 0001 01 71234 "
      "/run/talk/socket";
  EXPECT_TRUE(IsOpenSocket(kListens, "socket"));
  EXPECT_FALSE(IsOpenSocket(kListens, "sock"));
  EXPECT_FALSE(IsOpenSocket(kListens, "talk"));
}

TEST(IsOpenSocketTest, ABoundStreamIsNot) {
  EXPECT_FALSE(
      IsOpenSocket("0000000000000000: 00000002 00000000 00000000 0001 "
                   "01 71234 /run/talk/socket",
                   "socket"));
}

TEST(IsOpenSocketTest, ABoundDatagramSocketIs) {
  EXPECT_TRUE(IsOpenSocket(
      "0000000000000000: 00000002 00000000 00000000 0002 01 71234 socket",
      "socket"));
}

TEST(OpenSocketNameTest, IsWhatItWasBoundAs) {
  constexpr std::string_view kListens =
      "0000000000000000: 00000002 00000000 00010000 0001 01 71234 "
      "/run/talk/new one";
  EXPECT_EQ(OpenSocketName(kListens), "/run/talk/new one");
  EXPECT_EQ(OpenSocketName("0: 2 0 10000 1"), "");
}

TEST(IsOpenSocketTest, WhatIsNoLineIsNot) {
  for (const std::string_view line :
       {"", "Num       RefCount Protocol Flags    Type St Inode Path",
        "0000000000000000: 00000002 00000000 00010000 0001 01 71234",
        "0: 2 0 10000 1", ": : : :"})
    EXPECT_FALSE(IsOpenSocket(line, "socket")) << line;
}

}  // namespace
}  // namespace bailey::executor
