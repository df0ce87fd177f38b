// Finds and reads separate debug files: sections alone count here, since the
// segments that their program headers name are not in them.

#include "analyzer/elf/debug_file.h"

#include <llvm/Object/ELF.h>
#include <llvm/Support/Error.h>

#include <filesystem>
#include <span>
#include <utility>

#include "analyzer/elf/elf_dynamic.h"
#include "common/digest.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

using Elf = llvm::object::ELFFile<llvm::object::ELF64LE>;
using SectionHeader = Elf::Elf_Shdr;

// Shorter ones are no build id; the first byte names the directory.
constexpr size_t kMinBuildIdDigits = 4;

std::vector<uint8_t> BytesOf(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return {};
  const Result<std::string> text = ReadFile(path);
  if (!text.ok()) return {};
  return {text->begin(), text->end()};
}

std::vector<std::string> Candidates(
    const std::string& build_id, const std::vector<std::string>& directories) {
  std::vector<std::string> paths;
  if (build_id.size() < kMinBuildIdDigits) return paths;
  for (const std::string& directory : directories)
    paths.push_back(directory + "/.build-id/" + build_id.substr(0, 2) + "/" +
                    build_id.substr(2) + ".debug");
  return paths;
}

std::span<const uint8_t> Contents(const Elf& elf,
                                  const SectionHeader& section) {
  auto bytes = elf.getSectionContents(section);
  if (bytes) return {bytes->data(), bytes->size()};
  llvm::consumeError(bytes.takeError());
  return {};
}

std::vector<ElfSymbol> SymbolsOf(const Elf& elf, const SectionHeader& section) {
  auto strings = elf.getSection(section.sh_link);
  if (!strings) {
    llvm::consumeError(strings.takeError());
    return {};
  }
  const auto bytes = Contents(elf, section);
  auto symbols = ReadSymbols(bytes, bytes.size() / sizeof(Elf::Elf_Sym),
                             Contents(elf, **strings));
  return symbols.ok() ? std::move(*symbols) : std::vector<ElfSymbol>();
}

}  // namespace

std::vector<ElfSymbol> ReadDebugSymbols(std::span<const uint8_t> bytes,
                                        const std::string& build_id) {
  // SAFETY: uint8_t and char may alias; StringRef does not outlive `bytes`.
  auto elf = Elf::create(llvm::StringRef(
      reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  if (!elf) {
    llvm::consumeError(elf.takeError());
    return {};
  }
  auto sections = elf->sections();
  if (!sections) {
    llvm::consumeError(sections.takeError());
    return {};
  }
  bool is_wanted = false;
  std::vector<ElfSymbol> symbols;
  for (const SectionHeader& section : *sections) {
    if (section.sh_type == llvm::ELF::SHT_NOTE)
      is_wanted |= BuildIdOf(Contents(*elf, section)) == build_id;
    if (section.sh_type == llvm::ELF::SHT_SYMTAB)
      symbols = SymbolsOf(*elf, section);
  }
  return is_wanted ? std::move(symbols) : std::vector<ElfSymbol>();
}

std::optional<DebugSymbols> FindDebugSymbols(
    const std::string& build_id, const std::vector<std::string>& directories) {
  for (const std::string& path : Candidates(build_id, directories)) {
    std::vector<ElfSymbol> symbols = ReadDebugSymbols(BytesOf(path), build_id);
    if (!symbols.empty()) return DebugSymbols{path, std::move(symbols)};
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> DebugFileDigests(
    const std::string& build_id, const std::vector<std::string>& directories) {
  std::vector<std::pair<std::string, std::string>> digests;
  for (const std::string& path : Candidates(build_id, directories)) {
    const std::vector<uint8_t> bytes = BytesOf(path);
    // SAFETY: bytes seen as characters.
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()),
                                bytes.size());
    if (!text.empty()) digests.emplace_back(path, Sha256Hex(text));
  }
  return digests;
}

}  // namespace bailey::analyzer
