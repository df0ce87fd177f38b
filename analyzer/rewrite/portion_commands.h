// The commands that build a portion, made of those that built the program.
//
//   PortionUnit unit = CompileUnit(flow.units[0], source, object, options);
//   ASSIGN_OR_RETURN(Command link, LinkPortion(flow, objects, program,
//   options));
//
// A unit is compiled as it was, in the same directory and with the same
// options, but for what says where from and where to; includes next to the
// source are still found, by -iquote. The link names the portion's objects
// where it named the program's, and the runtime whole, since nothing refers to
// its start-up.

#ifndef BAILEY_ANALYZER_REWRITE_PORTION_COMMANDS_H_
#define BAILEY_ANALYZER_REWRITE_PORTION_COMMANDS_H_

#include <string>
#include <vector>

#include "common/documents/flow.h"
#include "common/result.h"

namespace bailey::analyzer {

struct BuildCommand {
  std::string directory;
  std::string source;  // empty for a link
  std::string output;
  std::vector<std::string> inputs;
  std::vector<std::string> arguments;
};

// Absolute. None is left in what is compiled, so that the same sources give
// the same bytes, wherever they and the portion lie.
struct PortionPaths {
  std::string directory;  // of the portion
  std::string root;       // of the program's units
  std::string include;    // holds runtime/crossing.h
};

// All paths are absolute.
BuildCommand CompileUnit(const FlowUnit& unit, const std::string& source,
                         const std::string& object, const PortionPaths& paths);

// The generated unit of a portion that answers, compiled by `unit`'s compiler.
BuildCommand CompileService(const FlowUnit& unit, const std::string& source,
                            const std::string& object,
                            const PortionPaths& paths);

// An error when the program is linked statically: a portion that gives handles
// out stands before the C library's free() (runtime/revoking_free.h).
Result<> RequireSharedLibraries(const Flow& flow);

// An error when no link was captured, or when it links objects or archives that
// no analyzed unit makes: they may hold what must not be in a portion.
Result<BuildCommand> LinkPortion(const Flow& flow,
                                 const std::vector<std::string>& objects,
                                 const std::string& program,
                                 const std::string& runtime_library);

// The same with the fuzzer's library and, of the runtime, only what that needs:
// not the start-up, which waits for an agent.
Result<BuildCommand> LinkFuzzer(const Flow& flow,
                                const std::vector<std::string>& objects,
                                const std::string& program,
                                const std::string& fuzz_library,
                                const std::string& runtime_library);

// The source as the unit's command names it, which is what __FILE__ is.
std::string SourceName(const FlowUnit& unit);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_PORTION_COMMANDS_H_
