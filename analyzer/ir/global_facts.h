// What a unit does with each global, and what its functions return, as
// expressions. Internal to ir/.
//
//   ReadGlobalFacts(module, places, readers, code);

#ifndef BAILEY_ANALYZER_IR_GLOBAL_FACTS_H_
#define BAILEY_ANALYZER_IR_GLOBAL_FACTS_H_

#include "analyzer/ir/expression_reader.h"

namespace bailey::analyzer {

void ReadGlobalFacts(const llvm::Module& module, const Places& places,
                     ExpressionReaders& readers, CodeFacts& code);

void ReadReturns(const llvm::Module& module, const Places& places,
                 ExpressionReaders& readers, CodeFacts& code);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_GLOBAL_FACTS_H_
