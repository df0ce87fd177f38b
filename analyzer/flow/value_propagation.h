// What the arguments of a program's calls can be, over all its units: through
// parameters, results, globals and their fields, and texts that are put
// together. For each call in each of a bounded number of contexts.
//
//   const ValuePropagation values(program, scope);
//   for (const CallContext& context : values.Contexts(call)) …
//
// Sound under these conditions, each of which makes things unknown where it
// does not hold. A parameter is followed if every caller is a direct call in a
// unit. A global is followed if all that units do with it are loads and stores
// at constant places (GlobalFact); it may hold whatever any of them stores, at
// any time.

#ifndef BAILEY_ANALYZER_FLOW_VALUE_PROPAGATION_H_
#define BAILEY_ANALYZER_FLOW_VALUE_PROPAGATION_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/numbers.h"
#include "analyzer/flow/program.h"
#include "analyzer/flow/text_pattern.h"

namespace bailey::analyzer {

struct AbstractValue {
  Numbers numbers = Numbers::Any(64);
  Texts texts = Texts::Any();  // behind it, if it is an address
  // Of sockets, behind it: `unix:/run/x`, `inet:127.0.0.1:80`, `inet6:*:80`.
  Texts endpoints = Texts::Any();

  bool operator==(const AbstractValue&) const = default;
};

struct PropagationScope {
  // Functions that are also called in ways that no unit shows: entries, those
  // that libraries call.
  std::set<std::string> entered;
  // Symbols that libraries read, write or define.
  std::set<std::string> library_symbols;
  // Code that nobody read may use any symbol that other files can see.
  bool has_unread_code = false;

  bool operator==(const PropagationScope&) const = default;
};

using CallContext = std::vector<AbstractValue>;  // the arguments, in order

class ValuePropagation {
 public:
  // `program` must outlive this.
  ValuePropagation(const Program& program, const PropagationScope& scope);
  // To be asked of these calls alone, for which it finds out less.
  ValuePropagation(const Program& program, const PropagationScope& scope,
                   const std::vector<const CallFact*>& calls);
  ~ValuePropagation();

  // At least one. As many arguments as the call has facts or expressions.
  std::vector<CallContext> Contexts(const CallFact& call) const;
  // The number first.
  std::vector<CallContext> Contexts(const AssemblySyscall& call) const;

 private:
  class Solver;
  std::unique_ptr<Solver> solver_;
};

std::vector<ValueFact> FactsOf(const CallContext& context);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_VALUE_PROPAGATION_H_
