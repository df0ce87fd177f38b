#include "analyzer/elf/elf_file.h"

#include <llvm/Object/ELF.h>
#include <llvm/Support/Error.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <string_view>

#include "analyzer/elf/byte_reader.h"
#include "analyzer/elf/elf_dynamic.h"

namespace bailey::analyzer {
namespace {

using Elf = llvm::object::ELFFile<llvm::object::ELF64LE>;
using ProgramHeader = Elf::Elf_Phdr;
using SectionHeader = Elf::Elf_Shdr;

// A file with more machine code than this is refused: the instructions are
// held in memory, at some 25 bytes for each byte of code.
constexpr uint64_t kMaxCodeBytes = uint64_t{256} << 20;
// Linkers write a dozen; each address is looked for in all of them.
constexpr size_t kMaxSegments = 1000;

std::unexpected<Error> FailFrom(llvm::Error error) {
  return Fail(llvm::toString(std::move(error)));
}

std::span<const uint8_t> AsSpan(llvm::ArrayRef<uint8_t> bytes) {
  return {bytes.data(), bytes.size()};
}

// A machine by the name that people use, for messages.
std::string MachineName(uint16_t machine) {
  switch (machine) {
    case llvm::ELF::EM_386:
      return "i386";
    case llvm::ELF::EM_X86_64:
      return "x86_64";
    case llvm::ELF::EM_AARCH64:
      return "aarch64";
    case llvm::ELF::EM_ARM:
      return "arm";
    case llvm::ELF::EM_RISCV:
      return "riscv";
    default:
      return "ELF machine type " + std::to_string(machine);
  }
}

bool StartsWith(std::span<const uint8_t> bytes, std::string_view start) {
  return bytes.size() >= start.size() &&
         std::memcmp(bytes.data(), start.data(), start.size()) == 0;
}

// What a script's first line says that it is run by.
std::string InterpreterOf(std::span<const uint8_t> bytes) {
  // SAFETY: uint8_t and char may alias; the text does not outlive `bytes`.
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                              std::min<size_t>(bytes.size(), PATH_MAX));
  const size_t begin = text.find_first_not_of(" \t", 2);
  if (begin == std::string_view::npos) return "";
  const size_t end = text.find_first_of(" \t\r\n", begin);
  return std::string(text.substr(begin, end - begin));
}

std::unexpected<Error> RefuseOther(std::span<const uint8_t> bytes) {
  if (bytes.empty()) return Fail("empty: not an ELF file");
  if (StartsWith(bytes, "#!"))
    return Fail("a script, not an ELF file",
                "what it may do is up to its interpreter: analyze `" +
                    InterpreterOf(bytes) + "` and the programs that it runs");
  if (StartsWith(bytes, "!<arch>\n") || StartsWith(bytes, "!<thin>\n"))
    return Fail("an archive of object files, not a program",
                "link it, and analyze what it is linked into");
  return Fail("not an ELF file",
              "name an executable or a shared library for x86_64 Linux");
}

// What both classes have at one place: e_type and e_machine.
uint16_t HeaderHalf(std::span<const uint8_t> bytes, size_t offset) {
  return static_cast<uint16_t>(bytes[offset] | bytes[offset + 1] << 8);
}

constexpr size_t kMachineOffset = 18;

Result<> CheckIdentity(std::span<const uint8_t> bytes) {
  if (!StartsWith(bytes, llvm::ELF::ElfMagic)) return RefuseOther(bytes);
  if (bytes.size() < sizeof(llvm::ELF::Elf64_Ehdr))
    return Fail("truncated: an ELF file's header alone is longer",
                "copy or build it again");
  if (bytes[llvm::ELF::EI_DATA] != llvm::ELF::ELFDATA2LSB)
    return Fail("not a 64-bit little-endian ELF file: it is big-endian",
                "only x86_64 is analyzed");
  if (bytes[llvm::ELF::EI_CLASS] != llvm::ELF::ELFCLASS64)
    return Fail(
        "not a 64-bit little-endian ELF file: it is a 32-bit one, "
        "made for " +
            MachineName(HeaderHalf(bytes, kMachineOffset)),
        "only x86_64 is analyzed: build it for that, without -m32 or "
        "-mx32");
  return {};
}

std::unexpected<Error> RefuseType(uint16_t type) {
  switch (type) {
    case llvm::ELF::ET_REL:
      return Fail(
          "a relocatable object file, neither an executable nor a "
          "shared library",
          "link it, and analyze the program");
    case llvm::ELF::ET_CORE:
      return Fail("a core dump, neither an executable nor a shared library",
                  "analyze the program that left it");
    default:
      return Fail("neither an executable nor a shared library: ELF type " +
                  std::to_string(type));
  }
}

Result<> CheckHeader(const Elf& elf) {
  const auto& header = elf.getHeader();
  if (header.e_machine != llvm::ELF::EM_X86_64)
    return Fail("made for " + MachineName(header.e_machine) + ", not x86_64",
                "only x86_64 is analyzed: name the file that is built for it, "
                "or analyze the sources");
  if (header.e_type != llvm::ELF::ET_EXEC && header.e_type != llvm::ELF::ET_DYN)
    return RefuseType(header.e_type);
  return {};
}

Result<> AddSegment(std::span<const uint8_t> bytes, const ProgramHeader& header,
                    ElfFile& file) {
  if (header.p_offset > bytes.size() ||
      header.p_filesz > bytes.size() - header.p_offset)
    return Fail("truncated: a segment ends after the file does",
                "copy or build it again");
  if (header.p_vaddr + header.p_memsz < header.p_vaddr ||
      header.p_memsz < header.p_filesz)
    return Fail("corrupt: a segment's size is impossible");
  ElfSegment segment;
  segment.address = header.p_vaddr;
  segment.bytes = bytes.subspan(header.p_offset, header.p_filesz);
  segment.memory_bytes = header.p_memsz;
  segment.executable = (header.p_flags & llvm::ELF::PF_X) != 0;
  segment.writable = (header.p_flags & llvm::ELF::PF_W) != 0;
  file.segments.push_back(segment);
  return {};
}

Result<> CheckSegments(uint64_t file_bytes, ElfFile& file) {
  if (file.segments.empty()) return Fail("the file has no loadable segment");
  if (file.segments.size() > kMaxSegments)
    return Fail("more than 1000 loadable segments are not analyzed");
  std::sort(file.segments.begin(), file.segments.end(),
            [](const ElfSegment& a, const ElfSegment& b) {
              return a.address < b.address;
            });
  uint64_t code_bytes = 0;
  const ElfSegment* previous = nullptr;
  for (const ElfSegment& segment : file.segments) {
    if (previous &&
        segment.address - previous->address < previous->bytes.size())
      return Fail("corrupt: segments overlap");
    if (segment.executable) code_bytes += segment.bytes.size();
    previous = &segment;
  }
  if (code_bytes > kMaxCodeBytes)
    return Fail("more than 256 MiB of machine code is not analyzed");
  // The same bytes at many addresses: a small file would fill the memory.
  if (code_bytes > file_bytes)
    return Fail("corrupt: more machine code than the file has bytes");
  return {};
}

std::string Hex(std::span<const uint8_t> bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// PT_GNU_EH_FRAME says where .eh_frame starts: version, three encodings, then
// the address. Linkers write it relative to its own place in four bytes.
void ReadFrameHeader(const ProgramHeader& header, ElfFile& file) {
  constexpr uint8_t kRelativeSigned4 = 0x1b;
  ByteReader reader(file.BytesAt(header.p_vaddr), header.p_vaddr);
  const auto version = reader.Read<uint8_t>();
  const auto encoding = reader.Read<uint8_t>();
  reader.Skip(2);
  const uint64_t here = reader.address();
  const auto offset = reader.Read<int32_t>();
  if (!reader.ok() || version != 1 || encoding != kRelativeSigned4) return;
  file.eh_frame_address = here + static_cast<uint64_t>(int64_t{offset});
  file.eh_frame_size_bytes = file.BytesAt(file.eh_frame_address).size();
}

std::span<const uint8_t> FileBytes(const ProgramHeader& header,
                                   std::span<const uint8_t> bytes) {
  if (header.p_offset > bytes.size()) return {};
  return bytes.subspan(
      header.p_offset,
      std::min<uint64_t>(header.p_filesz, bytes.size() - header.p_offset));
}

Result<> ReadSegments(const Elf& elf, std::span<const uint8_t> bytes,
                      ElfFile& file) {
  auto headers = elf.program_headers();
  if (!headers) return FailFrom(headers.takeError());
  for (const ProgramHeader& header : *headers)
    if (header.p_type == llvm::ELF::PT_LOAD)
      RETURN_IF_ERROR(AddSegment(bytes, header, file));
  RETURN_IF_ERROR(CheckSegments(bytes.size(), file));
  for (const ProgramHeader& header : *headers) {
    const auto content = FileBytes(header, bytes);
    if (header.p_type == llvm::ELF::PT_NOTE)
      if (std::string id = BuildIdOf(content); !id.empty()) file.build_id = id;
    if (header.p_type == llvm::ELF::PT_GNU_EH_FRAME)
      ReadFrameHeader(header, file);
    if (header.p_type == llvm::ELF::PT_GNU_RELRO) {
      file.relro_address = header.p_vaddr;
      file.relro_size_bytes = header.p_memsz;
    }
    if (header.p_type == llvm::ELF::PT_INTERP)
      file.interpreter.assign(content.begin(),
                              std::find(content.begin(), content.end(), 0));
  }
  return {};
}

// --- Sections: only what the program headers do not say
// -----------------------

Result<> ReadSymbolTable(const Elf& elf, const SectionHeader& section,
                         ElfFile& file) {
  auto bytes = elf.getSectionContents(section);
  if (!bytes) return FailFrom(bytes.takeError());
  auto link = elf.getSection(section.sh_link);
  if (!link) return FailFrom(link.takeError());
  auto strings = elf.getSectionContents(**link);
  if (!strings) return FailFrom(strings.takeError());
  ASSIGN_OR_RETURN(
      file.symbols,
      ReadSymbols(AsSpan(*bytes), bytes->size() / sizeof(Elf::Elf_Sym),
                  AsSpan(*strings)));
  return {};
}

void ReadFrameSection(const Elf& elf, const SectionHeader& section,
                      ElfFile& file) {
  auto name = elf.getSectionName(section);
  if (!name) return llvm::consumeError(name.takeError());
  if (*name != ".eh_frame") return;
  file.eh_frame_address = section.sh_addr;
  file.eh_frame_size_bytes = section.sh_size;
}

void AddSection(const Elf& elf, const SectionHeader& section, ElfFile& file) {
  auto name = elf.getSectionName(section);
  if (!name) return llvm::consumeError(name.takeError());
  // A thread's own data is nowhere until there is a thread, but its initial
  // image is.
  const bool is_nowhere = (section.sh_flags & llvm::ELF::SHF_TLS) != 0 &&
                          section.sh_type == llvm::ELF::SHT_NOBITS;
  if (!is_nowhere)
    file.sections.push_back({name->str(), section.sh_addr, section.sh_size});
}

// A static executable's loader is itself: its relocations (of ifuncs) are found
// by symbols around this section, not by a dynamic table.
Result<> ReadStaticRelocations(const Elf& elf, const SectionHeader& section,
                               ElfFile& file) {
  auto bytes = elf.getSectionContents(section);
  if (!bytes) return FailFrom(bytes.takeError());
  return ReadRelocations(AsSpan(*bytes), file);
}

Result<> ReadSection(const Elf& elf, const SectionHeader& section,
                     bool is_dynamic, uint64_t& dynamic_symbol_count,
                     ElfFile& file) {
  const bool is_loaded = (section.sh_flags & llvm::ELF::SHF_ALLOC) != 0;
  if (is_loaded) AddSection(elf, section, file);
  switch (section.sh_type) {
    case llvm::ELF::SHT_SYMTAB:
      return ReadSymbolTable(elf, section, file);
    case llvm::ELF::SHT_DYNSYM:
      dynamic_symbol_count = section.sh_size / sizeof(Elf::Elf_Sym);
      return {};
    case llvm::ELF::SHT_RELA:
      if (is_dynamic || !is_loaded) return {};
      return ReadStaticRelocations(elf, section, file);
    default:
      if (is_loaded) ReadFrameSection(elf, section, file);
      return {};
  }
}

std::span<const uint8_t> DynamicBytes(const Elf& elf,
                                      std::span<const uint8_t> bytes) {
  auto headers = elf.program_headers();
  if (!headers) {
    llvm::consumeError(headers.takeError());
    return {};
  }
  for (const ProgramHeader& header : *headers)
    if (header.p_type == llvm::ELF::PT_DYNAMIC) return FileBytes(header, bytes);
  return {};
}

Result<ElfFile> ReadChecked(std::span<const uint8_t> bytes) {
  RETURN_IF_ERROR(CheckIdentity(bytes));
  // SAFETY: uint8_t and char may alias; StringRef does not outlive `bytes`.
  auto elf = Elf::create(llvm::StringRef(
      reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  if (!elf) return FailFrom(elf.takeError());
  RETURN_IF_ERROR(CheckHeader(*elf));
  ElfFile file;
  file.is_position_independent = elf->getHeader().e_type == llvm::ELF::ET_DYN;
  file.entry = elf->getHeader().e_entry;
  RETURN_IF_ERROR(ReadSegments(*elf, bytes, file));
  const auto dynamic = DynamicBytes(*elf, bytes);
  auto sections = elf->sections();
  if (!sections) return FailFrom(sections.takeError());
  uint64_t dynamic_symbol_count = 0;
  for (const SectionHeader& section : *sections)
    RETURN_IF_ERROR(ReadSection(*elf, section, !dynamic.empty(),
                                dynamic_symbol_count, file));
  if (!dynamic.empty())
    RETURN_IF_ERROR(ReadDynamicTable(dynamic, dynamic_symbol_count, file));
  SortPointers(file);
  return file;
}

}  // namespace

// Name size, descriptor size, type, name, descriptor, each padded to four
// bytes. The build id is GNU's note 3.
std::string BuildIdOf(std::span<const uint8_t> notes) {
  const auto padded = [](uint64_t size) { return (size + 3) & ~uint64_t{3}; };
  std::string build_id;
  uint64_t at = 0;
  while (notes.size() - at >= 12) {
    ByteReader reader(notes.subspan(at), 0);
    const uint64_t name_size = reader.Read<uint32_t>();
    const uint64_t size = reader.Read<uint32_t>();
    const auto type = reader.Read<uint32_t>();
    const uint64_t descriptor = at + 12 + padded(name_size);
    if (descriptor > notes.size() || size > notes.size() - descriptor) break;
    if (type == llvm::ELF::NT_GNU_BUILD_ID && name_size == 4 &&
        std::memcmp(&notes[at + 12], "GNU", 4) == 0)
      build_id = Hex(notes.subspan(descriptor, size));
    at = std::min<uint64_t>(descriptor + padded(size), notes.size());
  }
  return build_id;
}

std::span<const uint8_t> ElfFile::BytesAt(uint64_t address) const {
  for (const ElfSegment& segment : segments)
    if (segment.Contains(address))
      return segment.bytes.subspan(address - segment.address);
  return {};
}

std::optional<uint64_t> ElfFile::WordAt(uint64_t address) const {
  const auto bytes = BytesAt(address);
  if (bytes.size() < sizeof(uint64_t)) return std::nullopt;
  uint64_t word;
  std::memcpy(&word, bytes.data(), sizeof(word));
  return word;
}

bool ElfFile::IsExecutable(uint64_t address) const {
  return std::any_of(segments.begin(), segments.end(),
                     [address](const ElfSegment& segment) {
                       return segment.executable && segment.Contains(address);
                     });
}

bool ElfFile::IsMapped(uint64_t address) const {
  return std::any_of(segments.begin(), segments.end(),
                     [address](const ElfSegment& segment) {
                       return address - segment.address < segment.memory_bytes;
                     });
}

bool ElfFile::IsReadOnlyAfterStart(uint64_t address) const {
  if (address - relro_address < relro_size_bytes) return true;
  return std::any_of(segments.begin(), segments.end(),
                     [address](const ElfSegment& segment) {
                       return !segment.writable && segment.Contains(address);
                     });
}

const ElfPointer* ElfFile::PointerAt(uint64_t slot) const {
  auto found = std::lower_bound(
      pointers.begin(), pointers.end(), slot,
      [](const ElfPointer& pointer, uint64_t at) { return pointer.slot < at; });
  return found != pointers.end() && found->slot == slot ? &*found : nullptr;
}

Result<ElfFile> ReadElfFile(std::span<const uint8_t> bytes,
                            const std::string& path) {
  auto file = ReadChecked(bytes);
  if (!file.ok())
    return std::unexpected(WithContext("`" + path + "`", file.error()));
  return file;
}

}  // namespace bailey::analyzer
