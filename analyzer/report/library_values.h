// A library's values as the caller's arguments make them.
//
//   const PassedFacts passed = {use.arguments, use.texts};
//   FactsOf(reached, passed)[2]   // flags, from the mode that fopen was given

#ifndef BAILEY_ANALYZER_REPORT_LIBRARY_VALUES_H_
#define BAILEY_ANALYZER_REPORT_LIBRARY_VALUES_H_

#include <array>
#include <vector>

#include "analyzer/elf/library_reach.h"
#include "analyzer/flow/text_pattern.h"
#include "analyzer/flow/value_propagation.h"
#include "analyzer/ir/code_facts.h"

namespace bailey::analyzer {

// The arguments of a call, and what texts are behind them: of all contexts
// together. What is not there is not known.
struct PassedFacts {
  std::vector<ValueFact> arguments = {};
  std::vector<Texts> texts = {};
};

std::vector<Texts> TextsOf(const std::vector<CallContext>& contexts);

// A parameter of which only the low half is passed on is known no further than
// that.
ValueFact FactOf(const MachineValue& value, const PassedFacts& passed);
std::array<ValueFact, 6> FactsOf(const std::array<MachineValue, 6>& values,
                                 const PassedFacts& passed);
std::array<ValueFact, 6> FactsOf(const ReachedSyscall& reached,
                                 const PassedFacts& passed);
// False: its facts are the same whatever is passed.
bool TakesFromCaller(const ReachedSyscall& reached);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_LIBRARY_VALUES_H_
