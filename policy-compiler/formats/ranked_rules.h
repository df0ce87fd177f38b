// A call's rules in the order in which the first that matches decides as the
// strongest does here: for formats whose rules are ordered.
//
//   for (const RankedRule& rule : RankedRules(portion, call)) ...
//   // and where none matches: UnmatchedAction(portion, call)

#ifndef BAILEY_POLICY_COMPILER_FORMATS_RANKED_RULES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_RANKED_RULES_H_

#include <map>
#include <string>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct RankedRule {
  Action action;
  Condition when;     // of full width; may hold
  uint32_t rule = 0;  // one of those that it stands for
};

// The strongest first, one an action. Rules that answer as the call does
// without them, and nothing weaker behind them, are left out; nothing stands
// behind one that always holds.
std::vector<RankedRule> RankedRules(const PortionPolicy& portion,
                                    const Syscall& call);

// Lines for the head of an exported text: what it is of, and what of the
// portion's policy is no system call and so not in it.
std::vector<std::string> ExportHead(const Policy& policy,
                                    const PortionPolicy& portion);

// The strongest first; of errors the lower number.
struct StrongestFirst {
  bool operator()(const Action& a, const Action& b) const {
    if (a.kind != b.kind) return a.kind > b.kind;
    return a.errno_value < b.errno_value;
  }
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_RANKED_RULES_H_
