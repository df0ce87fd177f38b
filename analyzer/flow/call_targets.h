// Which functions the calls through pointers of a whole program lead to.
//
//   program.targets = FindCallTargets(program, roots);
//   for (const CallFact& call : program.targets.calls) …  // call.to is a
//   target
//
// Functions are followed from the program's roots as they are found to be
// called; what code that is never reached does, counts for nothing. Only a
// function that unknown code may know can be called from there.

#ifndef BAILEY_ANALYZER_FLOW_CALL_TARGETS_H_
#define BAILEY_ANALYZER_FLOW_CALL_TARGETS_H_

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/ir/code_facts.h"

namespace bailey::analyzer {

struct Program;

struct CallTargets {
  bool is_solved = false;  // else nothing is known
  // By unit and number (see UnresolvedFact): calls through pointers of which
  // all targets are among `calls`.
  std::set<std::pair<int, int>> resolved;
  // One for each target of each call through a pointer in reached code.
  std::vector<CallFact> calls;
  // Functions, of the program and of libraries, that code without source may
  // call by their addresses: callbacks, handlers, threads. Where a call through
  // a pointer is not resolved, it leads to these.
  std::set<std::string> called_from_outside;
  size_t node_count = 0;
};

// Ids and names by which the program is entered.
struct CallRoots {
  std::set<std::string> functions;  // main, constructors, called by libraries
  std::set<std::string> data;       // that code without source may use
  // Functions that such code may call by name: once they are reached, with
  // anything.
  std::set<std::string> exported;
  // Nothing is loaded by name while the program runs. Then dlsym finds what the
  // program itself has of `asked`, all names that it is asked for, or nothing.
  bool loads_nothing = false;
  std::set<std::string> asked;
};

struct CallTargetOptions {
  // Leaves out targets that could not be called so (see Fits in the .cc).
  bool filter_by_type = true;
};

CallTargets FindCallTargets(const Program& program, const CallRoots& roots,
                            const CallTargetOptions& options = {});

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_CALL_TARGETS_H_
