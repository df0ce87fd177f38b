// What each of a portion's three filters returns for a verdict: written once,
// for the lowering and for tests. (verify/ states it again by itself.)
//
//   CallFacts facts = FactsOf(Architecture::kX8664, data, options);
//   uint32_t value = FilterReturn(FilterKind::kNotify, verdict, facts,
//   options);
//
//   verdict                       plain          notify           rule index
//   allow                         ALLOW          ALLOW [1]        the rule
//   log                           LOG            USER_NOTIF       the rule
//   errno                         ERRNO|errno    USER_NOTIF [2]   the rule
//   trap                          TRAP           TRAP             the rule
//   kill_thread                   KILL_THREAD    KILL_THREAD      the rule
//   kill_process                  KILL_PROCESS   USER_NOTIF       the rule
//
// [1] USER_NOTIF for an open, where NotifyOptions::opens asks to see them, and
//     for every call where NotifyOptions::allowed does.
// [2] ERRNO|ENOSYS where it answers an unknown number or stands for clone3: the
//     C library relies on it, and nobody needs to be told.
// The sentinel call is USER_NOTIF in the notify filter whatever the verdict.

#ifndef BAILEY_POLICY_COMPILER_LOWER_FILTER_RETURN_H_
#define BAILEY_POLICY_COMPILER_LOWER_FILTER_RETURN_H_

#include <cstdint>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// What a filter's answer depends on beside the verdict.
struct CallFacts {
  bool opens = false;     // open, openat, openat2 or creat
  bool sentinel = false;  // the call that gives the listener away
};

bool IsOpen(Architecture architecture, uint32_t number);

CallFacts FactsOf(Architecture architecture, const SeccompData& data,
                  const NotifyOptions& options);

// SECCOMP_RET_* with its data; for kRuleIndex the rule's index as it is.
uint32_t FilterReturn(FilterKind kind, const Verdict& verdict,
                      const CallFacts& facts, const NotifyOptions& options);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LOWER_FILTER_RETURN_H_
