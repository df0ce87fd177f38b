// Globals that are not declared const and that nothing changes all the same.
//
//   MarkNeverWritten(program);   // flow.globals[i].never_written
//   UnmarkShared(is_shared, program.flow);

#ifndef BAILEY_ANALYZER_FLOW_NEVER_WRITTEN_H_
#define BAILEY_ANALYZER_FLOW_NEVER_WRITTEN_H_

#include <functional>
#include <string>

#include "common/documents/flow.h"

namespace bailey::analyzer {

struct Program;

// By what the program's own units say; any doubt leaves it false. Requires
// `inferred` of the parameters, and the edges.
void MarkNeverWritten(Program& program);

// Of globals that code outside the program may use by name that is not enough;
// nor are the values that the program gives them all.
void UnmarkShared(const std::function<bool(const std::string& id)>& is_shared,
                  Flow& flow);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_NEVER_WRITTEN_H_
