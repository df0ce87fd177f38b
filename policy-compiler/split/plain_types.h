// Types whose values mean the same in every portion.
//
//   if (IsPlainElement(parameter.type.pointee)) …  // copied as bytes

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLAIN_TYPES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLAIN_TYPES_H_

#include <cstdint>
#include <string_view>

#include "common/documents/flow.h"

namespace bailey::policy {

// No message carries more.
inline constexpr uint64_t kMostCarriedBytes = uint64_t{1} << 30;

bool IsIntegral(TypeKind kind);
// Integers that are made to hold a pointer.
bool HoldsPointer(std::string_view spelling);
// A long double's 16 bytes hold 6 that nobody writes.
bool IsPlainFloating(TypeKind kind, uint64_t size_bytes);
// A number with a name for its type, which glue can spell.
bool IsPlainElement(const PointeeInfo& pointee);
// An integer of a width that a count is read as.
bool IsCount(const TypeInfo& type);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PLAIN_TYPES_H_
