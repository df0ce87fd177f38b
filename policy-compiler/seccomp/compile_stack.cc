// The numbers are cut into runs whose decisions need about as many instructions
// each; a cut that still does not fit is tried again with one filter more. An
// ALLOW of the whole stays cacheable: each filter decides it by the number.

#include "policy-compiler/seccomp/compile_stack.h"

#include <fmt/format.h>
#include <linux/seccomp.h>

#include <algorithm>

#include "common/check.h"
#include "policy-compiler/lower/lower.h"
#include "policy-compiler/seccomp/emit_lowered.h"
#include "policy-compiler/seccomp/graph_cost.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxFilters = 8;
// What the kernel takes from one task: each filter counts 4 more.
constexpr size_t kMaxStackInstructions = 32768;
constexpr size_t kFilterPenalty = 4;

// The end of each part, as indices of lowered.numbers.
std::vector<size_t> Cut(const LoweredPolicy& lowered, size_t parts) {
  const GraphCost cost(lowered.graph);
  std::vector<size_t> sizes;
  size_t total = 0;
  for (const NumberRange& range : lowered.numbers) {
    sizes.push_back(1 + cost.Size(std::span(&range.node, 1)));
    total += sizes.back();
  }
  std::vector<size_t> ends;
  size_t used = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    // A range that is larger than what is left of a part begins a new one.
    const size_t limit = total * (ends.size() + 1) / parts;
    if (used > 0 && used + sizes[i] / 2 > limit && ends.size() + 1 < parts) {
      ends.push_back(i);
    }
    used += sizes[i];
  }
  ends.push_back(sizes.size());
  return ends;
}

// The part [first, end) of the numbers; others are allowed.
LoweredPolicy Part(const LoweredPolicy& lowered, size_t first, size_t end) {
  LoweredPolicy part = lowered;
  const NodeId allow = part.graph.Leaf(SECCOMP_RET_ALLOW);
  part.numbers.clear();
  for (size_t i = 0; i < lowered.numbers.size(); ++i) {
    NumberRange range = lowered.numbers[i];
    if (i < first || i >= end) range.node = allow;
    if (!part.numbers.empty() && part.numbers.back().node == range.node) {
      part.numbers.back().last = range.last;
    } else {
      part.numbers.push_back(range);
    }
  }
  return part;
}

// Nothing is left to cut.
bool HasOneDecision(const LoweredPolicy& part) {
  return std::ranges::count_if(part.numbers, [&](const NumberRange& range) {
           return !part.graph.label(range.node);
         }) <= 1;
}

Result<> CheckTotal(const std::vector<BpfProgram>& stack) {
  size_t instructions = 0;
  for (const BpfProgram& program : stack) {
    instructions += program.size() + kFilterPenalty;
  }
  if (instructions <= kMaxStackInstructions) return {};
  return Fail(
      fmt::format("the filters need {} instructions together; the "
                  "kernel takes {} from one task",
                  instructions, kMaxStackInstructions));
}

struct Attempt {
  Result<std::vector<BpfProgram>> stack;
  bool is_last = false;  // more parts would not help
};

Attempt CompileParts(const LoweredPolicy& lowered, Architecture architecture,
                     FilterKind kind, const EmissionOptions& emission,
                     size_t parts) {
  std::vector<BpfProgram> stack;
  size_t first = 0;
  for (const size_t end : Cut(lowered, parts)) {
    LoweredPolicy part = Part(lowered, first, end);
    auto program = EmitLowered(part, architecture, kind, emission);
    if (!program.ok()) {
      return {std::unexpected(program.error()), HasOneDecision(part)};
    }
    stack.push_back(std::move(*program));
    first = end;
  }
  const Result<> total = CheckTotal(stack);
  if (!total.ok()) return {std::unexpected(total.error()), true};
  return {std::move(stack), true};
}

}  // namespace

Result<std::vector<BpfProgram>> CompileFilterStack(
    const Policy& policy, const PortionPolicy& portion, FilterKind kind,
    const NotifyOptions& options, const EmissionOptions& emission) {
  CHECK(kind != FilterKind::kRuleIndex);
  ASSIGN_OR_RETURN(const LoweredPolicy lowered,
                   LowerPortion(policy, portion, kind, options));
  Error error;
  for (size_t parts = 1; parts <= kMaxFilters; ++parts) {
    Attempt attempt =
        CompileParts(lowered, policy.architecture, kind, emission, parts);
    if (attempt.stack.ok()) return std::move(attempt.stack);
    error = attempt.stack.error();
    if (attempt.is_last) break;
  }
  error = WithContext(
      fmt::format("portion `{}`, in {} filters", portion.name, kMaxFilters),
      error);
  error.message += ": " + LongestDecisions(lowered, policy, portion);
  return std::unexpected(std::move(error));
}

}  // namespace bailey::policy
