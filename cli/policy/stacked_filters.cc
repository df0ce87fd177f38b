#include "cli/policy/stacked_filters.h"

#include <fmt/format.h>

#include <filesystem>

#include "common/bpf/raw_filter.h"
#include "common/fd.h"
#include "policy-compiler/seccomp/compile_stack.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::cli {
namespace {

Result<> RefuseOld(const std::string& file, size_t filters) {
  std::error_code failure;
  const auto status = std::filesystem::symlink_status(file, failure);
  if (!std::filesystem::exists(status)) return {};
  return Fail(
      fmt::format("`{}` is there already, and the policy needs {} now", file,
                  filters == 1 ? std::string("one filter")
                               : fmt::format("{} filters", filters)),
      "it would be taken for a filter of this policy: remove it");
}

}  // namespace

StackTools StackToolsWith(const policy::EmissionOptions& emission) {
  StackTools made;
  made.stack = std::make_shared<FilterStack>();
  made.tools.compile =
      [emission, stack = made.stack](
          const policy::Policy& policy, const policy::PortionPolicy& portion,
          FilterKind kind,
          const policy::NotifyOptions& options) -> Result<BpfProgram> {
    ASSIGN_OR_RETURN(*stack, policy::CompileFilterStack(policy, portion, kind,
                                                        options, emission));
    return stack->front();
  };
  made.tools.prove = [stack = made.stack](
                         const policy::Policy& policy,
                         const policy::PortionPolicy& portion, FilterKind kind,
                         const policy::NotifyOptions& options,
                         std::span<const sock_filter>, uint32_t timeout_ms) {
    return policy::ProveFilters(policy, portion, kind, options, *stack,
                                timeout_ms);
  };
  return made;
}

Result<> RefuseLeftovers(size_t filters, const std::string& emit,
                         const std::string& output) {
  if (emit != "bpf" || output.empty()) return {};
  if (filters == 1) return RefuseOld(output + ".1", filters);
  RETURN_IF_ERROR(RefuseOld(output, filters));
  return RefuseOld(fmt::format("{}.{}", output, filters + 1), filters);
}

Result<> WriteStack(const FilterStack& stack, const std::string& emit,
                    const std::string& output) {
  if (emit != "bpf" || output.empty()) {
    return Fail(fmt::format("the policy needs {} filters", stack.size()),
                "with `--emit bpf -o FILE` they become FILE.1, FILE.2 and so "
                "on, to be installed in this order");
  }
  // Parts of two stacks may allow what neither denies: the first is missing
  // until all others are there.
  std::error_code failure;
  std::filesystem::remove(output + ".1", failure);
  if (failure)
    return FailErrno("cannot replace `" + output + ".1`", failure.value());
  for (size_t i = stack.size(); i > 0; --i) {
    RETURN_IF_ERROR(WriteFileAtomically(fmt::format("{}.{}", output, i),
                                        WriteRawFilter(stack[i - 1])));
  }
  return {};
}

}  // namespace bailey::cli
