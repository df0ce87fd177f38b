#include "policy-compiler/split/placement_propagation.h"

#include <cstdint>
#include <optional>
#include <queue>
#include <set>
#include <utility>

namespace bailey::policy {
namespace {

// One condition, for one portion where it speaks of each.
struct Clause {
  std::vector<PlacementLiteral> any_of;
  size_t condition = 0;
};

class Propagation {
 public:
  explicit Propagation(const PlacementProblem& problem)
      : symbols_(problem.symbols.size()),
        places_(problem.portions.size() * symbols_),
        using_(places_) {}

  void Add(const PlacementCondition& condition, size_t index,
           uint32_t portions) {
    if (!IsForEach(condition)) return AddClause({condition.any_of, index});
    for (uint32_t p = 1; p < portions; ++p)
      AddClause({ForPortion(condition, p).any_of, index});
  }

  // Conditions that led to the first contradiction.
  std::set<size_t> Run() {
    for (size_t i = 0; i < clauses_.size(); ++i)
      if (!Look(i)) return Reasons(i);
    while (!open_.empty()) {
      const size_t place = open_.front();
      open_.pop();
      for (const size_t clause : using_[place])
        if (!Look(clause)) return Reasons(clause);
    }
    return {};
  }

 private:
  struct Fact {
    bool is_present = false;
    size_t because = 0;  // of which clause it is the only way left
  };

  size_t PlaceOf(const PlacementLiteral& literal) const {
    return literal.portion * symbols_ + literal.symbol;
  }

  void AddClause(Clause clause) {
    for (const PlacementLiteral& each : clause.any_of)
      using_[PlaceOf(each)].push_back(clauses_.size());
    clauses_.push_back(std::move(clause));
  }

  // Takes the only way that a clause leaves; false where it leaves none.
  bool Look(size_t index) {
    const PlacementLiteral* only = nullptr;
    for (const PlacementLiteral& each : clauses_[index].any_of) {
      const std::optional<Fact>& fact = facts_[PlaceOf(each)];
      if (fact && fact->is_present == each.is_present) return true;
      if (fact) continue;
      if (only != nullptr && *only != each) return true;  // a choice is left
      only = &each;
    }
    if (only == nullptr) return false;
    facts_[PlaceOf(*only)] = Fact{only->is_present, index};
    open_.push(PlaceOf(*only));
    return true;
  }

  std::set<size_t> Reasons(size_t conflicting) const {
    std::set<size_t> seen{conflicting};
    std::vector<size_t> open{conflicting};
    std::set<size_t> conditions;
    while (!open.empty()) {
      const Clause& clause = clauses_[open.back()];
      open.pop_back();
      conditions.insert(clause.condition);
      for (const PlacementLiteral& each : clause.any_of) {
        const std::optional<Fact>& fact = facts_[PlaceOf(each)];
        if (fact && seen.insert(fact->because).second)
          open.push_back(fact->because);
      }
    }
    return conditions;
  }

  size_t symbols_;
  size_t places_;
  std::vector<Clause> clauses_;
  std::vector<std::vector<size_t>> using_;  // by place: clauses
  std::vector<std::optional<Fact>> facts_ =
      std::vector<std::optional<Fact>>(places_);
  std::queue<size_t> open_;  // places that became known
};

}  // namespace

std::vector<size_t> FindConflict(const PlacementProblem& problem,
                                 std::span<const size_t> conditions) {
  Propagation propagation(problem);
  for (const size_t each : conditions)
    propagation.Add(problem.conditions[each], each,
                    static_cast<uint32_t>(problem.portions.size()));
  const std::set<size_t> found = propagation.Run();
  return {found.begin(), found.end()};
}

}  // namespace bailey::policy
