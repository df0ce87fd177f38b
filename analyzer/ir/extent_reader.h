// Reads what a module's functions do behind their pointer parameters. Internal
// to ir/.
//
//   code.extents = ReadExtents(module, places);

#ifndef BAILEY_ANALYZER_IR_EXTENT_READER_H_
#define BAILEY_ANALYZER_IR_EXTENT_READER_H_

#include <vector>

#include "analyzer/ir/global_uses.h"
#include "analyzer/ir/pointer_extent.h"

namespace bailey::analyzer {

// `module` is as Clang made it, before any pass; it is not changed.
std::vector<FunctionExtents> ReadExtents(const llvm::Module& module,
                                         const Places& places);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_EXTENT_READER_H_
