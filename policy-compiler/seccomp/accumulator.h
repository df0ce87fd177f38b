// What the accumulator holds between tests, and so where a test is entered.
//
//   Entry entry = EntryFrom(HeldAfter(before), test);
//   instructions += InstructionsBefore(entry, test);

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_ACCUMULATOR_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_ACCUMULATOR_H_

#include <optional>

#include "policy-compiler/lower/decision_graph.h"

namespace bailey::policy {

// A word and the bits of it that are left; before the first load nothing.
struct Accumulator {
  std::optional<uint8_t> word;
  uint32_t mask = 0;
  auto operator<=>(const Accumulator&) const = default;
};

enum Entry { kAtLoad, kAtMask, kAtTest, kEntryCount };

inline Entry EntryFrom(const Accumulator& held, const WordTest& test) {
  if (held.word != test.word) return kAtLoad;
  if (held.mask == test.mask) return kAtTest;
  return (test.mask & ~held.mask) == 0 ? kAtMask : kAtLoad;
}

inline Accumulator HeldAfter(const WordTest& test) {
  return {test.word, test.mask};
}

// The load and the AND that are executed before the jump.
inline int InstructionsBefore(Entry entry, const WordTest& test) {
  if (entry == kAtTest) return 0;
  const int mask = test.mask == ~uint32_t{0} ? 0 : 1;
  return entry == kAtLoad ? 1 + mask : mask;
}

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_ACCUMULATOR_H_
