// Cuts data into objects. A symbol without a size (of assembly, or the linker)
// reaches to the next symbol. A section that no compiler makes by itself is a
// collection that code walks from end to end (`__start_NAME` to `__stop_NAME`,
// or from one of its objects on), so it is one object; but not glibc's table of
// stream functions, whose ends are only compared with.

#include "analyzer/elf/object_bounds.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>

namespace bailey::analyzer {
namespace {

// What compilers put the objects of a program into. (The global offset table is
// not among them: it is cut into words by whoever reads it.)
constexpr std::string_view kUsualSections[] = {
    ".data",         ".data1",
    ".rodata",       ".rodata1",
    ".bss",          ".tdata",
    ".tbss",         ".ldata",
    ".lrodata",      ".lbss",
    ".text",         ".init_array",
    ".fini_array",   ".preinit_array",
    ".ctors",        ".dtors",
    ".dynamic",      ".eh_frame",
    ".eh_frame_hdr", ".gcc_except_table",
    ".interp",       ".tm_clone_table",
    ".note",         ".dynsym",
    ".dynstr",       ".gnu",
    ".rela",         ".relr",
    ".hash",         ".plt",
    ".init",         ".fini",
    ".jcr",          ".comment"};

bool IsCollection(const std::string& section) {
  if (section == kStreamTableSection || section.empty()) return false;
  return std::none_of(std::begin(kUsualSections), std::end(kUsualSections),
                      [&](std::string_view usual) {
                        return section == usual ||
                               section.starts_with(std::string(usual) + ".");
                      });
}

bool IsObject(const ElfFile& file, const ElfSymbol& symbol) {
  return symbol.is_data && !symbol.is_thread_local && !symbol.name.empty() &&
         !file.IsExecutable(symbol.address);
}

class ObjectFinder {
 public:
  explicit ObjectFinder(const ElfFile& file)
      : file_(file), sections_(file.sections) {
    std::ranges::sort(sections_, {}, &ElfSection::address);
    for (const ElfSymbol& each : file.dynamic_symbols) Add(each, true);
    for (const ElfSymbol& each : file.symbols) Add(each, false);
    for (const ElfSection& each : sections_)
      if (IsCollection(each.name) && !file.IsExecutable(each.address))
        AddCollection(each);
  }

  std::vector<DataObject> Run() {
    ExtendUnsized();
    std::sort(found_.begin(), found_.end(),
              [](const DataObject& a, const DataObject& b) {
                return std::tie(a.address, b.end, b.is_exported, a.name) <
                       std::tie(b.address, a.end, a.is_exported, b.name);
              });
    std::vector<DataObject> objects;
    for (DataObject& each : found_) Merge(std::move(each), objects);
    return objects;
  }

 private:
  void Add(const ElfSymbol& symbol, bool is_exported) {
    // Sections that are not loaded have symbols too, at addresses from 0 on.
    if (!IsObject(file_, symbol) ||
        (!sections_.empty() && !SectionAround(symbol.address)))
      return;
    // What is corrupt has no end that is anywhere.
    const uint64_t end = symbol.address + symbol.size_bytes;
    if (end < symbol.address) return;
    DataObject object{symbol.address, end, symbol.name};
    object.is_exported = is_exported && !symbol.is_local;
    found_.push_back(std::move(object));
  }

  void AddCollection(const ElfSection& section) {
    const uint64_t end = section.address + section.size_bytes;
    if (end < section.address) return;
    DataObject object{section.address, end, section.name};
    object.is_collection = true;
    found_.push_back(std::move(object));
  }

  // The section that an address is in, or at the end of; or null.
  const ElfSection* SectionAround(uint64_t address) const {
    const auto after =
        std::ranges::upper_bound(sections_, address, {}, &ElfSection::address);
    if (after == sections_.begin()) return nullptr;
    const ElfSection& section = *std::prev(after);
    return address - section.address <= section.size_bytes ? &section : nullptr;
  }

  // The end of the section, or else the segment, that an address is in.
  uint64_t EndAround(uint64_t address) const {
    if (const ElfSection* section = SectionAround(address))
      return section->address + section->size_bytes;
    return address + file_.BytesAt(address).size();
  }

  void ExtendUnsized() {
    std::vector<uint64_t> starts;
    for (const DataObject& each : found_) starts.push_back(each.address);
    std::sort(starts.begin(), starts.end());
    for (DataObject& each : found_) {
      if (each.end != each.address) continue;
      each.end = EndAround(each.address);
      const auto next =
          std::upper_bound(starts.begin(), starts.end(), each.address);
      if (next != starts.end()) each.end = std::min(each.end, *next);
    }
  }

  static void Merge(DataObject object, std::vector<DataObject>& objects) {
    if (object.end == object.address) return;
    if (objects.empty() || objects.back().end <= object.address)
      return objects.push_back(std::move(object));
    DataObject& before = objects.back();
    before.end = std::max(before.end, object.end);
    before.is_exported |= object.is_exported;
    before.is_collection |= object.is_collection;
  }

  const ElfFile& file_;
  std::vector<ElfSection> sections_;  // By address.
  std::vector<DataObject> found_;
};

}  // namespace

std::vector<DataObject> FindObjects(const ElfFile& file) {
  return ObjectFinder(file).Run();
}

}  // namespace bailey::analyzer
