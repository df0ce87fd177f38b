// Why something cannot be called from another portion, and the way out.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_REFUSAL_H_
#define BAILEY_POLICY_COMPILER_SPLIT_REFUSAL_H_

#include <string>

namespace bailey::policy {

struct Refusal {
  std::string reason;
  std::string hint;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_REFUSAL_H_
