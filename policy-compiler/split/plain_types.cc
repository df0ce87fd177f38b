#include "policy-compiler/split/plain_types.h"

#include "policy-compiler/split/type_names.h"

namespace bailey::policy {

bool IsIntegral(TypeKind kind) {
  return kind == TypeKind::kInteger || kind == TypeKind::kBool ||
         kind == TypeKind::kEnum;
}

bool HoldsPointer(std::string_view spelling) {
  return spelling == "intptr_t" || spelling == "uintptr_t";
}

bool IsPlainFloating(TypeKind kind, uint64_t size_bytes) {
  return kind == TypeKind::kFloating && (size_bytes == 4 || size_bytes == 8);
}

bool IsPlainElement(const PointeeInfo& pointee) {
  const bool is_number =
      pointee.kind == TypeKind::kInteger || pointee.kind == TypeKind::kEnum;
  return (is_number || IsPlainFloating(pointee.kind, pointee.size_bytes)) &&
         pointee.size_bytes > 0 && !HoldsPointer(pointee.spelling) &&
         HasTypeName(pointee.spelling);
}

bool IsCount(const TypeInfo& type) {
  return type.kind == TypeKind::kInteger && type.size_bytes <= 8;
}

}  // namespace bailey::policy
