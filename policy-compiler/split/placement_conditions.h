// From a program and a policy to what a placement must keep to.
//
//   const PlacementProblem problem =
//       DescribePlacement(policy, main, graph, report.capabilities);
//
// - Each symbol is somewhere; state is in one portion, for there is one of it.
// - Who uses data or takes an address has it there: pointers do not cross.
// - A trusted portion has what its functions call: it calls nobody back.
// - Main's portion has what it calls, or calls it across, where that is
//   possible (crossing_rules.h).
// - `main` and input functions are in main's portion alone.
// - What certainly gets a credential is where it is used, and not elsewhere.
// - Of what may get one, something is where it is used alone: else it would be
//   there for nobody.
// - What opens a file by name is not where no rule reaches the file, if one
//   does elsewhere.
// - What tells of a credential is not called across, nor what gives back more
//   than a word.
//
// A function counts as telling if it was found to tell anybody, at any call:
// the caller across a channel is an attacker, and may call as anybody does. The
// bound on what it gives back is for what no call in the program shows: a
// function that reads any file for trusted callers would read the credential's
// for others. `declassify` and `function` of the policy lift both: the author
// knows.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_CONDITIONS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_CONDITIONS_H_

#include <span>

#include "common/documents/report.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/placement_problem.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// Of what a call may give back without a word of the author's, in bits.
inline constexpr uint64_t kMostSilentBits = 64;

// Portion 0 is `main`, the trusted ones follow in the policy's order. The names
// in the policy must be the program's, each of one function. Symbols are the
// flow's functions, then its globals.
// `capabilities` are the report's: what opens a file by name is not put where
// no rule reaches that file while one elsewhere does.
PlacementProblem DescribePlacement(const Policy& policy,
                                   const PortionPolicy& main,
                                   const ProgramGraph& graph,
                                   std::span<const Capability> capabilities);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_CONDITIONS_H_
