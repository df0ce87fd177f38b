// The program of a flow.json, indexed for the questions that the split asks.
//
//   ProgramGraph graph(flow);
//   for (const FlowEdge* edge : graph.From("sign_request"))
//     if (graph.IsState(edge->to)) ...  // it touches what may change
//
// Borrows the Flow, which must outlive it.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PROGRAM_GRAPH_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PROGRAM_GRAPH_H_

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/flow.h"

namespace bailey::policy {

// Whether a policy means this function: by its id, its name, or that with the
// namespaces of C++ before it.
inline bool IsNamed(const FlowFunction& function, std::string_view name) {
  return name == function.id || name == function.name ||
         (!function.qualified_name.empty() && name == function.qualified_name);
}

// What a policy calls it, and people do.
inline const std::string& PolicyName(const FlowFunction& function) {
  return function.qualified_name.empty() ? function.name
                                         : function.qualified_name;
}

class ProgramGraph {
 public:
  explicit ProgramGraph(const Flow& flow);

  const Flow& flow() const { return flow_; }
  // Null for what the program does not define.
  const FlowFunction* Function(std::string_view id) const;
  const FlowGlobal* Global(std::string_view id) const;
  // Functions of that C name or id; more than one if several files have one.
  std::vector<const FlowFunction*> FunctionsNamed(std::string_view name) const;
  std::vector<const FlowGlobal*> GlobalsNamed(std::string_view name) const;

  // Edges between what the program defines, in the document's order.
  const std::vector<const FlowEdge*>& From(std::string_view id) const;
  const std::vector<const FlowEdge*>& To(std::string_view id) const;
  // Edges to external symbols.
  const std::vector<const FlowEdge*>& External(std::string_view id) const;
  // Static locals of a function.
  const std::vector<std::string>& StaticLocals(std::string_view function) const;

  // A global that may change while the program runs, or one that does not and
  // whose initializer holds the address of one that does.
  // One that was made separate, or is passed, is none.
  bool IsState(std::string_view id) const;

  // From here on each portion that uses the global has one of its own.
  void MakeSeparate(std::string_view id);
  bool IsSeparate(std::string_view id) const;
  // The same, and main's portion sends its value with each call. It uses the
  // functions from then on whose addresses it may have.
  void MakePassed(std::string_view id);
  bool IsPassed(std::string_view id) const;
  // In order of their ids.
  const std::set<std::string, std::less<>>& passed() const { return passed_; }

  // Whether a symbol stands in a unit's own file: headers are not rewritten, so
  // what stands in one is in every portion.
  bool IsInUnit(std::string_view id) const;

 private:
  using Edges =
      std::map<std::string, std::vector<const FlowEdge*>, std::less<>>;

  void FindState();

  const Flow& flow_;
  std::map<std::string, const FlowFunction*, std::less<>> functions_;
  std::map<std::string, const FlowGlobal*, std::less<>> globals_;
  std::map<std::string, std::vector<std::string>, std::less<>> static_locals_;
  Edges from_;
  Edges to_;
  Edges external_;
  std::set<std::string, std::less<>> state_;
  std::set<std::string, std::less<>> separate_;
  std::set<std::string, std::less<>> passed_;
  std::deque<FlowEdge> value_edges_;  // of what is passed
  std::set<std::string, std::less<>> unit_files_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PROGRAM_GRAPH_H_
