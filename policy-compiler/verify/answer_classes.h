// The differences of two sides (answer_diff.h) for people: those of system
// calls that change in the same way stand together, what loosens first.
//
//   for (const AnswerClass& each : ClassesOf(architecture, diff)) ...

#ifndef BAILEY_POLICY_COMPILER_VERIFY_ANSWER_CLASSES_H_
#define BAILEY_POLICY_COMPILER_VERIFY_ANSWER_CLASSES_H_

#include <string>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/verify/answer_diff.h"

namespace bailey::policy {

struct AnswerClass {
  AnswerDifference example;
  // Of the table, or other architectures; empty in other regions.
  std::vector<std::string> calls;
  Relation relation = Relation::kIncomparable;
};

// With kPermission denials are alike.
std::vector<AnswerClass> ClassesOf(Architecture architecture,
                                   const AnswerDiff& diff,
                                   ActionOrder order = ActionOrder::kExact);

// Adds what PlaceText calls it.
void AddName(Architecture architecture, const AnswerDifference& difference,
             std::vector<std::string>& names);
// "read, write and 3 others", "calls of i386, arm", "numbers of no known call"
std::string PlaceText(const AnswerDifference& example,
                      const std::vector<std::string>& calls);
// "syscall", "unknown_number", "x32", "foreign_architecture".
std::string_view RegionName(InputRegion region);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_ANSWER_CLASSES_H_
