// Which parameter of a function the analysis means by a number, and whether
// what is behind it may be what the function put there.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_EXPOSED_PARAMETERS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_EXPOSED_PARAMETERS_H_

#include <algorithm>
#include <cstddef>

#include "common/documents/flow.h"

namespace bailey::policy {

// The analysis counts what is passed in integer registers; that is the
// parameters' own count where nothing goes elsewhere.
inline bool IsCountedAlike(const FlowFunction& function) {
  const auto is_plain = [](const TypeInfo& type) {
    return type.kind != TypeKind::kFloating && type.kind != TypeKind::kStruct &&
           type.kind != TypeKind::kOther && type.size_bytes <= 8;
  };
  return is_plain(function.return_type) &&
         std::ranges::all_of(function.parameters, is_plain,
                             &FlowParameter::type);
}

// Of the parameter of an exposure (flow.h): it gives the caller nothing back.
inline bool IsInOnly(const FlowFunction& function, int parameter) {
  if (parameter < 0 || !IsCountedAlike(function)) return false;
  const auto index = static_cast<size_t>(parameter);
  return index < function.parameters.size() &&
         (function.parameters[index].type.kind != TypeKind::kPointer ||
          function.parameters[index].type.pointee.is_const);
}

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_EXPOSED_PARAMETERS_H_
