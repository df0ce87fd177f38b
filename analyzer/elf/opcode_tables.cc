#include "analyzer/elf/opcode_tables.h"

#include <span>
#include <string_view>

namespace bailey::analyzer {
namespace {

struct OpcodeName {
  std::string_view name;
  Operation operation;
  OperandShape shape;
  uint8_t width_bits;
};

// LLVM's opcode numbers are in none of its public headers, its names are in the
// tables that it ships.
constexpr OpcodeName kOpcodes[] = {
    {"MOV64rr", Operation::kMove, OperandShape::kDestinationSource, 64},
    {"MOV64rr_REV", Operation::kMove, OperandShape::kDestinationSource, 64},
    {"MOV32rr", Operation::kMove, OperandShape::kDestinationSource, 32},
    {"MOV32rr_REV", Operation::kMove, OperandShape::kDestinationSource, 32},
    {"MOV64ri", Operation::kConstant, OperandShape::kDestinationSource, 64},
    {"MOV64ri32", Operation::kConstant, OperandShape::kDestinationSource, 64},
    {"MOV32ri", Operation::kConstant, OperandShape::kDestinationSource, 32},
    {"MOV32ri_alt", Operation::kConstant, OperandShape::kDestinationSource, 32},
    {"LEA64r", Operation::kLoadAddress, OperandShape::kDestinationSource, 64},
    {"LEA64_32r", Operation::kLoadAddress, OperandShape::kDestinationSource,
     32},
    {"MOV64rm", Operation::kLoad, OperandShape::kDestinationSource, 64},
    {"MOV32rm", Operation::kLoad, OperandShape::kDestinationSource, 32},
    {"MOVSX64rm32", Operation::kLoadSigned, OperandShape::kDestinationSource,
     64},
    {"MOV64mr", Operation::kStore, OperandShape::kMemorySource, 64},
    {"MOV32mr", Operation::kStore, OperandShape::kMemorySource, 32},
    {"MOV64mi32", Operation::kStoreConstant, OperandShape::kMemorySource, 64},
    {"MOV32mi", Operation::kStoreConstant, OperandShape::kMemorySource, 32},
    {"PUSH64r", Operation::kPush, OperandShape::kOnlyRegister, 64},
    {"PUSH64rmr", Operation::kPush, OperandShape::kOnlyRegister, 64},
    {"PUSH64i8", Operation::kPushConstant, OperandShape::kOnlyImmediate, 64},
    {"PUSH64i32", Operation::kPushConstant, OperandShape::kOnlyImmediate, 64},
    {"POP64r", Operation::kPop, OperandShape::kOnlyRegister, 64},
    {"POP64rmr", Operation::kPop, OperandShape::kOnlyRegister, 64},
    {"ADD64ri8", Operation::kAdd, OperandShape::kTiedDestinationSource, 64},
    {"ADD64ri32", Operation::kAdd, OperandShape::kTiedDestinationSource, 64},
    {"ADD64i32", Operation::kAdd, OperandShape::kImpliedDestination, 64},
    {"ADD32ri8", Operation::kAdd, OperandShape::kTiedDestinationSource, 32},
    {"ADD32ri", Operation::kAdd, OperandShape::kTiedDestinationSource, 32},
    {"ADD32i32", Operation::kAdd, OperandShape::kImpliedDestination, 32},
    {"SUB64ri8", Operation::kAdd, OperandShape::kTiedDestinationSource, 64},
    {"SUB64ri32", Operation::kAdd, OperandShape::kTiedDestinationSource, 64},
    {"SUB32ri8", Operation::kAdd, OperandShape::kTiedDestinationSource, 32},
    {"SUB32ri", Operation::kAdd, OperandShape::kTiedDestinationSource, 32},
    {"AND64ri8", Operation::kAnd, OperandShape::kTiedDestinationSource, 64},
    {"AND64ri32", Operation::kAnd, OperandShape::kTiedDestinationSource, 64},
    {"AND64i32", Operation::kAnd, OperandShape::kImpliedDestination, 64},
    {"AND32ri8", Operation::kAnd, OperandShape::kTiedDestinationSource, 32},
    {"AND32ri", Operation::kAnd, OperandShape::kTiedDestinationSource, 32},
    {"AND32i32", Operation::kAnd, OperandShape::kImpliedDestination, 32},
    {"OR64ri8", Operation::kOr, OperandShape::kTiedDestinationSource, 64},
    {"OR64ri32", Operation::kOr, OperandShape::kTiedDestinationSource, 64},
    {"OR64i32", Operation::kOr, OperandShape::kImpliedDestination, 64},
    {"OR32ri8", Operation::kOr, OperandShape::kTiedDestinationSource, 32},
    {"OR32ri", Operation::kOr, OperandShape::kTiedDestinationSource, 32},
    {"OR32i32", Operation::kOr, OperandShape::kImpliedDestination, 32},
    {"ADD64rr", Operation::kAddRegister, OperandShape::kTiedDestinationSource,
     64},
    {"ADD64rr_REV", Operation::kAddRegister,
     OperandShape::kTiedDestinationSource, 64},
    {"CMOV64rr", Operation::kConditionalMove,
     OperandShape::kTiedDestinationSource, 64},
    {"CMOV32rr", Operation::kConditionalMove,
     OperandShape::kTiedDestinationSource, 32},
    {"MOVSX64rr32", Operation::kSignExtend, OperandShape::kDestinationSource,
     64},
    {"SUB64rr", Operation::kSubtractRegister,
     OperandShape::kTiedDestinationSource, 64},
    {"SUB64rr_REV", Operation::kSubtractRegister,
     OperandShape::kTiedDestinationSource, 64},
    {"XOR64rr", Operation::kXor, OperandShape::kTiedDestinationSource, 64},
    {"XOR64rr_REV", Operation::kXor, OperandShape::kTiedDestinationSource, 64},
    {"XOR64rm", Operation::kXorMemory, OperandShape::kTiedDestinationMemory,
     64},
    {"ROR64ri", Operation::kRotateRight, OperandShape::kTiedDestinationSource,
     64},
    {"ROL64ri", Operation::kRotateLeft, OperandShape::kTiedDestinationSource,
     64},
    {"CMP64rr", Operation::kCompare, OperandShape::kCompared, 64},
    {"CMP64rr_REV", Operation::kCompare, OperandShape::kCompared, 64},
    {"CMP64ri8", Operation::kCompare, OperandShape::kCompared, 64},
    {"CMP64ri32", Operation::kCompare, OperandShape::kCompared, 64},
    {"CMP64i32", Operation::kCompare, OperandShape::kImpliedDestination, 64},
    {"CMP64rm", Operation::kCompare, OperandShape::kCompared, 64},
    {"CMP64mr", Operation::kCompareMemory, OperandShape::kMemorySource, 64},
    {"LEAVE64", Operation::kLeave, OperandShape::kNone, 64},
};

// x ^ x and x - x are how compilers write zero.
constexpr std::string_view kZeroIdioms[] = {
    "XOR64rr", "XOR64rr_REV", "XOR32rr", "XOR32rr_REV",
    "SUB64rr", "SUB64rr_REV", "SUB32rr", "SUB32rr_REV"};

constexpr std::string_view kPrefixesOfHarmless[] = {"NOOP", "CMP", "TEST",
                                                    "ENDBR", "PAUSE"};
// String instructions count down rcx under a rep prefix, which LLVM keeps apart
// from the opcode.
constexpr std::string_view kStringInstructions[] = {
    "MOVSB", "MOVSW", "MOVSL", "MOVSQ", "STOSB", "STOSW", "STOSL",
    "STOSQ", "LODSB", "LODSW", "LODSL", "LODSQ", "SCASB", "SCASW",
    "SCASL", "SCASQ", "CMPSB", "CMPSW", "CMPSL", "CMPSQ"};

// What writes no more than one register's worth; fxsave and its like are not
// among them.
constexpr std::string_view kPrefixesOfPlainStores[] = {
    "MOV", "VMOV", "SET", "ADD", "SUB",  "AND",     "OR",  "XOR",
    "INC", "DEC",  "NOT", "NEG", "XCHG", "CMPXCHG", "XADD"};

constexpr std::string_view kRegisterNames[kRegisterCount] = {
    "RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
    "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};

bool Contains(std::span<const std::string_view> names, std::string_view name) {
  for (std::string_view other : names)
    if (other == name) return true;
  return false;
}

bool IsHarmless(std::string_view name) {
  // CMPXCHG and CMPS write.
  if (name.starts_with("CMPXCHG") || name.starts_with("CMPS")) return false;
  for (std::string_view prefix : kPrefixesOfHarmless)
    if (name.starts_with(prefix)) return true;
  return false;
}

bool IsPlainStore(std::string_view name) {
  if (Contains(kStringInstructions, name) || name.starts_with("MOVDIR"))
    return false;
  for (std::string_view prefix : kPrefixesOfPlainStores)
    if (name.starts_with(prefix)) return true;
  return false;
}

Flow FlowOf(std::string_view name, const llvm::MCInstrDesc& desc,
            bool has_relative_operand) {
  if (name == "SYSCALL") return Flow::kSyscall;
  if (name == "SYSENTER") return Flow::kLegacySyscall;
  if (name == "HLT" || name.starts_with("TRAP") || name.starts_with("UD"))
    return Flow::kStop;
  if (name.starts_with("XBEGIN")) return Flow::kBranch;
  if (desc.isCall())
    return has_relative_operand ? Flow::kCall : Flow::kIndirectCall;
  if (desc.isReturn()) return Flow::kReturn;
  if (!desc.isBranch()) return Flow::kNext;
  if (!has_relative_operand) return Flow::kIndirectJump;
  return desc.isConditionalBranch() ? Flow::kBranch : Flow::kJump;
}

void ReadOperandTypes(const llvm::MCInstrDesc& desc, OpcodeInfo& info) {
  for (unsigned i = 0; i < desc.getNumOperands(); ++i) {
    const auto type = desc.operands()[i].OperandType;
    if (type == llvm::MCOI::OPERAND_MEMORY && info.memory_operand < 0)
      info.memory_operand = static_cast<int8_t>(i);
    if (type == llvm::MCOI::OPERAND_PCREL)
      info.relative_operand = static_cast<int8_t>(i);
  }
}

void ReadName(std::string_view name, OpcodeInfo& info) {
  for (const OpcodeName& known : kOpcodes) {
    if (known.name != name) continue;
    info.operation = known.operation;
    info.shape = known.shape;
    info.width_bits = known.width_bits;
  }
  // LLVM does not call lea's operand memory, since it is not accessed.
  if (info.operation == Operation::kLoadAddress) info.memory_operand = 1;
  if (info.operation == Operation::kOther && IsHarmless(name))
    info.operation = Operation::kNothing;
  if (name.starts_with("JCC_")) info.condition_operand = 1;
  info.is_zero_idiom = Contains(kZeroIdioms, name);
  info.is_no_op = name.starts_with("NOOP");
  info.is_subtraction = name.starts_with("SUB");
  info.is_interrupt = name == "INT";
  info.is_plain_store = IsPlainStore(name);
}

}  // namespace

OpcodeTables::OpcodeTables(const llvm::MCRegisterInfo& registers,
                           const llvm::MCInstrInfo& instructions) {
  NameRegisters(registers);
  opcodes_.reserve(instructions.getNumOpcodes());
  for (unsigned i = 0; i < instructions.getNumOpcodes(); ++i)
    opcodes_.push_back(Describe(instructions, i));
}

void OpcodeTables::NameRegisters(const llvm::MCRegisterInfo& registers) {
  const unsigned count = registers.getNumRegs();
  general_.assign(count, kNoRegister);
  is_segment_.assign(count, false);
  is_zero_.assign(count, false);
  for (unsigned number = 1; number < count; ++number) {
    const std::string_view name = registers.getName(number);
    if (name == "RIP") rip_ = number;
    if (name == "FS") fs_ = number;
    if (name == "EFLAGS") flags_ = number;
    is_segment_[number] = name == "FS" || name == "GS";
    is_zero_[number] = name == "RIZ" || name == "EIZ";
    for (uint8_t general = 0; general < kRegisterCount; ++general) {
      if (kRegisterNames[general] != name) continue;
      for (llvm::MCPhysReg part : registers.subregs_inclusive(number))
        general_[part] = general;
    }
  }
}

void OpcodeTables::ReadEffects(const llvm::MCInstrDesc& desc,
                               OpcodeInfo& info) const {
  info.writes_memory = desc.mayStore() || desc.hasUnmodeledSideEffects();
  info.reads_memory = desc.mayLoad() || desc.hasUnmodeledSideEffects();
  for (llvm::MCPhysReg number : desc.implicit_defs()) {
    info.written |= Bit(number);
    info.sets_flags |= number == flags_;
  }
  for (llvm::MCPhysReg number : desc.implicit_uses())
    info.touched |= Bit(number);
}

OpcodeInfo OpcodeTables::Describe(const llvm::MCInstrInfo& instructions,
                                  unsigned opcode) const {
  const llvm::MCInstrDesc& desc = instructions.get(opcode);
  const llvm::StringRef llvm_name = instructions.getName(opcode);
  const std::string_view name(llvm_name.data(), llvm_name.size());
  OpcodeInfo info;
  ReadOperandTypes(desc, info);
  ReadName(name, info);
  ReadEffects(desc, info);
  info.flow = FlowOf(name, desc, info.relative_operand >= 0);
  if (Contains(kStringInstructions, name)) info.written |= 1u << kRcx;
  info.touched |= info.written;
  return info;
}

}  // namespace bailey::analyzer
