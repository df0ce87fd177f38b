#include "policy-compiler/split/placement_flow.h"

#include <optional>
#include <set>

#include "policy-compiler/split/maximum_flow.h"

namespace bailey::policy {
namespace {

static_assert(kFlowTerms == kPlacementTerms + 1);
constexpr uint32_t kSource = 0;
constexpr uint32_t kSink = 1;
// More than all costs together: only where no placement exists does a minimum
// cut have to pay it.
constexpr FlowAmount kForbidden = {int64_t{1} << 40};

FlowAmount Costs(PlacementTerm term, uint64_t amount) {
  FlowAmount cost{};
  cost[static_cast<size_t>(term) + 1] = static_cast<int64_t>(amount);
  return cost;
}

// Nodes are on the source's side if they are true: that a symbol is trusted,
// that main's portion lacks it, that main's portion lacks all its callers.
class Cut {
 public:
  explicit Cut(const PlacementProblem& problem)
      : problem_(problem), flow_(2 + 3 * problem.symbols.size()) {}

  PlacementBound Find() {
    for (const PlacementCondition& each : problem_.conditions) Add(each);
    AddCosts();
    const FlowAmount value = flow_.Run(kSource, kSink);
    PlacementBound bound;
    bound.is_impossible = value[0] > 0;
    for (size_t i = 0; i < kPlacementTerms; ++i) bound.cost[i] = value[i + 1];
    if (!bound.is_impossible && problem_.portions.size() <= 2)
      TakeChoice(bound);
    return bound;
  }

 private:
  using Node = uint32_t;
  Node IsTrusted(uint32_t symbol) const { return 2 + 3 * symbol; }
  Node IsLacking(uint32_t symbol) const { return 3 + 3 * symbol; }
  Node LacksCallers(uint32_t symbol) const { return 4 + 3 * symbol; }

  struct Literal {
    Node node;
    bool is_true;
  };

  // Nothing: it speaks of one trusted portion among several.
  std::optional<Literal> Of(const PlacementLiteral& literal) const {
    if (literal.portion == 0)
      return Literal{IsLacking(literal.symbol), !literal.is_present};
    const bool is_any = literal.is_present || literal.portion == kEachTrusted ||
                        problem_.portions.size() == 2;
    if (!is_any) return std::nullopt;
    return Literal{IsTrusted(literal.symbol), literal.is_present};
  }

  void Implies(Node from, Node to) { flow_.Add(from, to, kForbidden); }

  void Add(const PlacementCondition& condition) {
    std::vector<Literal> literals;
    for (const PlacementLiteral& each : condition.any_of) {
      const auto literal = Of(each);
      if (!literal) return;
      literals.push_back(*literal);
    }
    if (literals.size() == 1) {
      const Node node = literals[0].node;
      literals[0].is_true ? Implies(kSource, node) : Implies(node, kSink);
    }
    if (literals.size() != 2 || literals[0].is_true == literals[1].is_true)
      return;
    const size_t conclusion = literals[0].is_true ? 0 : 1;
    Implies(literals[1 - conclusion].node, literals[conclusion].node);
  }

  void AddCosts() {
    for (uint32_t i = 0; i < problem_.symbols.size(); ++i) {
      const uint64_t lines = problem_.symbols[i].lines;
      flow_.Add(IsTrusted(i), kSink,
                Costs(PlacementTerm::kTrustedLines, lines));
      flow_.Add(kSource, IsLacking(i), Costs(PlacementTerm::kMainLines, lines));
      if (problem_.symbols[i].may_get)
        flow_.Add(kSource, IsLacking(i), Costs(PlacementTerm::kMayGet, 1));
    }
    std::set<uint32_t> callees;
    for (const PlacementCall& call : problem_.calls) {
      flow_.Add(IsLacking(call.callee), IsLacking(call.caller),
                Costs(PlacementTerm::kCrossings, call.sites));
      Implies(LacksCallers(call.callee), IsLacking(call.caller));
      callees.insert(call.callee);
    }
    for (const uint32_t callee : callees) {
      FlowAmount entry =
          Costs(PlacementTerm::kToldBits, problem_.symbols[callee].told_bits);
      entry[static_cast<size_t>(PlacementTerm::kEntries) + 1] = 1;
      flow_.Add(IsLacking(callee), LacksCallers(callee), entry);
    }
  }

  void TakeChoice(PlacementBound& bound) {
    bound.choice.assign(problem_.portions.size(),
                        std::vector<bool>(problem_.symbols.size()));
    for (uint32_t i = 0; i < problem_.symbols.size(); ++i) {
      bound.choice[0][i] = !flow_.IsOnSourceSide(IsLacking(i));
      if (bound.choice.size() > 1)
        bound.choice[1][i] = flow_.IsOnSourceSide(IsTrusted(i));
    }
    bound.is_placement = FindBroken(problem_, bound.choice) == nullptr &&
                         CostOf(problem_, bound.choice) == bound.cost;
  }

  const PlacementProblem& problem_;
  MaximumFlow flow_;
};

}  // namespace

PlacementBound BoundPlacement(const PlacementProblem& problem) {
  return Cut(problem).Find();
}

}  // namespace bailey::policy
