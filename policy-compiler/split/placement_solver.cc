#include "policy-compiler/split/placement_solver.h"

#include <fmt/format.h>
#include <z3++.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <utility>

#include "common/check.h"
#include "policy-compiler/split/placement_propagation.h"

namespace bailey::policy {
namespace {

// To have something in main's portion that may get a credential weighs more
// than most of what an author could write.
constexpr uint64_t kMayGetCost = 2'000;
// So that sums of them are what Z3 takes for a bound.
constexpr uint64_t kMostAmount = uint64_t{1} << 20;
// More would not be read.
constexpr size_t kMostConflicts = 6;

std::string SolverVersion() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned build = 0;
  unsigned revision = 0;
  Z3_get_version(&major, &minor, &build, &revision);
  return fmt::format("z3 {}.{}.{}", major, minor, build);
}

class Question {
 public:
  Question(const PlacementProblem& problem, unsigned timeout_ms)
      : problem_(problem), timeout_ms_(timeout_ms) {
    for (uint32_t p = 0; p < problem.portions.size(); ++p)
      for (uint32_t s = 0; s < problem.symbols.size(); ++s)
        present_.push_back(
            context_.bool_const(fmt::format("p{}s{}", p, s).c_str()));
  }

  // The cheapest placement; a choice without portions: there is none. Nothing:
  // not known in time. Term by term, the earlier ones held to what they cost:
  // the order of objectives within one question is not Z3's promise.
  std::optional<PlacementChoice> Cheapest() {
    std::vector<Payments> terms = AllPayments();
    std::vector<z3::expr> held;
    PlacementChoice choice;
    for (Payments& term : terms) {
      z3::optimize solver(context_);
      Limit(solver);
      for (const PlacementCondition& each : problem_.conditions)
        solver.add(Formula(each));
      for (const z3::expr& each : held) solver.add(each);
      for (size_t i = 0; i < term.amounts.size(); ++i)
        solver.add_soft(!term.At(i), std::to_string(term.amounts[i]).c_str());
      const z3::check_result answer = solver.check();
      if (answer == z3::unknown) return std::nullopt;
      if (answer == z3::unsat) return PlacementChoice{};
      const z3::model model = solver.get_model();
      choice = ChoiceOf(model);
      Hold(term, model, held);
    }
    return choice;
  }

  // Sets of conditions that cannot hold, of which none can be left out: one,
  // then another among what an author's change to it would leave, and so on.
  std::vector<std::vector<size_t>> Conflicts() {
    z3::solver solver(context_);
    z3::params params(context_);
    params.set("core.minimize", true);
    if (timeout_ms_ > 0) params.set("timeout", timeout_ms_);
    solver.set(params);
    Assumptions assumed;
    for (size_t i = 0; i < problem_.conditions.size(); ++i) {
      const z3::expr holds =
          context_.bool_const(fmt::format("holds{}", i).c_str());
      solver.add(z3::implies(holds, Formula(problem_.conditions[i])));
      assumed.emplace(i, holds);
    }
    std::vector<std::vector<size_t>> conflicts;
    while (conflicts.size() < kMostConflicts) {
      const std::vector<size_t> conflict = Conflict(solver, assumed);
      if (conflict.empty()) break;
      conflicts.push_back(conflict);
      if (!Lift(conflict, assumed)) break;
    }
    return conflicts;
  }

  // Of the conditions that an author can lift, those whose lifting costs the
  // least; nothing where no lifting helps.
  std::vector<size_t> CheapestChanges() {
    z3::optimize solver(context_);
    Limit(solver);
    std::map<std::string, z3::expr> kept;  // what is written once counts once
    for (size_t i = 0; i < problem_.conditions.size(); ++i) {
      const PlacementCondition& each = problem_.conditions[i];
      if (each.change.empty()) {
        solver.add(Formula(each));
        continue;
      }
      const auto [holds, added] = kept.try_emplace(
          each.change, context_.bool_const(fmt::format("kept{}", i).c_str()));
      solver.add(z3::implies(holds->second, Formula(each)));
      if (added)
        solver.add_soft(holds->second,
                        std::to_string(each.change_cost).c_str());
    }
    for (uint32_t s = 0; s < problem_.symbols.size(); ++s)
      if (problem_.symbols[s].may_get)
        solver.add_soft(!At(0, s), std::to_string(kMayGetCost).c_str());
    if (solver.check() != z3::sat) return {};
    const z3::model model = solver.get_model();
    std::vector<size_t> changes;
    for (size_t i = 0; i < problem_.conditions.size(); ++i) {
      const auto holds = kept.find(problem_.conditions[i].change);
      if (problem_.conditions[i].change.empty() || holds == kept.end())
        continue;
      if (model.eval(holds->second, true).is_true()) continue;
      changes.push_back(i);
      kept.erase(holds);
    }
    return changes;
  }

 private:
  template <class Solver>
  void Limit(Solver& solver) {
    if (timeout_ms_ == 0) return;
    z3::params params(context_);
    params.set("timeout", timeout_ms_);
    solver.set(params);
  }

  const z3::expr& At(uint32_t portion, uint32_t symbol) const {
    return present_[portion * problem_.symbols.size() + symbol];
  }

  z3::expr AnyOf(const PlacementCondition& condition) {
    z3::expr_vector literals(context_);
    for (const PlacementLiteral& each : condition.any_of) {
      const z3::expr& there = At(each.portion, each.symbol);
      literals.push_back(each.is_present ? there : !there);
    }
    return z3::mk_or(literals);
  }

  z3::expr Formula(const PlacementCondition& condition) {
    if (!IsForEach(condition)) return AnyOf(condition);
    z3::expr_vector all(context_);
    for (uint32_t p = 1; p < problem_.portions.size(); ++p)
      all.push_back(AnyOf(ForPortion(condition, p)));
    return z3::mk_and(all);
  }

  // What a term is the sum of: `amounts` of those that are true.
  struct Payments {
    explicit Payments(z3::context& context) : paid(context) {}
    z3::expr At(size_t i) const { return paid[static_cast<int>(i)]; }
    z3::expr_vector paid;
    std::vector<int> amounts;
  };

  void Pay(std::vector<Payments>& terms, PlacementTerm term,
           const z3::expr& is_paid, uint64_t amount) {
    if (amount == 0) return;
    Payments& payments = terms[static_cast<size_t>(term)];
    payments.paid.push_back(is_paid);
    payments.amounts.push_back(static_cast<int>(std::min(amount, kMostAmount)));
  }

  std::vector<Payments> AllPayments() {
    std::vector<Payments> terms(kPlacementTerms, Payments(context_));
    for (Payments& each : terms) each = Payments(context_);
    for (uint32_t s = 0; s < problem_.symbols.size(); ++s) {
      const PlacementSymbol& symbol = problem_.symbols[s];
      if (symbol.may_get) Pay(terms, PlacementTerm::kMayGet, At(0, s), 1);
      for (uint32_t p = 0; p < problem_.portions.size(); ++p)
        Pay(terms,
            p == 0 ? PlacementTerm::kMainLines : PlacementTerm::kTrustedLines,
            At(p, s), symbol.lines);
    }
    std::map<uint32_t, z3::expr_vector> crossings;
    for (const PlacementCall& call : problem_.calls) {
      const z3::expr crosses = At(0, call.caller) && !At(0, call.callee);
      Pay(terms, PlacementTerm::kCrossings, crosses, call.sites);
      crossings.try_emplace(call.callee, context_)
          .first->second.push_back(crosses);
    }
    for (const auto& [callee, all] : crossings) {
      Pay(terms, PlacementTerm::kEntries, z3::mk_or(all), 1);
      Pay(terms, PlacementTerm::kToldBits, z3::mk_or(all),
          problem_.symbols[callee].told_bits);
    }
    return terms;
  }

  // Not more than in the model, from here on.
  void Hold(const Payments& term, const z3::model& model,
            std::vector<z3::expr>& held) {
    if (term.paid.empty()) return;
    int64_t sum = 0;
    for (size_t i = 0; i < term.amounts.size(); ++i)
      if (model.eval(term.At(i), true).is_true()) sum += term.amounts[i];
    if (sum <= std::numeric_limits<int>::max())
      held.push_back(
          z3::pble(term.paid, term.amounts.data(), static_cast<int>(sum)));
    else
      held.push_back(Sum(term) <= context_.int_val(sum));
  }

  z3::expr Sum(const Payments& term) {
    z3::expr sum = context_.int_val(0);
    for (size_t i = 0; i < term.amounts.size(); ++i)
      sum = sum + z3::ite(term.At(i), context_.int_val(term.amounts[i]),
                          context_.int_val(0));
    return sum;
  }

  PlacementChoice ChoiceOf(const z3::model& model) const {
    PlacementChoice choice(problem_.portions.size(),
                           std::vector<bool>(problem_.symbols.size()));
    for (uint32_t p = 0; p < problem_.portions.size(); ++p)
      for (uint32_t s = 0; s < problem_.symbols.size(); ++s)
        choice[p][s] = model.eval(At(p, s), true).is_true();
    return choice;
  }

  using Assumptions = std::map<size_t, z3::expr>;  // by condition

  bool IsImpossible(z3::solver& solver, const Assumptions& assumed,
                    const std::vector<size_t>& conditions) {
    z3::expr_vector all(context_);
    for (const size_t each : conditions) all.push_back(assumed.at(each));
    return solver.check(all) == z3::unsat;
  }

  // Z3's own, small and not always minimal.
  std::vector<size_t> Core(z3::solver& solver, const Assumptions& assumed,
                           std::vector<size_t> conditions) {
    if (!IsImpossible(solver, assumed, conditions)) return {};
    const z3::expr_vector core = solver.unsat_core();
    std::set<unsigned> ids;
    for (const z3::expr& each : core) ids.insert(each.id());
    std::erase_if(conditions, [&](size_t each) {
      return !ids.contains(assumed.at(each).id());
    });
    return conditions;
  }

  // What can be left out of a conflict still is.
  std::vector<size_t> Conflict(z3::solver& solver, const Assumptions& assumed) {
    std::vector<size_t> all;
    for (const auto& [condition, holds] : assumed) all.push_back(condition);
    std::vector<size_t> needed = FindConflict(problem_, all);
    if (needed.empty()) needed = Core(solver, assumed, std::move(all));
    for (size_t i = 0; i < needed.size();) {
      std::vector<size_t> others = needed;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      if (IsImpossible(solver, assumed, others))
        needed = std::move(others);
      else
        ++i;
    }
    return needed;
  }

  // As if what an author could write against the conflict were written. False:
  // there is nothing.
  bool Lift(const std::vector<size_t>& conflict, Assumptions& assumed) {
    std::set<std::string> changes;
    for (const size_t each : conflict)
      changes.insert(problem_.conditions[each].change);
    changes.erase("");
    std::erase_if(assumed, [&](const auto& each) {
      return changes.contains(problem_.conditions[each.first].change);
    });
    return !changes.empty();
  }

  const PlacementProblem& problem_;
  const unsigned timeout_ms_;
  z3::context context_;
  std::vector<z3::expr> present_;
};

std::vector<PlacementCondition> Conditions(const PlacementProblem& problem,
                                           const std::vector<size_t>& which) {
  std::vector<PlacementCondition> conditions;
  for (const size_t each : which)
    conditions.push_back(problem.conditions[each]);
  return conditions;
}

PlacementAnswer Answer(const PlacementProblem& problem, PlacementChoice choice,
                       std::string solver) {
  CHECK(FindBroken(problem, choice) == nullptr);
  PlacementAnswer answer;
  answer.cost = CostOf(problem, choice);
  answer.choice = std::move(choice);
  answer.solver = std::move(solver);
  return answer;
}

// Then nothing needs to be searched for but the reasons.
bool IsPlainlyImpossible(const PlacementProblem& problem) {
  std::vector<size_t> all(problem.conditions.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return !FindConflict(problem, all).empty();
}

Result<PlacementAnswer> Ask(const PlacementProblem& problem,
                            const PlacementBound& bound, unsigned timeout_ms) {
  Question question(problem, timeout_ms);
  std::optional<PlacementChoice> choice =
      IsPlainlyImpossible(problem) ? PlacementChoice{} : question.Cheapest();
  if (!choice && bound.is_placement)
    return Answer(problem, bound.choice, "maximum flow");
  if (!choice)
    return Fail(
        "the solver did not find a placement in time",
        "name functions of the trusted portions: `function load, sign;`");
  if (!choice->empty())
    return Answer(problem, *std::move(choice), SolverVersion());
  PlacementAnswer answer;
  answer.solver = SolverVersion();
  for (const std::vector<size_t>& each : question.Conflicts())
    answer.conflicts.push_back(Conditions(problem, each));
  answer.changes = Conditions(problem, question.CheapestChanges());
  return answer;
}

}  // namespace

Result<PlacementAnswer> SolvePlacement(const PlacementProblem& problem,
                                       const PlacementBound& bound,
                                       unsigned timeout_ms) {
  try {
    return Ask(problem, bound, timeout_ms);
  } catch (const z3::exception& error) {
    return Fail(fmt::format("the solver failed: {}", error.msg()));
  }
}

}  // namespace bailey::policy
