// All that is asked of an image once it is read: it is linked, alone and with a
// second one like it, and searched. For fuzz targets whose input is an image.
//
//   AskImage(*image);

#ifndef BAILEY_FUZZ_ASK_IMAGE_H_
#define BAILEY_FUZZ_ASK_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "analyzer/elf/call_graph.h"
#include "analyzer/elf/image_strings.h"
#include "analyzer/elf/library_reach.h"
#include "analyzer/elf/link_map.h"
#include "analyzer/elf/process_phases.h"
#include "analyzer/elf/run_time_loads.h"
#include "common/check.h"

namespace bailey::analyzer {

// An image may export as much as it likes; they are all alike to ask.
inline constexpr size_t kMostExportsAsked = 8;

inline void CheckReach(const SymbolReach& reach) {
  for (const ReachedSyscall& each : reach.syscalls) CHECK(!each.path.empty());
  for (const ParameterSyscall& each : reach.parameter_syscalls)
    CHECK(each.number_parameter >= 0 &&
          each.number_parameter < kFollowedParameters);
}

inline void AskExports(const LinkMap& link, const LibraryReach& reach) {
  size_t asked = 0;
  for (const ElfExport& entry : link.images()[0].exports()) {
    if (++asked > kMostExportsAsked) return;
    const auto found = reach.ReachFrom(entry.name);
    if (found.ok()) CheckReach(*found);
  }
}

inline void AskLoads(const LinkMap& link, const LibraryReach& reach) {
  const CallGraph& graph = reach.graph();
  ImageStrings strings;
  const std::vector<bool> reached(graph.size(), true);
  for (const RunTimeLoad& load :
       FindRunTimeLoads(link, graph, reach.StartupRoots(), reached, strings))
    CHECK(load.node < graph.size());
}

inline void AskLink(const LinkMap& link) {
  const LibraryReach reach(link);
  CheckReach(reach.StartupReach());
  for (uint32_t i = 0; i < link.images().size(); ++i)
    CheckReach(reach.ReachFromImage(i));
  AskExports(link, reach);
  AskLoads(link, reach);
  const auto main = FindMain(link);
  if (!main) return;
  CHECK(*main < link.images()[0].functions().size());
  const PhaseReach phases = ReachByPhase(link, reach, *main);
  CheckReach(phases.startup);
  CheckReach(phases.serving);
}

inline void AskImage(ElfImage image) {
  image.set_path("");  // Constant texts are read from the file itself.
  AskLink(LinkMap::OfImages({image}));
  AskLink(LinkMap::OfImages({image, image}));
}

}  // namespace bailey::analyzer

#endif  // BAILEY_FUZZ_ASK_IMAGE_H_
