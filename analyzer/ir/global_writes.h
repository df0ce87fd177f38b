// Which globals a unit may change, and to whom it hands their addresses.
// Internal to ir/.
//
//   ReadGlobalWrites(module, places, code);
//
// Any doubt counts as a write: an address in memory, in a number, in assembly
// or in another global's initializer; an atomic or volatile access; a weak
// symbol or another name of it; a section of its own.

#ifndef BAILEY_ANALYZER_IR_GLOBAL_WRITES_H_
#define BAILEY_ANALYZER_IR_GLOBAL_WRITES_H_

#include "analyzer/ir/global_uses.h"

namespace bailey::analyzer {

// Requires pointers in registers where they can be (ExposeConstants). Stores
// to a global by its name are among the edges (GlobalUses) as well.
void ReadGlobalWrites(const llvm::Module& module, const Places& places,
                      CodeFacts& code);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_GLOBAL_WRITES_H_
