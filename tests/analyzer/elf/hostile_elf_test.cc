// Files that are small and ask for much: of everything that a few bytes of a
// file can multiply there is a bound, and who passes it is told so.

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "analyzer/elf/elf_dynamic.h"
#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/unwind_table.h"

namespace bailey::analyzer {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint64_t kBase = 0x10000;

template <class T>
void Put(Bytes& bytes, size_t at, const T& value) {
  if (bytes.size() < at + sizeof(value)) bytes.resize(at + sizeof(value));
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

Elf64_Phdr Segment(uint64_t address, uint64_t size, uint32_t flags) {
  Elf64_Phdr header{};
  header.p_type = PT_LOAD;
  header.p_flags = flags;
  header.p_vaddr = address;
  header.p_filesz = header.p_memsz = size;
  return header;
}

Bytes FileOf(const std::vector<Elf64_Phdr>& segments, size_t size) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_DYN;
  header.e_machine = EM_X86_64;
  header.e_version = EV_CURRENT;
  header.e_phoff = sizeof(header);
  header.e_ehsize = sizeof(header);
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = static_cast<uint16_t>(segments.size());
  Bytes bytes(size);
  Put(bytes, 0, header);
  for (size_t i = 0; i < segments.size(); ++i)
    Put(bytes, sizeof(header) + i * sizeof(Elf64_Phdr), segments[i]);
  return bytes;
}

std::string ErrorOf(const Bytes& bytes) {
  const auto file = ReadElfFile(bytes, "input");
  return file.ok() ? "" : file.error().message;
}

ElfFile Loaded(const Bytes& bytes) {
  ElfFile file;
  ElfSegment segment;
  segment.address = kBase;
  segment.bytes = bytes;
  segment.memory_bytes = bytes.size();
  file.segments.push_back(segment);
  return file;
}

Bytes Tags(const std::vector<std::pair<int64_t, uint64_t>>& tags) {
  Bytes bytes;
  for (const auto& [tag, value] : tags) {
    Elf64_Dyn entry{};
    entry.d_tag = tag;
    entry.d_un.d_val = value;
    Put(bytes, bytes.size(), entry);
  }
  return bytes;
}

TEST(HostileElfTest, AsMuchCodeAsTheFileHasIsFine) {
  EXPECT_EQ(ErrorOf(FileOf({Segment(kBase, 4096, PF_R | PF_X)}, 4096)), "");
}

TEST(HostileElfTest, TheSameBytesAreNotCodeAtManyAddresses) {
  std::vector<Elf64_Phdr> segments;
  for (uint64_t i = 0; i < 40; ++i)
    segments.push_back(Segment(kBase * (i + 1), 4096, PF_R | PF_X));
  EXPECT_THAT(ErrorOf(FileOf(segments, 4096)),
              testing::HasSubstr("more machine code than the file has bytes"));
}

TEST(HostileElfTest, ThousandsOfSegmentsAreRefused) {
  std::vector<Elf64_Phdr> segments;
  for (uint64_t i = 0; i < 1001; ++i)
    segments.push_back(Segment(kBase * (i + 1), 16, PF_R));
  EXPECT_THAT(ErrorOf(FileOf(segments, 100000)),
              testing::HasSubstr("more than 1000 loadable segments"));
  segments.pop_back();
  EXPECT_EQ(ErrorOf(FileOf(segments, 100000)), "");
}

TEST(HostileElfTest, SymbolsThatShareOneLongNameAreRefused) {
  Bytes strings(100000, 'a');
  strings.front() = strings.back() = 0;
  Elf64_Sym symbol{};
  symbol.st_name = 1;
  Bytes few;
  for (size_t i = 0; i < 50; ++i) Put(few, few.size(), symbol);
  EXPECT_TRUE(ReadSymbols(few, 50, strings).ok());
  Bytes many;
  for (size_t i = 0; i < 500; ++i) Put(many, many.size(), symbol);
  const auto symbols = ReadSymbols(many, 500, strings);
  ASSERT_FALSE(symbols.ok());
  EXPECT_THAT(symbols.error().message, testing::HasSubstr("impossibly long"));
}

// An address, then a bitmap of 63 words behind it, again and again.
TEST(HostileElfTest, PackedRelocationsOfTheSameWordsAreRefused) {
  Bytes bytes(4096);
  for (size_t i = 0; i < 40; i += 2) {
    Put(bytes, i * 8, kBase + 1024);
    Put(bytes, i * 8 + 8, ~uint64_t{0});
  }
  ElfFile file = Loaded(bytes);
  constexpr int64_t kRelr = 36;
  constexpr int64_t kRelrSize = 35;
  const auto read = [&](uint64_t size) {
    ElfFile copy = file;
    return ReadDynamicTable(Tags({{DT_STRTAB, kBase},
                                  {DT_STRSZ, 8},
                                  {kRelr, kBase},
                                  {kRelrSize, size}}),
                            0, copy);
  };
  EXPECT_TRUE(read(8 * 16).ok());
  const auto refused = read(40 * 8);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message,
              testing::HasSubstr("more packed relocations than words"));
}

// Each need lists the same names behind it, a byte further on.
TEST(HostileElfTest, NeededVersionsThatOverlapAreRefused) {
  Bytes bytes(70000);
  Elf64_Verneed need{};
  need.vn_cnt = 40000;
  need.vn_aux = 64;
  Put(bytes, 0, need);
  // Zero bytes all along, but for how far the next one is.
  for (size_t at = 64; at + 16 < 60000; ++at)
    bytes[at] = (at - 64) % 16 == 12 ? 16 : 0;
  const Bytes tags = Tags({{DT_STRTAB, kBase + 61000},
                           {DT_STRSZ, 8},
                           {DT_SYMTAB, kBase + 62000},
                           {DT_VERSYM, kBase + 63000},
                           {DT_VERNEED, kBase},
                           {DT_VERNEEDNUM, 30000}});
  {
    ElfFile file = Loaded(bytes);
    EXPECT_TRUE(ReadDynamicTable(tags, 0, file).ok());
  }
  // Sixteen of them, each with the same list of 3,700 behind it.
  for (size_t i = 0; i < 16; ++i) {
    need.vn_aux = static_cast<uint32_t>(256 - i * sizeof(need));
    need.vn_next = sizeof(need);
    Put(bytes, i * sizeof(need), need);
  }
  for (size_t at = 256; at + 16 < 60000; ++at)
    bytes[at] = (at - 256) % 16 == 12 ? 16 : 0;
  ElfFile file = Loaded(bytes);
  const auto refused = ReadDynamicTable(tags, 0, file);
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message,
              testing::HasSubstr("more needed versions"));
}

// Functions whose tables of landing pads all end where the last one does.
Bytes SharedLandingPads(size_t functions, size_t sites) {
  // A common entry: addresses and language-specific data in eight bytes each.
  Bytes bytes = {15,  0,   0, 0, 0, 0,  0, 0, 1, 'z',
                 'L', 'R', 0, 1, 1, 16, 2, 0, 0};
  constexpr size_t kEntryBytes = 33;
  constexpr size_t kHeaderBytes = 6;
  const size_t tables = bytes.size() + functions * kEntryBytes + 4;
  for (size_t i = 0; i < functions; ++i) {
    const auto at = static_cast<uint32_t>(bytes.size());
    Put(bytes, at, uint32_t{kEntryBytes - 4});
    Put(bytes, at + 4, at + 4);
    Put(bytes, at + 8, uint64_t{kBase + i});
    Put(bytes, at + 16, uint64_t{1});
    Put(bytes, at + 24, uint8_t{8});
    Put(bytes, at + 25, uint64_t{kBase + tables + i * kHeaderBytes});
  }
  Put(bytes, bytes.size(), uint32_t{0});
  for (size_t i = functions; i > 0; --i) {
    const size_t size = (i - 1) * kHeaderBytes + sites * 4;
    for (const size_t byte :
         {size_t{0xff}, size_t{0xff}, size_t{1}, (size & 127) | 128,
          (size >> 7 & 127) | 128, size >> 14})
      bytes.push_back(static_cast<uint8_t>(byte));
  }
  bytes.resize(bytes.size() + sites * 4, 1);
  return bytes;
}

Result<std::vector<UnwindRange>> ReadUnwind(const Bytes& bytes) {
  ElfFile file = Loaded(bytes);
  file.eh_frame_address = kBase;
  file.eh_frame_size_bytes = bytes.size();
  return ReadUnwindTable(file);
}

TEST(HostileElfTest, FunctionsThatShareLandingPadsAreRefused) {
  const auto one = ReadUnwind(SharedLandingPads(1, 4000));
  ASSERT_TRUE(one.ok());
  ASSERT_EQ(one->size(), 1u);
  EXPECT_EQ(one->front().landing_pads.size(), 4000u);
  const auto many = ReadUnwind(SharedLandingPads(100, 4000));
  ASSERT_FALSE(many.ok());
  EXPECT_THAT(many.error().message,
              testing::HasSubstr("share their tables of landing pads"));
}

}  // namespace
}  // namespace bailey::analyzer
