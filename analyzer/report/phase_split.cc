#include "analyzer/report/phase_split.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace bailey::analyzer {
namespace {

std::set<std::string> ReachedIds(const Reachability& reach) {
  std::set<std::string> ids;
  for (const auto& [id, how] : reach.functions()) ids.insert(id);
  return ids;
}

void AddNumbers(const SymbolReach& reach, SparseBits& numbers) {
  for (const ReachedSyscall& each : reach.syscalls) numbers.Insert(each.number);
}

int CountFunctions(const std::vector<std::vector<bool>>& set) {
  return static_cast<int>(
      std::ranges::count_if(set, [](const std::vector<bool>& nodes) {
        return std::ranges::find(nodes, true) != nodes.end();
      }));
}

int CountCalls(const std::vector<Capability>& capabilities, Phase phase) {
  std::set<uint32_t> numbers;
  for (const Capability& each : capabilities)
    if (each.kind == CapabilityKind::kSyscall && each.phase == phase)
      numbers.insert(each.number);
  return static_cast<int>(numbers.size());
}

constexpr std::array kForks = std::to_array<std::string_view>(
    {"clone", "clone3", "daemon", "fork", "forkpty", "posix_spawn",
     "posix_spawnp", "vfork"});

std::string_view KindName(SwitchCandidate::Kind kind) {
  switch (kind) {
    case SwitchCandidate::Kind::kAnnotation:
      return "annotation";
    case SwitchCandidate::Kind::kLoop:
      return "loop";
    case SwitchCandidate::Kind::kCall:
      return "call";
  }
  return "";
}

}  // namespace

PhaseSplit::PhaseSplit(const Program& program, const Reachability& reach,
                       const std::set<std::string>& called_back,
                       LibrarySummaries& libraries)
    : program_(program),
      reach_(reach),
      libraries_(libraries),
      phases_(program, ReachedIds(reach), called_back) {
  if (!libraries.TellsWhatIsLeftBehind()) return;
  candidates_ = FindSwitchPoints(phases_);
  if (candidates_.empty()) return;
  FindNumbers();
  for (const SwitchCandidate& each : candidates_)
    sizes_.push_back(ServingNumbers(each).Count());
  chosen_ = &candidates_[Choose(candidates_, sizes_)];
}

void PhaseSplit::FindNumbers() {
  for (const std::string_view symbol : phases_.symbols()) {
    SparseBits& numbers = symbol_numbers_.emplace_back();
    if (const SymbolReach* reach = libraries_.Reach(std::string(symbol)))
      AddNumbers(*reach, numbers);
  }
  for (const TakenExternal& each : reach_.taken())
    if (const SymbolReach* reach = libraries_.Reach(each.symbol))
      AddNumbers(*reach, taken_numbers_);
  for (const auto& [file, plugin] : libraries_.Plugins())
    AddNumbers(plugin, plugin_numbers_);
}

std::vector<Phase> PhaseSplit::AnyPhase() const {
  if (!HasSwitchPoint()) return {Phase::kServing};
  return {Phase::kStartup, Phase::kServing};
}

// Code that neither set has cannot run, as far as control flow tells: that is
// no reason to deny it before the switch.
std::vector<Phase> PhaseSplit::PhasesOf(const std::string& function,
                                        const SourceSite& site) const {
  if (!HasSwitchPoint()) return {Phase::kServing};
  std::vector<Phase> phases;
  const bool serving = phases_.IsAnyOf(chosen_->sets.serving, function, site);
  if (!serving || phases_.IsAnyOf(chosen_->sets.startup, function, site))
    phases.push_back(Phase::kStartup);
  if (serving) phases.push_back(Phase::kServing);
  return phases;
}

SymbolReach PhaseSplit::LeftBehind() {
  if (!HasSwitchPoint()) return {};
  return LeftBehind(chosen_->sets);
}

SymbolReach PhaseSplit::LeftBehind(const PhaseSets& sets) {
  std::set<std::string> after = NamesOf(SymbolsIn(sets.serving));
  for (const TakenExternal& each : reach_.taken()) after.insert(each.symbol);
  return libraries_.LeftBehind(NamesOf(SymbolsIn(sets.startup)), after);
}

SparseBits PhaseSplit::SymbolsIn(const Sets& set) const {
  SparseBits symbols;
  for (const SymbolCall& call : phases_.symbol_calls())
    if (set[call.place.function][call.place.node]) symbols.Insert(call.symbol);
  return symbols;
}

std::set<std::string> PhaseSplit::NamesOf(const SparseBits& symbols) const {
  std::set<std::string> names;
  symbols.ForEach(
      [&](uint32_t symbol) { names.emplace(phases_.symbols()[symbol]); });
  return names;
}

// What the program's own code does there, at least: the numbers that it
// computes are not among them.
SparseBits PhaseSplit::NumbersIn(const Sets& set) const {
  SparseBits numbers = taken_numbers_;
  SymbolsIn(set).ForEach(
      [&](uint32_t symbol) { numbers.Unite(symbol_numbers_[symbol]); });
  for (const AssemblySyscall& each : program_.syscalls)
    if (each.number.known && phases_.IsAnyOf(set, each.from, each.site))
      for (const uint64_t number : each.number.values)
        numbers.Insert(static_cast<uint32_t>(number));
  return numbers;
}

SparseBits PhaseSplit::ServingNumbers(const SwitchCandidate& candidate) {
  SparseBits numbers = NumbersIn(candidate.sets.serving);
  AddNumbers(LeftBehind(candidate.sets), numbers);
  numbers.Unite(plugin_numbers_);
  return numbers;
}

std::string PhaseSplit::Why(const SwitchCandidate& candidate) const {
  if (candidate.kind == SwitchCandidate::Kind::kAnnotation)
    return "the source says so";
  std::string text = fmt::format(
      "waits {} by {}, and calls {} functions",
      candidate.waits_for_events ? "for events" : "for one thing at a time",
      fmt::join(candidate.waits, ", "), candidate.work);
  if (candidate.bounded) text += ", a constant number of times";
  return text;
}

// A process that was forked before the switch and does not come to it keeps the
// filter of startup.
std::string PhaseSplit::Covers(const SwitchCandidate& candidate) const {
  std::set<std::string> forks;
  for (const SymbolCall& call : phases_.symbol_calls())
    if (std::ranges::find(kForks, phases_.symbols()[call.symbol]) !=
            kForks.end() &&
        candidate.sets.IsStartup(call.place))
      forks.insert(fmt::format("{}:{}", call.site->file, call.site->line));
  if (forks.empty()) return "every process of the program";
  return fmt::format(
      "the processes that come here; of those made before, at {}, the others "
      "keep the filter of startup",
      fmt::join(forks, ", "));
}

SwitchPoint PhaseSplit::Describe(const SwitchCandidate& candidate) const {
  SwitchPoint point;
  point.site = candidate.site;
  point.kind = KindName(candidate.kind);
  point.chain = candidate.chain;
  point.waits = {candidate.waits.begin(), candidate.waits.end()};
  point.why = Why(candidate);
  point.covers = Covers(candidate);
  point.startup_functions = CountFunctions(candidate.sets.startup);
  point.serving_functions = CountFunctions(candidate.sets.serving);
  point.chosen = &candidate == chosen_;
  return point;
}

std::vector<SwitchPoint> PhaseSplit::SwitchPoints(
    const std::vector<Capability>& capabilities) {
  std::vector<SwitchPoint> points;
  for (size_t i = 0; i < candidates_.size(); ++i) {
    SwitchPoint point = Describe(candidates_[i]);
    SparseBits startup = NumbersIn(candidates_[i].sets.startup);
    AddNumbers(libraries_.Startup(), startup);
    point.startup_calls = static_cast<int>(startup.Count());
    point.serving_calls = static_cast<int>(sizes_[i]);
    if (point.chosen) {
      point.startup_calls = CountCalls(capabilities, Phase::kStartup);
      point.serving_calls = CountCalls(capabilities, Phase::kServing);
    }
    points.push_back(std::move(point));
  }
  return points;
}

}  // namespace bailey::analyzer
