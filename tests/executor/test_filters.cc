#include "tests/executor/test_filters.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <cstddef>

#include "runtime/portion_abi.h"

namespace bailey::executor {
namespace {

sock_filter Load(size_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
}

sock_filter Return(uint32_t value) { return BPF_STMT(BPF_RET | BPF_K, value); }

// if A != k skip the next instruction
sock_filter IfEqual(uint32_t k) {
  return BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, 0, 1);
}

// `per_call` returns what a number gets; the sentinel gets `sentinel`.
BpfProgram MakeProgram(const std::map<uint32_t, uint32_t>& per_call,
                       uint32_t sentinel, uint32_t otherwise) {
  BpfProgram program{
      Load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
      Return(SECCOMP_RET_KILL_PROCESS),
      Load(offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, BAILEY_SENTINEL_SYSCALL, 0, 4),
      Load(offsetof(seccomp_data, args)),
      IfEqual(BAILEY_SENTINEL_OPTION),
      Return(sentinel),
      Load(offsetof(seccomp_data, nr)),
  };
  for (const auto& [number, value] : per_call) {
    program.push_back(IfEqual(number));
    program.push_back(Return(value));
  }
  program.push_back(Return(otherwise));
  return program;
}

PlanFilter MakeFilter(FilterKind kind, BpfProgram program) {
  PlanFilter filter;
  filter.kind = kind;
  filter.architecture = "x86_64";
  filter.program = std::move(program);
  filter.solver = "none: made by a test";
  return filter;
}

}  // namespace

std::vector<PlanFilter> MakeFilters(const FilterRules& rules) {
  std::map<uint32_t, uint32_t> notify;
  std::map<uint32_t, uint32_t> plain;
  std::map<uint32_t, uint32_t> index;
  for (const auto& [number, rule] : rules.denied) {
    notify[number] = SECCOMP_RET_USER_NOTIF;
    plain[number] =
        rule.errno_value == 0
            ? SECCOMP_RET_KILL_PROCESS
            : SECCOMP_RET_ERRNO | static_cast<uint32_t>(rule.errno_value);
    index[number] = rule.index;
  }
  for (const uint32_t number : rules.logged) {
    notify[number] = SECCOMP_RET_USER_NOTIF;
    plain[number] = SECCOMP_RET_LOG;
  }
  for (const uint32_t number : rules.observed) {
    notify[number] = SECCOMP_RET_USER_NOTIF;
    plain[number] = SECCOMP_RET_ALLOW;
  }
  constexpr uint32_t kEinval = SECCOMP_RET_ERRNO | 22;
  return {MakeFilter(
              FilterKind::kNotify,
              MakeProgram(notify, SECCOMP_RET_USER_NOTIF, SECCOMP_RET_ALLOW)),
          MakeFilter(FilterKind::kPlain,
                     MakeProgram(plain, kEinval, SECCOMP_RET_ALLOW)),
          MakeFilter(FilterKind::kRuleIndex, MakeProgram(index, 0, 0))};
}

}  // namespace bailey::executor
