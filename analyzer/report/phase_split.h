// Which phase each fact of a program belongs to, by the switch point that was
// chosen; and the switch points there are.
//
//   PhaseSplit split(program, reach, called_back, libraries);
//   for (const Phase phase : split.PhasesOf(call.from, call.site)) …
//   report.switch_points = split.TakeSwitchPoints();

#ifndef BAILEY_ANALYZER_REPORT_PHASE_SPLIT_H_
#define BAILEY_ANALYZER_REPORT_PHASE_SPLIT_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/phase_graph.h"
#include "analyzer/flow/sparse_bits.h"
#include "analyzer/flow/switch_points.h"
#include "analyzer/report/library_summaries.h"
#include "analyzer/report/reachability.h"
#include "common/documents/report.h"

namespace bailey::analyzer {

class PhaseSplit {
 public:
  // All must outlive this. Libraries that were not read give no switch point:
  // what they leave behind at startup is not known.
  PhaseSplit(const Program& program, const Reachability& reach,
             const std::set<std::string>& called_back,
             LibrarySummaries& libraries);

  // Where there is none, all that the program does is serving.
  bool HasSwitchPoint() const { return chosen_ != nullptr; }

  // Of a fact in a function that is reached: one, or both.
  std::vector<Phase> PhasesOf(const std::string& function,
                              const SourceSite& site) const;
  // Of what may happen at any time.
  std::vector<Phase> AnyPhase() const;

  // What serving may call because startup left it behind in libraries, and what
  // ends the process. Empty without a switch point.
  SymbolReach LeftBehind();

  // The numbers of the chosen one are the report's: `capabilities` decide.
  std::vector<SwitchPoint> SwitchPoints(
      const std::vector<Capability>& capabilities);

 private:
  using Sets = std::vector<std::vector<bool>>;

  SymbolReach LeftBehind(const PhaseSets& sets);
  void FindNumbers();
  SparseBits SymbolsIn(const Sets& set) const;
  std::set<std::string> NamesOf(const SparseBits& symbols) const;
  SparseBits NumbersIn(const Sets& set) const;
  SparseBits ServingNumbers(const SwitchCandidate& candidate);
  SwitchPoint Describe(const SwitchCandidate& candidate) const;
  std::string Why(const SwitchCandidate& candidate) const;
  std::string Covers(const SwitchCandidate& candidate) const;

  const Program& program_;
  const Reachability& reach_;
  LibrarySummaries& libraries_;
  const ProgramPhases phases_;
  // Of system calls: of each symbol that phases_ numbers, of all whose address
  // is taken, of plugins.
  std::vector<SparseBits> symbol_numbers_;
  SparseBits taken_numbers_;
  SparseBits plugin_numbers_;
  std::vector<SwitchCandidate> candidates_;
  std::vector<size_t> sizes_;  // serving calls of each candidate
  const SwitchCandidate* chosen_ = nullptr;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_PHASE_SPLIT_H_
