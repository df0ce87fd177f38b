#include "bench/filters/table.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "bench/rivals/rival.h"
#include "policy-compiler/libseccomp/libseccomp_filter.h"
#include "policy-compiler/libseccomp/number_prologue.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::bench {
namespace {

constexpr uint32_t kTimeoutMs = 60'000;
constexpr std::string_view kRefuted = "wrong: refuted by the proof";

using Compile = std::function<Result<BpfProgram>()>;

std::string ProblemOf(const policy::Policy& policy, const BpfProgram& program) {
  const policy::ProofResult proof = policy::ProveFilter(
      policy, policy.portions[0], FilterKind::kPlain, {}, program, kTimeoutMs);
  if (proof.proved()) return "";
  return proof.counterexample ? std::string(kRefuted)
                              : "unproved: " + proof.reason;
}

FilterResult Measured(const policy::Policy& policy, const CallMix& mix,
                      std::string_view name, const Compile& compile,
                      bool with_prologue) {
  FilterResult result{std::string(name), "", {}};
  const Result<BpfProgram> program = compile();
  if (!program.ok()) {
    result.problem = program.error().message;
    return result;
  }
  result.cost = CostOf(*program, mix);
  result.problem = ProblemOf(
      policy, with_prologue ? policy::WithNumberPrologue(
                                  policy, policy.portions[0], *program)
                            : *program);
  return result;
}

policy::EmissionOptions EmissionFor(const CallMix& mix) {
  policy::EmissionOptions emission;
  for (const MixedCall& call : mix)
    emission.frequencies[call.number] = call.weight;
  return emission;
}

Compile Libseccomp(const policy::Policy& policy, bool tree) {
  return [&policy, tree] {
    return policy::CompileWithLibseccomp(
        policy, policy.portions[0],
        {.binary_tree = tree, .answer_unknown_numbers = false});
  };
}

std::string Ratio(double value, double other) {
  return other > 0 ? fmt::format("{:.2f}", value / other) : "-";
}

std::string Uncached(const FilterCost& cost) {
  return cost.uncached ? fmt::format("{:.2f}", *cost.uncached) : "-";
}

// The geometric mean of the others' cost divided by ours, and how many are
// below ours, the same and above.
struct Ratios {
  double log_sum = 0;
  int count = 0;
  int below = 0;
  int same = 0;

  void Add(double other, double ours) {
    log_sum += std::log(other / ours);
    ++count;
    below += other < ours;
    same += other == ours;
  }

  std::string Text() const {
    if (count == 0) return "-";
    return fmt::format("{:.3f}  {:>3}/{}/{}", std::exp(log_sum / count),
                       count - below - same, same, below);
  }
};

bool Usable(const FilterResult& filter) { return filter.problem.empty(); }

void PrintRatios(const std::vector<ProfileResult>& results, size_t at) {
  Ratios size;
  Ratios uncached;
  Ratios mean;
  int wrong = 0;
  for (const ProfileResult& result : results) {
    const FilterResult& ours = result.filters[0];
    const FilterResult& other = result.filters[at];
    if (!Usable(ours)) continue;
    if (!Usable(other)) {
      ++wrong;
      continue;
    }
    size.Add(static_cast<double>(other.cost.size),
             static_cast<double>(ours.cost.size));
    if (ours.cost.uncached && other.cost.uncached)
      uncached.Add(*other.cost.uncached, *ours.cost.uncached);
    if (ours.cost.mean > 0) mean.Add(other.cost.mean, ours.cost.mean);
  }
  fmt::print("  {:<28} {:>20} {:>20} {:>20} {:>6}\n",
             results[0].filters[at].compiler, size.Text(), uncached.Text(),
             mean.Text(), wrong);
}

void PrintBounds(const std::vector<ProfileResult>& results) {
  Ratios size;
  Ratios uncached;
  for (const ProfileResult& result : results) {
    const FilterResult& ours = result.filters[0];
    if (!Usable(ours)) continue;
    size.Add(static_cast<double>(result.size_bound.by_comparison()),
             static_cast<double>(ours.cost.size));
    if (ours.cost.uncached && result.cost_bound)
      uncached.Add(result.cost_bound->by_comparison, *ours.cost.uncached);
  }
  fmt::print("  {:<28} {:>20} {:>20}\n", "bound, by comparison", size.Text(),
             uncached.Text());
}

}  // namespace

Result<ProfileResult> ResultsOf(const policy::Policy& policy,
                                const CallMix& mix) {
  ProfileResult result;
  result.profile = policy.name;
  const auto bailey = [&](const policy::EmissionOptions& emission) {
    return [&policy, emission] {
      return policy::CompileFilter(policy, policy.portions[0],
                                   FilterKind::kPlain, {}, emission);
    };
  };
  const auto add = [&](std::string_view name, const Compile& compile,
                       bool with_prologue) {
    result.filters.push_back(
        Measured(policy, mix, name, compile, with_prologue));
  };
  add("Bailey", bailey({}), false);
  add("Bailey, told the mix", bailey(EmissionFor(mix)), false);
  add("libseccomp", Libseccomp(policy, false), true);
  add("libseccomp, tree", Libseccomp(policy, true), true);
  ASSIGN_OR_RETURN(const RivalProfile profile, MakeRivalProfile(policy, mix));
  for (const Rival& rival : kRivals)
    add(
        fmt::format("{} scheme", rival.name),
        [&] { return rival.compile(profile); }, true);
  ASSIGN_OR_RETURN(result.size_bound, SizeBoundOf(policy));
  const auto cost = CostBoundOf(policy, mix);
  if (cost.ok()) result.cost_bound = *cost;
  return result;
}

void PrintProfile(const ProfileResult& result) {
  fmt::print("{}\n  {:<28} {:>6} {:>9} {:>9} {:>8} {:>8}\n", result.profile, "",
             "size", "U", "mean", "x size", "x U");
  const FilterCost& ours = result.filters[0].cost;
  for (const FilterResult& filter : result.filters) {
    const FilterCost& cost = filter.cost;
    fmt::print(
        "  {:<28} {:>6} {:>9} {:>9.2f} {:>8} {:>8}  {}\n", filter.compiler,
        cost.size, Uncached(cost), cost.mean,
        Ratio(static_cast<double>(cost.size), static_cast<double>(ours.size)),
        Ratio(cost.uncached.value_or(0), ours.uncached.value_or(0)),
        filter.problem);
  }
  const SizeBound& size = result.size_bound;
  const auto& cost = result.cost_bound;
  fmt::print("  {:<28} {:>6} {:>9}\n", "bound, by comparison",
             size.by_comparison(),
             cost ? fmt::format("{:.2f}", cost->by_comparison) : "-");
  fmt::print("  {:<28} {:>6} {:>9}\n", "bound, any test", size.of_any(),
             cost ? fmt::format("{:.2f}", cost->by_any_test) : "-");
}

void PrintSummary(const std::vector<ProfileResult>& results) {
  if (results.empty()) return;
  fmt::print(
      "{} generated profiles: geometric mean of the others' figures "
      "divided by Bailey's, and\nhow often they are larger/the "
      "same/smaller\n  {:<28} {:>20} {:>20} {:>20} {:>6}\n",
      results.size(), "", "size", "U", "mean", "wrong");
  for (size_t at = 0; at < results[0].filters.size(); ++at)
    PrintRatios(results, at);
  PrintBounds(results);
}

}  // namespace bailey::bench
