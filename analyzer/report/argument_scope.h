// What the propagation of values must not trust: functions and globals of the
// program that others than its units use.
//
//   const ValuePropagation values(program, ArgumentScope(program, …));

#ifndef BAILEY_ANALYZER_REPORT_ARGUMENT_SCOPE_H_
#define BAILEY_ANALYZER_REPORT_ARGUMENT_SCOPE_H_

#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/value_propagation.h"
#include "analyzer/report/library_summaries.h"

namespace bailey::analyzer {

// `entries` start by themselves, `called_back` are called by libraries.
PropagationScope ArgumentScope(const Program& program,
                               LibrarySummaries& libraries,
                               const std::vector<std::string>& entries,
                               const std::set<std::string>& called_back,
                               bool has_opaque_inputs);

// The arguments of a call in each context, and what its own function alone
// says of them.
std::vector<std::vector<ValueFact>> ArgumentsIn(
    const std::vector<CallContext>& contexts,
    const std::vector<ValueFact>& local);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_ARGUMENT_SCOPE_H_
