#include "policy-compiler/split/placement_problem.h"

#include <algorithm>
#include <set>

namespace bailey::policy {
namespace {

bool Holds(const PlacementCondition& condition, const PlacementChoice& choice) {
  return std::ranges::any_of(condition.any_of, [&](const auto& literal) {
    return choice[literal.portion][literal.symbol] == literal.is_present;
  });
}

bool HoldsEverywhere(const PlacementCondition& condition,
                     const PlacementChoice& choice) {
  if (!IsForEach(condition)) return Holds(condition, choice);
  for (uint32_t portion = 1; portion < choice.size(); ++portion)
    if (!Holds(ForPortion(condition, portion), choice)) return false;
  return true;
}

}  // namespace

bool IsForEach(const PlacementCondition& condition) {
  return std::ranges::any_of(condition.any_of, [](const auto& literal) {
    return literal.portion == kEachTrusted;
  });
}

PlacementCondition ForPortion(const PlacementCondition& condition,
                              uint32_t portion) {
  PlacementCondition result = condition;
  for (PlacementLiteral& each : result.any_of)
    if (each.portion == kEachTrusted) each.portion = portion;
  return result;
}

const PlacementCondition* FindBroken(const PlacementProblem& problem,
                                     const PlacementChoice& choice) {
  for (const PlacementCondition& each : problem.conditions)
    if (!HoldsEverywhere(each, choice)) return &each;
  return nullptr;
}

PlacementCost CostOf(const PlacementProblem& problem,
                     const PlacementChoice& choice) {
  PlacementCost cost{};
  const auto add = [&](PlacementTerm term, uint64_t amount) {
    cost[static_cast<size_t>(term)] += static_cast<int64_t>(amount);
  };
  for (uint32_t portion = 0; portion < choice.size(); ++portion)
    for (size_t i = 0; i < problem.symbols.size(); ++i)
      if (choice[portion][i])
        add(portion == 0 ? PlacementTerm::kMainLines
                         : PlacementTerm::kTrustedLines,
            problem.symbols[i].lines);
  for (size_t i = 0; i < problem.symbols.size(); ++i)
    if (choice[0][i] && problem.symbols[i].may_get)
      add(PlacementTerm::kMayGet, 1);
  std::set<uint32_t> entries;
  for (const PlacementCall& call : problem.calls) {
    if (!choice[0][call.caller] || choice[0][call.callee]) continue;
    add(PlacementTerm::kCrossings, call.sites);
    entries.insert(call.callee);
  }
  for (const uint32_t each : entries)
    add(PlacementTerm::kToldBits, problem.symbols[each].told_bits);
  add(PlacementTerm::kEntries, entries.size());
  return cost;
}

}  // namespace bailey::policy
