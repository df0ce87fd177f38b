// What a test says of a word, against every value of a small one.

#include "policy-compiler/lift/word_value.h"

#include <gtest/gtest.h>
#include <linux/filter.h>

#include <random>

namespace bailey::policy {
namespace {

TEST(ValueSet, FormsAreCanonical) {
  EXPECT_EQ(OfMask({{1, 0x80}}, 0x80), (ValueSet{{0x80, 0x80}}));
  EXPECT_EQ(OfMask({{1, 2}, {3, 9}}, 0x5), (ValueSet{{1, 5}}));
  EXPECT_EQ(Canonical({0xf0, {{0x10, 0x2f}}}, 8).values,
            (ValueSet{{0x10, 0x2f}}));
  EXPECT_EQ(Complement({{0, 3}, {9, 9}}, 20), (ValueSet{{4, 8}, {10, 20}}));
  EXPECT_EQ(Complement({{0, 20}}, 20), ValueSet{});
  EXPECT_EQ(CountUpTo({{0, ~uint64_t{0}}}, 7), 7u);
}

TEST(ValueSet, MasksLeaveWhatTheyLeave) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 3000; ++i) {
    const uint64_t mask = random() & 0xff;
    uint64_t first = random() & 0xff, last = random() & 0xff;
    if (first > last) std::swap(first, last);
    const ValueSet set = {{first, last}};
    const MaskedSet kept = Canonical({mask, set}, 8);
    const MaskedSet others = Inverse(kept, 8);
    for (uint64_t value = 0; value < 256; ++value) {
      const bool in = Contains(set, value & mask);
      ASSERT_EQ(Contains(kept.values, value & kept.mask), in);
      ASSERT_EQ(Contains(others.values, value & others.mask), !in);
    }
  }
}

// Random chains of operations, random tests: where there is a preimage it is
// the preimage.
TEST(Preimage, IsExact) {
  constexpr uint16_t kOperations[] = {BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV,
                                      BPF_AND, BPF_OR,  BPF_XOR, BPF_LSH,
                                      BPF_RSH, BPF_NEG};
  std::mt19937_64 random(4);
  const auto constant = [&] {
    constexpr uint32_t kEdges[] = {1, 2, 0xff, 0xf0, 0x80000000, ~0u, 8, 31};
    return random() % 2 == 0 ? kEdges[random() % 8]
                             : static_cast<uint32_t>(random());
  };
  int exact = 0;
  for (int i = 0; i < 4000; ++i) {
    RegisterValue value = RegisterValue::Word(4);
    for (uint64_t step = random() % 4; step > 0; --step) {
      const uint16_t operation = kOperations[random() % 10];
      const RegisterValue k = RegisterValue::Constant(constant() | 1);
      value = random() % 5 == 0 ? Computed(operation, k, value)
                                : Computed(operation, value, k);
    }
    if (value.kind != RegisterValue::Kind::kWord) continue;
    const uint64_t k = ValueAt(value, constant());
    const MaskedSet wanted = random() % 3 == 0 ? MaskedSet{k | 1, {{1, k | 1}}}
                             : random() % 2 == 0 ? MaskedSet{~0u, {{k, k}}}
                                                 : MaskedSet{~0u, {{k, ~0u}}};
    const auto preimage = Preimage(value, wanted);
    if (!preimage) continue;
    ++exact;
    for (int probe = 0; probe < 300; ++probe) {
      const uint32_t word = constant() + static_cast<uint32_t>(random() % 3);
      const uint32_t got = ValueAt(value, word);
      ASSERT_EQ(Contains(preimage->values, word & preimage->mask),
                Contains(wanted.values, got & wanted.mask))
          << i;
    }
  }
  EXPECT_GT(exact, 2000);
}

}  // namespace
}  // namespace bailey::policy
