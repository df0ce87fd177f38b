// The file protocol of the controllers, as a table.

#include "executor/cgroup/limit_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bailey::executor {
namespace {

// The kernel's default for how long a cpu quota is shared out.
constexpr uint64_t kPeriodUs = 100'000;

// The kernel refuses a quota of less than 1 ms.
uint64_t QuotaUs(uint64_t percent) {
  return std::max<uint64_t>(percent * kPeriodUs / 100, 1000);
}

std::vector<LimitFile> MemoryFiles(bool unified, uint64_t bytes) {
  const std::string limit = std::to_string(bytes);
  if (unified) {
    // A portion whose parts are killed one by one has no clear end: all go.
    return {{"memory.max", limit, true},
            {"memory.swap.max", "0", false},
            {"memory.oom.group", "1", false}};
  }
  // What is swapped out would not count: memory and swap together have the same
  // limit, or, where swap is not counted, nothing of the portion is swapped.
  return {{"memory.limit_in_bytes", limit, true},
          {"memory.memsw.limit_in_bytes", limit, false},
          {"memory.swappiness", "0", false}};
}

std::vector<LimitFile> CpuFiles(bool unified, uint64_t percent) {
  const uint64_t quota = QuotaUs(percent);
  if (unified) return {{"cpu.max", fmt::format("{} {}", quota, kPeriodUs)}};
  return {{"cpu.cfs_quota_us", std::to_string(quota)},
          {"cpu.cfs_period_us", std::to_string(kPeriodUs)}};
}

}  // namespace

bool IsLimited(Controller controller, const PlanLimits& limits) {
  switch (controller) {
    case Controller::kMemory:
      return limits.memory_bytes != 0;
    case Controller::kCpu:
      return limits.cpu_percent != 0;
    case Controller::kPids:
      return limits.pids != 0;
  }
  return false;
}

std::vector<LimitFile> LimitFiles(Controller controller, bool unified,
                                  const PlanLimits& limits) {
  switch (controller) {
    case Controller::kMemory:
      return MemoryFiles(unified, limits.memory_bytes);
    case Controller::kCpu:
      return CpuFiles(unified, limits.cpu_percent);
    case Controller::kPids:
      return {{"pids.max", std::to_string(limits.pids)}};
  }
  return {};
}

std::string_view OomFile(bool unified) {
  return unified ? "memory.events" : "memory.oom_control";
}

uint64_t CountOomKills(std::string_view text) {
  for (const std::string_view line : SplitWords(text, "\n")) {
    const std::vector<std::string_view> words = SplitWords(line, " ");
    if (words.size() != 2 || words[0] != "oom_kill") continue;
    uint64_t count = 0;
    std::from_chars(words[1].data(), words[1].data() + words[1].size(), count);
    return count;
  }
  return 0;
}

}  // namespace bailey::executor
