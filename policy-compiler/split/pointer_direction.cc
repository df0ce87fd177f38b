#include "policy-compiler/split/pointer_direction.h"

namespace bailey::policy {

Direction DirectionOf(const FlowParameter& parameter) {
  // The language's word first: through a pointer to const nothing comes back.
  if (parameter.type.pointee.is_const) return Direction::kIn;
  switch (parameter.access) {
    case AccessMode::kReadOnly:
      return Direction::kIn;
    case AccessMode::kWriteOnly:
      return Direction::kOut;
    case AccessMode::kUnknown:
      return IsOnlyRead(parameter.inferred) ? Direction::kIn
                                            : Direction::kInOut;
    default:
      return Direction::kInOut;
  }
}

bool IsOnlyRead(const InferredExtent& inferred) {
  const bool is_known = inferred.kind != ExtentKind::kNotInferred &&
                        inferred.kind != ExtentKind::kUnknown;
  return is_known && (inferred.access == AccessMode::kReadOnly ||
                      inferred.access == AccessMode::kNone);
}

}  // namespace bailey::policy
