// What LLVM's tables say of x86-64's opcodes and registers, in the words of
// instruction.h. Internal to elf/; see disassembler.h.
//
//   static const OpcodeTables tables(registers, instructions);
//   const OpcodeInfo& info = tables.Opcode(inst.getOpcode());

#ifndef BAILEY_ANALYZER_ELF_OPCODE_TABLES_H_
#define BAILEY_ANALYZER_ELF_OPCODE_TABLES_H_

#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>

#include <cstdint>
#include <vector>

#include "analyzer/elf/instruction.h"

namespace bailey::analyzer {

// How an opcode's operands are laid out in LLVM's MCInst.
enum class OperandShape : uint8_t {
  kNone,
  kDestinationSource,      // dst, src (register, immediate or memory)
  kTiedDestinationSource,  // dst, dst again, src
  kTiedDestinationMemory,  // dst, dst again, five operands of memory
  kCompared,               // left, right (register, immediate or memory)
  kMemorySource,           // five operands of memory, then src
  kOnlyRegister,
  kOnlyImmediate,
  kImpliedDestination  // src alone; the destination is rax (ADD64i32)
};

// What is known of an opcode before its operands are seen.
struct OpcodeInfo {
  Operation operation = Operation::kOther;
  OperandShape shape = OperandShape::kNone;
  uint8_t width_bits = 64;
  Flow flow = Flow::kNext;
  int8_t memory_operand = -1;
  int8_t relative_operand = -1;  // A jump's displacement.
  bool is_zero_idiom = false;
  bool is_no_op = false;
  bool is_subtraction = false;
  bool is_interrupt = false;
  bool writes_memory = false;
  bool is_plain_store = false;
  bool reads_memory = false;
  bool sets_flags = false;
  int8_t condition_operand = -1;
  uint16_t written = 0;
  uint16_t touched = 0;
};

// Made once in a process: it looks through all names.
class OpcodeTables {
 public:
  OpcodeTables(const llvm::MCRegisterInfo& registers,
               const llvm::MCInstrInfo& instructions);

  // By LLVM's numbers.
  const OpcodeInfo& Opcode(unsigned opcode) const { return opcodes_[opcode]; }
  uint8_t General(unsigned number) const { return general_[number]; }
  uint16_t Bit(unsigned number) const {
    const uint8_t general = General(number);
    return general == kNoRegister ? 0 : uint16_t(1u << general);
  }
  bool IsSegment(unsigned number) const { return is_segment_[number]; }
  // The index of a memory operand that has none (`%riz`).
  bool IsZero(unsigned number) const { return is_zero_[number]; }
  unsigned rip() const { return rip_; }
  unsigned fs() const { return fs_; }

 private:
  void NameRegisters(const llvm::MCRegisterInfo& registers);
  void ReadEffects(const llvm::MCInstrDesc& desc, OpcodeInfo& info) const;
  OpcodeInfo Describe(const llvm::MCInstrInfo& instructions,
                      unsigned opcode) const;

  std::vector<OpcodeInfo> opcodes_;
  std::vector<uint8_t> general_;  // By LLVM's number.
  std::vector<bool> is_segment_;
  std::vector<bool> is_zero_;
  unsigned rip_ = 0;
  unsigned fs_ = 0;
  unsigned flags_ = 0;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_OPCODE_TABLES_H_
