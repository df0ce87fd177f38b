// The split: which portion holds which function and global, and what crosses.
//
//   Diagnostics diagnostics;
//   ASSIGN_OR_RETURN(Placement placement,
//                    PlaceProgram(policy, policy_text, flow, diagnostics));
//   ApplyPlacement(placement, plan);   // plan.portions are in place by name
//
// One portion, the untrusted one, holds `main`; each trusted one holds the
// closure (closure.h) of the functions that the policy names in it, and answers
// calls to them. A call into a portion is a crossing (crossing_rules.h); calls
// back, and between trusted portions, are errors. Nothing is guessed: what
// cannot be split soundly is an error with its place and a way out.
//
// Not seen here, because neither C types nor the graph tell: an integer that is
// a descriptor, or that names something in a library, means nothing on the
// other side; and what belongs to the process (working directory, locale,
// signal handlers, a library's own state) each side has for itself. Reported as
// a warning: a function that ends the process (the program ends with its
// status, but without main's exit handlers), and one that may keep a pointer
// that it was passed.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLACE_PROGRAM_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLACE_PROGRAM_H_

#include <span>
#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "common/documents/report.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct PortionPlacement {
  std::string name;
  bool holds_main = false;
  // Every function and global of the program, in flow.json's order.
  std::vector<PlacedSymbol> symbols;
};

struct Placement {
  std::vector<PortionPlacement> portions;  // in the policy's order
  std::vector<Crossing> crossings;         // ids from 1
};

// `capabilities` are the report's, for what opens files by name. `policy_text`
// is what the policy was parsed from. Fails exactly when it has
// added an error to `diagnostics`; warnings may be there in either case.
Result<Placement> PlaceProgram(const Policy& policy,
                               const SourceText& policy_text, const Flow& flow,
                               Diagnostics& diagnostics,
                               std::span<const Capability> capabilities = {});

// Fills in holds_main and symbols of the portion of each name, and the
// crossings. INVARIANT: `plan` has a portion for each of the placement's.
void ApplyPlacement(Placement placement, Plan& plan);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PLACE_PROGRAM_H_
