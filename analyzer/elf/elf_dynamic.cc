#include "analyzer/elf/elf_dynamic.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <tuple>

#include "analyzer/elf/byte_reader.h"

namespace bailey::analyzer {
namespace {

constexpr uint64_t kSymbolBytes = sizeof(Elf64_Sym);
// Symbols may share names, but not so that a small file fills the memory.
constexpr uint64_t kMostNameSharing = 64;
constexpr uint64_t kRelocationBytes = sizeof(Elf64_Rela);
constexpr uint16_t kHiddenVersion = 0x8000;
// Versions are counted by fifteen bits.
constexpr uint64_t kMostVersions = 0x7fff;

// DT_RELR and its sizes are newer than the headers of some distributions.
constexpr int64_t kDtRelrSize = 35;
constexpr int64_t kDtRelr = 36;

// Other files that the loader brings in beside DT_NEEDED's, and takes functions
// from in this one's place.
constexpr std::pair<int64_t, const char*> kOtherFiles[] = {
    {DT_FILTER, "DT_FILTER"},
    {DT_AUXILIARY, "DT_AUXILIARY"},
    {DT_AUDIT, "DT_AUDIT"},
    {DT_DEPAUDIT, "DT_DEPAUDIT"}};

struct DynamicTable {
  std::map<int64_t, uint64_t> values;  // Of every tag but DT_NEEDED, the last.
  std::vector<uint64_t> needed;        // Offsets in the string table.

  uint64_t Get(int64_t tag) const {
    auto found = values.find(tag);
    return found == values.end() ? 0 : found->second;
  }
};

DynamicTable ReadTags(std::span<const uint8_t> bytes) {
  DynamicTable table;
  ByteReader reader(bytes, 0);
  while (reader.remaining() >= sizeof(Elf64_Dyn)) {
    const auto entry = reader.Read<Elf64_Dyn>();
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_NEEDED)
      table.needed.push_back(entry.d_un.d_val);
    else
      table.values[entry.d_tag] = entry.d_un.d_val;
  }
  return table;
}

Result<std::string> StringAt(std::span<const uint8_t> strings,
                             uint64_t offset) {
  if (offset >= strings.size())
    return Fail("a name lies outside the string table");
  const auto rest = strings.subspan(offset);
  const auto end = std::find(rest.begin(), rest.end(), 0);
  if (end == rest.end()) return Fail("a name in the string table has no end");
  return std::string(rest.begin(), end);
}

Result<std::span<const uint8_t>> Table(const ElfFile& file, uint64_t address,
                                       uint64_t size, const char* what) {
  const auto bytes = file.BytesAt(address);
  if (bytes.size() < size)
    return Fail(std::string("the ") + what + " lies outside the file");
  return bytes.first(size);
}

ElfSymbol MakeSymbol(const Elf64_Sym& raw) {
  ElfSymbol symbol;
  const unsigned type = ELF64_ST_TYPE(raw.st_info);
  const unsigned binding = ELF64_ST_BIND(raw.st_info);
  symbol.is_defined = raw.st_shndx != SHN_UNDEF;
  symbol.is_ifunc = type == STT_GNU_IFUNC;
  symbol.is_function = type == STT_FUNC || symbol.is_ifunc ||
                       (type == STT_NOTYPE && !symbol.is_defined);
  symbol.is_thread_local = type == STT_TLS;
  symbol.is_data =
      symbol.is_defined &&
      (type == STT_OBJECT || type == STT_COMMON || type == STT_NOTYPE) &&
      raw.st_shndx != SHN_ABS;
  symbol.is_weak = binding == STB_WEAK;
  symbol.is_local = binding == STB_LOCAL;
  symbol.address = raw.st_value;
  symbol.size_bytes = raw.st_size;
  return symbol;
}

// --- How many dynamic symbols there are -----------------------------------

// From DT_GNU_HASH: the largest index that any chain reaches, plus one.
uint64_t CountFromGnuHash(std::span<const uint8_t> bytes) {
  ByteReader reader(bytes, 0);
  const auto buckets = reader.Read<uint32_t>();
  const auto first_symbol = reader.Read<uint32_t>();
  const auto bloom_words = reader.Read<uint32_t>();
  reader.Skip(4 + uint64_t{bloom_words} * 8);
  uint32_t last = 0;
  for (uint32_t i = 0; i < buckets && reader.ok(); ++i)
    last = std::max(last, reader.Read<uint32_t>());
  if (last < first_symbol || !reader.ok()) return first_symbol;
  reader.Skip(uint64_t{last - first_symbol} * 4);
  uint64_t count = uint64_t{last} + 1;
  while (reader.ok() && (reader.Read<uint32_t>() & 1) == 0) ++count;
  return count;
}

uint64_t CountFromHash(std::span<const uint8_t> bytes) {
  ByteReader reader(bytes, 0);
  reader.Skip(4);
  return reader.Read<uint32_t>();
}

uint64_t LargestRelocatedSymbol(const ElfFile& file) {
  uint64_t largest = 0;
  for (const ElfPointer& pointer : file.pointers)
    largest = std::max<uint64_t>(largest, pointer.symbol);
  return largest;
}

uint64_t SymbolCount(const DynamicTable& table, uint64_t section_count,
                     const ElfFile& file) {
  uint64_t count = std::max(section_count, LargestRelocatedSymbol(file) + 1);
  if (uint64_t at = table.Get(DT_GNU_HASH))
    count = std::max(count, CountFromGnuHash(file.BytesAt(at)));
  if (uint64_t at = table.Get(DT_HASH))
    count = std::max(count, CountFromHash(file.BytesAt(at)));
  return count;
}

// --- Versions ----------------------------------------------------------------

using VersionNames = std::map<uint16_t, std::string>;

Result<> ReadDefinedVersions(const ElfFile& file, const DynamicTable& table,
                             std::span<const uint8_t> strings,
                             VersionNames& names) {
  uint64_t at = table.Get(DT_VERDEF);
  const uint64_t count = std::min(table.Get(DT_VERDEFNUM), kMostVersions);
  for (uint64_t i = 0; at != 0 && i < count; ++i) {
    ByteReader reader(file.BytesAt(at), at);
    const auto definition = reader.Read<Elf64_Verdef>();
    ByteReader aux_reader(file.BytesAt(at + definition.vd_aux), at);
    const auto aux = aux_reader.Read<Elf64_Verdaux>();
    if (!reader.ok() || !aux_reader.ok())
      return Fail("the version definitions lie outside the file");
    ASSIGN_OR_RETURN(names[definition.vd_ndx & 0x7fff],
                     StringAt(strings, aux.vda_name));
    if (definition.vd_next == 0) break;
    at += definition.vd_next;
  }
  return {};
}

Result<> ReadNeededVersions(const ElfFile& file, const DynamicTable& table,
                            std::span<const uint8_t> strings,
                            VersionNames& names) {
  uint64_t at = table.Get(DT_VERNEED);
  uint64_t read = 0;
  const uint64_t count = std::min(table.Get(DT_VERNEEDNUM), kMostVersions);
  for (uint64_t i = 0; at != 0 && i < count; ++i) {
    ByteReader reader(file.BytesAt(at), at);
    const auto need = reader.Read<Elf64_Verneed>();
    uint64_t aux_at = at + need.vn_aux;
    for (uint16_t j = 0; j < need.vn_cnt; ++j) {
      ByteReader aux_reader(file.BytesAt(aux_at), aux_at);
      const auto aux = aux_reader.Read<Elf64_Vernaux>();
      if (!aux_reader.ok())
        return Fail("the needed versions lie outside the file");
      if (++read > kMostVersions)
        return Fail("there are more needed versions than can be told apart");
      ASSIGN_OR_RETURN(names[aux.vna_other & 0x7fff],
                       StringAt(strings, aux.vna_name));
      if (aux.vna_next == 0) break;
      aux_at += aux.vna_next;
    }
    if (!reader.ok()) return Fail("the needed versions lie outside the file");
    if (need.vn_next == 0) break;
    at += need.vn_next;
  }
  return {};
}

Result<> AddVersions(const DynamicTable& table,
                     std::span<const uint8_t> strings, ElfFile& file) {
  const uint64_t at = table.Get(DT_VERSYM);
  if (at == 0) return {};
  VersionNames names;
  RETURN_IF_ERROR(ReadDefinedVersions(file, table, strings, names));
  RETURN_IF_ERROR(ReadNeededVersions(file, table, strings, names));
  ByteReader reader(file.BytesAt(at), at);
  for (ElfSymbol& symbol : file.dynamic_symbols) {
    const auto index = reader.Read<uint16_t>();
    symbol.is_default_version = (index & kHiddenVersion) == 0;
    // 0 and 1 are "local" and "global without a version".
    if ((index & 0x7fff) < 2) continue;
    auto found = names.find(index & 0x7fff);
    if (found != names.end()) symbol.version = found->second;
  }
  if (!reader.ok()) return Fail("the symbol versions lie outside the file");
  return {};
}

// --- Relocations, constructors ----------------------------------------------

void AddRelocation(const Elf64_Rela& raw, ElfFile& file) {
  ElfPointer pointer;
  pointer.slot = raw.r_offset;
  switch (ELF64_R_TYPE(raw.r_info)) {
    case R_X86_64_RELATIVE:
    case R_X86_64_RELATIVE64:
      pointer.target = static_cast<uint64_t>(raw.r_addend);
      break;
    case R_X86_64_IRELATIVE:
      pointer.kind = ElfPointer::Kind::kResolver;
      pointer.target = static_cast<uint64_t>(raw.r_addend);
      break;
    case R_X86_64_GLOB_DAT:
    case R_X86_64_JUMP_SLOT:
      pointer.is_got = true;
      [[fallthrough]];
    case R_X86_64_64:
      pointer.kind = ElfPointer::Kind::kSymbol;
      pointer.symbol = ELF64_R_SYM(raw.r_info);
      break;
    default:  // Sizes and thread-local offsets are no addresses of code.
      return;
  }
  file.pointers.push_back(pointer);
}

Result<> ReadPackedRelocations(const DynamicTable& table, ElfFile& file) {
  const uint64_t address = table.Get(kDtRelr);
  if (address == 0) return {};
  const uint64_t size = table.Get(kDtRelrSize);
  ASSIGN_OR_RETURN(auto bytes, Table(file, address, size, "DT_RELR table"));
  uint64_t room = 0;  // Words of the file that may be relocated.
  for (const ElfSegment& segment : file.segments)
    room += segment.bytes.size() / sizeof(uint64_t);
  uint64_t added = 0;
  const auto add = [&](uint64_t slot) {
    if (++added > room) return;
    ElfPointer pointer;
    pointer.slot = slot;
    pointer.target = file.WordAt(slot).value_or(0);
    file.pointers.push_back(pointer);
  };
  uint64_t next = 0;
  for (ByteReader reader(bytes, address); reader.remaining() >= 8;) {
    const auto word = reader.Read<uint64_t>();
    if ((word & 1) ==
        0) {  // An address; bitmaps for what follows it come next.
      add(word);
      next = word + 8;
      continue;
    }
    for (int bit = 1; bit < 64; ++bit)
      if ((word >> bit) & 1) add(next + 8 * (uint64_t(bit) - 1));
    next += uint64_t{63} * 8;
  }
  if (added > room)
    return Fail("there are more packed relocations than words in the file");
  return {};
}

Result<> ReadRelocationTables(const DynamicTable& table, ElfFile& file) {
  ASSIGN_OR_RETURN(auto plain, Table(file, table.Get(DT_RELA),
                                     table.Get(DT_RELASZ), "DT_RELA table"));
  RETURN_IF_ERROR(ReadRelocations(plain, file));
  ASSIGN_OR_RETURN(auto lazy, Table(file, table.Get(DT_JMPREL),
                                    table.Get(DT_PLTRELSZ), "DT_JMPREL table"));
  RETURN_IF_ERROR(ReadRelocations(lazy, file));
  RETURN_IF_ERROR(ReadPackedRelocations(table, file));
  SortPointers(file);
  return {};
}

// The function that a word of an init or fini array names.
uint64_t ArrayElement(const ElfFile& file, uint64_t slot) {
  const ElfPointer* pointer = file.PointerAt(slot);
  if (pointer == nullptr) return file.WordAt(slot).value_or(0);
  if (pointer->kind != ElfPointer::Kind::kSymbol) return pointer->target;
  return pointer->symbol < file.dynamic_symbols.size()
             ? file.dynamic_symbols[pointer->symbol].address
             : 0;
}

Result<> AddArray(const DynamicTable& table, int64_t tag, int64_t size_tag,
                  std::vector<uint64_t>& functions, const ElfFile& file) {
  const uint64_t address = table.Get(tag);
  ASSIGN_OR_RETURN(auto bytes, Table(file, address, table.Get(size_tag),
                                     "table of constructors"));
  for (uint64_t offset = 0; offset + 8 <= bytes.size(); offset += 8) {
    const uint64_t function = ArrayElement(file, address + offset);
    if (file.IsExecutable(function)) functions.push_back(function);
  }
  return {};
}

Result<> ReadConstructors(const DynamicTable& table, ElfFile& file) {
  auto& first = file.constructors;
  auto& last = file.destructors;
  RETURN_IF_ERROR(
      AddArray(table, DT_PREINIT_ARRAY, DT_PREINIT_ARRAYSZ, first, file));
  if (uint64_t at = table.Get(DT_INIT)) first.push_back(at);
  RETURN_IF_ERROR(AddArray(table, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, first, file));
  RETURN_IF_ERROR(AddArray(table, DT_FINI_ARRAY, DT_FINI_ARRAYSZ, last, file));
  if (uint64_t at = table.Get(DT_FINI)) last.push_back(at);
  return {};
}

Result<> ReadNames(const DynamicTable& table, std::span<const uint8_t> strings,
                   ElfFile& file) {
  for (uint64_t offset : table.needed) {
    ASSIGN_OR_RETURN(std::string name, StringAt(strings, offset));
    file.needed.push_back(std::move(name));
  }
  const auto read = [&](int64_t tag, std::string& name) -> Result<> {
    if (!table.values.contains(tag)) return {};
    ASSIGN_OR_RETURN(name, StringAt(strings, table.Get(tag)));
    return {};
  };
  for (const auto& [tag, what] : kOtherFiles) {
    if (!table.values.contains(tag)) continue;
    ASSIGN_OR_RETURN(const std::string name, StringAt(strings, table.Get(tag)));
    return Fail(
        "takes code from `" + name + "` by " + what + ", which is not analyzed",
        "link it with that file instead");
  }
  RETURN_IF_ERROR(read(DT_SONAME, file.soname));
  RETURN_IF_ERROR(read(DT_RUNPATH, file.runpath));
  return read(DT_RPATH, file.rpath);
}

}  // namespace

void SortPointers(ElfFile& file) {
  const auto key = [](const ElfPointer& pointer) {
    return std::tie(pointer.slot, pointer.kind, pointer.target, pointer.symbol);
  };
  std::sort(file.pointers.begin(), file.pointers.end(),
            [&key](const ElfPointer& a, const ElfPointer& b) {
              return key(a) < key(b);
            });
}

Result<> ReadRelocations(std::span<const uint8_t> bytes, ElfFile& file) {
  ByteReader reader(bytes, 0);
  while (reader.remaining() >= kRelocationBytes)
    AddRelocation(reader.Read<Elf64_Rela>(), file);
  if (reader.remaining() != 0) return Fail("a relocation is cut short");
  return {};
}

Result<std::vector<ElfSymbol>> ReadSymbols(std::span<const uint8_t> bytes,
                                           uint64_t count,
                                           std::span<const uint8_t> strings) {
  if (count > bytes.size() / kSymbolBytes)
    return Fail("the symbol table lies outside the file");
  std::vector<ElfSymbol> symbols;
  symbols.reserve(count);
  ByteReader reader(bytes, 0);
  uint64_t name_bytes = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const auto raw = reader.Read<Elf64_Sym>();
    symbols.push_back(MakeSymbol(raw));
    if (raw.st_name == 0) continue;
    ASSIGN_OR_RETURN(symbols.back().name, StringAt(strings, raw.st_name));
    name_bytes += symbols.back().name.size();
    if (name_bytes / kMostNameSharing > bytes.size() + strings.size())
      return Fail("the symbols' names are impossibly long");
  }
  return symbols;
}

Result<> ReadDynamicTable(std::span<const uint8_t> bytes,
                          uint64_t section_symbol_count, ElfFile& file) {
  const DynamicTable table = ReadTags(bytes);
  ASSIGN_OR_RETURN(auto strings, Table(file, table.Get(DT_STRTAB),
                                       table.Get(DT_STRSZ), "string table"));
  RETURN_IF_ERROR(ReadNames(table, strings, file));
  RETURN_IF_ERROR(ReadRelocationTables(table, file));
  if (table.Get(DT_SYMTAB) != 0) {
    ASSIGN_OR_RETURN(
        file.dynamic_symbols,
        ReadSymbols(file.BytesAt(table.Get(DT_SYMTAB)),
                    SymbolCount(table, section_symbol_count, file), strings));
    RETURN_IF_ERROR(AddVersions(table, strings, file));
  }
  return ReadConstructors(table, file);
}

}  // namespace bailey::analyzer
