// The control flow of a function as plain data: what can follow what, where its
// facts stand in it, and its loops.
//
//   ControlFlowReader reader(module, places);
//   reader.ReadNodes();       // before any pass
//   ExposeConstants(module);
//   code.control = reader.ReadLoops();  // counters show now
//
// A node is a run of instructions that ends with a call, or with its block: so
// "after this call" are a node's successors. Facts (calls, addresses taken) are
// put to nodes by their position in the source (see flow/phase_graph.h).

#ifndef BAILEY_ANALYZER_IR_CONTROL_FLOW_H_
#define BAILEY_ANALYZER_IR_CONTROL_FLOW_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/documents/report.h"

namespace bailey::analyzer {

// In one of the function's `files`.
struct CodePosition {
  uint32_t file = 0;
  uint32_t line = 0;  // 0: none
  uint32_t column = 0;

  auto operator<=>(const CodePosition&) const = default;
};

struct ControlNode {
  std::vector<uint32_t> successors;
  // Where an exception that the call throws goes; among `successors` too.
  std::vector<uint32_t> unwinds;
  std::vector<CodePosition> positions;  // sorted, without duplicates
  bool leaves = false;  // the function returns, or goes on throwing
  // Its call may come back once more, long after (setjmp).
  bool returns_twice = false;
};

// A loop by its entry; or, where it has several (goto), by any of them.
struct ControlLoop {
  uint32_t header = 0;
  std::vector<uint32_t> nodes;  // sorted
  bool bounded = false;         // by a constant number of rounds
  SourceSite site;
};

struct ControlFlow {
  std::string function;            // id
  std::vector<std::string> files;  // as in SourceSite
  std::vector<ControlNode> nodes;  // the first is the entry; never empty
  std::vector<ControlLoop> loops;  // outer ones first
  bool may_throw = false;
  // A coroutine: whoever resumes it enters it in the middle.
  bool may_suspend = false;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CONTROL_FLOW_H_
