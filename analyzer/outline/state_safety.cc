#include "analyzer/outline/state_safety.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <vector>

namespace bailey::analyzer {
namespace {

// By which a function may run beside itself, or again before it is over.
constexpr std::array<std::string_view, 21> kRunsBeside = {
    "pthread_create", "thrd_create", "clone",         "fork",
    "vfork",          "daemon",      "sigaction",     "signal",
    "__sysv_signal",  "bsd_signal",  "sigset",        "sigvec",
    "timer_create",   "mq_notify",   "getaddrinfo_a", "atexit",
    "on_exit",        "makecontext", "longjmp",       "_longjmp",
    "siglongjmp"};

bool Reaches(const Flow& flow, const std::string& from,
             const std::string& wanted) {
  std::set<std::string> seen;
  std::vector<std::string> todo = {from};
  while (!todo.empty()) {
    const std::string at = todo.back();
    todo.pop_back();
    for (const FlowEdge& edge : flow.edges) {
      if (edge.from != at || edge.kind == EdgeKind::kData) continue;
      if (edge.to == wanted) return true;
      if (seen.insert(edge.to).second) todo.push_back(edge.to);
    }
  }
  return false;
}

}  // namespace

std::string WhyNotOnce(const Flow& flow, const FlowFunction& function) {
  if (function.address_taken) return "its address is taken";
  if (Reaches(flow, function.id, function.id)) return "it may call itself";
  const bool is_main = function.name == "main";
  for (const FlowEdge& edge : flow.edges) {
    if (is_main && edge.to == function.id && edge.kind != EdgeKind::kData)
      return "`" + edge.from + "` calls it";
    if (!is_main && edge.external &&
        std::ranges::find(kRunsBeside, edge.to) != kRunsBeside.end())
      return "the program calls `" + edge.to + "`";
  }
  return "";
}

}  // namespace bailey::analyzer
