// Tests analyzer/elf/wrapping.h, and that instructions at the ends of the
// address space are read with it.

#include "analyzer/elf/wrapping.h"

#include <array>
#include <cstdint>
#include <limits>

#include "analyzer/elf/disassembler.h"
#include "gtest/gtest.h"

namespace bailey::analyzer {
namespace {

constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

TEST(WrappingSum, GoesOnAtTheOtherEnd) {
  EXPECT_EQ(WrappingSum(3, -5), -2);
  EXPECT_EQ(WrappingSum(kMost, 1), kLeast);
  EXPECT_EQ(WrappingSum(kLeast, -1), kMost);
}

TEST(Overlap, NeedsAByteOfBoth) {
  EXPECT_TRUE(Overlap(-8, 8, -4, 4));
  EXPECT_TRUE(Overlap(-4, 4, -8, 8));
  EXPECT_FALSE(Overlap(-8, 8, 0, 8));
  EXPECT_FALSE(Overlap(0, 8, -8, 8));
  EXPECT_FALSE(Overlap(0, 8, 0, 0));
}

TEST(Overlap, GoesOnAtTheOtherEnd) {
  EXPECT_TRUE(Overlap(kMost, 8, kLeast, 4));
  EXPECT_TRUE(Overlap(kLeast, 4, kMost, 8));
  EXPECT_FALSE(Overlap(kMost, 1, kLeast, 4));
}

// Found by fuzzing: a segment in the upper half, an operand relative to it.
TEST(Disassembler, AddsRipRelativeDisplacementsModulo64Bits) {
  // mov -0x50000000(%rip), %rax
  constexpr std::array<uint8_t, 7> kLoad = {0x48, 0x8b, 0x05, 0, 0, 0, 0xb0};
  auto disassembler = Disassembler::Create();
  ASSERT_TRUE(disassembler.ok());
  const Instruction load =
      disassembler->Decode(kLoad, uint64_t{1} << 63 | 0x10);
  ASSERT_TRUE(load.memory.IsAbsolute());
  EXPECT_EQ(static_cast<uint64_t>(load.memory.displacement),
            (uint64_t{1} << 63 | 0x17) - 0x50000000);
}

}  // namespace
}  // namespace bailey::analyzer
