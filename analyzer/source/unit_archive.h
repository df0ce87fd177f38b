// The facts of a unit as bytes, for the cache. Internal to source/.
//
//   std::string bytes = WriteUnit(facts);
//   std::optional<UnitFacts> back = ReadUnit(bytes);  // nothing if corrupt

#ifndef BAILEY_ANALYZER_SOURCE_UNIT_ARCHIVE_H_
#define BAILEY_ANALYZER_SOURCE_UNIT_ARCHIVE_H_

#include <optional>
#include <string>
#include <string_view>

#include "analyzer/source/front_end.h"

namespace bailey::analyzer {

std::string WriteUnit(const UnitFacts& facts);
std::optional<UnitFacts> ReadUnit(std::string_view bytes);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_UNIT_ARCHIVE_H_
