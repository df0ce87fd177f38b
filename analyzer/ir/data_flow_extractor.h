// Reads a module's UnitDataFlow. Internal to ir/.
//
//   UnitValues values(module, places, unit);   // as the constraints use it
//   code.data_flow = ExtractDataFlow(module, places, values);

#ifndef BAILEY_ANALYZER_IR_DATA_FLOW_EXTRACTOR_H_
#define BAILEY_ANALYZER_IR_DATA_FLOW_EXTRACTOR_H_

#include "analyzer/ir/data_flow.h"
#include "analyzer/ir/global_uses.h"
#include "analyzer/ir/unit_values.h"

namespace bailey::analyzer {

// Calls must be marked (CodeExtractor::MarkCalls).
UnitDataFlow ExtractDataFlow(const llvm::Module& module, const Places& places,
                             UnitValues& values);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_DATA_FLOW_EXTRACTOR_H_
