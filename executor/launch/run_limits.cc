// Which portion enters which cgroup, and what their counters say at the end.

#include "executor/launch/run_limits.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "common/documents/bundle.h"
#include "executor/cgroup/limit_files.h"

namespace bailey::executor {
namespace {

// The names of the agent's layers.
const char* LimitName(Controller controller) {
  switch (controller) {
    case Controller::kMemory:
      return "memory limit";
    case Controller::kCpu:
      return "cpu limit";
    case Controller::kPids:
      return "process limit";
  }
  return "";
}

std::vector<OwnCgroup> SweptCgroups(CgroupFiles& files) {
  std::vector<OwnCgroup> own = OwnCgroups(files);
  SweepCgroups(files, own);
  return own;
}

}  // namespace

RunLimits::RunLimits() : cgroups_(files_, SweptCgroups(files_)) {}

Result<> RunLimits::Place(const Plan& plan, RunMode mode, InstanceSpec& spec) {
  const bool control = mode == RunMode::kControl;
  for (const PlanPortion& portion : plan.portions) {
    // An audit's control is one program, under the limits of main.
    if (control && !portion.holds_main) continue;
    limited_.push_back({control ? std::string(kUnsplitPortion) : portion.name,
                        portion.limits});
  }
  for (const Limited& limited : limited_) {
    cgroups_.Place(limited.portion, limited.limits);
  }
  for (const Limited& limited : limited_) {
    RETURN_IF_ERROR(Enter(limited, spec));
  }
  Describe(spec);
  return {};
}

Result<> RunLimits::Enter(const Limited& limited, InstanceSpec& spec) {
  ASSIGN_OR_RETURN(std::vector<UniqueFd> entries,
                   cgroups_.EntriesFor(limited.portion));
  if (entries.empty()) return {};
  spec.cgroups.push_back(
      {limited.portion, entries.size(),
       cgroups_.Limits(limited.portion, Controller::kMemory)});
  std::ranges::move(entries, std::back_inserter(entries_));
  return {};
}

void RunLimits::Describe(InstanceSpec& spec) const {
  for (const Controller controller : kControllers) {
    const auto wants = [&](const Limited& limited) {
      return IsLimited(controller, limited.limits);
    };
    if (std::ranges::none_of(limited_, wants)) continue;
    spec.limits.push_back({LimitName(controller),
                           cgroups_.Mechanism(controller),
                           cgroups_.Gap(controller)});
  }
}

void RunLimits::Judge(Outcome& outcome) const {
  for (const Limited& limited : limited_) JudgePortion(limited, outcome);
}

// The kernel's own count decides. A portion that was killed by it is out of
// memory, and so is a run that failed to start; where only a child was, the
// program went on and its own end stands.
void RunLimits::JudgePortion(const Limited& limited, Outcome& outcome) const {
  const uint64_t kills = cgroups_.OomKills(limited.portion);
  if (kills == 0) return;
  const bool ended = outcome.kind == OutcomeKind::kKilled &&
                     outcome.signal == SIGKILL &&
                     outcome.portion == limited.portion;
  if (!ended && outcome.kind != OutcomeKind::kFailed) {
    outcome.notes.push_back(fmt::format(
        "{}: {} processes were killed because memory ran out (limit {} bytes)",
        limited.portion, kills, limited.limits.memory_bytes));
    return;
  }
  outcome.kind = OutcomeKind::kOutOfMemory;
  outcome.signal = SIGKILL;
  outcome.portion = limited.portion;
  outcome.message =
      fmt::format("portion `{}` ran out of memory (limit {} bytes)",
                  limited.portion, limited.limits.memory_bytes);
  outcome.hint = "raise `limit memory` in the policy if the program needs more";
}

}  // namespace bailey::executor
