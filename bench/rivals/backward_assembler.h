// Classic BPF written from its end to its start, as most compilers of filters
// do: every jump goes forward, so its target is placed before it.
//
//   BackwardAssembler code;
//   auto allow = code.Return(SECCOMP_RET_ALLOW);
//   auto test = code.Jump(BPF_JEQ, 41, allow, deny);
//   code.Load(0);
//   return code.Take();

#ifndef BAILEY_BENCH_RIVALS_BACKWARD_ASSEMBLER_H_
#define BAILEY_BENCH_RIVALS_BACKWARD_ASSEMBLER_H_

#include <algorithm>
#include <cstdint>
#include <utility>

#include "common/bpf/evaluator.h"
#include "policy-compiler/language/policy.h"

namespace bailey::bench {

class BackwardAssembler {
 public:
  // An instruction: its index counted from the program's end.
  using Place = size_t;

  Place Append(uint16_t code, uint32_t k) {
    reversed_.push_back(BPF_STMT(code, k));
    return reversed_.size() - 1;
  }
  Place Return(uint32_t k) { return Append(BPF_RET | BPF_K, k); }
  Place Load(uint32_t offset) {
    return Append(BPF_LD | BPF_W | BPF_ABS, offset);
  }
  Place And(uint32_t mask) { return Append(BPF_ALU | BPF_AND | BPF_K, mask); }

  // Of code whose jumps stay within it.
  void Raw(const sock_filter& instruction) { reversed_.push_back(instruction); }

  // `op` is BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET. What is too far gets a jump
  // in between.
  Place Jump(uint16_t op, uint32_t k, Place yes, Place no) {
    if (yes == no) return yes;
    yes = Near(yes, kReach - 1);
    no = Near(no, kReach);
    yes = Near(yes, kReach);
    reversed_.push_back({static_cast<uint16_t>(BPF_JMP | op | BPF_K),
                         static_cast<uint8_t>(Distance(yes)),
                         static_cast<uint8_t>(Distance(no)), k});
    return reversed_.size() - 1;
  }

  // So that the instruction that is written next goes on to `place`.
  void FallTo(Place place) { Near(place, 0); }

  bool Reaches(Place place) const { return Distance(place) <= kReach; }
  size_t size() const { return reversed_.size(); }

  BpfProgram Take() {
    std::ranges::reverse(reversed_);
    return std::move(reversed_);
  }

 private:
  static constexpr size_t kReach = 255;

  size_t Distance(Place place) const { return reversed_.size() - 1 - place; }

  Place Near(Place place, size_t reach) {
    if (Distance(place) <= reach) return place;
    return Append(BPF_JMP | BPF_JA, static_cast<uint32_t>(Distance(place)));
  }

  BpfProgram reversed_;
};

inline uint32_t LowHalf(uint64_t value) { return static_cast<uint32_t>(value); }
inline uint32_t HighHalf(uint64_t value) {
  return static_cast<uint32_t>(value >> 32);
}
inline uint32_t LowOffset(const policy::Comparison& comparison) {
  return 16 + 8 * static_cast<uint32_t>(comparison.argument);
}
inline uint32_t HighOffset(const policy::Comparison& comparison) {
  return LowOffset(comparison) + 4;
}
inline bool IsWide(const policy::Comparison& comparison) {
  return comparison.width_bits == 64;
}
// Of the bits that are compared.
inline uint64_t EffectiveMask(const policy::Comparison& comparison) {
  return comparison.mask & (~uint64_t{0} >> (64 - comparison.width_bits));
}

// Every operator as one of three, with its outcomes swapped or not.
struct PlainOperator {
  uint16_t op;  // BPF_JEQ, BPF_JGE or BPF_JGT
  bool swapped;
};

inline PlainOperator PlainOperatorOf(policy::CompareOp op) {
  switch (op) {
    case policy::CompareOp::kNotEqual:
      return {BPF_JEQ, true};
    case policy::CompareOp::kLess:
      return {BPF_JGE, true};
    case policy::CompareOp::kLessEqual:
      return {BPF_JGT, true};
    case policy::CompareOp::kGreater:
      return {BPF_JGT, false};
    case policy::CompareOp::kGreaterEqual:
      return {BPF_JGE, false};
    case policy::CompareOp::kEqual:
      break;
  }
  return {BPF_JEQ, false};
}

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_RIVALS_BACKWARD_ASSEMBLER_H_
