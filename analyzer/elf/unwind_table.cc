#include "analyzer/elf/unwind_table.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "analyzer/elf/byte_reader.h"

namespace bailey::analyzer {
namespace {

constexpr uint8_t kOmitted = 0xff;
constexpr uint8_t kFormatMask = 0x0f;
constexpr uint8_t kRelativeMask = 0x70;
constexpr uint8_t kPcRelative = 0x10;
constexpr uint8_t kIndirect = 0x80;

// What a CIE says about the FDEs that name it.
struct CommonEntry {
  uint8_t address_encoding = 0;
  uint8_t lsda_encoding = kOmitted;
  bool has_augmentation_data = false;
  bool is_signal_frame = false;
};

// A number in one of DWARF's pointer formats, without its base.
std::optional<uint64_t> ReadFormat(ByteReader& reader, uint8_t encoding) {
  switch (encoding & kFormatMask) {
    case 0x00:
    case 0x04:
    case 0x0c:
      return reader.Read<uint64_t>();
    case 0x01:
      return reader.ReadUleb128();
    case 0x02:
      return reader.Read<uint16_t>();
    case 0x03:
      return reader.Read<uint32_t>();
    case 0x09:
      return static_cast<uint64_t>(reader.ReadSleb128());
    case 0x0a:
      return static_cast<uint64_t>(int64_t{reader.Read<int16_t>()});
    case 0x0b:
      return static_cast<uint64_t>(int64_t{reader.Read<int32_t>()});
    default:
      return std::nullopt;
  }
}

std::optional<uint64_t> ReadPointer(ByteReader& reader, uint8_t encoding) {
  if (encoding & kIndirect) return std::nullopt;
  const uint8_t base = encoding & kRelativeMask;
  if (base != 0 && base != kPcRelative) return std::nullopt;
  const uint64_t here = reader.address();
  const auto value = ReadFormat(reader, encoding);
  if (!value || !reader.ok()) return std::nullopt;
  if (base == kPcRelative && *value != 0) return here + *value;
  return value;
}

std::string ReadAugmentation(ByteReader& reader) {
  std::string text;
  while (char c = static_cast<char>(reader.Read<uint8_t>())) text += c;
  return text;
}

std::optional<CommonEntry> ReadCommonEntry(ByteReader reader) {
  CommonEntry entry;
  const auto version = reader.Read<uint8_t>();
  const std::string augmentation = ReadAugmentation(reader);
  reader.ReadUleb128();  // Code alignment.
  reader.ReadSleb128();  // Data alignment.
  if (version == 1)
    reader.Read<uint8_t>();  // Return address register.
  else
    reader.ReadUleb128();
  if (augmentation.starts_with("eh")) return std::nullopt;
  for (char letter : augmentation) {
    if (letter == 'z') {
      entry.has_augmentation_data = true;
      reader.ReadUleb128();
    } else if (letter == 'S') {
      entry.is_signal_frame = true;
    } else if (letter == 'R') {
      entry.address_encoding = reader.Read<uint8_t>();
    } else if (letter == 'L') {
      entry.lsda_encoding = reader.Read<uint8_t>();
    } else if (letter == 'P') {
      const auto encoding = reader.Read<uint8_t>();
      if (!ReadFormat(reader, encoding)) return std::nullopt;
    }
  }
  if (!reader.ok()) return std::nullopt;
  return entry;
}

// A language-specific data area: where control arrives when a call in the
// function throws. Starts of landing pads are relative to the function unless
// the table says otherwise.
void ReadLandingPads(const ElfFile& file, uint64_t lsda, UnwindRange& range) {
  ByteReader reader(file.BytesAt(lsda), lsda);
  uint64_t base = range.address;
  const auto base_encoding = reader.Read<uint8_t>();
  if (base_encoding != kOmitted) {
    const auto value = ReadPointer(reader, base_encoding);
    if (!value) return;
    base = *value;
  }
  if (reader.Read<uint8_t>() != kOmitted) reader.ReadUleb128();
  const auto encoding = reader.Read<uint8_t>();
  const uint64_t size = reader.ReadUleb128();
  ByteReader sites = reader.Take(size);
  while (sites.ok() && !sites.AtEnd()) {
    ReadFormat(sites, encoding);
    ReadFormat(sites, encoding);
    const auto pad = ReadFormat(sites, encoding);
    sites.ReadUleb128();
    if (!pad || !sites.ok()) return;
    if (*pad != 0) range.landing_pads.push_back(base + *pad);
  }
}

std::optional<UnwindRange> ReadFrameEntry(const ElfFile& file,
                                          ByteReader reader,
                                          const CommonEntry& common,
                                          std::set<uint64_t>& seen_lsdas) {
  UnwindRange range;
  const auto start = ReadPointer(reader, common.address_encoding);
  // The size has the address's format but is no address.
  const auto size = ReadFormat(reader, common.address_encoding);
  if (!start || !size || !reader.ok()) return std::nullopt;
  range.address = *start;
  range.size_bytes = *size;
  // The C library lets the entry of its signal return start a byte before the
  // (aligned) code, for unwinders that look up the address before a return's.
  if (common.is_signal_frame && range.address % 16 == 15 && *size > 1) {
    ++range.address;
    --range.size_bytes;
  }
  if (common.has_augmentation_data) reader.ReadUleb128();
  if (common.lsda_encoding == kOmitted) return range;
  const auto lsda = ReadPointer(reader, common.lsda_encoding);
  // Compilers write one for each function; a file that repeats one does so to
  // make its reader slow.
  if (lsda && *lsda != 0 && seen_lsdas.insert(*lsda).second)
    ReadLandingPads(file, *lsda, range);
  return range;
}

}  // namespace

Result<std::vector<UnwindRange>> ReadUnwindTable(const ElfFile& file) {
  std::vector<UnwindRange> ranges;
  std::map<uint64_t, CommonEntry> common_entries;
  std::set<uint64_t> seen_lsdas;
  auto bytes = file.BytesAt(file.eh_frame_address);
  if (file.eh_frame_address == 0) return ranges;
  bytes =
      bytes.first(std::min<uint64_t>(bytes.size(), file.eh_frame_size_bytes));
  // Each takes three bytes at least, and is of one function.
  uint64_t pads_left = 0;
  for (const ElfSegment& segment : file.segments)
    pads_left += segment.bytes.size();
  ByteReader reader(bytes, file.eh_frame_address);
  while (reader.remaining() >= 8) {
    const uint64_t entry_address = reader.address();
    uint64_t length = reader.Read<uint32_t>();
    if (length == 0xffffffff) length = reader.Read<uint64_t>();
    if (length == 0) continue;  // A terminator; another file's may follow.
    ByteReader entry = reader.Take(length);
    const uint64_t id_address = entry.address();
    const auto id = entry.Read<uint32_t>();
    if (!reader.ok() || !entry.ok()) break;
    if (id == 0) {
      if (auto common = ReadCommonEntry(entry))
        common_entries[entry_address] = *common;
      continue;
    }
    const auto common = common_entries.find(id_address - id);
    if (common == common_entries.end()) continue;
    auto range = ReadFrameEntry(file, entry, common->second, seen_lsdas);
    if (!range) continue;
    if (range->landing_pads.size() > pads_left)
      return Fail("corrupt: functions share their tables of landing pads");
    pads_left -= range->landing_pads.size();
    ranges.push_back(std::move(*range));
  }
  return ranges;
}

}  // namespace bailey::analyzer
