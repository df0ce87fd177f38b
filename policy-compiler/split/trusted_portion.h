// A trusted portion that answers calls, and what it holds.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_TRUSTED_PORTION_H_
#define BAILEY_POLICY_COMPILER_SPLIT_TRUSTED_PORTION_H_

#include <string_view>

#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/closure.h"
#include "policy-compiler/split/support.h"

namespace bailey::policy {

// Borrows the policy.
struct TrustedPortion {
  const PortionPolicy* policy = nullptr;
  Closure closure;
  Support support;

  bool Has(std::string_view id) const {
    return closure.Holds(id) || support.own.contains(id);
  }
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_TRUSTED_PORTION_H_
