// What a trusted portion needs beside its closure: the functions and constants
// that its members use and that hold no state of the program. They are in both
// portions, or, where nobody else uses them, in this one alone.
//
//   Support support = FindSupport(graph, closure, "signer", forbidden,
//                                 diagnostics);
//   support.replicas.contains("bytes_equal");  // both portions have it
//   support.own.contains("read_file");         // only members call it

#ifndef BAILEY_POLICY_COMPILER_SPLIT_SUPPORT_H_
#define BAILEY_POLICY_COMPILER_SPLIT_SUPPORT_H_

#include <map>
#include <string>
#include <string_view>

#include "common/diagnostics.h"
#include "policy-compiler/split/closure.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// By id, with the reason for people.
using Reasons = std::map<std::string, std::string, std::less<>>;

struct Support {
  Reasons replicas;
  Reasons own;
};

// `forbidden`: what must not run in this portion, with the reason ("`main`
// starts the program"). A callee that leads to state outside the closure, or to
// a forbidden function, is an error at the call.
Support FindSupport(const ProgramGraph& graph, const Closure& closure,
                    std::string_view portion, const Reasons& forbidden,
                    Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_SUPPORT_H_
