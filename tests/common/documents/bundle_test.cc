#include "common/documents/bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey {
namespace {

using ::testing::HasSubstr;

Plan MinimalPlan() {
  Plan plan;
  plan.tool = "bailey test";
  plan.policy = "p";
  return plan;
}

std::string Sample() {
  BundleWriter writer(MinimalPlan());
  writer.Add({"worker", "/program", 0555, true}, "program bytes");
  writer.Add({"worker", "/lib/libc.so.6", 0444, false}, "library");
  writer.Add({"signer", "/lib/libc.so.6", 0444, false}, "library");
  return writer.Finish();
}

TEST(BundleTest, ReadsWhatItWrites) {
  const Result<Bundle> bundle = Bundle::Parse(Sample(), "b");
  ASSERT_TRUE(bundle.ok()) << bundle.error().message;
  ASSERT_EQ(bundle->files().size(), 3u);
  EXPECT_EQ(bundle->files()[0].bytes, "program bytes");
  EXPECT_TRUE(bundle->files()[0].file.is_program);
  EXPECT_EQ(bundle->files()[2].bytes, "library");
  EXPECT_EQ(bundle->digest().size(), 64u);
}

TEST(BundleTest, SameInputSameBytes) { EXPECT_EQ(Sample(), Sample()); }

TEST(BundleTest, ViewsSurviveAMove) {
  Bundle first = Bundle::Parse(Sample(), "b").value();
  const Bundle second = std::move(first);
  EXPECT_EQ(second.files()[1].bytes, "library");
}

TEST(BundleTest, EveryTruncationIsRefused) {
  const std::string whole = Sample();
  for (size_t length = 0; length < whole.size(); ++length)
    ASSERT_FALSE(Bundle::Parse(whole.substr(0, length), "b").ok()) << length;
  EXPECT_FALSE(Bundle::Parse(whole + "x", "b").ok());
}

// A changed byte is refused, or changes the digest that `run --digest` checks.
TEST(BundleTest, EveryAlteredByteIsSeen) {
  const std::string whole = Sample();
  const std::string digest = Bundle::Parse(whole, "b")->digest();
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string altered = whole;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    const Result<Bundle> bundle = Bundle::Parse(altered, "b");
    if (bundle.ok()) {
      EXPECT_NE(bundle->digest(), digest) << i;
    }
  }
}

TEST(BundleTest, PathsThatLeaveTheContainerAreRefused) {
  for (const char* path :
       {"relative", "/a/../b", "/..", "/a//b", "/", "", "/./a"}) {
    BundleWriter writer(MinimalPlan());
    writer.Add({"worker", path, 0444, false}, "x");
    EXPECT_THAT(Bundle::Parse(writer.Finish(), "b").error().message,
                HasSubstr("is not allowed"))
        << path;
  }
}

TEST(BundleTest, HugeLengthsAreRefused) {
  std::string bytes = Sample();
  bytes.replace(16, 16, "ffffffffffffffff");
  EXPECT_THAT(Bundle::Parse(bytes, "b").error().message, HasSubstr("manifest"));
}

}  // namespace
}  // namespace bailey
