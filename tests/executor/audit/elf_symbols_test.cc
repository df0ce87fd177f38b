#include "executor/audit/elf_symbols.h"

#include <gtest/gtest.h>

#include "common/fd.h"

namespace bailey::executor {
namespace {

std::string Program(const std::string& name) {
  auto bytes = ReadFile(std::string(BAILEY_BINARY_DIR) + "/" + name);
  EXPECT_TRUE(bytes.ok());
  return bytes.value_or("");
}

TEST(ElfSymbolsTest, FindsFunctions) {
  const auto symbols = ElfSymbols::Parse(Program("executor-probe-main"));
  ASSERT_TRUE(symbols.ok());
  EXPECT_TRUE(symbols->Function("bailey_crossing_point").has_value());
  EXPECT_TRUE(symbols->Function("main").has_value());
  EXPECT_FALSE(symbols->Function("no_such_function").has_value());
  EXPECT_NE(symbols->entry(), 0u);
}

TEST(ElfSymbolsTest, RefusesWhatIsNoElf) {
  EXPECT_FALSE(ElfSymbols::Parse("").ok());
  EXPECT_FALSE(ElfSymbols::Parse(std::string(4096, 'x')).ok());
}

TEST(ElfSymbolsTest, SurvivesAnyCutAndAnyBadOffset) {
  const std::string whole = Program("executor-probe-main");
  for (size_t part = 0; part < 64; ++part) {
    (void)ElfSymbols::Parse(
        std::string_view(whole).substr(0, whole.size() * part / 64));
  }
  for (size_t at = 16; at < 64; ++at) {
    std::string altered = whole;
    altered[at] = '\xff';
    (void)ElfSymbols::Parse(altered);
  }
}

}  // namespace
}  // namespace bailey::executor
