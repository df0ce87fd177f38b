// Which portion holds what, as a problem that a solver decides: conditions that
// must hold, and what each solution costs.
//
//   PlacementProblem problem;                    // portion 0 runs main
//   problem.conditions.push_back({.any_of = {{sign, 1, true}}, ...});
//   PlacementBound bound = BoundPlacement(problem);     // placement_flow.h
//   PlacementAnswer answer = SolvePlacement(problem, bound);
//
// A symbol may be in several portions: a copy of it in each. A call from
// portion 0 of what is not there crosses into a portion that has it.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_PROBLEM_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_PROBLEM_H_

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace bailey::policy {

// In literals: each portion but 0, the condition holding once for each.
inline constexpr uint32_t kEachTrusted = ~uint32_t{0};

// That a symbol is, or is not, in a portion.
struct PlacementLiteral {
  uint32_t symbol = 0;
  uint32_t portion = 0;
  bool is_present = true;
  auto operator<=>(const PlacementLiteral&) const = default;
};

// One of the literals must hold.
struct PlacementCondition {
  std::vector<PlacementLiteral> any_of;
  std::string reason;  // for people; empty: follows from what a program is
  // What an author could write to lift it; empty: nothing would. Lifting what
  // costs less is proposed first.
  std::string change = {};
  uint64_t change_cost = 0;
};

// Calls of one function by another, in the program.
struct PlacementCall {
  uint32_t caller = 0;
  uint32_t callee = 0;
  uint32_t sites = 1;
};

struct PlacementSymbol {
  std::string id;
  uint64_t lines = 0;  // of its definition
  // Of the credential's bits, what a call of it may tell its caller: of a
  // declassified function all that it gives back. 0: nothing.
  uint64_t told_bits = 0;
  // It may get a credential, though that is not certain: better where the
  // credential is.
  bool may_get = false;
};

struct PlacementProblem {
  std::vector<std::string> portions;  // their names; 0 runs main
  std::vector<PlacementSymbol> symbols;
  std::vector<PlacementCondition> conditions;
  std::vector<PlacementCall> calls;
};

// What a solution costs. An earlier term outweighs all later ones.
enum class PlacementTerm {
  kMayGet,        // functions in portion 0 that may get a credential
  kToldBits,      // of the credentials, by the functions that are crossed into
  kTrustedLines,  // of symbols in trusted portions, once for each portion
  kEntries,       // functions that are crossed into
  kCrossings,     // places in the program that cross
  kMainLines,     // of symbols in portion 0
};
inline constexpr size_t kPlacementTerms = 6;
using PlacementCost = std::array<int64_t, kPlacementTerms>;

// present[portion][symbol].
using PlacementChoice = std::vector<std::vector<bool>>;

PlacementCost CostOf(const PlacementProblem& problem,
                     const PlacementChoice& choice);
// The first condition that does not hold; null: all do.
const PlacementCondition* FindBroken(const PlacementProblem& problem,
                                     const PlacementChoice& choice);
// The condition as it is for one trusted portion.
PlacementCondition ForPortion(const PlacementCondition& condition,
                              uint32_t portion);
// Whether it speaks of kEachTrusted.
bool IsForEach(const PlacementCondition& condition);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_PROBLEM_H_
