// The types of the C++ library whose values can be carried over: by what they
// hold, never by how they are laid out. Internal to source/.
//
//   const LibraryValue value = LibraryValueOf(parameter.getType());
//   if (value.type != LibraryType::kNone) …  // value.element: what it holds

#ifndef BAILEY_ANALYZER_SOURCE_LIBRARY_TYPES_H_
#define BAILEY_ANALYZER_SOURCE_LIBRARY_TYPES_H_

#include <clang/AST/Type.h>

#include "common/documents/flow.h"

namespace bailey::analyzer {

struct LibraryValue {
  LibraryType type = LibraryType::kNone;
  clang::QualType element;  // `const` where the value does not let it change
};

// Of std::string, std::string_view, std::vector<T>, std::span<T> and
// std::optional<T>, with the library's own allocator and traits, by value or
// behind an lvalue reference. kNone for everything else, std::vector<bool> and
// a span of a fixed extent among it. Whether T can be carried is not asked.
LibraryValue LibraryValueOf(clang::QualType type);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_LIBRARY_TYPES_H_
