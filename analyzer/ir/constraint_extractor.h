// Reads a module's UnitConstraints. Internal to ir/.
//
//   code.constraints = ExtractConstraints(module, places);

#ifndef BAILEY_ANALYZER_IR_CONSTRAINT_EXTRACTOR_H_
#define BAILEY_ANALYZER_IR_CONSTRAINT_EXTRACTOR_H_

#include "analyzer/ir/constraints.h"
#include "analyzer/ir/data_flow.h"
#include "analyzer/ir/global_uses.h"

namespace bailey::analyzer {

// Calls must be marked (CodeExtractor::MarkCalls). `data_flow`, if it is not
// null, gets where data goes, with pointers numbered as the constraints do.
UnitConstraints ExtractConstraints(const llvm::Module& module,
                                   const Places& places,
                                   UnitDataFlow* data_flow = nullptr);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CONSTRAINT_EXTRACTOR_H_
