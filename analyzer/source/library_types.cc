#include "analyzer/source/library_types.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/DeclTemplate.h>

namespace bailey::analyzer {
namespace {

using clang::QualType;

const clang::ClassTemplateSpecializationDecl* StandardClass(QualType type) {
  const auto* record =
      llvm::dyn_cast_or_null<clang::ClassTemplateSpecializationDecl>(
          type->getAsCXXRecordDecl());
  return record != nullptr && record->isInStdNamespace() ? record : nullptr;
}

QualType TypeArgument(const clang::ClassTemplateSpecializationDecl& record,
                      unsigned index) {
  const clang::TemplateArgumentList& all = record.getTemplateArgs();
  if (index >= all.size() ||
      all[index].getKind() != clang::TemplateArgument::Type)
    return {};
  return all[index].getAsType();
}

// Whether an argument is `std::NAME<…>`: not an allocator or traits of the
// program's own.
bool IsLibrarys(const clang::ClassTemplateSpecializationDecl& record,
                unsigned index, llvm::StringRef name) {
  const QualType argument = TypeArgument(record, index);
  if (argument.isNull()) return false;
  const auto* given = StandardClass(argument);
  return given != nullptr && given->getName() == name;
}

bool IsOfChar(QualType element) {
  return element->isSpecificBuiltinType(clang::BuiltinType::Char_S) ||
         element->isSpecificBuiltinType(clang::BuiltinType::Char_U);
}

bool HasDynamicExtent(const clang::ClassTemplateSpecializationDecl& span) {
  const clang::TemplateArgumentList& all = span.getTemplateArgs();
  return all.size() == 2 &&
         all[1].getKind() == clang::TemplateArgument::Integral &&
         all[1].getAsIntegral().isAllOnes();
}

LibraryType TypeOf(const clang::ClassTemplateSpecializationDecl& record,
                   QualType element) {
  const llvm::StringRef name = record.getName();
  if (name == "basic_string" && IsOfChar(element) &&
      IsLibrarys(record, 1, "char_traits") &&
      IsLibrarys(record, 2, "allocator"))
    return LibraryType::kString;
  if (name == "basic_string_view" && IsOfChar(element) &&
      IsLibrarys(record, 1, "char_traits"))
    return LibraryType::kStringView;
  if (name == "vector" && !element->isBooleanType() &&
      IsLibrarys(record, 1, "allocator"))
    return LibraryType::kVector;
  if (name == "span" && HasDynamicExtent(record)) return LibraryType::kSpan;
  return name == "optional" ? LibraryType::kOptional : LibraryType::kNone;
}

// What is seen through `const std::vector<T>&` or a view does not change.
QualType AsSeen(LibraryType type, QualType element, bool is_const) {
  const bool is_view = type == LibraryType::kStringView;
  const bool owns = !is_view && type != LibraryType::kSpan;
  return is_view || (owns && is_const) ? element.withConst() : element;
}

}  // namespace

LibraryValue LibraryValueOf(QualType type) {
  if (type->isRValueReferenceType()) return {};
  const QualType value = type.getNonReferenceType();
  const auto* record = StandardClass(value);
  if (record == nullptr) return {};
  const QualType element = TypeArgument(*record, 0);
  if (element.isNull()) return {};
  const LibraryType known = TypeOf(*record, element);
  return {known, AsSeen(known, element, value.isConstQualified())};
}

}  // namespace bailey::analyzer
