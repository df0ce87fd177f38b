// Where reached code brings in more code while the program runs: dlopen and
// dlsym with their names, and what the C library loads by itself.
//
//   for (const RunTimeLoad& load :
//        FindRunTimeLoads(link, graph, roots, reached, strings))
//     if (load.kind == RunTimeLoad::Kind::kLibrary) Load(load.name);
//
// The C library has one function of its own by which it loads; it is the one
// that gets a mode which nobody else uses. Who calls it with a name that is
// computed is the name service, or the conversion of character sets, or is not
// known.

#ifndef BAILEY_ANALYZER_ELF_RUN_TIME_LOADS_H_
#define BAILEY_ANALYZER_ELF_RUN_TIME_LOADS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "analyzer/elf/call_graph.h"
#include "analyzer/elf/image_strings.h"
#include "analyzer/elf/link_map.h"

namespace bailey::analyzer {

struct RunTimeLoad {
  enum class Kind : uint8_t {
    kLibrary,        // `name` is what dlopen gets.
    kSymbol,         // `name` is what dlsym gets.
    kNameService,    // For `name`, a database of nsswitch.conf.
    kCharacterSets,  // iconv_open and its like: any module of gconv.
    kLocaleSets,     // For the character set of a locale, or of fopen's mode.
    kUnknown         // A name that is computed; `name` is the function's.
  };
  Kind kind = Kind::kUnknown;
  std::string name;
  uint32_t node = 0;     // Who calls.
  uint64_t address = 0;  // The call.
  bool is_by_libc = false;
};

// The loads by code of `reached`, in a fixed order and without duplicates.
// `roots` are entered by callers that nobody sees.
std::vector<RunTimeLoad> FindRunTimeLoads(const LinkMap& link,
                                          const CallGraph& graph,
                                          const std::vector<uint32_t>& roots,
                                          const std::vector<bool>& reached,
                                          ImageStrings& strings);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_RUN_TIME_LOADS_H_
