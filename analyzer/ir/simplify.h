// The passes that run over a module before and between its readings. Internal
// to ir/.

#ifndef BAILEY_ANALYZER_IR_SIMPLIFY_H_
#define BAILEY_ANALYZER_IR_SIMPLIFY_H_

#include "analyzer/ir/extract.h"

namespace llvm {
class CallBase;
}

namespace bailey::analyzer {

// What a call may come back from once more, long after (setjmp).
bool MayReturnTwice(const llvm::CallBase& call);

// Sees through the always-inlined wrappers of system headers (as for
// _FORTIFY_SOURCE), and drops what else they define but nothing uses.
void InlineSystemWrappers(llvm::Module& module, const ModuleNames& names);

// Makes constants visible at their uses. No instruction with an effect goes.
void ExposeConstants(llvm::Module& module);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_SIMPLIFY_H_
