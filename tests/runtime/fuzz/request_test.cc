#include "runtime/fuzz/request.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "runtime/handles.h"

namespace bailey {
namespace {

constexpr uint32_t kAreaBytes = 8192;
constexpr unsigned char kUntouched = 0xa5;

// long f(const char* text, const unsigned char bytes[count], size_t count);
const bailey_fuzz_item kItems[] = {
    {BAILEY_FUZZ_STRING, BAILEY_FUZZ_SENT | BAILEY_FUZZ_NULLABLE, 1, -1, 0},
    {BAILEY_FUZZ_BUFFER, BAILEY_FUZZ_SENT | BAILEY_FUZZ_NULLABLE, 1, 2, 0},
    {BAILEY_FUZZ_VALUE, 0, 8, -1, 0}};

// void g(struct key* key);
constexpr unsigned kTag = BAILEY_HANDLE_TAG(1, 1);
const bailey_fuzz_item kHandle[] = {{BAILEY_FUZZ_HANDLE, 0, 8, -1, kTag}};
const bailey_fuzz_credential kCredential = {"key", BAILEY_FUZZ_FROM_FILE,
                                            "/run/secrets/key", -1};

class RequestTest : public testing::Test {
 protected:
  RequestTest() : bytes_(kAreaBytes, kUntouched) {
    area_.header = reinterpret_cast<bailey_area_header*>(bytes_.data());
    area_.payload = bytes_.data() + BAILEY_HEADER_BYTES;
    area_.capacity = kAreaBytes - 2 * BAILEY_HEADER_BYTES;
  }

  uint32_t Make(const std::vector<uint8_t>& input) {
    bailey_fuzz_bytes left{input.data(), input.size()};
    const uint32_t used = bailey_fuzz_make(&left, &portion_, 5, &area_);
    taken_ = input.size() - left.size;
    return used;
  }

  std::vector<unsigned char> bytes_;
  bailey_fuzz_area area_{};
  bailey_fuzz_function function_{{9, "f", nullptr}, kItems, 3};
  struct bailey_fuzz_portion portion_ = {"p", &function_, 1, &kCredential, 1};
  size_t taken_ = 0;
};

TEST_F(RequestTest, MakesWhatAStubWouldSend) {
  // Which function, no damage; a count of 3; a text of one byte; the bytes.
  const uint32_t used = Make({0, 0, 3, 5, 'x', 1, 2, 3});
  EXPECT_EQ(area_.header->sequence, 5u);
  EXPECT_EQ(area_.header->function, 9u);
  EXPECT_EQ(area_.header->status, static_cast<uint32_t>(BAILEY_OK));
  EXPECT_EQ(area_.header->length, used);
  // The count; presence; at 12 the size of `x` and its NUL; these; presence;
  // three bytes at the next multiple of two.
  const std::vector<unsigned char> expected = {
      3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 'x', 0, 1, 0, 1, 2, 3};
  EXPECT_EQ(std::vector<unsigned char>(area_.payload, area_.payload + used),
            expected);
}

TEST_F(RequestTest, NamesTheCredentialsPath) {
  Make({0, 0, 0, 1});
  EXPECT_STREQ(reinterpret_cast<char*>(area_.payload) + 16, "/run/secrets/key");
}

TEST_F(RequestTest, NothingIsARequestAsWell) {
  Make({});
  EXPECT_EQ(area_.header->function, 9u);
  EXPECT_EQ(taken_, 0u);
}

// Live numbers of the type come often enough to get anywhere, and all others
// come as well.
TEST_F(RequestTest, SendsNumbersThatWereGivenOutAndOthers) {
  int objects[3] = {};
  const uint64_t stale = bailey_handle_of(&objects[0], kTag);
  bailey_handles_revoke(&objects[0], 1);
  const uint64_t live = bailey_handle_of(&objects[1], kTag);
  const uint64_t other = bailey_handle_of(&objects[2], kTag + 1);
  function_ = {{9, "g", nullptr}, kHandle, 1};
  std::mt19937 random(2);
  std::map<uint64_t, int> sent;
  for (int i = 0; i < 1000; ++i) {
    std::vector<uint8_t> input = {0, 0};
    for (int j = 0; j < 10; ++j)
      input.push_back(static_cast<uint8_t>(random()));
    ASSERT_EQ(Make(input), 8u);
    uint64_t number;
    memcpy(&number, area_.payload, sizeof number);
    ++sent[number];
  }
  bailey_handles_forget();
  EXPECT_GT(sent[live], 500);
  EXPECT_GT(sent[other], 20);
  EXPECT_GT(sent[0], 20);
  EXPECT_GT(sent.size(), 20u);
  EXPECT_NE(stale, live);
}

// Any bytes: nothing beyond the area is written, what was written is told, and
// each of the things that can be wrong with a header comes.
TEST_F(RequestTest, StaysInTheAreaWhateverTheInput) {
  std::mt19937 random(1);
  std::set<std::string> wrong;
  for (int i = 0; i < 20'000; ++i) {
    std::vector<uint8_t> input(random() % 300);
    for (uint8_t& byte : input) byte = static_cast<uint8_t>(random());
    std::ranges::fill(bytes_, kUntouched);
    const uint32_t used = Make(input);
    ASSERT_LE(used, area_.capacity);
    for (size_t at = BAILEY_HEADER_BYTES + used; at < bytes_.size(); ++at) {
      ASSERT_EQ(bytes_[at], kUntouched) << at;
    }
    ASSERT_TRUE(input.empty() || taken_ > 0);
    if (area_.header->length > used) wrong.insert("longer");
    if (area_.header->length < used) wrong.insert("shorter");
    if (area_.header->length > area_.capacity) wrong.insert("huge");
    if (area_.header->function != 9) wrong.insert("function");
    if (area_.header->sequence != 5) wrong.insert("sequence");
    if (area_.header->status != BAILEY_OK) wrong.insert("status");
  }
  EXPECT_EQ(wrong.size(), 6u);
}

}  // namespace
}  // namespace bailey
