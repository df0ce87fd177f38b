// One decoded x86_64 instruction, reduced to what the analysis follows: where
// control goes, and how constants and parameters move between registers and the
// stack. Everything else is `kOther`, with the registers that it touches.
// Internal to analyzer/elf.

#ifndef BAILEY_ANALYZER_ELF_INSTRUCTION_H_
#define BAILEY_ANALYZER_ELF_INSTRUCTION_H_

#include <cstdint>

namespace bailey::analyzer {

// General-purpose registers by their encoding.
enum Register : uint8_t {
  kRax,
  kRcx,
  kRdx,
  kRbx,
  kRsp,
  kRbp,
  kRsi,
  kRdi,
  kR8,
  kR9,
  kR10,
  kR11,
  kR12,
  kR13,
  kR14,
  kR15,
  kRegisterCount,
  kNoRegister = kRegisterCount
};

enum class Flow : uint8_t {
  kNext,
  kBranch,  // To the target or on.
  kJump,
  kIndirectJump,
  kCall,
  kIndirectCall,
  kReturn,
  kStop,  // ud2, hlt: control does not go on.
  kSyscall,
  kLegacySyscall,  // int 0x80, sysenter.
  kUndecodable
};

enum class Operation : uint8_t {
  kOther,
  kNothing,           // No effect on registers or memory (nop, cmp, test).
  kMove,              // destination = source
  kConstant,          // destination = immediate
  kLoadAddress,       // destination = address of memory
  kLoad,              // destination = memory
  kLoadSigned,        // destination = sign-extended 32 bits of memory
  kStore,             // memory = source
  kStoreConstant,     // memory = immediate
  kPush,              // pushes source
  kPushConstant,      // pushes immediate
  kPop,               // pops destination
  kAdd,               // destination += immediate
  kAnd,               // destination &= immediate
  kOr,                // destination |= immediate
  kAddRegister,       // destination += source
  kConditionalMove,   // destination = source, or stays
  kSignExtend,        // destination = sign-extended low half of source
  kSubtractRegister,  // destination -= source
  kXor,               // destination ^= source
  kXorMemory,         // destination ^= memory
  kRotateRight,       // destination is rotated by immediate
  kRotateLeft,
  kCompare,        // flags of source - (compared, else memory, else immediate)
  kCompareMemory,  // flags of memory - source
  kLeave
};

// Of conditional branches, by their encoding; the others are not told apart.
enum Condition : uint8_t {
  kBelow = 2,
  kAboveOrEqual = 3,
  kBelowOrEqual = 6,
  kAbove = 7,
  kNoCondition = 255
};

struct MemoryOperand {
  bool is_present = false;
  // fs: or gs:, so thread-local; or something unknown is added.
  bool has_segment = false;
  bool is_thread = false;  // fs: and nothing unknown.
  uint8_t base = kNoRegister;
  uint8_t index = kNoRegister;
  uint8_t scale = 1;
  // With neither base nor index: the address itself (rip-relative included).
  int64_t displacement = 0;

  bool IsAbsolute() const {
    return is_present && !has_segment && base == kNoRegister &&
           index == kNoRegister;
  }
  void AddUnknown() {
    has_segment = true;
    is_thread = false;
  }
};

// A vector register's size: the most that a plain move or arithmetic writes.
inline constexpr int kMaxPlainStoreBytes = 64;

struct Instruction {
  uint64_t address = 0;
  uint64_t immediate = 0;  // Of the operation; for a direct jump: its target.
  MemoryOperand memory;
  uint16_t touched = 0;  // Bit n: register n is read or written somehow.
  uint16_t written = 0;  // Bit n: register n is written, in whole or in part.
  uint8_t length = 1;
  Flow flow = Flow::kNext;
  Operation operation = Operation::kOther;
  uint8_t destination = kNoRegister;
  uint8_t source = kNoRegister;
  uint8_t compared = kNoRegister;
  uint8_t condition = kNoCondition;
  uint8_t width_bits = 64;       // 32 or 64: of the operation.
  bool does_not_return = false;  // A call after which control does not go on.
  bool is_no_op = false;         // Written for nothing but alignment.
  bool writes_memory = false;
  // Writes at most kMaxPlainStoreBytes from its memory operand's address on.
  bool is_plain_store = false;
  bool reads_memory = false;  // By its memory operand or otherwise.
  bool sets_flags = false;

  uint64_t end() const { return address + length; }
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_INSTRUCTION_H_
