#include "executor/audit/needles.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>

namespace bailey::executor {
namespace {

const std::string kKey("\x00\x01key-\xff\xfe-bytes!", 16);

uint64_t CountIn(const std::string& memory, const std::string& key = kKey) {
  const std::vector<Needle> needles = MakeNeedles(key);
  std::vector<uint64_t> counts(needles.size(), 0);
  CountNeedles(memory, needles, counts);
  uint64_t total = 0;
  for (const uint64_t count : counts) total += count;
  return total;
}

std::string Hex(const std::string& bytes, const char* format) {
  std::string text;
  for (const char byte : bytes) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), format,
                  static_cast<unsigned>(static_cast<unsigned char>(byte)));
    text += digits.data();
  }
  return text;
}

TEST(Base64Test, MatchesTheRfc4648Vectors) {
  EXPECT_EQ(Base64("", false), "");
  EXPECT_EQ(Base64("f", false), "Zg==");
  EXPECT_EQ(Base64("fo", false), "Zm8=");
  EXPECT_EQ(Base64("foobar", false), "Zm9vYmFy");
  EXPECT_EQ(Base64("\xff\xff", false), "//8=");
  EXPECT_EQ(Base64("\xff\xff", true), "__8=");
}

TEST(NeedlesTest, FindsBytesAndDigits) {
  EXPECT_EQ(CountIn("before" + kKey + "after"), 1u);
  EXPECT_EQ(CountIn("x" + Hex(kKey, "%02x") + "y"), 1u);
  EXPECT_EQ(CountIn("x" + Hex(kKey, "%02X") + "y"), 1u);
  EXPECT_EQ(CountIn("nothing here"), 0u);
}

// Wherever the key stands in a text that was encoded as a whole.
TEST(NeedlesTest, FindsBase64AtEveryAlignment) {
  for (size_t before = 0; before < 6; ++before) {
    for (size_t after = 0; after < 4; ++after) {
      const std::string text =
          std::string(before, 'p') + kKey + std::string(after, 's');
      EXPECT_GE(CountIn(Base64(text, false)), 1u) << before << " " << after;
      EXPECT_GE(CountIn(Base64(text, true)), 1u) << before << " " << after;
    }
  }
}

TEST(NeedlesTest, AFinalNewlineIsNoPartOfAKey) {
  EXPECT_EQ(CountIn("before" + kKey + "after", kKey + "\n"), 1u);
}

// A key file may hold digits, and the program what they stand for.
TEST(NeedlesTest, FindsWhatAnEncodedKeyStandsFor) {
  EXPECT_GE(CountIn("before" + kKey + "after", Hex(kKey, "%02x") + "\n"), 1u);
  EXPECT_GE(CountIn("before" + kKey + "after", Base64(kKey, false)), 1u);
  EXPECT_GE(CountIn("before" + kKey + "after", Base64(kKey, true)), 1u);
  EXPECT_EQ(FromHex("0123"), std::nullopt);
  EXPECT_EQ(FromHex(std::string(32, 'g')), std::nullopt);
  EXPECT_EQ(FromBase64("no base64!"), std::nullopt);
}

TEST(NeedlesTest, FindsTheSeedOfASecretKey) {
  std::string secret(64, 's');
  for (size_t i = 0; i < secret.size(); ++i) secret[i] = static_cast<char>(i);
  EXPECT_GE(CountIn("x" + secret.substr(0, 32) + "y", secret), 1u);
}

// The lines of a key file are in memory one by one, and decoded.
TEST(NeedlesTest, FindsTheLinesOfAKeyFileAndWhatTheyStandFor) {
  const std::string bytes = "0123456789abcdef-and-more";
  const std::string file =
      "untrusted comment: a key\n" + Base64(bytes, false) + "\n";
  EXPECT_EQ(CountIn("untrusted comment: a key", file), 0u);
  EXPECT_EQ(CountIn(Base64(bytes, false), file), 1u);
  EXPECT_EQ(CountIn("x" + bytes + "y", file), 1u);
  EXPECT_EQ(CountIn("x" + bytes.substr(1), file), 0u);
}

}  // namespace
}  // namespace bailey::executor
