// From a program and a policy to what a placement must keep to.
//
//   const PlacementProblem problem =
//       DescribePlacement(policy, main, graph, report.capabilities);
//
// - Each symbol is somewhere; state is in one portion, for there is one of it.
// - What the policy passes is in main's portion, with all who change it.
// - Who uses data or takes an address has it there: pointers do not cross.
// - A trusted portion has what its functions call: it calls nobody back.
// - Main's portion has what it calls, or calls it across, where that is
//   possible (crossing_rules.h).
// - `main` and input functions are in main's portion alone.
// - What certainly gets a credential is where it is used, and not elsewhere.
// - Of what may get one, something is where it is used.
// - What opens a file by name is not where no rule reaches the file, if one
//   does elsewhere.
// - Nothing is called across but what the policy declassifies, or names in a
//   trusted portion; and what it declassifies is in one trusted portion alone.
//
// The last is for what no call in the program shows: the caller across a
// channel is an attacker, and passes what he likes. A function that tells
// nothing of a credential for the program's arguments may for his, by its
// result, by errno, or by what it prints.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_CONDITIONS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_CONDITIONS_H_

#include <span>

#include "common/documents/report.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/placement_problem.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

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
