#include "analyzer/source/type_facts.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/QualTypeNames.h>
#include <clang/AST/Type.h>

#include <algorithm>

#include "analyzer/source/library_types.h"

namespace bailey::analyzer {
namespace {

using clang::ASTContext;
using clang::QualType;

// May be copied as bytes and mean the same in another process: no pointer, no
// union (which of its members counts is not known), no bit-field.
bool IsFlat(const ASTContext& context, QualType type) {
  type = type.getCanonicalType();
  if (const auto* array = context.getAsConstantArrayType(type))
    return IsFlat(context, array->getElementType());
  if (type->isArithmeticType() || type->isEnumeralType()) return true;
  const clang::RecordDecl* record = type->getAsRecordDecl();
  if (record == nullptr || record->isUnion()) return false;
  record = record->getDefinition();
  if (record == nullptr || record->hasFlexibleArrayMember()) return false;
  if (const auto* cxx = llvm::dyn_cast<clang::CXXRecordDecl>(record);
      cxx != nullptr && !cxx->isTriviallyCopyable())
    return false;
  return std::ranges::all_of(
      record->fields(), [&](const clang::FieldDecl* field) {
        return !field->isBitField() && IsFlat(context, field->getType());
      });
}

// `enum class answer : bool`: of its 256 bytes two are values, and a sender may
// choose any.
bool IsEnumOfBool(QualType type) {
  const auto* type_of_enum = type->getAs<clang::EnumType>();
  if (type_of_enum == nullptr) return false;
  const QualType integer = type_of_enum->getDecl()->getIntegerType();
  return !integer.isNull() && integer->isBooleanType();
}

TypeKind KindOf(QualType type) {
  if (type->isVoidType()) return TypeKind::kVoid;
  if (type->isBooleanType()) return TypeKind::kBool;
  if (IsEnumOfBool(type)) return TypeKind::kOther;
  if (type->isEnumeralType()) return TypeKind::kEnum;
  if (type->isIntegerType()) return TypeKind::kInteger;
  if (type->isRealFloatingType()) return TypeKind::kFloating;
  if (type->isPointerType() || type->isReferenceType())
    return TypeKind::kPointer;
  if (type->isStructureOrClassType()) return TypeKind::kStruct;
  return TypeKind::kOther;
}

uint64_t SizeOf(const ASTContext& context, QualType type) {
  if (type->isVoidType() || type->isFunctionType() ||
      type->isIncompleteType() || type->isDependentType() ||
      type->isVariableArrayType())
    return 0;
  return static_cast<uint64_t>(
      context.getTypeSizeInChars(type.getNonReferenceType()).getQuantity());
}

// In C++ with its namespaces, so that it means the same at the unit's end.
std::string Spell(const ASTContext& context, QualType type) {
  const QualType unqualified = type.getUnqualifiedType();
  const clang::PrintingPolicy& policy = context.getPrintingPolicy();
  if (context.getLangOpts().CPlusPlus && !type->isDependentType())
    return clang::TypeName::getFullyQualifiedName(unqualified, context, policy);
  return unqualified.getAsString(policy);
}

PointeeInfo DescribePointee(const ASTContext& context, QualType type) {
  PointeeInfo info;
  info.kind = KindOf(type);
  info.spelling = Spell(context, type);
  info.size_bytes = SizeOf(context, type);
  info.is_const = type.isConstQualified();
  info.is_character = type->isSpecificBuiltinType(clang::BuiltinType::Char_S) ||
                      type->isSpecificBuiltinType(clang::BuiltinType::Char_U);
  info.is_flat = info.size_bytes > 0 && IsFlat(context, type);
  return info;
}

// N of a parameter declared `T p[static N]`; 0 if it is not.
uint64_t StaticCount(const ASTContext& context, QualType declared) {
  const auto* array = context.getAsConstantArrayType(declared);
  if (array == nullptr ||
      array->getSizeModifier() != clang::ArraySizeModifier::Static)
    return 0;
  return array->getSize().getZExtValue();
}

}  // namespace

TypeInfo DescribeType(const ASTContext& context, QualType type) {
  TypeInfo info;
  uint64_t fixed_count = 0;
  if (const auto* decayed = type->getAs<clang::DecayedType>()) {
    fixed_count = StaticCount(context, decayed->getOriginalType());
    type = decayed->getDecayedType();
  }
  info.kind = KindOf(type);
  info.spelling = Spell(context, type);
  info.size_bytes = SizeOf(context, type);
  info.is_signed = type->isSignedIntegerOrEnumerationType();
  info.is_flat = info.size_bytes > 0 && IsFlat(context, type);
  info.is_reference = type->isReferenceType();
  const LibraryValue value = LibraryValueOf(type);
  info.library = value.type;
  if (info.library != LibraryType::kNone) {
    info.pointee = DescribePointee(context, value.element);
    return info;
  }
  if (info.kind != TypeKind::kPointer) return info;
  info.pointee = DescribePointee(context, type->getPointeeType());
  info.pointee.fixed_count = fixed_count;
  return info;
}

}  // namespace bailey::analyzer
