// The canonical form of a policy's text: the same tokens and comments, set in
// one way.
//
//   ASSIGN_OR_RETURN(std::string formatted, FormatPolicy(text));
//
// A statement stands on a line of its own, indented by two for each block; what
// is longer than 80 columns goes on behind a `,`, or before `and`, `or`, `|`,
// `then` and `=>`, indented by four. Comments stay where they are: behind what
// they follow on a line, or on a line of their own. One empty line between
// statements stays, more become one. Formatting twice changes nothing.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_FORMAT_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_FORMAT_H_

#include <string>

#include "common/diagnostics.h"
#include "common/result.h"

namespace bailey::policy {

// An error: the text is no policy (its diagnostics are LoadPolicy's to show),
// or is too large. What is returned was read again, and has the same tokens and
// comments as the text.
Result<std::string> FormatPolicy(const SourceText& text);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_FORMAT_H_
