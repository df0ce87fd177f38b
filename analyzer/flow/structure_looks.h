// What functions look into (source/structure_looks.h), once the whole program
// is there.

#ifndef BAILEY_ANALYZER_FLOW_STRUCTURE_LOOKS_H_
#define BAILEY_ANALYZER_FLOW_STRUCTURE_LOOKS_H_

#include "common/documents/flow.h"

namespace bailey::analyzer {

// In each `looks_into`: what goes to functions of the program itself is left
// out; each structure gets all names that the program has for it, of which
// those stay that some function returns a pointer to by that name: others can
// be no handle. A name that means one structure here and another one there is
// looked into by every function, for nobody could tell handles of the two
// apart.
void SettleLooks(Flow& flow);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_STRUCTURE_LOOKS_H_
