#include "analyzer/elf/reference_map.h"

#include <algorithm>

#include "analyzer/elf/byte_reader.h"
#include "analyzer/elf/plain_words.h"
#include "common/sort_unique.h"

namespace bailey::analyzer {
std::string SymbolId(const ElfSymbol& symbol) {
  return symbol.version.empty() ? symbol.name
                                : symbol.name + "@" + symbol.version;
}

ReferenceMap::ReferenceMap(const ElfFile& file, const CodeMap& code)
    : file_(file), code_(code), entered_by_jump_(code.ranges().size(), false) {
  ReadData();
  ReadCode();
  SortUnique(entries_);
  SortUnique(data_starts_);
  SortUnique(data_functions_);
  SortUnique(data_imports_);
}

// A stub of the procedure linkage table: `jmp *slot(%rip)`, after an endbr64 if
// the linker wrote for control-flow enforcement.
const ElfPointer* ReferenceMap::StubSlot(uint64_t address) const {
  const auto [found, is_new] = stubs_.try_emplace(address, nullptr);
  if (!is_new) return found->second;
  const Instruction* at = code_.InstructionAt(address);
  if (at && at->operation == Operation::kNothing && at->flow == Flow::kNext)
    at = code_.InstructionAt(at->end());
  if (at == nullptr || at->flow != Flow::kIndirectJump ||
      !at->memory.IsAbsolute())
    return nullptr;
  const ElfPointer* slot = file_.PointerAt(uint64_t(at->memory.displacement));
  // Other pointers may be changed at run time.
  if (slot && (slot->is_got || slot->kind == ElfPointer::Kind::kResolver))
    found->second = slot;
  return found->second;
}

CodeTarget ReferenceMap::ClassifySymbol(uint32_t symbol) const {
  if (symbol >= file_.dynamic_symbols.size()) return {};
  const ElfSymbol& import = file_.dynamic_symbols[symbol];
  if (!import.is_function || import.name.empty()) return {};
  CodeTarget target;
  target.kind = CodeTarget::Kind::kImport;
  target.import = SymbolId(import);
  return target;
}

CodeTarget ReferenceMap::ClassifySlot(uint64_t slot) const {
  const ElfPointer* pointer = file_.PointerAt(slot);
  if (pointer == nullptr) return {};
  CodeTarget target;
  if (pointer->kind == ElfPointer::Kind::kSymbol)
    return ClassifySymbol(pointer->symbol);
  const auto function = code_.RangeAt(pointer->target);
  if (!function) return {};
  target.function = *function;
  target.kind = pointer->kind == ElfPointer::Kind::kResolver
                    ? CodeTarget::Kind::kResolver
                    : CodeTarget::Kind::kFunction;
  return target;
}

CodeTarget ReferenceMap::Classify(uint64_t address) const {
  const auto function = code_.RangeAt(address);
  if (!function) return {};
  if (const ElfPointer* slot = StubSlot(address))
    return ClassifySlot(slot->slot);
  CodeTarget target;
  target.kind = CodeTarget::Kind::kFunction;
  target.function = *function;
  return target;
}

// --- Collecting
// ----------------------------------------------------------------

void ReferenceMap::AddEntry(uint64_t address, std::optional<uint32_t> from) {
  const auto range = code_.RangeAt(address);
  if (!range || StubSlot(address)) return;
  if (code_.ranges()[*range].address != address)
    entries_.push_back(address);
  else if (from && *from != *range)
    entered_by_jump_[*range] = true;
}

void ReferenceMap::AddDataReference(uint64_t address) {
  const CodeTarget target = Classify(address);
  if (target.kind == CodeTarget::Kind::kImport)
    data_imports_.push_back(target.import);
  if (target.kind == CodeTarget::Kind::kFunction ||
      target.kind == CodeTarget::Kind::kResolver)
    data_functions_.push_back(target.function);
  AddEntry(address, std::nullopt);
}

void ReferenceMap::ReadData() {
  for (const ElfPointer& pointer : file_.pointers) {
    if (pointer.kind == ElfPointer::Kind::kAddress)
      AddDataReference(pointer.target);
    if (pointer.kind != ElfPointer::Kind::kSymbol || pointer.is_got) continue;
    const CodeTarget target = ClassifySlot(pointer.slot);
    if (target.kind == CodeTarget::Kind::kImport)
      data_imports_.push_back(target.import);
  }
  for (uint64_t address : file_.constructors) AddEntry(address, std::nullopt);
  if (!file_.is_position_independent) ReadWords();
}

// At a fixed address, pointers in data need no relocation: any word that is an
// address of code may be one.
void ReferenceMap::ReadWords() {
  ForEachPlainWord(file_, [&](const PlainWord& word) {
    if (!file_.IsExecutable(word.value)) return;
    if (!word.is_usual && !IsFunctionStart(word.value)) return;
    if (file_.PointerAt(word.slot) == nullptr) AddDataReference(word.value);
  });
}

void ReferenceMap::ReadCode() {
  for (uint32_t i = 0; i < code_.ranges().size(); ++i) {
    const CodeRange& range = code_.ranges()[i];
    for (const Instruction& instruction : code_.Instructions(range))
      ReadInstruction(instruction, i);
    for (uint64_t pad : range.landing_pads) AddEntry(pad, i);
    if (const auto next = code_.RangeAfter(range))
      if (FallsThrough(range)) AddEntry(code_.ranges()[*next].address, i);
  }
}

bool ReferenceMap::FallsThrough(const CodeRange& range) const {
  const auto code = code_.Instructions(range);
  if (code.empty()) return false;
  const Flow flow = code.back().flow;
  return range.is_clipped || flow == Flow::kNext || flow == Flow::kBranch;
}

void ReferenceMap::ReadInstruction(const Instruction& instruction,
                                   uint32_t function) {
  const CodeRange& own = code_.ranges()[function];
  const auto is_own = [&own](uint64_t address) {
    return address >= own.address && address < own.end;
  };
  const uint64_t immediate = instruction.immediate;
  switch (instruction.flow) {
    case Flow::kCall:
      return AddEntry(immediate, std::nullopt);
    case Flow::kJump:
    case Flow::kBranch:
      if (!is_own(immediate)) AddEntry(immediate, function);
      return;
    default:
      break;
  }
  if (instruction.memory.is_present && !instruction.memory.has_segment &&
      instruction.memory.base == kNoRegister) {
    const auto address = uint64_t(instruction.memory.displacement);
    if (file_.IsExecutable(address))
      AddEntry(address, std::nullopt);
    else
      data_starts_.push_back(address);
  }
  const bool has_code_constant =
      !file_.is_position_independent &&
      (instruction.operation == Operation::kConstant ||
       instruction.operation == Operation::kStoreConstant ||
       instruction.operation == Operation::kPushConstant);
  if (has_code_constant && file_.IsExecutable(immediate))
    AddEntry(immediate, std::nullopt);
}

std::span<const uint64_t> ReferenceMap::UnknownEntries(
    const CodeRange& range) const {
  const auto begin =
      std::upper_bound(entries_.begin(), entries_.end(), range.address);
  const auto end = std::lower_bound(begin, entries_.end(), range.end);
  return {begin, end};
}

uint64_t ReferenceMap::DataEnd(uint64_t address) const {
  const auto next =
      std::upper_bound(data_starts_.begin(), data_starts_.end(), address);
  return next == data_starts_.end() ? ~uint64_t{0} : *next;
}

}  // namespace bailey::analyzer
