#include "analyzer/cache/archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace bailey::analyzer {
namespace {

enum class Color { kRed, kGreen };
BAILEY_ARCHIVE_ENUM(Color, kGreen)

struct Leaf {
  std::string name;
  int number = 0;
  Color color = Color::kRed;
  bool operator==(const Leaf&) const = default;
};
BAILEY_ARCHIVE_FIELDS(Leaf, name, number, color)

struct Tree {
  std::vector<Leaf> leaves;
  std::map<std::string, uint64_t> counts;
  std::set<int64_t> set;
  std::optional<bool> flag;
  std::array<uint8_t, 2> pair{};
  std::vector<Tree> below;
  bool operator==(const Tree&) const = default;
};
BAILEY_ARCHIVE_FIELDS(Tree, leaves, counts, set, flag, pair, below)

Tree Sample() {
  Tree tree;
  tree.leaves = {{"a", -1, Color::kGreen}, {std::string("b\0c", 3), 7, {}}};
  tree.counts = {{"a", std::numeric_limits<uint64_t>::max()}, {"", 0}};
  tree.set = {std::numeric_limits<int64_t>::min(), 0, 5};
  tree.flag = true;
  tree.pair = {1, 255};
  tree.below = {Tree{}, Tree{}};
  return tree;
}

TEST(ArchiveTest, WhatWasWrittenComesBack) {
  const auto back = ReadArchive<Tree>(WriteArchive(Sample()));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, Sample());
}

TEST(ArchiveTest, EqualStringsAreStoredOnce) {
  const std::string text(1000, 'x');
  const std::vector<std::string> all(100, text);
  const std::string bytes = WriteArchive(all);
  EXPECT_LT(bytes.size(), 1300u);
  EXPECT_EQ(ReadArchive<std::vector<std::string>>(bytes), all);
}

TEST(ArchiveTest, EveryCutIsRefused) {
  const std::string bytes = WriteArchive(Sample());
  for (size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(ReadArchive<Tree>(bytes.substr(0, size))) << size;
  EXPECT_FALSE(ReadArchive<Tree>(bytes + '\0'));
}

TEST(ArchiveTest, ACountBeyondTheTextIsRefusedBeforeItIsAllocated) {
  ArchiveWriter out;
  out.Number(std::numeric_limits<uint64_t>::max());
  EXPECT_FALSE(ReadArchive<std::vector<Leaf>>(out.Take()));
}

TEST(ArchiveTest, ASmallTextCannotGrowWithoutBound) {
  ArchiveWriter out;
  // Half a gigabyte, out of 72 KiB.
  const size_t count = 1 << 13;
  const std::string text(1 << 16, 'x');
  out.Number(count);
  for (size_t i = 0; i < count; ++i) out.String(text);
  EXPECT_FALSE(ReadArchive<std::vector<std::string>>(out.Take()));
}

TEST(ArchiveTest, NumbersThatDoNotFitAreRefused) {
  const std::string bytes = WriteArchive(uint64_t{256});
  EXPECT_TRUE(ReadArchive<uint16_t>(bytes));
  EXPECT_FALSE(ReadArchive<uint8_t>(bytes));
  EXPECT_FALSE(ReadArchive<bool>(WriteArchive(uint64_t{2})));
  EXPECT_FALSE(ReadArchive<Color>(WriteArchive(uint64_t{2})));
}

TEST(ArchiveTest, NestingWithoutEndIsRefused) {
  std::string bytes;
  // leaves, counts, set: none; no flag; two bytes; one below; and so on.
  for (int i = 0; i < 1 << 16; ++i) bytes += std::string("\0\0\0\0\0\0\1", 7);
  EXPECT_FALSE(ReadArchive<Tree>(bytes));
}

}  // namespace
}  // namespace bailey::analyzer
