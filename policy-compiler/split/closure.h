// What a trusted portion must hold: its seeds, the state that they touch, and
// everything else that touches that state.
//
//   Closure closure = CloseOver(graph, seeds);
//   closure.Holds("secret_key");        // some seed reads it
//   closure.Path("parse_header");       // "sign -> secret_key -> parse_header"
//
// The rule is coarse and needs no aliasing: a global that a member may change
// or read joins, and so does each function that reads it, writes it or takes
// its address. A credential that was read into memory can then leave the
// portion only by a crossing, and what crosses is copied by declared size.
// Memory from the heap is reached through members' globals and locals only,
// because no pointer crosses.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_CLOSURE_H_
#define BAILEY_POLICY_COMPILER_SPLIT_CLOSURE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

class Closure {
 public:
  struct Member {
    std::string reason;   // for people
    std::string because;  // the member that pulled it in; empty for a seed
  };

  bool Holds(std::string_view id) const { return members_.contains(id); }
  const std::map<std::string, Member, std::less<>>& members() const {
    return members_;
  }
  // From a seed to `id`, which must be a member.
  std::string Path(std::string_view id) const;

 private:
  friend class ClosureBuilder;
  std::map<std::string, Member, std::less<>> members_;
};

// Where a closure starts: a function's id, and why, for people.
struct ClosureSeed {
  std::string id;
  std::string reason;
};

Closure CloseOver(const ProgramGraph& graph,
                  const std::vector<ClosureSeed>& seeds);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_CLOSURE_H_
