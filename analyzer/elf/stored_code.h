// What code that has run leaves behind for others to call: the functions whose
// addresses it takes, or that data which it refers to holds. Whoever runs later
// may call them through a pointer: callbacks, lazy binding, buffers' owners.
//
//   std::vector<uint32_t> nodes = StoredFunctions(reach.graph(), roots);
//   SymbolReach later = reach.ReachFromNodes(nodes);

#ifndef BAILEY_ANALYZER_ELF_STORED_CODE_H_
#define BAILEY_ANALYZER_ELF_STORED_CODE_H_

#include <cstdint>
#include <vector>

#include "analyzer/elf/call_graph.h"
#include "analyzer/elf/link_map.h"

namespace bailey::analyzer {

// Of all that `roots` reach. Sorted.
std::vector<uint32_t> StoredFunctions(const CallGraph& graph,
                                      const std::vector<uint32_t>& roots);

// What ends a process: exit, and the destructors of all images. Sorted.
std::vector<uint32_t> ExitFunctions(const CallGraph& graph,
                                    const LinkMap& link);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_STORED_CODE_H_
