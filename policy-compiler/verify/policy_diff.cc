#include "policy-compiler/verify/policy_diff.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/verify/grant_diff.h"
#include "policy-compiler/verify/split_diff.h"

namespace bailey::policy {
namespace {

// A declared portion has a place in the text.
bool IsImplicit(const PortionPolicy& portion) {
  return portion.span.length == 0;
}

bool HasPortions(const Policy& policy) {
  return !IsImplicit(policy.portions.front());
}

// Two portions that are held against each other; null: there is none.
struct Pair {
  const PortionPolicy* old_portion;
  const PortionPolicy* new_portion;
};

std::vector<Pair> PairsByName(const Policy& old_policy,
                              const Policy& new_policy) {
  std::vector<Pair> pairs;
  for (const PortionPolicy& portion : new_policy.portions)
    pairs.push_back({FindPortion(old_policy, portion.name), &portion});
  for (const PortionPolicy& portion : old_policy.portions)
    if (FindPortion(new_policy, portion.name) == nullptr)
      pairs.push_back({&portion, nullptr});
  return pairs;
}

// The single portion of a policy that writes none stands against each.
std::vector<Pair> PairsOf(const Policy& old_policy, const Policy& new_policy) {
  if (HasPortions(old_policy) && HasPortions(new_policy))
    return PairsByName(old_policy, new_policy);
  std::vector<Pair> pairs;
  for (const PortionPolicy& before : old_policy.portions)
    for (const PortionPolicy& after : new_policy.portions)
      pairs.push_back({&before, &after});
  return pairs;
}

const std::string& NameOf(const Pair& pair) {
  const bool old_speaks =
      pair.new_portion == nullptr || IsImplicit(*pair.new_portion);
  return old_speaks ? pair.old_portion->name : pair.new_portion->name;
}

class Differ {
 public:
  Differ(const Policy& old_policy, const Policy& new_policy,
         const DiffOptions& options)
      : old_(old_policy), new_(new_policy), options_(options) {}

  PolicyDiff Run(const std::vector<Pair>& pairs) {
    DiffLimits(old_.limits, new_.limits, diff_.grants);
    DiffPlugins(old_, new_, diff_.grants);
    if (HasPortions(old_) && HasPortions(new_))
      DiffSplitWords(old_, new_, diff_.grants);
    for (const Pair& pair : pairs) {
      DiffPair(pair);
      if (pair.old_portion != nullptr && pair.new_portion != nullptr)
        DiffServing(pair);
    }
    return std::move(diff_);
  }

 private:
  void DiffPair(const Pair& pair) {
    const std::string& name = NameOf(pair);
    if (pair.old_portion == nullptr || pair.new_portion == nullptr)
      return AddLonePortion(name, pair.old_portion == nullptr);
    AddCalls(name, pair);
    const size_t first = diff_.grants.size();
    DiffFiles(*pair.old_portion, *pair.new_portion, diff_.grants);
    if (ComparesHoldings(pair))
      DiffHoldings(old_, *pair.old_portion, new_, *pair.new_portion,
                   diff_.grants);
    for (size_t i = first; i < diff_.grants.size(); ++i)
      diff_.grants[i].portion = name;
  }

  // A second filter only takes away: one more is stricter.
  void DiffServing(const Pair& pair) {
    const std::vector<PortionPolicy>& before = pair.old_portion->serving;
    const std::vector<PortionPolicy>& after = pair.new_portion->serving;
    if (!before.empty() && !after.empty())
      return AddCalls(NameOf(pair) + " serving",
                      {&before.front(), &after.front()});
    if (before.empty() == after.empty()) return;
    const bool is_new = before.empty();
    diff_.grants.push_back({NameOf(pair), "serving", is_new ? "none" : "there",
                            is_new ? "there" : "none",
                            is_new ? Relation::kStricter : Relation::kLooser});
  }

  // A ceiling need not know how programs are split, and a policy under it
  // neither.
  bool ComparesHoldings(const Pair& pair) const {
    const bool both_written =
        !IsImplicit(*pair.old_portion) && !IsImplicit(*pair.new_portion);
    return both_written || options_.order == ActionOrder::kExact;
  }

  // A portion more may do what no portion of its name could.
  void AddLonePortion(const std::string& name, bool is_new) {
    diff_.grants.push_back({name, "portion " + name, is_new ? "none" : "there",
                            is_new ? "there" : "none",
                            is_new ? Relation::kLooser : Relation::kStricter});
  }

  void AddCalls(const std::string& name, const Pair& pair) {
    CallDiff calls =
        DiffCalls(new_.architecture, *pair.old_portion, *pair.new_portion,
                  options_.order, options_.timeout_ms);
    for (CallWitness& witness : calls.witnesses) {
      RuleInfo before =
          DescribeRule(old_, *pair.old_portion, witness.old_verdict.rule);
      RuleInfo after =
          DescribeRule(new_, *pair.new_portion, witness.new_verdict.rule);
      diff_.calls.push_back({new_.architecture, name, std::move(witness),
                             std::move(before), std::move(after)});
    }
    diff_.changes += calls.changes;
    for (UndecidedCall& call : calls.undecided)
      diff_.undecided.push_back({new_.architecture, name, CallName(call.number),
                                 std::move(call.reason)});
  }

  std::string CallName(uint32_t number) const {
    const Syscall* call =
        SyscallTable::For(new_.architecture).FindByNumber(number);
    return call ? std::string(call->name) : std::to_string(number);
  }

  const Policy& old_;
  const Policy& new_;
  const DiffOptions& options_;
  PolicyDiff diff_;
};

std::unexpected<Error> NoSuchPortion(const std::vector<Pair>& pairs,
                                     const std::string& name) {
  std::vector<std::string> names;
  for (const Pair& pair : pairs) names.push_back("`" + NameOf(pair) + "`");
  return Fail("neither policy has a portion `" + name + "`",
              fmt::format("there are {}", fmt::join(names, ", ")));
}

}  // namespace

Relation PolicyDiff::relation() const {
  Relation total = Relation::kEqual;
  for (const CallDifference& call : calls)
    total = Joined(total, call.witness.relation);
  for (const GrantDifference& grant : grants)
    total = Joined(total, grant.relation);
  return total;
}

int PolicyDiff::exit_code() const {
  const Relation found = relation();
  if (found == Relation::kLooser || found == Relation::kIncomparable) return 1;
  return undecided.empty() ? 0 : 3;
}

Result<PolicyDiff> DiffPolicies(const Policy& old_policy,
                                const Policy& new_policy,
                                const DiffOptions& options) {
  if (old_policy.architecture != new_policy.architecture)
    return Fail(fmt::format("the policies are for different targets, {} and {}",
                            ArchitectureName(old_policy.architecture),
                            ArchitectureName(new_policy.architecture)));
  std::vector<Pair> pairs = PairsOf(old_policy, new_policy);
  if (!options.portion.empty()) {
    std::vector<Pair> chosen;
    for (const Pair& pair : pairs)
      if (NameOf(pair) == options.portion) chosen.push_back(pair);
    if (chosen.empty()) return NoSuchPortion(pairs, options.portion);
    pairs = std::move(chosen);
  }
  return Differ(old_policy, new_policy, options).Run(pairs);
}

Result<PolicyDiff> DiffTargets(const PolicyTargets& old_targets,
                               const PolicyTargets& new_targets,
                               const DiffOptions& options) {
  std::optional<PolicyDiff> whole;
  for (const Policy* target : new_targets) {
    const auto like = std::ranges::find(old_targets, target->architecture,
                                        &Policy::architecture);
    if (like == old_targets.end())
      return Fail(fmt::format("only the new policy is for the target {}",
                              ArchitectureName(target->architecture)),
                  "choose another with --arch");
    ASSIGN_OR_RETURN(PolicyDiff diff, DiffPolicies(**like, *target, options));
    if (!whole) {
      whole = std::move(diff);
      continue;
    }
    std::ranges::move(diff.calls, std::back_inserter(whole->calls));
    std::ranges::move(diff.undecided, std::back_inserter(whole->undecided));
    whole->changes += diff.changes;
  }
  return *std::move(whole);
}

}  // namespace bailey::policy
