#include "analyzer/elf/elf_image.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <tuple>

#include "analyzer/elf/code_map.h"
#include "analyzer/elf/debug_file.h"
#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/function_analyzer.h"
#include "analyzer/elf/image_cache.h"
#include "analyzer/elf/no_return.h"
#include "analyzer/elf/reference_map.h"
#include "common/sort_unique.h"

namespace bailey::analyzer {
namespace {

Result<std::vector<uint8_t>> ReadBytes(const std::string& path) {
  struct stat status;
  if (stat(path.c_str(), &status) != 0) return FailErrno("open `" + path + "`");
  if (!S_ISREG(status.st_mode))
    return Fail("`" + path + "` is not a regular file");
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return FailErrno("open `" + path + "`");
  std::vector<uint8_t> bytes(static_cast<size_t>(status.st_size));
  // SAFETY: char may alias uint8_t; the vector has that many bytes.
  stream.read(reinterpret_cast<char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
  if (stream.gcount() != static_cast<std::streamsize>(bytes.size()))
    return Fail("read `" + path + "`: the file changed while it was read");
  return bytes;
}

std::vector<uint32_t> RangesOf(const std::vector<uint64_t>& addresses,
                               const CodeMap& code) {
  std::vector<uint32_t> functions;
  for (uint64_t address : addresses)
    if (auto function = code.RangeAt(address)) functions.push_back(*function);
  return functions;
}

// The path of the debug file whose symbols `file` has now, or nothing.
std::string UseDebugSymbols(const std::vector<std::string>& directories,
                            ElfFile& file) {
  if (!file.symbols.empty()) return "";
  auto debug = FindDebugSymbols(file.build_id, directories);
  if (!debug) return "";
  file.symbols = std::move(debug->symbols);
  return debug->path;
}

auto ExportKey(const ElfExport& entry) {
  return std::tie(entry.name, entry.version, entry.functions);
}

}  // namespace

void ElfImage::FillIdentity(const ElfFile& file) {
  build_id_ = file.build_id;
  soname_ = file.soname;
  interpreter_ = file.interpreter;
  needed_ = file.needed;
  runpath_ = file.runpath;
  if (runpath_.empty()) rpath_ = file.rpath;
  for (const ElfSymbol& symbol : file.dynamic_symbols) {
    symbol_names_.push_back(SymbolId(symbol));
    if (symbol.is_defined && !symbol.is_function)
      data_symbols_.insert(symbol.name);
    if (!symbol.is_defined && symbol.is_weak)
      weak_imports_.insert(SymbolId(symbol));
  }
}

void ElfImage::FillEntries(const ElfFile& file, const CodeMap& code) {
  if (file.entry != 0) entry_ = code.RangeAt(file.entry);
  constructors_ = RangesOf(file.constructors, code);
  destructors_ = RangesOf(file.destructors, code);
  for (const ElfPointer& pointer : file.pointers)
    if (pointer.kind == ElfPointer::Kind::kResolver)
      if (auto function = code.RangeAt(pointer.target))
        resolvers_.push_back(*function);
}

void ElfImage::FillSlots(const ElfFile& file) {
  for (const ElfPointer& pointer : file.pointers)
    if (pointer.is_got && pointer.symbol < file.dynamic_symbols.size() &&
        file.dynamic_symbols[pointer.symbol].is_function)
      slot_imports_.push_back(SymbolId(file.dynamic_symbols[pointer.symbol]));
  SortUnique(slot_imports_);
}

void ElfImage::FillExports(const ElfFile& file, const CodeMap& code) {
  const bool is_dynamic = !file.dynamic_symbols.empty();
  const auto add = [&](const ElfSymbol& symbol, bool is_table_of_exports) {
    if (!symbol.is_defined || !symbol.is_function || symbol.name.empty())
      return;
    const auto function = code.RangeAt(symbol.address);
    if (!function) return;
    names_.emplace(symbol.name, *function);
    if (!is_table_of_exports || symbol.is_local) return;
    ElfExport entry{symbol.name,
                    symbol.version,
                    symbol.is_default_version,
                    {*function},
                    std::nullopt};
    if (symbol.is_ifunc) {
      entry.resolver = function;
      entry.functions = functions_[*function].takes_address_of;
      // It has its choice from functions that it calls.
      if (entry.functions.empty()) entry.functions = {*function};
      resolvers_.push_back(*function);
    }
    exports_.push_back(std::move(entry));
  };
  for (const ElfSymbol& symbol : file.dynamic_symbols) add(symbol, true);
  for (const ElfSymbol& symbol : file.symbols) add(symbol, !is_dynamic);
  std::sort(exports_.begin(), exports_.end(),
            [](const ElfExport& a, const ElfExport& b) {
              return ExportKey(a) < ExportKey(b);
            });
}

std::span<const ElfExport> ElfImage::ExportsNamed(std::string_view name) const {
  return std::ranges::equal_range(exports_, name, {}, &ElfExport::name);
}

const ElfExport* ElfImage::FindExport(std::string_view name,
                                      std::string_view version) const {
  const ElfExport* best = nullptr;
  for (const ElfExport& each : ExportsNamed(name)) {
    if (!version.empty() && each.version == version) return &each;
    // A library without versions satisfies any; a reference without one gets
    // the default.
    if (!version.empty() && !each.version.empty()) continue;
    if (best == nullptr || each.is_default_version) best = &each;
  }
  return best;
}

std::optional<uint32_t> ElfImage::FindFunction(std::string_view name) const {
  const auto found = names_.find(name);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

bool ElfImage::NamesAreConsistent() const {
  return std::ranges::all_of(names_, [&](const auto& each) {
    return each.second < functions_.size();
  });
}

Result<ElfImage> ElfImage::Parse(
    std::span<const uint8_t> bytes, const std::string& path,
    const std::vector<std::string>& debug_directories) {
  ASSIGN_OR_RETURN(ElfFile file, ReadElfFile(bytes, path));
  const bool has_own_symbols = !file.symbols.empty();
  const std::string debug_file = UseDebugSymbols(debug_directories, file);
  ASSIGN_OR_RETURN(CodeMap code, CodeMap::Build(file));
  const ReferenceMap references(file, code);
  MarkCallsThatDoNotReturn(references, code);
  ElfImage image;
  image.path_ = path;
  image.debug_file_ = debug_file;
  image.has_own_symbols_ = has_own_symbols;
  image.FillIdentity(file);
  image.functions_ = AnalyzeFunctions(file, code, references);
  image.data_ = DataObjects(file, references);
  image.data_.FindUnreferenced(image.functions_);
  image.data_address_taken_ = references.data_functions();
  image.data_address_taken_imports_ = references.data_imports();
  image.FillEntries(file, code);
  image.FillSlots(file);
  image.FillExports(file, code);
  auto& resolvers = image.resolvers_;
  std::sort(resolvers.begin(), resolvers.end());
  resolvers.erase(std::unique(resolvers.begin(), resolvers.end()),
                  resolvers.end());
  return image;
}

Result<ElfImage> ElfImage::Load(
    const std::string& path, const std::vector<std::string>& debug_directories,
    const ImageCache* cache) {
  ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadBytes(path));
  if (cache != nullptr) return cache->Load(bytes, path, debug_directories);
  return Parse(bytes, path, debug_directories);
}

Result<ElfImage> ElfImage::LoadIdentity(const std::string& path) {
  ASSIGN_OR_RETURN(const std::vector<uint8_t> bytes, ReadBytes(path));
  ASSIGN_OR_RETURN(const ElfFile file, ReadElfFile(bytes, path));
  ElfImage image;
  image.path_ = path;
  image.FillIdentity(file);
  return image;
}

}  // namespace bailey::analyzer
