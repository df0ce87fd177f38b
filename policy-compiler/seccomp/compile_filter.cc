#include "policy-compiler/seccomp/compile_filter.h"

#include <fmt/format.h>

#include "policy-compiler/lower/lower.h"
#include "policy-compiler/seccomp/emit_lowered.h"

namespace bailey::policy {

Result<BpfProgram> CompileFilter(const Policy& policy,
                                 const PortionPolicy& portion, FilterKind kind,
                                 const NotifyOptions& options,
                                 const EmissionOptions& emission) {
  ASSIGN_OR_RETURN(LoweredPolicy lowered,
                   LowerPortion(policy, portion, kind, options));
  auto program = EmitLowered(lowered, policy.architecture, kind, emission);
  if (program.ok()) return program;
  Error error =
      WithContext(fmt::format("portion `{}`", portion.name), program.error());
  error.message += ": " + LongestDecisions(lowered, policy, portion);
  return std::unexpected(std::move(error));
}

}  // namespace bailey::policy
