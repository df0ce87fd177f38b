// What a register of the filter machine holds where the arguments of the call
// are not known: a constant, a function of one word of struct seccomp_data, or
// something that is neither.
//
//   RegisterValue a = RegisterValue::Word(4);        // argument 0, low half
//   a = Computed(BPF_AND, a, RegisterValue::Constant(3));
//   Preimage(a, {~0u, {{1, 1}}});                    // (word & 3) in {1}

#ifndef BAILEY_POLICY_COMPILER_LIFT_WORD_VALUE_H_
#define BAILEY_POLICY_COMPILER_LIFT_WORD_VALUE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "policy-compiler/lift/value_set.h"

namespace bailey::policy {

// One operation on the way from the word to the value.
struct WordStep {
  uint16_t operation = 0;  // BPF_ADD, ..., BPF_NEG
  uint32_t constant = 0;
  bool constant_first = false;  // constant OP value, else value OP constant
};

struct RegisterValue {
  enum class Kind { kConstant, kWord, kUnknown } kind = Kind::kConstant;
  uint32_t constant = 0;  // kConstant
  uint8_t word = 0;       // kWord: byte offset / 4
  std::vector<WordStep> steps;

  static RegisterValue Constant(uint32_t value);
  static RegisterValue Word(uint8_t word);
  static RegisterValue Unknown();
};

// `left OP right` as the kernel computes it, shifts by their low five bits.
// Nothing is promised of a division by zero, which ends a filter.
RegisterValue Computed(uint16_t operation, const RegisterValue& left,
                       const RegisterValue& right);

// kWord: its value where the word has that value.
uint32_t ValueAt(const RegisterValue& value, uint32_t word);
// kWord: the bits of the word that the value may depend on.
uint32_t BitsUsed(const RegisterValue& value);

// kWord: the words for which `wanted` holds of the value, if that is a set of
// what one mask leaves of the word, and seen to be.
std::optional<MaskedSet> Preimage(const RegisterValue& value,
                                  const MaskedSet& wanted);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_WORD_VALUE_H_
