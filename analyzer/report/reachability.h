// Which functions of a program can run, how surely, and by which shortest path.
//
//   Reachability reach(program, {"main"}, called_back);
//   for (const auto& [id, how] : reach.functions()) …

#ifndef BAILEY_ANALYZER_REPORT_REACHABILITY_H_
#define BAILEY_ANALYZER_REPORT_REACHABILITY_H_

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analyzer/flow/program.h"

namespace bailey::analyzer {

struct Reached {
  bool certain = false;           // by direct calls from an entry
  std::vector<std::string> path;  // of ids, from the entry to the function
};

// An external function whose address a reached function, or data, takes.
struct TakenExternal {
  std::string symbol;
  SourceSite site;
  std::vector<std::string> path;  // to the taker
};

class Reachability {
 public:
  // First along calls from `entries`; then along calls through pointers that
  // may lead to several functions, too. Those in `called_back`, what is kept
  // for uses that no unit shows, and every function whose address reached code
  // or data takes and that may be called from outside, count as entries that
  // are not certain; if calls through pointers were not followed
  // (program.targets), every function whose address is taken. `program` must
  // outlive this.
  Reachability(const Program& program, const std::vector<std::string>& entries,
               const std::set<std::string>& called_back);
  Reachability(const Reachability&) = delete;  // it has views into itself
  Reachability& operator=(const Reachability&) = delete;

  const std::map<std::string, Reached>& functions() const { return reached_; }
  const std::vector<TakenExternal>& taken() const { return taken_; }

 private:
  void Follow(bool addresses);
  void FollowEdge(const Reached& how, const FlowEdge& edge, bool addresses);
  void Enter(const std::string& id, bool certain,
             std::vector<std::string> path);
  bool IsDefined(const std::string& id) const;
  void AddIndirectCalls();
  bool LeadsToCall(const FlowEdge& edge) const;
  void EnterData(const std::set<std::string>& called_back);

  const Program& program_;
  // By `from`. Views into the program, indirect_ and the two maps.
  std::unordered_map<std::string_view, std::vector<const FlowEdge*>> edges_;
  std::vector<FlowEdge> indirect_;       // of calls through pointers
  std::set<const FlowEdge*> uncertain_;  // of those that lead elsewhere, too
  std::unordered_set<std::string_view> functions_;
  std::map<std::string, Reached> reached_;
  std::map<std::string, Reached> globals_;
  std::unordered_set<std::string_view> entered_;  // keys of both
  std::deque<std::string> queue_;
  std::vector<TakenExternal> taken_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_REACHABILITY_H_
