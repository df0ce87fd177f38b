// What the kernel did, against what a policy says: a filter that is wrong is
// seen to be.

#include "policy-compiler/trial/real_outcome.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace bailey::policy {
namespace {

using Kind = RealAnswer::Kind;

constexpr RealAnswer kMade{Kind::kReturned, 1234};
constexpr RealAnswer kBadDescriptor{Kind::kReturned, -EBADF};
constexpr RealAnswer kRefused{Kind::kReturned, -EPERM};
constexpr RealAnswer kTrapped{Kind::kTrapped, 0};
constexpr RealAnswer kKilled{Kind::kKilled, 0};
constexpr RealAnswer kNone{Kind::kNoAnswer, 0};

constexpr Action kAllow{ActionKind::kAllow, 0};
constexpr Action kLog{ActionKind::kLog, 0};
constexpr Action kErrno{ActionKind::kErrno, EPERM};
constexpr Action kTrap{ActionKind::kTrap, 0};
constexpr Action kKill{ActionKind::kKillProcess, 0};

TEST(RealOutcomeTest, EachActionHasItsAnswer) {
  EXPECT_EQ(JudgeRealCall(kAllow, kMade, {Kind::kReturned, 7}),
            RealOutcome::kAgrees);
  EXPECT_EQ(JudgeRealCall(kLog, kBadDescriptor, kBadDescriptor),
            RealOutcome::kAgrees);
  EXPECT_EQ(JudgeRealCall(kErrno, kMade, kRefused), RealOutcome::kAgrees);
  EXPECT_EQ(JudgeRealCall(kTrap, kMade, kTrapped), RealOutcome::kAgrees);
  EXPECT_EQ(JudgeRealCall(kKill, kMade, kKilled), RealOutcome::kAgrees);
}

TEST(RealOutcomeTest, AnyOtherAnswerDiffers) {
  for (const RealAnswer& answer : {kRefused, kTrapped, kKilled, kNone}) {
    EXPECT_EQ(JudgeRealCall(kAllow, kMade, answer), RealOutcome::kDiffers);
    EXPECT_EQ(JudgeRealCall(kAllow, kBadDescriptor, answer),
              RealOutcome::kDiffers);
  }
  EXPECT_EQ(JudgeRealCall(kAllow, kBadDescriptor, kMade),
            RealOutcome::kDiffers);
  for (const RealAnswer& answer : {kMade, kBadDescriptor, kNone}) {
    EXPECT_EQ(JudgeRealCall(kErrno, kMade, answer), RealOutcome::kDiffers);
    EXPECT_EQ(JudgeRealCall(kTrap, kMade, answer), RealOutcome::kDiffers);
    EXPECT_EQ(JudgeRealCall(kKill, kMade, answer), RealOutcome::kDiffers);
  }
  EXPECT_EQ(JudgeRealCall(kErrno, kMade, kKilled), RealOutcome::kDiffers);
  EXPECT_EQ(JudgeRealCall(kTrap, kMade, kKilled), RealOutcome::kDiffers);
  EXPECT_EQ(JudgeRealCall(kKill, kMade, kTrapped), RealOutcome::kDiffers);
}

TEST(RealOutcomeTest, WhatTheKernelSaysAnywayIsUnclear) {
  EXPECT_EQ(JudgeRealCall(kErrno, kRefused, kRefused), RealOutcome::kUnclear);
  EXPECT_EQ(JudgeRealCall(kKill, kKilled, kKilled), RealOutcome::kUnclear);
}

TEST(RealOutcomeTest, AnswersAreDescribed) {
  EXPECT_EQ(DescribeAnswer(kMade), "the call was made");
  EXPECT_EQ(DescribeAnswer(kRefused), "the kernel answered errno EPERM");
  EXPECT_EQ(DescribeAnswer({Kind::kReturned, -4000}),
            "the kernel answered errno 4000");
  EXPECT_EQ(DescribeAnswer(kKilled), "the process was killed");
}

}  // namespace
}  // namespace bailey::policy
