#include "common/syscalls/nearest_name.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bailey {
namespace {

const std::vector<std::string_view> kNames = {"open",   "openat", "openat2",
                                              "socket", "ptrace", "O_RDONLY",
                                              "fd",     "clone3"};

std::optional<std::string_view> Nearest(std::string_view misspelt) {
  return NearestName(misspelt, kNames);
}

TEST(NearestNameTest, FindsOneEdit) {
  EXPECT_EQ(Nearest("opennat"), "openat");  // a letter too many
  EXPECT_EQ(Nearest("sockt"), "socket");    // one too few
  EXPECT_EQ(Nearest("ptrase"), "ptrace");   // another one
  EXPECT_EQ(Nearest("scoket"), "socket");   // two swapped
  EXPECT_EQ(Nearest("O_RDONYL"), "O_RDONLY");
}

// Two letters allow one edit, so a swap that cost two would find nothing.
TEST(NearestNameTest, CountsASwapAsOneEdit) { EXPECT_EQ(Nearest("df"), "fd"); }

TEST(NearestNameTest, PrefersTheNearest) {
  EXPECT_EQ(Nearest("openta2"), "openat2");
  EXPECT_EQ(Nearest("opena"), "open");  // as near as openat, and before it
}

TEST(NearestNameTest, IgnoresCase) {
  EXPECT_EQ(Nearest("o_rdonly"), "O_RDONLY");
  EXPECT_EQ(Nearest("OpenAt"), "openat");
}

TEST(NearestNameTest, SuggestsNothingFarAway) {
  EXPECT_EQ(Nearest("frobnicate"), std::nullopt);
  EXPECT_EQ(Nearest("xy"), std::nullopt);
  EXPECT_EQ(Nearest("x"), std::nullopt);
  EXPECT_EQ(Nearest(""), std::nullopt);
  EXPECT_EQ(Nearest(std::string(100000, 'o')), std::nullopt);
}

TEST(NearestNameTest, NeedsCandidates) {
  EXPECT_EQ(NearestName("open", {}), std::nullopt);
}

}  // namespace
}  // namespace bailey
