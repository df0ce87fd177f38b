// What joining a program's shared libraries by name leaves open: a name need
// not mean the same thing in each of them.
//
//   const SharedNames names = FindSharedNames(units, selection.places);
//   if (names.also_external.contains("error")) …  // ours, or the C library's

#ifndef BAILEY_ANALYZER_FLOW_SHARED_NAMES_H_
#define BAILEY_ANALYZER_FLOW_SHARED_NAMES_H_

#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/selection.h"
#include "analyzer/source/front_end.h"

namespace bailey::analyzer {

struct SharedNames {
  // Defined by the program's units, and perhaps meant for a library's symbol
  // where it is used: a library's own definition is hidden from others, or
  // another's comes before it; a program's own is seen by libraries only if it
  // is exported.
  std::set<std::string> also_external;
  // Functions of plugins, which dlsym finds by name, and their constructors.
  std::set<std::string> plugin_entries;
};

// `places` is one for each unit, or empty: all are the program's own.
SharedNames FindSharedNames(const std::vector<UnitFacts>& units,
                            const std::vector<UnitPlace>& places);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_SHARED_NAMES_H_
