#include "executor/audit/windows.h"

#include <gmock/gmock.h>

#include <numeric>

#include "executor/audit/needles.h"

namespace bailey::executor {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;

// Thirty-two different bytes, none of them zero.
std::string Secret() {
  std::string secret(32, '\0');
  std::iota(secret.begin(), secret.end(), '\x41');
  return secret;
}

std::vector<uint32_t> OffsetsIn(const Windows& windows,
                                std::string_view memory) {
  std::vector<uint32_t> offsets;
  windows.Find(memory,
               [&](const Window& found) { offsets.push_back(found.offset); });
  return offsets;
}

class WindowsTest : public testing::Test {
 protected:
  WindowsTest() { windows_.Add(7, std::vector<std::string>{Secret()}); }
  Windows windows_;
};

TEST_F(WindowsTest, FindsEveryEightBytesAtEveryPlace) {
  for (uint32_t offset = 0; offset + kWindowBytes <= 32; ++offset) {
    for (size_t before = 0; before < 20; ++before) {
      const std::string memory = std::string(before, '\0') +
                                 Secret().substr(offset, kWindowBytes) +
                                 std::string(before % 3, '\0');
      EXPECT_THAT(OffsetsIn(windows_, memory), ElementsAre(offset)) << before;
    }
  }
}

TEST_F(WindowsTest, DoesNotFindSeven) {
  for (size_t offset = 0; offset + 7 <= 32; ++offset) {
    const std::string memory = "1" + Secret().substr(offset, 7) + "2";
    EXPECT_THAT(OffsetsIn(windows_, memory), SizeIs(0)) << offset;
  }
  EXPECT_THAT(OffsetsIn(windows_, Secret().substr(0, 7)), SizeIs(0));
  EXPECT_THAT(OffsetsIn(windows_, ""), SizeIs(0));
}

// The quick way over zeros must not jump over a window that begins with some.
TEST_F(WindowsTest, FindsWindowsThatBeginWithZeros) {
  const std::string secret("\0\0\0abcdef\0\0\0\0ghi", 16);
  Windows windows;
  windows.Add(0, std::vector<std::string>{secret});
  for (size_t before = 0; before < 24; ++before) {
    const std::string memory = std::string(before, '\0') + secret;
    EXPECT_EQ(OffsetsIn(windows, memory).size(), windows.size()) << before;
  }
}

TEST_F(WindowsTest, LeavesOutWhatHasFewDifferentBytes) {
  Windows windows;
  windows.Add(0, std::vector<std::string>{"aaaabbbbccccdddd"});
  EXPECT_EQ(windows.size(), 0u);
  EXPECT_EQ(windows.too_plain(), 9u);
  windows.Add(0, std::vector{std::string("abcd\0\0\0\0", 8)});
  EXPECT_EQ(windows.size(), 1u);
}

TEST_F(WindowsTest, LeavesOutWhatATextHas) {
  const size_t all = windows_.size();
  EXPECT_EQ(windows_.LeaveOut("before " + Secret().substr(4, 9) + " after"),
            2u);
  EXPECT_EQ(windows_.size(), all - 2);
  EXPECT_THAT(OffsetsIn(windows_, Secret()), Not(Contains(4u)));
  EXPECT_THAT(OffsetsIn(windows_, Secret()), Contains(6u));
  EXPECT_EQ(windows_.LeaveOut("nothing of it"), 0u);
}

TEST_F(WindowsTest, ManyWindowsStayApart) {
  std::string large;
  uint64_t state = 1;
  while (large.size() < 100'000) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    large += static_cast<char>(state >> 56);
  }
  Windows windows;
  windows.Add(1, std::vector<std::string>{large});
  EXPECT_EQ(OffsetsIn(windows, large).size(), large.size() - 7);
  EXPECT_THAT(OffsetsIn(windows, Secret()), SizeIs(0));
}

TEST(SecretPartsTest, TakesTheSecretHalfOfAnEd25519Key) {
  const std::string key = Secret() + std::string(32, 'p');
  EXPECT_THAT(SecretParts(key), ElementsAre(Secret()));
  EXPECT_THAT(SecretParts(Base64(key, false)), Contains(Secret()));
  for (const std::string& part : SecretParts(Base64(key, false))) {
    EXPECT_THAT(Base64(std::string(32, 'p'), false),
                Not(testing::HasSubstr(part)));
    EXPECT_LE(part.size(), 43u);
  }
}

TEST(SecretPartsTest, LeavesAKeyFilesHeadingOut) {
  const std::string line = Base64(Secret(), false);
  EXPECT_THAT(SecretParts("untrusted comment: a secret key\n" + line + "\n"),
              testing::UnorderedElementsAre(line, Secret()));
  EXPECT_THAT(SecretParts("two lines of words,\nnone of them digits\n"),
              SizeIs(1));
  EXPECT_THAT(SecretParts("short"), SizeIs(0));
}

}  // namespace
}  // namespace bailey::executor
