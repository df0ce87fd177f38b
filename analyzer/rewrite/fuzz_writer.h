// The generated unit of a portion's fuzzer: tables that say what its functions
// take, from which runtime/fuzz makes a hostile client's requests.

#ifndef BAILEY_ANALYZER_REWRITE_FUZZ_WRITER_H_
#define BAILEY_ANALYZER_REWRITE_FUZZ_WRITER_H_

#include <string>

#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

// C11, defines bailey_fuzz_portion (runtime/fuzz_portion.h). `portion` answers
// at least one crossing of the plan; the plan's crossings fit the program.
std::string FuzzTables(const Plan& plan, const Flow& flow,
                       const PlanPortion& portion);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_FUZZ_WRITER_H_
