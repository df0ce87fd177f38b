// Runs programs for tests: one alone, or two portions over a channel, without a
// sandbox.

#ifndef BAILEY_TESTS_ANALYZER_REWRITE_TEST_AGENT_H_
#define BAILEY_TESTS_ANALYZER_REWRITE_TEST_AGENT_H_

#include <string>
#include <vector>

namespace bailey::analyzer {

struct ProgramOutput {
  int status = 0;          // of waitpid
  std::string text;        // stdout and stderr, of both portions
  std::string last_reply;  // the server's area after the last crossing
};

// `input` is the file that is the standard input.
ProgramOutput RunProgram(const std::vector<std::string>& command,
                         const std::string& directory,
                         const std::string& input = "/dev/null");

// Runs `client` with the arguments and `server` until the client ends.
ProgramOutput RunPortions(const std::string& client, const std::string& server,
                          const std::vector<std::string>& arguments,
                          const std::string& input = "/dev/null");

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_REWRITE_TEST_AGENT_H_
