// How many calls two portions permit differently, counted by system call and by
// class: the calls of one number that one rule of each portion decides.
//
//   CallChanges changes;
//   CountChanges({context, input, timeout_ms}, old_deciders, new_deciders,
//                changes);
//   // changes.allowed.entirely: system calls that were denied whatever their
//   // arguments, and are permitted whatever they are

#ifndef BAILEY_POLICY_COMPILER_VERIFY_CALL_CLASSES_H_
#define BAILEY_POLICY_COMPILER_VERIFY_CALL_CLASSES_H_

#include <cstddef>
#include <cstdint>

#include "policy-compiler/verify/call_answers.h"
#include "policy-compiler/verify/call_changes.h"

namespace bailey::policy {

// More pairs of rules than this are not asked about, for one number.
inline constexpr size_t kMaxClassQuestions = 400;

struct ClassQuestions {
  z3::context& context;
  const Input& input;
  uint32_t timeout_ms = 0;
};

// Adds those of one number. May throw z3::exception.
void CountChanges(const ClassQuestions& questions, const Deciders& before,
                  const Deciders& after, CallChanges& changes);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_CALL_CLASSES_H_
