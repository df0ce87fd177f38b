#include "policy-compiler/libseccomp/number_prologue.h"

#include <linux/seccomp.h>

#include <cerrno>
#include <vector>

#include "common/check.h"
#include "policy-compiler/lower/filter_return.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kFirstForeignAbi = 0x40000000;
constexpr uint32_t kFirstNegative = 0x80000000;

enum class Goal { kProgram, kUnknown, kForeign };

// Numbers from `first` on, below the step before.
struct Step {
  uint32_t first;
  Goal goal;
};

// From the highest numbers down; below the last step the program decides.
std::vector<Step> StepsOf(const SyscallTable& table, bool has_foreign_abi) {
  std::vector<Step> steps = {{kFirstNegative, Goal::kUnknown}};
  if (has_foreign_abi) steps.push_back({kFirstForeignAbi, Goal::kForeign});
  const auto all = table.all();
  steps.push_back({all.back().number + 1, Goal::kUnknown});
  for (size_t i = all.size() - 1; i > 0; --i) {
    if (all[i - 1].number + 1 == all[i].number) continue;
    steps.push_back({all[i].number, Goal::kProgram});
    steps.push_back({all[i - 1].number + 1, Goal::kUnknown});
  }
  return steps;
}

uint32_t UnknownReturn(const PortionPolicy& portion) {
  const bool kills = portion.otherwise.kind == ActionKind::kKillThread ||
                     portion.otherwise.kind == ActionKind::kKillProcess;
  const Action action =
      kills ? portion.otherwise : Action{ActionKind::kErrno, ENOSYS};
  return FilterReturn(FilterKind::kPlain, {action, kRuleUnknownNumber}, {}, {});
}

}  // namespace

BpfProgram WithNumberPrologue(const Policy& policy,
                              const PortionPolicy& portion,
                              BpfProgram program) {
  if (portion.otherwise.kind == ActionKind::kKillProcess) return program;
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  const std::vector<Step> steps =
      StepsOf(table, policy.architecture == Architecture::kX8664);
  const size_t rets = 3 + steps.size();  // where `ret unknown` is
  CHECK(rets + 2 < 256);
  const auto distance = [&](size_t from, Goal goal) {
    const size_t to = goal == Goal::kUnknown   ? rets
                      : goal == Goal::kForeign ? rets + 1
                                               : rets + 2;
    return static_cast<uint8_t>(to - from - 1);
  };
  BpfProgram result;
  result.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4));
  result.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, distance(1, Goal::kProgram),
                    table.audit_arch()});
  result.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0));
  for (const Step& step : steps) {
    const size_t at = result.size();
    const uint8_t below =
        at + 1 == rets ? distance(at, Goal::kProgram) : uint8_t{0};
    result.push_back({BPF_JMP | BPF_JGE | BPF_K, distance(at, step.goal), below,
                      step.first});
  }
  result.push_back(BPF_STMT(BPF_RET | BPF_K, UnknownReturn(portion)));
  result.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
  result.insert(result.end(), program.begin(), program.end());
  return result;
}

}  // namespace bailey::policy
