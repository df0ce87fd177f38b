// Reads the words of data that hold addresses, and says which of them a
// reference can reach.

#include "analyzer/elf/data_objects.h"

#include <algorithm>

#include "analyzer/elf/byte_reader.h"
#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/machine_function.h"
#include "analyzer/elf/object_bounds.h"
#include "analyzer/elf/plain_words.h"
#include "analyzer/elf/reference_map.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kPrivateVersion = "GLIBC_PRIVATE";

// How far from an object code may begin to count: a large struct or so.
constexpr uint64_t kNearBytes = 256;

bool IsData(const ElfFile& file, uint64_t address) {
  return !file.BytesAt(address).empty() && !file.IsExecutable(address);
}

// Where constants without relocations never lie: what is read as a table there
// is counters and flags.
bool IsVariable(const ElfFile& file, uint64_t address) {
  return std::ranges::any_of(file.segments, [&](const ElfSegment& segment) {
    return segment.Contains(address) && segment.writable && !segment.executable;
  });
}

}  // namespace

DataObjects::DataObjects(const ElfFile& file, const ReferenceMap& references)
    : is_fixed_(!file.is_position_independent), objects_(FindObjects(file)) {
  for (const ElfSection& section : file.sections)
    if (section.name == kStreamTableSection) stream_tables_ = section.address;
  ReadNames(file);
  ReadWords(file, references);
  if (is_fixed_) ReadPlainWords(file, references);
  AssignWords();
  if (is_fixed_) return;
  ReadRelativeTables(file, references);
  AssignWords();
}

void DataObjects::ReadNames(const ElfFile& file) {
  for (const ElfSymbol& symbol : file.dynamic_symbols)
    if (symbol.is_data && !symbol.is_thread_local && !symbol.is_local &&
        !symbol.name.empty())
      names_.push_back(
          {symbol.name, symbol.address, symbol.version == kPrivateVersion});
  std::sort(names_.begin(), names_.end(),
            [](const DataName& a, const DataName& b) {
              return std::tie(a.name, a.address) < std::tie(b.name, b.address);
            });
  for (uint32_t i = 0; i < names_.size(); ++i)
    if (const auto object = ObjectAt(names_[i].address))
      names_by_address_.emplace(objects_[*object].address, i);
}

// --- Words
// ---------------------------------------------------------------------

void DataObjects::AddWord(const ElfFile& file, const ReferenceMap& references,
                          uint64_t slot, uint64_t target) {
  DataWord word;
  word.slot = slot;
  word.target = target;
  if (file.IsExecutable(target)) {
    const CodeTarget code = references.Classify(target);
    if (code.kind == CodeTarget::Kind::kNone) return;
    const bool is_import = code.kind == CodeTarget::Kind::kImport;
    word.kind = is_import ? DataWord::Kind::kImport : DataWord::Kind::kFunction;
    word.function = code.function;
    word.import = code.import;
  }
  words_.push_back(std::move(word));
}

void DataObjects::ReadWords(const ElfFile& file,
                            const ReferenceMap& references) {
  for (const ElfPointer& pointer : file.pointers) {
    if (pointer.kind != ElfPointer::Kind::kSymbol) {
      AddWord(file, references, pointer.slot, pointer.target);
      continue;
    }
    // Whoever reads such a slot is said to refer to the symbol.
    if (pointer.is_got || pointer.symbol >= file.dynamic_symbols.size())
      continue;
    DataWord word;
    word.kind = DataWord::Kind::kImport;
    word.slot = pointer.slot;
    word.import = SymbolId(file.dynamic_symbols[pointer.symbol]);
    words_.push_back(std::move(word));
  }
}

// At a fixed address, pointers in data need no relocation: any word that is an
// address may be one.
void DataObjects::ReadPlainWords(const ElfFile& file,
                                 const ReferenceMap& references) {
  const auto may_be_pointer = [&](const PlainWord& word) {
    const auto object = ObjectAt(word.value);
    if (!word.is_usual)
      return references.IsFunctionStart(word.value) ||
             (object && objects_[*object].address == word.value);
    return file.IsExecutable(word.value) || IsData(file, word.value) ||
           object.has_value();
  };
  ForEachPlainWord(file, [&](const PlainWord& word) {
    if (may_be_pointer(word) && file.PointerAt(word.slot) == nullptr)
      AddWord(file, references, word.slot, word.value);
  });
}

// Clang makes tables of constants' addresses relative to the table, so that
// they need no relocations and lie among the constants. Nothing tells one from
// other data there but that each of its words leads to an object which holds
// addresses itself.
void DataObjects::ReadRelativeTables(const ElfFile& file,
                                     const ReferenceMap& references) {
  for (const uint64_t table : references.data_starts()) {
    if (IsVariable(file, table)) continue;
    ByteReader reader(file.BytesAt(table), table);
    const uint64_t end = references.DataEnd(table);
    std::vector<std::pair<uint64_t, uint64_t>> found;  // Slots and targets.
    while (reader.remaining() >= 4 && reader.address() < end) {
      const uint64_t slot = reader.address();
      const uint64_t target =
          table + static_cast<uint64_t>(int64_t{reader.Read<int32_t>()});
      const auto object = ObjectAt(target);
      if (!object || !objects_[*object].HasWords()) break;
      found.emplace_back(slot, target);
    }
    // One alone is no table.
    if (found.size() < 2) continue;
    for (const auto& [slot, target] : found)
      AddWord(file, references, slot, target);
  }
}

void DataObjects::AssignWords() {
  std::sort(
      words_.begin(), words_.end(),
      [](const DataWord& a, const DataWord& b) { return a.slot < b.slot; });
  loose_words_.clear();
  uint32_t next = 0;
  for (DataObject& object : objects_) {
    for (; next < words_.size() && words_[next].slot < object.address; ++next)
      loose_words_.push_back(next);
    object.first_word = next;
    while (next < words_.size() && words_[next].slot < object.end) ++next;
    object.last_word = next;
  }
  for (; next < words_.size(); ++next) loose_words_.push_back(next);
}

void DataObjects::FindUnreferenced(
    const std::vector<MachineFunction>& functions) {
  std::vector<bool> is_touched(objects_.size(), false);
  const auto touch = [&](uint64_t address) {
    if (const auto object = ObjectAt(address)) is_touched[*object] = true;
  };
  for (const MachineFunction& function : functions)
    for (const DataReference& each : function.data_references)
      if (each.symbol == DataReference::kNoSymbol) touch(each.address);
  for (const DataWord& word : words_)
    if (word.kind == DataWord::Kind::kData) touch(word.target);
  for (uint32_t i = 0; i < objects_.size(); ++i)
    objects_[i].is_coarse =
        is_fixed_ || (!is_touched[i] && !objects_[i].is_exported);
}

bool DataObjects::IsConsistent(size_t functions) const {
  const auto is_word = [&](uint32_t each) { return each < words_.size(); };
  return std::ranges::all_of(words_,
                             [&](const DataWord& word) {
                               return word.kind != DataWord::Kind::kFunction ||
                                      word.function < functions;
                             }) &&
         std::ranges::all_of(objects_,
                             [&](const DataObject& object) {
                               return object.first_word <= object.last_word &&
                                      object.last_word <= words_.size();
                             }) &&
         std::ranges::all_of(loose_words_, is_word) &&
         std::ranges::all_of(names_by_address_, [&](const auto& each) {
           return each.second < names_.size();
         });
}

// --- Questions
// -----------------------------------------------------------------

std::optional<uint32_t> DataObjects::ObjectAt(uint64_t address) const {
  const auto after = std::upper_bound(
      objects_.begin(), objects_.end(), address,
      [](uint64_t at, const DataObject& each) { return at < each.address; });
  if (after == objects_.begin() || !std::prev(after)->Contains(address))
    return std::nullopt;
  return static_cast<uint32_t>(std::prev(after) - objects_.begin());
}

std::vector<uint32_t> DataObjects::TouchedBy(uint64_t address,
                                             bool is_exact) const {
  const auto at = ObjectAt(address);
  const uint64_t margin = is_exact || IsStart(address) ? 0 : kNearBytes;
  auto next = static_cast<uint32_t>(
      std::lower_bound(objects_.begin(), objects_.end(),
                       address - std::min(address, margin),
                       [](const DataObject& each, uint64_t from) {
                         return each.end < from;
                       }) -
      objects_.begin());
  std::vector<uint32_t> touched;
  for (; next < objects_.size() && objects_[next].address <= address + margin;
       ++next)
    if (!objects_[next].is_collection || objects_[next].Contains(address))
      touched.push_back(next);
  if (!at) AddNeighbours(address, touched);
  return touched;
}

bool DataObjects::IsStart(uint64_t address) const {
  const auto at = ObjectAt(address);
  return at && objects_[*at].address == address;
}

bool DataObjects::EndsBeforeStreamTables(uint32_t object) const {
  return objects_[object].is_collection &&
         objects_[object].end == stream_tables_;
}

void DataObjects::AddNeighbours(uint64_t address,
                                std::vector<uint32_t>& touched) const {
  const auto after = std::upper_bound(
      objects_.begin(), objects_.end(), address,
      [](uint64_t at, const DataObject& each) { return at < each.address; });
  const auto next = static_cast<uint32_t>(after - objects_.begin());
  if (next > 0) touched.push_back(next - 1);
  if (next < objects_.size()) touched.push_back(next);
}

std::pair<uint32_t, uint32_t> DataObjects::WordsIn(uint64_t address,
                                                   uint64_t size_bytes) const {
  constexpr uint64_t kWordBytes = 8;
  const auto before = [](const DataWord& word, uint64_t at) {
    return word.slot < at;
  };
  const uint64_t from =
      address < kWordBytes - 1 ? 0 : address - (kWordBytes - 1);
  const auto first =
      std::lower_bound(words_.begin(), words_.end(), from, before);
  const auto last =
      std::lower_bound(first, words_.end(), address + size_bytes, before);
  return {static_cast<uint32_t>(first - words_.begin()),
          static_cast<uint32_t>(last - words_.begin())};
}

std::vector<uint64_t> DataObjects::AddressesOf(const std::string& name) const {
  std::vector<uint64_t> addresses;
  auto at = std::lower_bound(names_.begin(), names_.end(), name,
                             [](const DataName& each, const std::string& key) {
                               return each.name < key;
                             });
  for (; at != names_.end() && at->name == name; ++at)
    addresses.push_back(at->address);
  return addresses;
}

std::vector<std::pair<std::string, int64_t>> DataObjects::NamesAround(
    uint64_t address) const {
  std::vector<std::pair<std::string, int64_t>> names;
  const auto object = ObjectAt(address);
  if (!object) return names;
  const auto [first, last] =
      names_by_address_.equal_range(objects_[*object].address);
  for (auto at = first; at != last; ++at)
    names.emplace_back(
        names_[at->second].name,
        static_cast<int64_t>(address - names_[at->second].address));
  return names;
}

}  // namespace bailey::analyzer
