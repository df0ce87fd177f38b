// Who refers to which code of a file: direct transfers, addresses taken by code
// and by data, and the places where control may arrive in the middle of a
// function. Internal to analyzer/elf.
//
//   ReferenceMap references(file, code);
//   CodeTarget target = references.Classify(address);

#ifndef BAILEY_ANALYZER_ELF_REFERENCE_MAP_H_
#define BAILEY_ANALYZER_ELF_REFERENCE_MAP_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "analyzer/elf/code_map.h"
#include "analyzer/elf/elf_file.h"

namespace bailey::analyzer {

// What a transfer to an address, or a load from a slot, leads to.
struct CodeTarget {
  enum class Kind : uint8_t {
    kNone,      // No code of this file.
    kFunction,  // `function`, at its start or inside it.
    kResolver,  // Whatever the ifunc resolver `function` chooses.
    kImport     // The symbol `import`.
  };
  Kind kind = Kind::kNone;
  uint32_t function = 0;
  std::string import;
};

class ReferenceMap {
 public:
  // Both must outlive this.
  ReferenceMap(const ElfFile& file, const CodeMap& code);

  // Sees through a PLT's stubs.
  CodeTarget Classify(uint64_t address) const;
  // An imported function, by its index among the dynamic symbols.
  CodeTarget ClassifySymbol(uint32_t symbol) const;
  // What a word filled in by the loader points to.
  CodeTarget ClassifySlot(uint64_t slot) const;

  bool IsFunctionStart(uint64_t address) const {
    return code_.RangeStartingAt(address).has_value();
  }
  bool IsEnteredByJump(uint32_t function) const {
    return entered_by_jump_[function];
  }
  // Sorted addresses in `range`, other than its start, where control may arrive
  // from somewhere else.
  std::span<const uint64_t> UnknownEntries(const CodeRange& range) const;
  // Sorted functions whose address lies in data, and symbols likewise.
  const std::vector<uint32_t>& data_functions() const {
    return data_functions_;
  }
  const std::vector<std::string>& data_imports() const { return data_imports_; }
  // Where data that starts at `address` must end at the latest: at the next
  // place that code refers to.
  uint64_t DataEnd(uint64_t address) const;
  // The sorted places in data that code refers to.
  const std::vector<uint64_t>& data_starts() const { return data_starts_; }

 private:
  void ReadData();
  void ReadWords();
  void ReadCode();
  void ReadInstruction(const Instruction& instruction, uint32_t function);
  bool FallsThrough(const CodeRange& range) const;
  void AddDataReference(uint64_t address);
  void AddEntry(uint64_t address, std::optional<uint32_t> from);
  const ElfPointer* StubSlot(uint64_t address) const;

  const ElfFile& file_;
  const CodeMap& code_;
  std::vector<bool> entered_by_jump_;
  std::vector<uint64_t> entries_;
  std::vector<uint64_t> data_starts_;
  std::vector<uint32_t> data_functions_;
  std::vector<std::string> data_imports_;
  mutable std::unordered_map<uint64_t, const ElfPointer*> stubs_;
};

// `name@VERSION`, or the name alone if there is no version.
std::string SymbolId(const ElfSymbol& symbol);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_REFERENCE_MAP_H_
