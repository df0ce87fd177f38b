// What code that has run leaves behind for others to call: the functions whose
// addresses it takes, or that data which it refers to holds. Whoever runs later
// may call them through a pointer: callbacks, lazy binding, buffers' owners.
//
//   std::vector<uint32_t> stored = StoredFunctions(reach.graph(), roots);
//   std::vector<uint32_t> nodes = CalledLater(reach.graph(), stored, serving);
//   SymbolReach later = reach.ReachFromNodes(nodes);
//
// Not what is lent for the time of a call (CallEdge::is_lent).

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

// Those of `stored` that may be called when `running` run: not what files that
// keep their code to themselves (kept_code.h) hold, if none of them is entered.
// Sorted.
std::vector<uint32_t> CalledLater(const CallGraph& graph,
                                  const std::vector<uint32_t>& stored,
                                  const std::vector<uint32_t>& running);

// What ends a process: exit, and the destructors of all images but those that
// reached code loads (it leaves theirs behind). Sorted.
std::vector<uint32_t> ExitFunctions(const CallGraph& graph,
                                    const LinkMap& link);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_STORED_CODE_H_
