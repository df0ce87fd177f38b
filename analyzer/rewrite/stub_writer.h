// The C text of a crossing: the stub that stands for the function where it is
// called, and the glue that calls it where it is.
//
//   std::string body = ClientStub(crossing, function, fields, channel);
//   std::string glue = ServerGlue(crossing, function, fields, tags);
//
// Both put and take the same items in the same order (runtime/crossing.h):
// request: values, and handles as 8 bytes, in the parameters' order, then for
// each pointer its presence
//          (a structure's or buffer's) and, unless it is only written, its
//          bytes; then the globals that are passed (passed_writer.h)
// reply:   the result, then the bytes of each pointer that is written
// Nothing but members of structures is copied, into zeroed memory. The text is
// C89 with GNU built-ins and no header, so that it fits any unit.

#ifndef BAILEY_ANALYZER_REWRITE_STUB_WRITER_H_
#define BAILEY_ANALYZER_REWRITE_STUB_WRITER_H_

#include <map>
#include <string>

#include "analyzer/rewrite/handle_tags.h"
#include "analyzer/rewrite/struct_fields.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

// By parameter; -1 is the result. Needed for each that is a structure.
using FieldsByParameter = std::map<int, StructFields>;

// A function body, braces included. `channel` is the caller's index for the
// portion that answers.
std::string ClientStub(const Crossing& crossing, const FlowFunction& function,
                       const FieldsByParameter& fields, unsigned channel);

// The definition of GlueName(crossing), for the end of the unit that defines
// the function.
std::string ServerGlue(const Crossing& crossing, const FlowFunction& function,
                       const FieldsByParameter& fields, const HandleTags& tags);
std::string GlueName(const Crossing& crossing);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_STUB_WRITER_H_
