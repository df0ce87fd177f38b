#include "policy-compiler/plan/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <utility>

#include "common/check.h"
#include "policy-compiler/language/runtime_rules.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "runtime/portion_abi.h"

namespace bailey::policy {
namespace {

std::string Place(const RuleInfo& rule) {
  return fmt::format("`{}` ({}:{})", rule.text, rule.file, rule.line);
}

std::string Witness(const Policy& policy, const SeccompData& data) {
  const Syscall* call =
      SyscallTable::For(policy.architecture).FindByNumber(data.number);
  std::string text =
      call ? std::string(call->name) : std::to_string(data.number);
  text += "(";
  for (size_t i = 0; i < data.arguments.size(); ++i)
    text += fmt::format("{}{:#x}", i ? ", " : "", data.arguments[i]);
  return text + ")";
}

// `doubt`: why nothing can be proved, or empty. Only a proved filter names a
// solver: what uses one looks for that.
Result<FilterProof> CompileOne(const Policy& policy,
                               const PortionPolicy& portion, FilterKind kind,
                               const NotifyOptions& options,
                               const std::string& doubt, uint32_t timeout_ms,
                               const FilterTools& tools) {
  FilterProof result;
  ASSIGN_OR_RETURN(result.filter.program,
                   tools.compile(policy, portion, kind, options));
  if (doubt.empty()) {
    result.proof = tools.prove(policy, portion, kind, options,
                               result.filter.program, timeout_ms);
  } else {
    result.proof.reason = doubt;
    result.proof.solver = SolverName();
  }
  result.filter.kind = kind;
  result.filter.architecture = ArchitectureName(policy.architecture);
  if (result.proof.proved()) result.filter.solver = result.proof.solver;
  result.filter.solver_seconds = result.proof.seconds;
  return result;
}

// Fails, with a witness, where two rules answer one call with different errnos:
// such a policy has no meaning to compile. Else why the solver cannot tell, or
// nothing.
Result<std::string> RefuseErrnoConflict(const Policy& policy,
                                        const PortionPolicy& portion,
                                        uint32_t timeout_ms) {
  const auto conflict = FindErrnoConflict(policy, portion, timeout_ms);
  if (!conflict.ok()) return conflict.error().message;
  if (!*conflict) return std::string();
  const ErrnoConflict& found = **conflict;
  return Fail(
      fmt::format("two rules answer one call with different errnos: {} and {}, "
                  "for example for {}",
                  Place(DescribeRule(policy, portion, found.first_rule)),
                  Place(DescribeRule(policy, portion, found.second_rule)),
                  Witness(policy, found.data)),
      "make one of them a stronger action, or let their conditions exclude "
      "each other");
}

}  // namespace

NotifyOptions AgentNotifyOptions(const PortionPolicy& portion,
                                 Architecture architecture) {
  // BAILEY_SENTINEL_SYSCALL is its number on x86_64.
  const Syscall* sentinel = SyscallTable::For(architecture).FindByName("prctl");
  CHECK(sentinel != nullptr);
  NotifyOptions options;
  options.opens = !portion.trusted;
  options.sentinel_number = sentinel->number;
  options.sentinel_argument0 = BAILEY_SENTINEL_OPTION;
  return options;
}

bool AllProved(const std::vector<FilterProof>& filters) {
  return std::ranges::all_of(
      filters, [](const FilterProof& filter) { return filter.proof.proved(); });
}

Policy WithRuntimeRules(Policy policy) {
  AddRuntimeRules(policy);
  return policy;
}

Result<std::vector<FilterProof>> CompileAndProve(const Policy& policy,
                                                 const PortionPolicy& portion,
                                                 uint32_t timeout_ms,
                                                 const FilterTools& tools) {
  return CompileAndProve(policy, portion,
                         AgentNotifyOptions(portion, policy.architecture),
                         timeout_ms, tools);
}

// The three share nothing but what they read, so each has a thread; the order
// of the answers is that of the kinds.
Result<std::vector<FilterProof>> CompileAndProve(const Policy& policy,
                                                 const PortionPolicy& portion,
                                                 const NotifyOptions& options,
                                                 uint32_t timeout_ms,
                                                 const FilterTools& tools) {
  ASSIGN_OR_RETURN(const std::string doubt,
                   RefuseErrnoConflict(policy, portion, timeout_ms));
  std::vector<std::future<Result<FilterProof>>> running;
  for (const FilterKind kind : kAllFilterKinds) {
    running.push_back(std::async(std::launch::async, [&, kind] {
      return CompileOne(policy, portion, kind, options, doubt, timeout_ms,
                        tools);
    }));
  }
  std::vector<FilterProof> filters;
  for (auto& one : running) {
    ASSIGN_OR_RETURN(FilterProof filter, one.get());
    filters.push_back(std::move(filter));
  }
  return filters;
}

Result<FilterProof> CompileAndProvePlain(const Policy& policy,
                                         const PortionPolicy& portion,
                                         uint32_t timeout_ms,
                                         const FilterTools& tools) {
  ASSIGN_OR_RETURN(const std::string doubt,
                   RefuseErrnoConflict(policy, portion, timeout_ms));
  return CompileOne(policy, portion, FilterKind::kPlain, {}, doubt, timeout_ms,
                    tools);
}

}  // namespace bailey::policy
