// The arguments of a profile's entry as a condition of the policy language.
//
//   OciCondition when =
//       TranslateArguments(call, entry.arguments, OciWidths::kKernel);
//   switch (when.kind) { case OciCondition::Kind::kTest: text += when.text; ...
//
// A profile compares 64 bits, unsigned. The language compares what the kernel
// reads of the argument; values are taken as if all bits above were 0. In a
// text with `widths full;` it compares 64 bits, too, and pointers and words
// beyond the call's arguments as `argument0` to `argument5`.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_OCI_CONDITION_H_
#define BAILEY_POLICY_COMPILER_FORMATS_OCI_CONDITION_H_

#include <set>
#include <string>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/formats/oci/profile.h"

namespace bailey::policy {

struct OciCondition {
  enum class Kind { kAlways, kNever, kTest } kind = Kind::kAlways;
  std::string text;  // kTest: what stands between the parentheses
  // Arguments whose upper bits the profile compares and the policy does not.
  std::set<int> narrowed;
  // Tests that no filter of the language makes, and that are left out.
  std::vector<std::string> inexpressible;
  // Several tests of one argument: runc takes every test as an entry of its
  // own.
  bool alternatives = false;
};

enum class OciWidths { kKernel, kFull };

OciCondition TranslateArguments(const Syscall& call,
                                const std::vector<OciArgument>& arguments,
                                OciWidths widths);

// The argument's value is in one of the ranges, which are normalized and fit
// it. Requires an argument that the call has, no pointer.
std::string RangesTest(const Syscall& call, int index,
                       const std::vector<BitRange>& ranges, OciWidths widths);
// All of its values but those, ascending ones.
std::vector<BitRange> RangesWithout(const Syscall& call, int index,
                                    const std::set<uint64_t>& values,
                                    OciWidths widths);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_OCI_CONDITION_H_
