#include "analyzer/elf/code_map.h"

#include <algorithm>

#include "analyzer/elf/unwind_table.h"

namespace bailey::analyzer {
namespace {

bool IsPadding(const Instruction& instruction, std::span<const uint8_t> bytes) {
  const uint8_t first = bytes.front();
  if (first == 0xcc) return true;  // int3
  const bool is_zero =
      std::all_of(bytes.begin(), bytes.begin() + instruction.length,
                  [](uint8_t byte) { return byte == 0; });
  return is_zero || instruction.is_no_op;
}

// Where an instruction may refer to as code, apart from flowing on.
std::optional<uint64_t> ReferenceOf(const Instruction& instruction,
                                    bool is_position_independent) {
  switch (instruction.flow) {
    case Flow::kCall:
    case Flow::kJump:
    case Flow::kBranch:
      return instruction.immediate;
    default:
      break;
  }
  switch (instruction.operation) {
    case Operation::kLoadAddress:
      if (!instruction.memory.IsAbsolute()) return std::nullopt;
      return uint64_t(instruction.memory.displacement);
    case Operation::kConstant:
    case Operation::kStoreConstant:
    case Operation::kPushConstant:
      if (is_position_independent) return std::nullopt;
      return instruction.immediate;
    default:
      return std::nullopt;
  }
}

}  // namespace

void CodeMap::AddSymbols(const ElfFile& file,
                         const std::vector<ElfSymbol>& symbols,
                         bool are_exported, Starts& starts) {
  for (const ElfSymbol& symbol : symbols) {
    if (!symbol.is_defined || !symbol.is_function) continue;
    if (!file.IsExecutable(symbol.address)) continue;
    Start& start = starts[symbol.address];
    start.end = std::max(start.end, symbol.address + symbol.size_bytes);
    // Of several names for one place the exported, then the shortest, then the
    // first in the alphabet, so that the choice is always the same.
    const bool is_good = are_exported && symbol.is_default_version;
    const auto rank = [](bool good, const std::string& name) {
      return std::tuple(name.empty(), !good, name.size(), name);
    };
    if (rank(is_good, symbol.name) < rank(start.has_good_name, start.name)) {
      start.name = symbol.name;
      start.has_good_name = is_good;
    }
  }
}

Result<CodeMap::Starts> CodeMap::CollectStarts(const ElfFile& file) {
  ASSIGN_OR_RETURN(std::vector<UnwindRange> unwind, ReadUnwindTable(file));
  Starts starts;
  AddSymbols(file, file.dynamic_symbols, true, starts);
  AddSymbols(file, file.symbols, false, starts);
  for (UnwindRange& range : unwind) {
    if (!file.IsExecutable(range.address)) continue;
    Start& start = starts[range.address];
    start.end = std::max(start.end, range.address + range.size_bytes);
    start.landing_pads = std::move(range.landing_pads);
  }
  const auto add = [&](uint64_t address) {
    if (file.IsExecutable(address)) starts.try_emplace(address);
  };
  add(file.entry);
  for (uint64_t address : file.constructors) add(address);
  for (uint64_t address : file.destructors) add(address);
  return starts;
}

void CodeMap::DecodeRange(const ElfSegment& segment, CodeRange range,
                          Disassembler& disassembler) {
  range.first = static_cast<uint32_t>(stream_.size());
  const auto bytes = segment.bytes.subspan(range.address - segment.address,
                                           range.end - range.address);
  for (uint64_t at = 0; at < bytes.size();) {
    const auto rest = bytes.subspan(at);
    stream_.push_back(disassembler.Decode(rest, range.address + at));
    if (range.is_gap && IsPadding(stream_.back(), rest))
      stream_.back().is_no_op = true;
    at += stream_.back().length;
  }
  range.last = static_cast<uint32_t>(stream_.size());
  if (range.is_gap) TrimPadding(range);
  if (range.first == range.last)
    stream_.resize(range.first);
  else
    ranges_.push_back(std::move(range));
}

void CodeMap::TrimPadding(CodeRange& range) const {
  while (range.last > range.first && stream_[range.last - 1].is_no_op) {
    --range.last;
    range.end = stream_[range.last].address;
  }
}

// Walks a segment from start to start; what lies between the end of one and the
// start of the next is a gap.
void CodeMap::DecodeSegment(const ElfSegment& segment, const Starts& starts,
                            Disassembler& disassembler) {
  const uint64_t segment_end = segment.address + segment.bytes.size();
  uint64_t at = segment.address;
  auto next = starts.lower_bound(at);
  while (at < segment_end) {
    if (next == starts.end() || next->first > at) {
      const uint64_t end = next == starts.end()
                               ? segment_end
                               : std::min(next->first, segment_end);
      CodeRange gap;
      gap.address = at;
      gap.end = end;
      gap.is_gap = true;
      DecodeRange(segment, gap, disassembler);
      at = end;
      continue;
    }
    const Start& start = next->second;
    ++next;
    const uint64_t limit =
        next == starts.end() ? segment_end : std::min(next->first, segment_end);
    CodeRange range;
    range.address = at;
    // Of unknown size: it reaches to the next start, padding included.
    range.is_gap = start.end <= at;
    range.end = range.is_gap ? limit : std::min(start.end, limit);
    range.is_clipped = start.end > limit;
    range.name = start.name;
    range.landing_pads = start.landing_pads;
    at = range.end;
    DecodeRange(segment, std::move(range), disassembler);
  }
}

void CodeMap::AddReferences(const CodeRange& range,
                            bool is_position_independent,
                            std::vector<uint64_t>& references) const {
  for (const Instruction& instruction : Instructions(range)) {
    const auto to = ReferenceOf(instruction, is_position_independent);
    if (!to) continue;
    // Jumps around inside one piece of code do not tell where functions start.
    const bool is_jump =
        instruction.flow == Flow::kJump || instruction.flow == Flow::kBranch;
    const bool is_own = *to >= range.address && *to < range.end;
    if (!is_jump || !is_own) references.push_back(*to);
  }
}

std::vector<uint64_t> CodeMap::ReferencesIntoGaps(const ElfFile& file) const {
  std::vector<uint64_t> references = {file.entry};
  const auto add = [&](const std::vector<uint64_t>& more) {
    references.insert(references.end(), more.begin(), more.end());
  };
  add(file.constructors);
  add(file.destructors);
  for (const ElfPointer& pointer : file.pointers)
    if (pointer.kind != ElfPointer::Kind::kSymbol)
      references.push_back(pointer.target);
  for (const CodeRange& range : ranges_)
    AddReferences(range, file.is_position_independent, references);
  std::sort(references.begin(), references.end());
  references.erase(std::unique(references.begin(), references.end()),
                   references.end());
  std::erase_if(references, [this](uint64_t address) {
    const auto range = RangeAt(address);
    return !range || !ranges_[*range].is_gap ||
           ranges_[*range].address == address ||
           InstructionAt(address) == nullptr;
  });
  return references;
}

void CodeMap::CutGaps(const std::vector<uint64_t>& references) {
  std::vector<CodeRange> cut;
  auto reference = references.begin();
  for (CodeRange& range : ranges_) {
    while (reference != references.end() && *reference < range.end) {
      CodeRange head = range;
      head.end = *reference;
      head.last =
          static_cast<uint32_t>(InstructionAt(*reference) - stream_.data());
      head.is_clipped = true;
      range.address = *reference;
      range.first = head.last;
      range.name.clear();
      TrimPadding(head);
      if (head.first != head.last) cut.push_back(std::move(head));
      ++reference;
    }
    cut.push_back(std::move(range));
  }
  ranges_ = std::move(cut);
}

// Assembler code may have several unwind entries for one function, with the
// boundary anywhere and, around the system call of clone, none for some
// instructions. Where control flows on into what no symbol names, it is one
// function; but gaps stay cut where something refers into them.
void CodeMap::MergeContinuations() {
  std::vector<CodeRange> merged;
  for (CodeRange& range : ranges_) {
    CodeRange* before = merged.empty() ? nullptr : &merged.back();
    const bool goes_on = before && before->end == range.address &&
                         before->last == range.first &&
                         before->last > before->first && range.name.empty() &&
                         !(range.is_gap && before->is_gap) &&
                         (stream_[before->last - 1].flow == Flow::kNext ||
                          stream_[before->last - 1].flow == Flow::kBranch ||
                          stream_[before->last - 1].flow == Flow::kSyscall);
    if (!goes_on) {
      merged.push_back(std::move(range));
      continue;
    }
    before->is_gap = false;
    before->end = range.end;
    before->last = range.last;
    before->is_clipped = range.is_clipped;
    before->landing_pads.insert(before->landing_pads.end(),
                                range.landing_pads.begin(),
                                range.landing_pads.end());
  }
  ranges_ = std::move(merged);
}

Result<CodeMap> CodeMap::Build(const ElfFile& file) {
  ASSIGN_OR_RETURN(Disassembler disassembler, Disassembler::Create());
  ASSIGN_OR_RETURN(const Starts starts, CollectStarts(file));
  CodeMap code;
  for (const ElfSegment& segment : file.segments)
    if (segment.executable) code.DecodeSegment(segment, starts, disassembler);
  code.CutGaps(code.ReferencesIntoGaps(file));
  code.MergeContinuations();
  return code;
}

std::optional<uint32_t> CodeMap::RangeAt(uint64_t address) const {
  auto after = std::upper_bound(
      ranges_.begin(), ranges_.end(), address,
      [](uint64_t at, const CodeRange& range) { return at < range.address; });
  if (after == ranges_.begin()) return std::nullopt;
  const auto range = std::prev(after);
  if (address >= range->end) return std::nullopt;
  return static_cast<uint32_t>(range - ranges_.begin());
}

std::optional<uint32_t> CodeMap::RangeStartingAt(uint64_t address) const {
  const auto range = RangeAt(address);
  if (!range || ranges_[*range].address != address) return std::nullopt;
  return range;
}

std::optional<uint32_t> CodeMap::RangeAfter(const CodeRange& range) const {
  constexpr uint64_t kMaxPadding = 64;
  const auto next = std::lower_bound(
      ranges_.begin(), ranges_.end(), range.end,
      [](const CodeRange& other, uint64_t at) { return other.address < at; });
  if (next == ranges_.end() || next->address - range.end > kMaxPadding)
    return std::nullopt;
  return static_cast<uint32_t>(next - ranges_.begin());
}

const Instruction* CodeMap::InstructionAt(uint64_t address) const {
  const auto found =
      std::lower_bound(stream_.begin(), stream_.end(), address,
                       [](const Instruction& instruction, uint64_t at) {
                         return instruction.address < at;
                       });
  return found != stream_.end() && found->address == address ? &*found
                                                             : nullptr;
}

}  // namespace bailey::analyzer
