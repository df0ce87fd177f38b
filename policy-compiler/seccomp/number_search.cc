// How often the filter runs for a number decides where it stands in the search:
// under the objective `bitmap` never for an ALLOW that depends on no argument,
// else as often as the call is made; hardly ever for a denial, because programs
// do not live on calls that fail.

#include "policy-compiler/seccomp/number_search.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <map>

#include "policy-compiler/seccomp/call_weights.h"
#include "policy-compiler/seccomp/shared_orders.h"
#include "policy-compiler/seccomp/word_search.h"

namespace bailey::policy {
namespace {

constexpr double kDeniedWeight = 0.01;
constexpr double kUncountedWeight = 0.01;

class Weights {
 public:
  Weights(const LoweredPolicy& lowered, const EmissionOptions& options)
      : graph_(lowered.graph), options_(options) {}

  double Of(const Syscall& call, NodeId node) const {
    const std::optional<uint32_t> label = graph_.label(node);
    if (label == SECCOMP_RET_ALLOW) {
      return options_.objective == Objective::kBitmap ? 0 : Counted(call);
    }
    return label && *label != SECCOMP_RET_USER_NOTIF ? kDeniedWeight
                                                     : Counted(call);
  }

 private:
  double Counted(const Syscall& call) const {
    if (options_.frequencies.empty()) return DefaultCallWeight(call.name);
    const auto at = options_.frequencies.find(call.number);
    return at == options_.frequencies.end() ? kUncountedWeight : at->second;
  }

  const DecisionGraph& graph_;
  const EmissionOptions& options_;
};

// The ranges with the weights of the calls in them, and the calls themselves.
struct WeightedNumbers {
  std::vector<WeightedRange> ranges;
  std::vector<WeightedValue> calls;
  double total = 0;
};

WeightedNumbers Weigh(const LoweredPolicy& lowered, Architecture architecture,
                      const EmissionOptions& options) {
  const Weights weights(lowered, options);
  WeightedNumbers result;
  for (const NumberRange& range : lowered.numbers) {
    result.ranges.push_back({range.first, range.last, range.node, 0});
  }
  auto range = result.ranges.begin();
  for (const Syscall& call : SyscallTable::For(architecture).all()) {
    while (range->last < call.number) ++range;
    const double weight = weights.Of(call, range->node);
    range->weight += weight;
    result.total += weight;
    if (weight > kDeniedWeight) result.calls.push_back({call.number, weight});
  }
  result.total = std::max(result.total, kDeniedWeight);
  return result;
}

// Each decision that depends on arguments in the order that is best for all.
void OrderArguments(DecisionGraph& graph, WeightedNumbers& numbers,
                    double per_step) {
  std::map<NodeId, double> shares;
  for (const WeightedRange& range : numbers.ranges) {
    if (!graph.label(range.node)) {
      shares[range.node] += range.weight / numbers.total;
    }
  }
  std::vector<CallDecision> decisions;
  for (const auto& [node, share] : shares) decisions.push_back({node, share});
  const std::vector<NodeId> chosen = ChooseOrders(graph, decisions, per_step);
  std::map<NodeId, NodeId> best;
  for (size_t i = 0; i < chosen.size(); ++i) {
    best[decisions[i].node] = chosen[i];
  }
  for (WeightedRange& range : numbers.ranges) {
    if (const auto at = best.find(range.node); at != best.end()) {
      range.node = at->second;
    }
  }
}

}  // namespace

NodeId BuildNumberSearch(LoweredPolicy& lowered, Architecture architecture,
                         const EmissionOptions& options) {
  // Where only size counts, the faster of two equal ones is taken still.
  const double per_step = options.objective == Objective::kSize
                              ? 1e-3
                              : options.instructions_per_step;
  WeightedNumbers numbers = Weigh(lowered, architecture, options);
  OrderArguments(lowered.graph, numbers, per_step);
  return BuildWordSearch(lowered.graph, kNumberWord, numbers.ranges,
                         numbers.calls,
                         {.per_weight = per_step / numbers.total});
}

}  // namespace bailey::policy
