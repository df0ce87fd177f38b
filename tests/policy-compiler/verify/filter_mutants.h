// Every single change of an instruction that the mutation tests make.
//
//   for (const sock_filter& mutant : MutateWhole(filter[at])) ...

#ifndef BAILEY_TESTS_POLICY_COMPILER_VERIFY_FILTER_MUTANTS_H_
#define BAILEY_TESTS_POLICY_COMPILER_VERIFY_FILTER_MUTANTS_H_

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>
#include <vector>

namespace bailey::policy {

// Branches swapped, each one nearer or further, another comparison.
inline std::vector<sock_filter> MutateJump(const sock_filter& from) {
  std::vector<sock_filter> mutants;
  const auto add = [&](int jt, int jf) {
    if (jt < 0 || jf < 0 || jt > 255 || jf > 255) return;
    if (jt == from.jt && jf == from.jf) return;
    sock_filter mutant = from;
    mutant.jt = static_cast<uint8_t>(jt);
    mutant.jf = static_cast<uint8_t>(jf);
    mutants.push_back(mutant);
  };
  add(from.jf, from.jt);
  for (const int step : {-1, 1}) {
    add(from.jt + step, from.jf);
    add(from.jt, from.jf + step);
  }
  for (const uint16_t operation : {BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET}) {
    sock_filter mutant = from;
    mutant.code = static_cast<uint16_t>(BPF_JMP | operation | BPF_K);
    if (mutant.code != from.code) mutants.push_back(mutant);
  }
  return mutants;
}

// One up, one down, and each bit from `first` in steps of `step` flipped.
inline std::vector<sock_filter> MutateConstant(const sock_filter& from,
                                               uint32_t first, uint32_t step) {
  std::vector<uint32_t> constants = {from.k + 1, from.k - 1};
  for (uint32_t bit = first; bit < 32; bit += step)
    constants.push_back(from.k ^ (uint32_t{1} << bit));
  std::vector<sock_filter> mutants;
  for (const uint32_t k : constants)
    mutants.push_back({from.code, from.jt, from.jf, k});
  return mutants;
}

inline std::vector<sock_filter> MutateReturn(const sock_filter& from) {
  std::vector<sock_filter> mutants;
  for (const uint32_t action :
       {SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP,
        SECCOMP_RET_ERRNO | 1u, SECCOMP_RET_ERRNO | 38u, SECCOMP_RET_USER_NOTIF,
        SECCOMP_RET_TRACE, SECCOMP_RET_LOG, SECCOMP_RET_ALLOW}) {
    if (action != from.k) mutants.push_back({from.code, 0, 0, action});
  }
  return mutants;
}

inline std::vector<sock_filter> Mutate(const sock_filter& from, uint32_t first,
                                       uint32_t step) {
  std::vector<sock_filter> mutants = MutateConstant(from, first, step);
  if (BPF_CLASS(from.code) == BPF_JMP && from.code != (BPF_JMP | BPF_JA))
    for (const auto& mutant : MutateJump(from)) mutants.push_back(mutant);
  if (BPF_CLASS(from.code) == BPF_RET)
    for (const auto& mutant : MutateReturn(from)) mutants.push_back(mutant);
  return mutants;
}

// Every bit.
inline std::vector<sock_filter> MutateWhole(const sock_filter& from) {
  return Mutate(from, 0, 1);
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_VERIFY_FILTER_MUTANTS_H_
