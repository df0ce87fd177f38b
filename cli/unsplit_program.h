// The program as the user's own build linked it.

#ifndef BAILEY_CLI_UNSPLIT_PROGRAM_H_
#define BAILEY_CLI_UNSPLIT_PROGRAM_H_

#include <string>

#include "common/documents/flow.h"

namespace bailey::cli {

// Its path: the word behind the link command's -o.
std::string UnsplitProgram(const Flow& flow);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_UNSPLIT_PROGRAM_H_
