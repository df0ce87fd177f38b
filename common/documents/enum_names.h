// Names of enumerators in documents, written and read from one table.
//
//   constexpr EnumNames<Direction, 3> kDirections{{{{Direction::kIn, "in"},
//   ...}}}; kDirections.Name(value); ASSIGN_OR_RETURN(Direction d,
//   kDirections.Read(object, "direction"));

#ifndef BAILEY_COMMON_DOCUMENTS_ENUM_NAMES_H_
#define BAILEY_COMMON_DOCUMENTS_ENUM_NAMES_H_

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "common/check.h"
#include "common/json.h"

namespace bailey {

template <class Enum, size_t kCount>
struct EnumNames {
  std::array<std::pair<Enum, std::string_view>, kCount> entries;

  std::string_view Name(Enum value) const {
    for (const auto& [candidate, name] : entries)
      if (candidate == value) return name;
    CHECK(false);
  }

  Result<Enum> Read(const JsonObject& object, std::string_view key) const {
    ASSIGN_OR_RETURN(const std::string text, object.String(key));
    for (const auto& [candidate, name] : entries)
      if (name == text) return candidate;
    return Fail(object.where() + "." + std::string(key) + ": unknown value `" +
                text + "`");
  }
};

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_ENUM_NAMES_H_
