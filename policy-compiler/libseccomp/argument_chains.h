// A condition in the only form that libseccomp takes: alternatives, each of
// which tests each argument at most once, all 64 bits of it, unsigned.
//
//   ASSIGN_OR_RETURN(ArgumentChains chains, ChainsOf(rule.when));
//   for (const ArgumentChain& chain : chains) ...  // one libseccomp rule each
//
// What libseccomp has no operator for becomes comparisons of masked bits: an
// order on fewer bits is one alternative a bit (the bits above equal, this one
// not), and so is `!=` under a mask.

#ifndef BAILEY_POLICY_COMPILER_LIBSECCOMP_ARGUMENT_CHAINS_H_
#define BAILEY_POLICY_COMPILER_LIBSECCOMP_ARGUMENT_CHAINS_H_

#include <cstdint>
#include <map>
#include <vector>

#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// kEqual: (argument & mask) == value, `value` within `mask`. The others compare
// all 64 bits; `mask` is all ones.
struct ArgumentTest {
  CompareOp op = CompareOp::kEqual;
  uint64_t mask = ~uint64_t{0};
  uint64_t value = 0;
  auto operator<=>(const ArgumentTest&) const = default;
};

// By argument; all hold. An empty chain holds always.
using ArgumentChain = std::map<int, ArgumentTest>;
// Any holds. No chain: never.
using ArgumentChains = std::vector<ArgumentChain>;

// Fails where that takes more than a thousand alternatives.
Result<ArgumentChains> ChainsOf(const Condition& condition);
// Where the condition does not hold.
Result<ArgumentChains> ChainsOfNot(const Condition& condition);

// Where both hold.
Result<ArgumentChains> Conjunction(const ArgumentChains& left,
                                   const ArgumentChains& right);

bool Holds(const ArgumentChains& chains, const SeccompData& data);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIBSECCOMP_ARGUMENT_CHAINS_H_
