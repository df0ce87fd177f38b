// A joined program as the graph that phases are computed on, with the way back
// from its numbers to ids and places in the source.
//
//   const ProgramPhases phases(program, reached, called_back);
//   PhaseSets sets = SplitPhases(phases.graph(), places);
//   bool serves = phases.IsAnyOf(sets.serving, call.from, call.site);

#ifndef BAILEY_ANALYZER_FLOW_PHASE_GRAPH_H_
#define BAILEY_ANALYZER_FLOW_PHASE_GRAPH_H_

#include <compare>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/flow/phases.h"
#include "analyzer/flow/program.h"

namespace bailey::analyzer {

// `bailey_serving()` in the source: from its return on the program serves.
inline constexpr std::string_view kServingAnnotation = "bailey_serving";

// A call of a function outside, or of the annotation. Views into the program.
struct SymbolCall {
  PhasePlace place;
  uint32_t symbol = 0;     // see symbols()
  const SourceSite* site;  // in the function of the place
};

struct ProgramLoop {
  PhasePlace header;
  std::vector<uint32_t> nodes;
  bool bounded = false;
  SourceSite site;
};

class ProgramPhases {
 public:
  // `reached`: ids of the functions that can run. `called_back`: ids of those
  // that code outside may call, beside those whose address is taken.
  ProgramPhases(const Program& program, const std::set<std::string>& reached,
                const std::set<std::string>& called_back);

  const PhaseGraph& graph() const { return graph_; }
  const std::string& IdOf(uint32_t function) const { return ids_[function]; }
  // Functions outside that are called, by the numbers that calls name them by.
  const std::vector<std::string_view>& symbols() const { return symbols_; }
  const std::vector<SymbolCall>& symbol_calls() const { return symbol_calls_; }
  const std::vector<SymbolCall>& annotations() const { return annotations_; }
  const std::vector<ProgramLoop>& loops() const { return loops_; }

  // Where a fact of a function stands. Without a position that the function
  // has, it may stand anywhere in it; of a function that is not reached there
  // is no place.
  std::vector<PhasePlace> PlacesOf(const std::string& function,
                                   const SourceSite& site) const;
  // Whether one of them is in the set.
  bool IsAnyOf(const std::vector<std::vector<bool>>& set,
               const std::string& function, const SourceSite& site) const;
  // By calls, from main: a shortest chain of functions; empty if there is none.
  std::vector<std::string> ChainTo(uint32_t function) const;

 private:
  void AddFunctions(const std::set<std::string>& reached);
  void AddFlow(const ControlFlow& flow);
  void AddLoops(const ControlFlow& flow, uint32_t function, uint32_t base);
  void FinishFunctions();
  void AddEdges(const std::set<std::string>& reached);
  void AddCall(const std::string& from, const std::string& to,
               const SourceSite& site);
  uint32_t FileNumber(std::string_view file);
  uint32_t SymbolNumber(std::string_view symbol);
  void AddPointers();
  void AddEntries(const std::set<std::string>& called_back);
  void ForgetUntold();
  void AddChains();
  void MarkPointed(const std::string& id);
  void MarkCalledBack(const std::string& id);
  bool IsOnlyStarted(const std::string& id) const;
  PhaseNode& NodeAt(PhasePlace place) {
    return graph_.functions[place.function].nodes[place.node];
  }

  const Program& program_;
  PhaseGraph graph_;
  std::vector<std::string> ids_;
  std::unordered_map<std::string_view, uint32_t> numbers_;  // by id
  std::unordered_map<std::string_view, uint32_t> file_numbers_;
  struct Position {
    int line = 0;
    int column = 0;
    uint32_t file = 0;
    uint32_t node = 0;

    auto operator<=>(const Position&) const = default;
  };
  std::vector<std::vector<Position>> positions_;  // of each function; sorted
  std::unordered_map<std::string_view, uint32_t> symbol_numbers_;
  std::vector<std::string_view> symbols_;
  std::vector<SymbolCall> symbol_calls_;
  std::vector<SymbolCall> annotations_;
  std::vector<ProgramLoop> loops_;
  std::vector<uint32_t> before_;  // on the way from main; of main itself
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_PHASE_GRAPH_H_
