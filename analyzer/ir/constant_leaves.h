// What an initializer puts where, taken apart to numbers and texts. Internal to
// ir/.
//
//   if (const auto leaves = LeavesOf(*global.getInitializer(), layout, places))

#ifndef BAILEY_ANALYZER_IR_CONSTANT_LEAVES_H_
#define BAILEY_ANALYZER_IR_CONSTANT_LEAVES_H_

#include <optional>
#include <vector>

#include "analyzer/ir/expression_reader.h"

namespace bailey::analyzer {

// All that is not zero; a text of an array of characters as what memory_writers
// calls kCopied. Nothing if there are too many, or one is not understood.
std::optional<std::vector<CellFact>> LeavesOf(const llvm::Constant& value,
                                              const llvm::DataLayout& layout,
                                              const Places& places);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CONSTANT_LEAVES_H_
