// `bailey capture -- BUILD-COMMAND…`: runs a build and records what it compiled
// and linked, as compile_commands.json and bailey-capture.json.
//
//   CaptureOptions options;
//   options.command = {"make", "-j2"};
//   options.output_directory = ".";
//   ASSIGN_OR_RETURN(int status, Capture(options));
//
// A later run that compiles only some files again is merged with what is there.
// When the build fails nothing is written.

#ifndef BAILEY_ANALYZER_CAPTURE_CAPTURE_H_
#define BAILEY_ANALYZER_CAPTURE_CAPTURE_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace bailey::analyzer {

struct CaptureOptions {
  std::vector<std::string> command;
  std::string output_directory = ".";  // made if it is not there
  // Gets one line for people about what was recorded, or why nothing was.
  std::function<void(std::string_view)> say = [](std::string_view) {};
};

// Returns the build's exit status (128 + n when signal n ended it). Errors: the
// command cannot be run or traced, the record there is not ours or cannot be
// written, nothing was compiled and nothing had been recorded before.
Result<int> Capture(const CaptureOptions& options);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CAPTURE_CAPTURE_H_
