// Filters written by hand, for tests of the lift.
//
//   LiftOne({Load(0), JumpEqual(41, 0, 1), Return(SECCOMP_RET_ALLOW), ...});

#ifndef BAILEY_TESTS_POLICY_COMPILER_LIFT_ODD_FILTERS_H_
#define BAILEY_TESTS_POLICY_COMPILER_LIFT_ODD_FILTERS_H_

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstdint>

#include "common/bpf/evaluator.h"

namespace bailey::policy {

inline constexpr uint32_t kX8664Word = 0xc000003e;

inline sock_filter Code(uint16_t code, uint32_t k = 0, uint8_t jt = 0,
                        uint8_t jf = 0) {
  return {code, jt, jf, k};
}
inline sock_filter Load(uint32_t offset) {
  return Code(BPF_LD | BPF_W | BPF_ABS, offset);
}
inline sock_filter Jump(uint16_t operation, uint32_t k, uint8_t jt,
                        uint8_t jf) {
  return Code(static_cast<uint16_t>(BPF_JMP | operation | BPF_K), k, jt, jf);
}
inline sock_filter Alu(uint16_t operation, uint32_t k) {
  return Code(static_cast<uint16_t>(BPF_ALU | operation | BPF_K), k);
}
inline sock_filter Return(uint32_t value) {
  return Code(BPF_RET | BPF_K, value);
}
inline uint32_t Errno(uint32_t value) { return SECCOMP_RET_ERRNO | value; }

// `body` decides the calls of one number, and ends; all others are killed.
inline BpfProgram OnlyCall(uint32_t number, const BpfProgram& body) {
  BpfProgram program = {Load(4),
                        Jump(BPF_JEQ, kX8664Word, 1, 0),
                        Return(SECCOMP_RET_KILL_PROCESS),
                        Load(0),
                        Jump(BPF_JEQ, number, 1, 0),
                        Return(SECCOMP_RET_KILL_PROCESS)};
  program.insert(program.end(), body.begin(), body.end());
  return program;
}

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_LIFT_ODD_FILTERS_H_
