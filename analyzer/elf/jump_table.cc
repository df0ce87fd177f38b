#include "analyzer/elf/jump_table.h"

#include <algorithm>

#include "analyzer/elf/byte_reader.h"
#include "common/sort_unique.h"

namespace bailey::analyzer {
namespace {

// How far before a jump its address is computed, in instructions.
constexpr size_t kMaxDistance = 16;
// A larger table is read no further; `switch` over a byte has 256 entries.
constexpr int kMaxEntries = 1024;

bool IsScaledByPointerSize(const MemoryOperand& memory) {
  return memory.is_present && memory.index != kNoRegister && memory.scale == 8;
}

// `jmp *table(,%rax,8)`, `mov table(,%rax,8), %rax; jmp *%rax`, or an offset
// from a table added to a base.
bool HasTableForm(std::span<const Instruction> code, size_t jump) {
  if (code[jump].memory.is_present)
    return IsScaledByPointerSize(code[jump].memory);
  const uint8_t wanted = code[jump].source;
  for (size_t back = 1; back <= kMaxDistance && back <= jump; ++back) {
    const Instruction& instruction = code[jump - back];
    if (instruction.destination != wanted) continue;
    if (instruction.operation == Operation::kAddRegister) return true;
    // `lea (%table,%offset), %target`, as in the string functions of glibc.
    if (instruction.operation == Operation::kLoadAddress)
      return instruction.memory.base != kNoRegister &&
             instruction.memory.index != kNoRegister;
    return instruction.operation == Operation::kLoad &&
           IsScaledByPointerSize(instruction.memory);
  }
  return false;
}

// More pairs of table and base than this are not tried; then the function may
// be entered anywhere.
constexpr size_t kMaxPairs = 4096;

struct Candidates {
  std::vector<uint64_t> tables;
  std::vector<uint64_t> labels;
};

Candidates FindCandidates(const ElfFile& file,
                          std::span<const Instruction> code,
                          const CodeRange& range) {
  Candidates found;
  for (const Instruction& instruction : code) {
    const MemoryOperand& memory = instruction.memory;
    if (!memory.is_present || memory.has_segment || memory.base != kNoRegister)
      continue;
    const auto address = uint64_t(memory.displacement);
    const bool is_lea = instruction.operation == Operation::kLoadAddress;
    if (is_lea && address >= range.address && address < range.end)
      found.labels.push_back(address);
    else if (!file.IsExecutable(address) &&
             (is_lea || memory.index != kNoRegister))
      found.tables.push_back(address);
  }
  SortUnique(found.tables);
  SortUnique(found.labels);
  return found;
}

class TableReader {
 public:
  TableReader(const ElfFile& file, const CodeMap& code,
              const ReferenceMap& references, const CodeRange& range,
              JumpTables& out)
      : file_(file),
        code_(code),
        references_(references),
        range_(range),
        out_(out) {}

  // Four-byte offsets from `base`.
  void ReadOffsets(uint64_t table, uint64_t base) {
    ByteReader reader(Bytes(table), table);
    for (int i = 0; i < kMaxEntries && reader.remaining() >= 4; ++i) {
      const int64_t offset = reader.Read<int32_t>();
      if (!Accept(base + uint64_t(offset), base == table)) return;
    }
  }

  // Eight-byte addresses, as they are in the file or as relocated.
  void ReadAddresses(uint64_t table) {
    ByteReader reader(Bytes(table), table);
    for (int i = 0; i < kMaxEntries && reader.remaining() >= 8; ++i) {
      const ElfPointer* pointer = file_.PointerAt(reader.address());
      const auto word = reader.Read<uint64_t>();
      if (!Accept(pointer ? pointer->target : word, true)) return;
    }
  }

 private:
  std::span<const uint8_t> Bytes(uint64_t table) const {
    const auto bytes = file_.BytesAt(table);
    return bytes.first(
        std::min<uint64_t>(bytes.size(), references_.DataEnd(table) - table));
  }

  // False when what was read is no place of code, so the table has ended.
  bool Accept(uint64_t target, bool may_leave_function) {
    if (code_.InstructionAt(target) == nullptr) return false;
    if (target >= range_.address && target < range_.end)
      out_.targets.push_back(target);
    else if (may_leave_function)
      out_.outside_targets.push_back(target);
    return true;
  }

  const ElfFile& file_;
  const CodeMap& code_;
  const ReferenceMap& references_;
  const CodeRange& range_;
  JumpTables& out_;
};

void ReadTables(const ElfFile& file, const CodeMap& code,
                const ReferenceMap& references, const CodeRange& range,
                const Candidates& candidates, JumpTables& out) {
  TableReader reader(file, code, references, range, out);
  for (uint64_t table : candidates.tables) {
    reader.ReadOffsets(table, table);
    for (uint64_t label : candidates.labels) reader.ReadOffsets(table, label);
    reader.ReadAddresses(table);
  }
}

}  // namespace

JumpTables FindJumpTables(const ElfFile& file, const CodeMap& code,
                          const ReferenceMap& references,
                          const CodeRange& range) {
  JumpTables tables;
  const auto instructions = code.Instructions(range);
  for (size_t i = 0; i < instructions.size(); ++i)
    if (instructions[i].flow == Flow::kIndirectJump &&
        HasTableForm(instructions, i))
      tables.resolved_jumps.insert(instructions[i].address);
  if (tables.resolved_jumps.empty()) return tables;
  const Candidates candidates = FindCandidates(file, instructions, range);
  if (candidates.tables.size() * (candidates.labels.size() + 1) > kMaxPairs) {
    tables.resolved_jumps.clear();
    tables.has_unresolved = true;
    return tables;
  }
  ReadTables(file, code, references, range, candidates, tables);
  SortUnique(tables.targets);
  SortUnique(tables.outside_targets);
  if (!tables.targets.empty()) return tables;
  tables.has_unresolved = true;
  // Hand-written code jumps to a label of its own plus a computed offset.
  if (candidates.labels.empty()) tables.resolved_jumps.clear();
  return tables;
}

}  // namespace bailey::analyzer
