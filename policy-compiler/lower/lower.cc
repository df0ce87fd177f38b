#include "policy-compiler/lower/lower.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/lower/filter_return.h"

namespace bailey::policy {
namespace {

// The numbers of the x32 ABI: x86_64's architecture word covers them, too.
constexpr uint32_t kFirstForeignAbi = 0x40000000;
constexpr uint32_t kFirstNegative = 0x80000000;

Result<> CheckComparison(const Comparison& comparison) {
  const int width = comparison.width_bits;
  if (comparison.argument < 0 || comparison.argument > 5) {
    return Fail(fmt::format("a rule compares argument {}; a call has 0 to 5",
                            comparison.argument));
  }
  if (width != 16 && width != 32 && width != 64) {
    return Fail(
        fmt::format("a rule compares {} bits; 16, 32 or 64 can be", width));
  }
  if (width < 64 && comparison.value >> width != 0) {
    return Fail(fmt::format("a rule compares {} bits with {:#x}", width,
                            comparison.value));
  }
  return {};
}

Result<> CheckCondition(const Condition& condition) {
  if (condition.kind == Condition::Kind::kCompare) {
    return CheckComparison(condition.comparison);
  }
  if (condition.kind == Condition::Kind::kNot &&
      condition.operands.size() != 1) {
    return Fail("a negation has one operand");
  }
  for (const Condition& operand : condition.operands) {
    RETURN_IF_ERROR(CheckCondition(operand));
  }
  return {};
}

Result<> CheckAction(const Action& action) {
  if (action.kind == ActionKind::kErrno &&
      (action.errno_value == 0 || action.errno_value > 4095)) {
    return Fail(fmt::format("errno {} cannot be returned; 1 to 4095 can",
                            action.errno_value));
  }
  return {};
}

Result<> CheckPortion(const PortionPolicy& portion) {
  RETURN_IF_ERROR(CheckAction(portion.otherwise));
  for (const SyscallRule& rule : portion.syscalls) {
    RETURN_IF_ERROR(CheckAction(rule.action));
    RETURN_IF_ERROR(CheckCondition(rule.when));
  }
  return {};
}

bool Kills(const Action& action) {
  return action.kind == ActionKind::kKillThread ||
         action.kind == ActionKind::kKillProcess;
}

// One portion's verdicts as graphs whose labels index a list of verdicts.
class VerdictLowering {
 public:
  VerdictLowering(const Policy& policy, const PortionPolicy& portion)
      : table_(SyscallTable::For(policy.architecture)),
        portion_(portion),
        has_foreign_abi_(policy.architecture == Architecture::kX8664) {
    for (const SyscallRule& rule : portion.syscalls) {
      rules_[rule.number].push_back(&rule);
    }
    for (auto& [number, rules] : rules_) {
      std::ranges::sort(rules, [](const SyscallRule* a, const SyscallRule* b) {
        return std::pair(b->action.kind, a->rule) <
               std::pair(a->action.kind, b->rule);
      });
    }
  }

  NodeId NodeOf(const Verdict& verdict) {
    const auto at = std::ranges::find(verdicts_, verdict);
    const auto label = static_cast<uint32_t>(at - verdicts_.begin());
    if (at == verdicts_.end()) verdicts_.push_back(verdict);
    return graph_.Leaf(label);
  }

  NodeId NodeOf(uint32_t number) {
    if (has_foreign_abi_ && number >= kFirstForeignAbi &&
        number < kFirstNegative) {
      return NodeOf(Verdict{{ActionKind::kKillProcess}, kRuleForeignAbi});
    }
    if (table_.FindByNumber(number) == nullptr) {
      return NodeOf(Verdict{Kills(portion_.otherwise)
                                ? portion_.otherwise
                                : Action{ActionKind::kErrno, ENOSYS},
                            kRuleUnknownNumber});
    }
    const NodeId unmatched = NodeOf(Unmatched(number));
    const auto rules = rules_.find(number);
    return rules == rules_.end() ? unmatched : NodeOf(rules->second, unmatched);
  }

  const DecisionGraph& graph() const { return graph_; }
  const std::vector<Verdict>& verdicts() const { return verdicts_; }

 private:
  // What a known number gets where no rule matches. Limits on clone's flags
  // would be worth nothing if clone3, whose flags lie in memory, fell to an
  // `otherwise` that allows.
  Verdict Unmatched(uint32_t number) const {
    const Syscall* clone3 = table_.FindByName("clone3");
    if (portion_.clone_constrained && clone3 != nullptr &&
        clone3->number == number) {
      return {{ActionKind::kErrno, ENOSYS}, kRuleClone3Fallback};
    }
    return {portion_.otherwise, kRuleOtherwise};
  }

  // The strongest first, and of one action the lowest index: the first that
  // matches decides.
  NodeId NodeOf(const std::vector<const SyscallRule*>& rules,
                NodeId unmatched) {
    NodeId node = unmatched;
    for (auto at = rules.rbegin(); at != rules.rend(); ++at) {
      const SyscallRule& rule = **at;
      node = LowerCondition(graph_, rule.when,
                            NodeOf(Verdict{rule.action, rule.rule}), node);
    }
    return node;
  }

  const SyscallTable& table_;
  const PortionPolicy& portion_;
  const bool has_foreign_abi_;  // x32
  std::map<uint32_t, std::vector<const SyscallRule*>> rules_;
  DecisionGraph graph_;
  std::vector<Verdict> verdicts_;
};

// Where the answer may change, going up through the numbers.
std::set<uint32_t> Boundaries(const SyscallTable& table,
                              const NotifyOptions& options) {
  std::set<uint32_t> starts = {0, kFirstForeignAbi, kFirstNegative};
  for (const auto& info : table.all()) {
    starts.insert({info.number, info.number + 1});
  }
  starts.insert(options.sentinel_number);
  if (options.sentinel_number != ~uint32_t{0}) {
    starts.insert(options.sentinel_number + 1);
  }
  return starts;
}

// One filter's answers from the verdicts.
class ReturnLowering {
 public:
  ReturnLowering(const Policy& policy, FilterKind kind,
                 const NotifyOptions& options, VerdictLowering& verdicts,
                 DecisionGraph& graph)
      : architecture_(policy.architecture),
        kind_(kind),
        options_(options),
        verdicts_(verdicts),
        graph_(graph) {}

  NodeId Map(NodeId verdict_node, const CallFacts& facts) {
    return graph_.Import(verdicts_.graph(), verdict_node, [&](uint32_t label) {
      return FilterReturn(kind_, verdicts_.verdicts()[label], facts, options_);
    });
  }

  NodeId NodeOf(uint32_t number) {
    const NodeId verdict_node = verdicts_.NodeOf(number);
    CallFacts facts{.opens = IsOpen(architecture_, number)};
    const NodeId usual = Map(verdict_node, facts);
    if (options_.sentinel_number == 0 || number != options_.sentinel_number) {
      return usual;
    }
    facts.sentinel = true;
    return graph_.Branch(
        EqualTest(LowWord(0),
                  static_cast<uint32_t>(options_.sentinel_argument0)),
        Map(verdict_node, facts), usual);
  }

 private:
  const Architecture architecture_;
  const FilterKind kind_;
  const NotifyOptions& options_;
  VerdictLowering& verdicts_;
  DecisionGraph& graph_;
};

}  // namespace

uint32_t LoweredPolicy::Evaluate(const SeccompData& data) const {
  if (data.architecture != audit_architecture) {
    return graph.Evaluate(foreign_architecture, data);
  }
  const auto above =
      std::ranges::upper_bound(numbers, data.number, {}, &NumberRange::first);
  return graph.Evaluate(std::prev(above)->node, data);
}

Result<LoweredPolicy> LowerPortion(const Policy& policy,
                                   const PortionPolicy& portion,
                                   FilterKind kind,
                                   const NotifyOptions& options) {
  RETURN_IF_ERROR(CheckPortion(portion));
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  LoweredPolicy lowered;
  lowered.audit_architecture = table.audit_arch();
  VerdictLowering verdicts(policy, portion);
  ReturnLowering returns(policy, kind, options, verdicts, lowered.graph);
  lowered.foreign_architecture =
      returns.Map(verdicts.NodeOf(Verdict{{ActionKind::kKillProcess},
                                          kRuleForeignArchitecture}),
                  {});
  for (const uint32_t first : Boundaries(table, options)) {
    const NodeId node = returns.NodeOf(first);
    auto& numbers = lowered.numbers;
    if (!numbers.empty()) numbers.back().last = first - 1;
    if (!numbers.empty() && numbers.back().node == node) continue;
    numbers.push_back({first, ~uint32_t{0}, node});
  }
  lowered.numbers.back().last = ~uint32_t{0};
  return lowered;
}

}  // namespace bailey::policy
