// An ELF file is outside input: cut short or altered, it is analyzed or
// refused, and nothing else happens. Run under the sanitizers, this finds reads
// out of bounds.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "analyzer/elf/elf_image.h"

namespace bailey::analyzer {
namespace {

// Where Elf64_Ehdr has its fields (System V ABI).
constexpr size_t kClassOffset = 4;
constexpr size_t kTypeOffset = 16;
constexpr size_t kMachineOffset = 18;

class CorruptElfTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream stream(std::string(BAILEY_ELF_PROGRAMS) + "/libpatterns.so",
                         std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(stream), {});
    ASSERT_GT(bytes_.size(), 1000u);
  }

  static std::string ErrorOf(const std::vector<uint8_t>& bytes) {
    const auto image = ElfImage::Parse(bytes, "input");
    return image.ok() ? "" : image.error().message;
  }

  std::vector<uint8_t> bytes_;
};

TEST_F(CorruptElfTest, TheWholeFileIsFine) { EXPECT_EQ(ErrorOf(bytes_), ""); }

TEST_F(CorruptElfTest, EveryPrefixIsRefusedWithAReason) {
  for (size_t size = 0; size < bytes_.size(); size += 13) {
    const std::vector<uint8_t> prefix(bytes_.begin(), bytes_.begin() + size);
    const std::string error = ErrorOf(prefix);
    EXPECT_THAT(error, testing::StartsWith("`input`: ")) << size;
  }
}

TEST_F(CorruptElfTest, OtherKindsOfFilesAreNamed) {
  auto changed = bytes_;
  changed[kMachineOffset] = 183;  // EM_AARCH64
  EXPECT_THAT(ErrorOf(changed),
              testing::HasSubstr("made for aarch64, not x86_64"));
  changed = bytes_;
  changed[kClassOffset] = 1;  // ELFCLASS32
  EXPECT_THAT(ErrorOf(changed), testing::HasSubstr("not a 64-bit"));
  changed = bytes_;
  changed[kTypeOffset] = 1;  // ET_REL
  EXPECT_THAT(ErrorOf(changed), testing::HasSubstr("a relocatable object"));
  changed[kTypeOffset] = 4;  // ET_CORE
  EXPECT_THAT(ErrorOf(changed), testing::HasSubstr("a core dump"));
  const auto text = [](std::string_view what) {
    return ErrorOf(std::vector<uint8_t>(what.begin(), what.end()));
  };
  EXPECT_THAT(text(""), testing::HasSubstr("empty"));
  EXPECT_THAT(text("#! /bin/sh -e\n"), testing::HasSubstr("a script"));
  EXPECT_THAT(text("!<arch>\n"), testing::HasSubstr("an archive"));
  EXPECT_THAT(text("int main;"), testing::HasSubstr("not an ELF file"));
  EXPECT_THAT(text("\x7f"
                   "ELF\2\1\1"),
              testing::HasSubstr("truncated"));
}

// Altered bytes give a result or an error with the path, and never a result
// whose indices lie outside its own tables.
TEST_F(CorruptElfTest, AlteredBytesDoNoHarm) {
  std::mt19937 random(20);
  for (int round = 0; round < 400; ++round) {
    auto changed = bytes_;
    for (int i = 0; i < 1 + round % 8; ++i) {
      // Half of them in the headers and tables, which come first.
      const size_t limit = i % 2 == 0 ? changed.size() : 0x800;
      changed[random() % std::min(limit, changed.size())] =
          static_cast<uint8_t>(random());
    }
    const auto image = ElfImage::Parse(changed, "input");
    if (!image.ok()) {
      EXPECT_THAT(image.error().message, testing::StartsWith("`input`: "));
      continue;
    }
    const size_t count = image->functions().size();
    for (const MachineFunction& function : image->functions())
      for (uint32_t called : function.calls) ASSERT_LT(called, count);
    for (const ElfExport& entry : image->exports())
      for (uint32_t function : entry.functions) ASSERT_LT(function, count);
  }
}

TEST_F(CorruptElfTest, GarbageIsNoElf) {
  std::mt19937 random(21);
  std::vector<uint8_t> garbage(4096);
  std::generate(garbage.begin(), garbage.end(), std::ref(random));
  EXPECT_THAT(ErrorOf(garbage), testing::HasSubstr("not an ELF file"));
  std::memcpy(garbage.data(), bytes_.data(), 64);
  EXPECT_NE(ErrorOf(garbage), "");
}

}  // namespace
}  // namespace bailey::analyzer
