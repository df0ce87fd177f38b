#include "executor/audit/elf_symbols.h"

#include <elf.h>

#include <cstring>

namespace bailey::executor {
namespace {

// The structure at `offset`, if it is inside.
template <class T>
std::optional<T> At(std::string_view bytes, uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) {
    return std::nullopt;
  }
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::string_view SectionBytes(std::string_view bytes,
                              const Elf64_Shdr& section) {
  if (section.sh_offset > bytes.size() ||
      section.sh_size > bytes.size() - section.sh_offset) {
    return "";
  }
  return bytes.substr(section.sh_offset, section.sh_size);
}

std::string NameAt(std::string_view strings, uint64_t offset) {
  if (offset >= strings.size()) return "";
  const std::string_view rest = strings.substr(offset);
  return std::string(rest.substr(0, rest.find('\0')));
}

void ReadFunctions(std::string_view table, std::string_view strings,
                   std::map<std::string, uint64_t>& functions) {
  for (uint64_t at = 0; const auto symbol = At<Elf64_Sym>(table, at);
       at += sizeof(Elf64_Sym)) {
    if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC) continue;
    if (symbol->st_shndx == SHN_UNDEF) continue;
    functions.emplace(NameAt(strings, symbol->st_name), symbol->st_value);
  }
}

}  // namespace

Result<ElfSymbols> ElfSymbols::Parse(std::string_view bytes) {
  const auto header = At<Elf64_Ehdr>(bytes, 0);
  if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 ||
      header->e_ident[EI_DATA] != ELFDATA2LSB) {
    return Fail("a program in the bundle is not a 64-bit ELF file");
  }
  ElfSymbols symbols;
  symbols.entry_ = header->e_entry;
  const auto section = [&](uint64_t index) {
    // SAFETY: e_shoff is checked by At; index is 16 or 32 bits wide, so the
    // product cannot wrap on top of an offset inside the file.
    return header->e_shoff > bytes.size()
               ? std::nullopt
               : At<Elf64_Shdr>(bytes,
                                header->e_shoff + index * sizeof(Elf64_Shdr));
  };
  for (uint64_t i = 0; i < header->e_shnum; ++i) {
    const auto table = section(i);
    if (!table || table->sh_type != SHT_SYMTAB) continue;
    const auto strings = section(table->sh_link);
    if (!strings) continue;
    ReadFunctions(SectionBytes(bytes, *table), SectionBytes(bytes, *strings),
                  symbols.functions_);
  }
  return symbols;
}

std::optional<uint64_t> ElfSymbols::Function(const std::string& name) const {
  const auto found = functions_.find(name);
  if (found == functions_.end()) return std::nullopt;
  return found->second;
}

}  // namespace bailey::executor
