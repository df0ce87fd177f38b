#include "policy-compiler/lower/filter_return.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <cerrno>

namespace bailey::policy {
namespace {

constexpr NotifyOptions kQuiet{};
constexpr NotifyOptions kSeeOpens{.opens = true};

uint32_t Notify(ActionKind kind, uint32_t rule, CallFacts facts = {},
                const NotifyOptions& options = kQuiet) {
  return FilterReturn(FilterKind::kNotify, {{kind, 13}, rule}, facts, options);
}

TEST(FilterReturn, PlainIsTheVerdict) {
  const auto plain = [](ActionKind kind) {
    return FilterReturn(FilterKind::kPlain, {{kind, 13}, 20}, {true, true},
                        kSeeOpens);
  };
  EXPECT_EQ(plain(ActionKind::kAllow), SECCOMP_RET_ALLOW);
  EXPECT_EQ(plain(ActionKind::kLog), SECCOMP_RET_LOG);
  EXPECT_EQ(plain(ActionKind::kErrno), SECCOMP_RET_ERRNO | 13u);
  EXPECT_EQ(plain(ActionKind::kTrap), SECCOMP_RET_TRAP);
  EXPECT_EQ(plain(ActionKind::kKillThread), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(plain(ActionKind::kKillProcess), SECCOMP_RET_KILL_PROCESS);
}

TEST(FilterReturn, RuleIndexIsTheRule) {
  EXPECT_EQ(FilterReturn(FilterKind::kRuleIndex, {{ActionKind::kAllow}, 4711},
                         {true, true}, kSeeOpens),
            4711u);
}

TEST(FilterReturn, NotifyTellsOfDenials) {
  EXPECT_EQ(Notify(ActionKind::kErrno, 20), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(Notify(ActionKind::kErrno, kRuleOtherwise), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(Notify(ActionKind::kKillProcess, 20), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(Notify(ActionKind::kLog, 20), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(Notify(ActionKind::kTrap, 20), SECCOMP_RET_TRAP);
  EXPECT_EQ(Notify(ActionKind::kKillThread, 20), SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(Notify(ActionKind::kAllow, 20), SECCOMP_RET_ALLOW);
}

TEST(FilterReturn, CompatibilityAnswersStayPlain) {
  EXPECT_EQ(Notify(ActionKind::kErrno, kRuleUnknownNumber),
            SECCOMP_RET_ERRNO | 13u);
  EXPECT_EQ(Notify(ActionKind::kErrno, kRuleClone3Fallback),
            SECCOMP_RET_ERRNO | 13u);
  EXPECT_EQ(Notify(ActionKind::kKillProcess, kRuleUnknownNumber),
            SECCOMP_RET_USER_NOTIF);
}

TEST(FilterReturn, OpensAreSeenOnlyWhereAsked) {
  const CallFacts open{.opens = true};
  EXPECT_EQ(Notify(ActionKind::kAllow, 20, open, kQuiet), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Notify(ActionKind::kAllow, 20, open, kSeeOpens),
            SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(Notify(ActionKind::kTrap, 20, open, kSeeOpens), SECCOMP_RET_TRAP);
}

TEST(FilterReturn, TheSentinelIsAlwaysNotified) {
  const CallFacts sentinel{.sentinel = true};
  EXPECT_EQ(Notify(ActionKind::kAllow, 20, sentinel), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(Notify(ActionKind::kTrap, 20, sentinel), SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(Notify(ActionKind::kErrno, kRuleUnknownNumber, sentinel),
            SECCOMP_RET_USER_NOTIF);
}

TEST(FactsOf, ComparesTheSentinelIn32Bits) {
  const NotifyOptions options{.sentinel_number = 157,
                              .sentinel_argument0 = 0x4241494c};
  SeccompData data{.number = 157};
  data.arguments[0] = 0xffffffff4241494cu;
  EXPECT_TRUE(FactsOf(Architecture::kX8664, data, options).sentinel);
  data.arguments[0] = 0x4241494d;
  EXPECT_FALSE(FactsOf(Architecture::kX8664, data, options).sentinel);
  data = {.number = 0};
  EXPECT_FALSE(FactsOf(Architecture::kX8664, data, kQuiet).sentinel);
}

TEST(IsOpen, KnowsTheFourCalls) {
  for (const uint32_t number : {2u, 85u, 257u, 437u}) {
    EXPECT_TRUE(IsOpen(Architecture::kX8664, number)) << number;
  }
  EXPECT_FALSE(IsOpen(Architecture::kX8664, 0));
  EXPECT_FALSE(IsOpen(Architecture::kX8664, 3));
}

}  // namespace
}  // namespace bailey::policy
