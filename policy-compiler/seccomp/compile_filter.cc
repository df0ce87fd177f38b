#include "policy-compiler/seccomp/compile_filter.h"

#include <fmt/format.h>

#include "common/check.h"
#include "policy-compiler/lower/lower.h"
#include "policy-compiler/seccomp/emitter.h"
#include "policy-compiler/seccomp/number_search.h"

namespace bailey::policy {

//   ld  [4]                      architecture
//   jeq AUDIT_ARCH, next, foreign
//   ld  [0]                      number
//   ... the search over numbers (number_search.cc)
//   ... tests of arguments (emitter.cc)
//   ret ...
Result<BpfProgram> CompileFilter(const Policy& policy,
                                 const PortionPolicy& portion, FilterKind kind,
                                 const NotifyOptions& options) {
  ASSIGN_OR_RETURN(LoweredPolicy lowered,
                   LowerPortion(policy, portion, kind, options));
  const NodeId search =
      BuildNumberSearch(lowered.graph, lowered.numbers, SearchCost{});
  const NodeId root = lowered.graph.RawBranch(
      EqualTest(kArchitectureWord, lowered.audit_architecture), search,
      lowered.foreign_architecture);
  auto program = EmitBpf(lowered.graph, root);
  if (!program.ok()) {
    return std::unexpected(WithContext(
        fmt::format("portion `{}`", portion.name), program.error()));
  }
  CHECK(ValidateBpf(*program).ok());
  return program;
}

}  // namespace bailey::policy
