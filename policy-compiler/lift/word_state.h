// What a path through a filter knows of the words of struct seccomp_data.
//
//   WordState state;
//   if (!state.Narrow(4, {~0u, {{0, 9}}})) ...;  // no call takes the path
//   state.cube();                                // argument0 ...

#ifndef BAILEY_POLICY_COMPILER_LIFT_WORD_STATE_H_
#define BAILEY_POLICY_COMPILER_LIFT_WORD_STATE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "policy-compiler/lift/value_set.h"
#include "policy-compiler/lift/word_value.h"

namespace bailey::policy {

// All of these hold of one number; sets over the same mask are one.
using MaskedSets = std::vector<MaskedSet>;

// The calls whose six arguments are in these sets, all of them.
using CallCube = std::array<MaskedSets, 6>;

class WordState {
 public:
  // False: no call is left. Incomplete where masks overlap, which costs a path
  // that nothing takes.
  bool Narrow(uint8_t word, const MaskedSet& set);

  // Whether few values of the whole word are left.
  bool FewWhole(uint8_t word) const;
  // What the value's word can be – what matters of it, where that are few bits
  // and not FewWhole – if that is few; none: not seen.
  std::optional<std::vector<uint32_t>> ValuesOf(
      const RegisterValue& value) const;

  size_t CountSets() const;
  // Whether the path depends on the instruction pointer.
  bool TestsInstructionPointer() const;
  CallCube Cube() const;

 private:
  const MaskedSet* Find(uint8_t word, uint64_t mask) const;

  std::array<MaskedSets, 16> words_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_WORD_STATE_H_
