// Types as C spells them.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_TYPE_NAMES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_TYPE_NAMES_H_

#include <string_view>

namespace bailey::policy {

// Whether another declaration can name the type.
inline bool HasTypeName(std::string_view spelling) {
  return !spelling.empty() && !spelling.contains("unnamed") &&
         !spelling.contains("anonymous");
}

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_TYPE_NAMES_H_
