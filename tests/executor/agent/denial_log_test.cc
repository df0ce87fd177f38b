#include "executor/agent/denial_log.h"

#include <gmock/gmock.h>

namespace bailey::executor {
namespace {

using testing::SizeIs;

Denial Make(uint32_t number, const std::string& path) {
  Denial denial;
  denial.portion = "main";
  denial.syscall.number = number;
  denial.path = path;
  return denial;
}

TEST(DenialLogTest, CountsAlikeOnesTogether) {
  DenialLog log;
  log.Record(Make(1, "/a"));
  log.Record(Make(1, "/a"));
  log.Record(Make(1, "/b"));
  log.Record(Make(2, "/a"));
  ASSERT_THAT(log.denials(), SizeIs(3));
  EXPECT_EQ(log.denials()[0].count, 2u);
  EXPECT_EQ(log.denials()[1].count, 1u);
}

TEST(DenialLogTest, IsBounded) {
  DenialLog log;
  for (size_t i = 0; i < kMaxDenials + 10; ++i) {
    log.Record(Make(static_cast<uint32_t>(i), ""));
  }
  log.Record(Make(0, ""));
  EXPECT_THAT(log.denials(), SizeIs(kMaxDenials));
  EXPECT_EQ(log.dropped(), 10u);
  EXPECT_EQ(log.denials()[0].count, 2u);
}

TEST(DenialLogTest, SortedItDoesNotShowWhenWhatCame) {
  DenialLog one;
  DenialLog other;
  Denial first;
  first.portion = "main";
  first.syscall.number = 1;
  Denial second = first;
  second.syscall.number = 2;
  one.Record(first);
  one.Record(second);
  other.Record(second);
  other.Record(first);
  ASSERT_THAT(one.Sorted(), SizeIs(2));
  EXPECT_EQ(one.Sorted()[0].syscall.number, 1u);
  EXPECT_EQ(other.Sorted()[0].syscall.number, 1u);
}

}  // namespace
}  // namespace bailey::executor
