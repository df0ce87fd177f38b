// What a value can be, by looking back over the instructions that make it:
// constants, and selections and arithmetic of few of them. Internal to ir/.
//
//   ValueFact flags = Evaluate(*call.getArgOperand(1));

#ifndef BAILEY_ANALYZER_IR_VALUES_H_
#define BAILEY_ANALYZER_IR_VALUES_H_

#include <vector>

#include "analyzer/ir/code_facts.h"

namespace llvm {
class Function;
class Value;
}  // namespace llvm

namespace bailey::analyzer {

// More values than this are "any": a policy would not be written about them.
inline constexpr size_t kMostValues = 16;

// Undefined values are "any" too: the machine passes whatever is there.
ValueFact Evaluate(const llvm::Value& value);

// The functions that a callee can be; empty if not all of them are known.
std::vector<const llvm::Function*> PossibleCallees(const llvm::Value& callee);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_VALUES_H_
