// All machine code of a file as one stream of instructions, cut into functions.
// Internal to analyzer/elf.
//
//   ASSIGN_OR_RETURN(CodeMap code, CodeMap::Build(file));
//   for (const CodeRange& range : code.ranges()) code.Instructions(range);
//
// Boundaries come from symbols and unwind entries. What neither covers and is
// no padding becomes a function too, cut where something refers into it; so
// every byte that can be executed is in exactly one function.

#ifndef BAILEY_ANALYZER_ELF_CODE_MAP_H_
#define BAILEY_ANALYZER_ELF_CODE_MAP_H_

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analyzer/elf/disassembler.h"
#include "analyzer/elf/elf_file.h"
#include "analyzer/elf/instruction.h"
#include "common/result.h"

namespace bailey::analyzer {

struct CodeRange {
  uint64_t address = 0;
  uint64_t end = 0;
  uint32_t first = 0;  // Instructions [first, last) of the stream.
  uint32_t last = 0;
  // Its code goes on in the next range, which begins inside what the symbol or
  // unwind entry says is this function.
  bool is_clipped = false;
  bool is_gap = false;  // No symbol or unwind entry says how long it is.
  std::string name;     // Empty if no symbol names it.
  std::vector<uint64_t> landing_pads;
};

class CodeMap {
 public:
  static Result<CodeMap> Build(const ElfFile& file);

  const std::vector<CodeRange>& ranges() const { return ranges_; }
  std::span<const Instruction> Instructions(const CodeRange& range) const {
    return std::span(stream_).subspan(range.first, range.last - range.first);
  }
  // For passes that learn more of an instruction: see no_return.h.
  std::span<Instruction> MutableInstructions(const CodeRange& range) {
    return std::span(stream_).subspan(range.first, range.last - range.first);
  }
  // The function that holds, or starts at, an address.
  std::optional<uint32_t> RangeAt(uint64_t address) const;
  std::optional<uint32_t> RangeStartingAt(uint64_t address) const;
  // Where control goes on that runs off the end of a range: the next one, with
  // only padding between. Nothing if none follows closely.
  std::optional<uint32_t> RangeAfter(const CodeRange& range) const;
  // The instruction that starts at an address, or null.
  const Instruction* InstructionAt(uint64_t address) const;

 private:
  // A start of a function, while they are collected.
  struct Start {
    uint64_t end = 0;  // 0: not known.
    std::string name;
    bool has_good_name = false;
    std::vector<uint64_t> landing_pads;
  };
  using Starts = std::map<uint64_t, Start>;

  static Result<Starts> CollectStarts(const ElfFile& file);
  static void AddSymbols(const ElfFile& file,
                         const std::vector<ElfSymbol>& symbols,
                         bool are_exported, Starts& starts);
  void DecodeSegment(const ElfSegment& segment, const Starts& starts,
                     Disassembler& disassembler);
  void DecodeRange(const ElfSegment& segment, CodeRange range,
                   Disassembler& disassembler);
  void TrimPadding(CodeRange& range) const;
  void AddReferences(const CodeRange& range, bool is_position_independent,
                     std::vector<uint64_t>& references) const;
  std::vector<uint64_t> ReferencesIntoGaps(const ElfFile& file) const;
  void MergeContinuations();
  void CutGaps(const std::vector<uint64_t>& references);

  std::vector<Instruction> stream_;  // By address.
  std::vector<CodeRange> ranges_;    // By address; they do not overlap.
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_CODE_MAP_H_
