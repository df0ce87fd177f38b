// The placement that keeps every credential where it is used at the least cost,
// where a policy says whose the credentials are and not which functions are
// trusted.
//
//   const auto found = FindPlacement(policy, text, main, graph, diagnostics);
//   if (!found) ...       // said in diagnostics: why, and what would help
//   for (const ClosureSeed& seed : FoundSeeds(*found, 1, flow)) ...
//
// A note tells what it costs, and how that is known to be the least.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_FIND_PLACEMENT_H_
#define BAILEY_POLICY_COMPILER_SPLIT_FIND_PLACEMENT_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/closure.h"
#include "policy-compiler/split/placement_problem.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

struct FoundPlacement {
  PlacementProblem problem;
  PlacementChoice choice;
  std::set<std::string, std::less<>> crossed;  // ids of functions

  // In the portion that runs main. True of what is no symbol.
  bool IsInMain(std::string_view id) const {
    const auto found =
        std::ranges::find(problem.symbols, id, &PlacementSymbol::id);
    return found == problem.symbols.end() ||
           choice[0][static_cast<size_t>(found - problem.symbols.begin())];
  }
  bool IsCrossed(std::string_view id) const { return crossed.contains(id); }
};

std::optional<FoundPlacement> FindPlacement(
    const Policy& policy, const SourceText& policy_text,
    const PortionPolicy& main, const ProgramGraph& graph,
    std::span<const Capability> capabilities, Diagnostics& diagnostics);

// The functions that the portion alone has.
std::vector<ClosureSeed> FoundSeeds(const FoundPlacement& found,
                                    uint32_t portion, const Flow& flow);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_FIND_PLACEMENT_H_
