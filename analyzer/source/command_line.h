// A compile command of any GCC or Clang, made one that our Clang reads.
// Internal to source/.

#ifndef BAILEY_ANALYZER_SOURCE_COMMAND_LINE_H_
#define BAILEY_ANALYZER_SOURCE_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::analyzer {

struct AdjustedCommand {
  std::vector<std::string> arguments;
  std::vector<std::string> dropped;  // options that Clang does not have
};

// Options about output, warnings and dependencies go, as do those that only GCC
// knows; Clang's own headers are named. What GCC 12 only warns of (an
// undeclared function) is no error here either. Fails when Clang's headers are
// not found.
Result<AdjustedCommand> AdjustCommand(const std::vector<std::string>& command);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_COMMAND_LINE_H_
