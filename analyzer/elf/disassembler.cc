#include "analyzer/elf/disassembler.h"

#include <llvm/MC/MCAsmInfo.h>
#include <llvm/MC/MCContext.h>
#include <llvm/MC/MCDisassembler/MCDisassembler.h>
#include <llvm/MC/MCInst.h>
#include <llvm/MC/MCInstrInfo.h>
#include <llvm/MC/MCRegisterInfo.h>
#include <llvm/MC/MCSubtargetInfo.h>
#include <llvm/MC/MCTargetOptions.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/elf/wrapping.h"

namespace bailey::analyzer {
namespace {

constexpr const char* kTriple = "x86_64-unknown-linux-gnu";

// How an opcode's operands are laid out in LLVM's MCInst.
enum class Shape : uint8_t {
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

struct OpcodeName {
  std::string_view name;
  Operation operation;
  Shape shape;
  uint8_t width_bits;
};

// LLVM's opcode numbers are in none of its public headers, its names are in the
// tables that it ships.
constexpr OpcodeName kOpcodes[] = {
    {"MOV64rr", Operation::kMove, Shape::kDestinationSource, 64},
    {"MOV64rr_REV", Operation::kMove, Shape::kDestinationSource, 64},
    {"MOV32rr", Operation::kMove, Shape::kDestinationSource, 32},
    {"MOV32rr_REV", Operation::kMove, Shape::kDestinationSource, 32},
    {"MOV64ri", Operation::kConstant, Shape::kDestinationSource, 64},
    {"MOV64ri32", Operation::kConstant, Shape::kDestinationSource, 64},
    {"MOV32ri", Operation::kConstant, Shape::kDestinationSource, 32},
    {"MOV32ri_alt", Operation::kConstant, Shape::kDestinationSource, 32},
    {"LEA64r", Operation::kLoadAddress, Shape::kDestinationSource, 64},
    {"LEA64_32r", Operation::kLoadAddress, Shape::kDestinationSource, 32},
    {"MOV64rm", Operation::kLoad, Shape::kDestinationSource, 64},
    {"MOV32rm", Operation::kLoad, Shape::kDestinationSource, 32},
    {"MOVSX64rm32", Operation::kLoadSigned, Shape::kDestinationSource, 64},
    {"MOV64mr", Operation::kStore, Shape::kMemorySource, 64},
    {"MOV32mr", Operation::kStore, Shape::kMemorySource, 32},
    {"MOV64mi32", Operation::kStoreConstant, Shape::kMemorySource, 64},
    {"MOV32mi", Operation::kStoreConstant, Shape::kMemorySource, 32},
    {"PUSH64r", Operation::kPush, Shape::kOnlyRegister, 64},
    {"PUSH64rmr", Operation::kPush, Shape::kOnlyRegister, 64},
    {"PUSH64i8", Operation::kPushConstant, Shape::kOnlyImmediate, 64},
    {"PUSH64i32", Operation::kPushConstant, Shape::kOnlyImmediate, 64},
    {"POP64r", Operation::kPop, Shape::kOnlyRegister, 64},
    {"POP64rmr", Operation::kPop, Shape::kOnlyRegister, 64},
    {"ADD64ri8", Operation::kAdd, Shape::kTiedDestinationSource, 64},
    {"ADD64ri32", Operation::kAdd, Shape::kTiedDestinationSource, 64},
    {"ADD64i32", Operation::kAdd, Shape::kImpliedDestination, 64},
    {"ADD32ri8", Operation::kAdd, Shape::kTiedDestinationSource, 32},
    {"ADD32ri", Operation::kAdd, Shape::kTiedDestinationSource, 32},
    {"ADD32i32", Operation::kAdd, Shape::kImpliedDestination, 32},
    {"SUB64ri8", Operation::kAdd, Shape::kTiedDestinationSource, 64},
    {"SUB64ri32", Operation::kAdd, Shape::kTiedDestinationSource, 64},
    {"SUB32ri8", Operation::kAdd, Shape::kTiedDestinationSource, 32},
    {"SUB32ri", Operation::kAdd, Shape::kTiedDestinationSource, 32},
    {"AND64ri8", Operation::kAnd, Shape::kTiedDestinationSource, 64},
    {"AND64ri32", Operation::kAnd, Shape::kTiedDestinationSource, 64},
    {"AND64i32", Operation::kAnd, Shape::kImpliedDestination, 64},
    {"AND32ri8", Operation::kAnd, Shape::kTiedDestinationSource, 32},
    {"AND32ri", Operation::kAnd, Shape::kTiedDestinationSource, 32},
    {"AND32i32", Operation::kAnd, Shape::kImpliedDestination, 32},
    {"OR64ri8", Operation::kOr, Shape::kTiedDestinationSource, 64},
    {"OR64ri32", Operation::kOr, Shape::kTiedDestinationSource, 64},
    {"OR64i32", Operation::kOr, Shape::kImpliedDestination, 64},
    {"OR32ri8", Operation::kOr, Shape::kTiedDestinationSource, 32},
    {"OR32ri", Operation::kOr, Shape::kTiedDestinationSource, 32},
    {"OR32i32", Operation::kOr, Shape::kImpliedDestination, 32},
    {"ADD64rr", Operation::kAddRegister, Shape::kTiedDestinationSource, 64},
    {"ADD64rr_REV", Operation::kAddRegister, Shape::kTiedDestinationSource, 64},
    {"CMOV64rr", Operation::kConditionalMove, Shape::kTiedDestinationSource,
     64},
    {"CMOV32rr", Operation::kConditionalMove, Shape::kTiedDestinationSource,
     32},
    {"MOVSX64rr32", Operation::kSignExtend, Shape::kDestinationSource, 64},
    {"SUB64rr", Operation::kSubtractRegister, Shape::kTiedDestinationSource,
     64},
    {"SUB64rr_REV", Operation::kSubtractRegister, Shape::kTiedDestinationSource,
     64},
    {"XOR64rr", Operation::kXor, Shape::kTiedDestinationSource, 64},
    {"XOR64rr_REV", Operation::kXor, Shape::kTiedDestinationSource, 64},
    {"XOR64rm", Operation::kXorMemory, Shape::kTiedDestinationMemory, 64},
    {"ROR64ri", Operation::kRotateRight, Shape::kTiedDestinationSource, 64},
    {"ROL64ri", Operation::kRotateLeft, Shape::kTiedDestinationSource, 64},
    {"CMP64rr", Operation::kCompare, Shape::kCompared, 64},
    {"CMP64rr_REV", Operation::kCompare, Shape::kCompared, 64},
    {"CMP64ri8", Operation::kCompare, Shape::kCompared, 64},
    {"CMP64ri32", Operation::kCompare, Shape::kCompared, 64},
    {"CMP64i32", Operation::kCompare, Shape::kImpliedDestination, 64},
    {"CMP64rm", Operation::kCompare, Shape::kCompared, 64},
    {"CMP64mr", Operation::kCompareMemory, Shape::kMemorySource, 64},
    {"LEAVE64", Operation::kLeave, Shape::kNone, 64},
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

// What is known of an opcode before its operands are seen.
struct OpcodeInfo {
  Operation operation = Operation::kOther;
  Shape shape = Shape::kNone;
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

// LLVM's tables of registers and opcodes, looked through once in a process.
class Tables {
 public:
  Tables(const llvm::MCRegisterInfo& registers,
         const llvm::MCInstrInfo& instructions) {
    NameRegisters(registers);
    opcodes_.reserve(instructions.getNumOpcodes());
    for (unsigned i = 0; i < instructions.getNumOpcodes(); ++i)
      opcodes_.push_back(Describe(instructions, i));
  }

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

void Tables::NameRegisters(const llvm::MCRegisterInfo& registers) {
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

OpcodeInfo Tables::Describe(const llvm::MCInstrInfo& instructions,
                            unsigned opcode) const {
  const llvm::MCInstrDesc& desc = instructions.get(opcode);
  const llvm::StringRef llvm_name = instructions.getName(opcode);
  const std::string_view name(llvm_name.data(), llvm_name.size());
  OpcodeInfo info;
  for (unsigned i = 0; i < desc.getNumOperands(); ++i) {
    const auto type = desc.operands()[i].OperandType;
    if (type == llvm::MCOI::OPERAND_MEMORY && info.memory_operand < 0)
      info.memory_operand = static_cast<int8_t>(i);
    if (type == llvm::MCOI::OPERAND_PCREL)
      info.relative_operand = static_cast<int8_t>(i);
  }
  for (const OpcodeName& known : kOpcodes) {
    if (known.name != name) continue;
    info.operation = known.operation;
    info.shape = known.shape;
    info.width_bits = known.width_bits;
  }
  // LLVM does not call lea's operand memory, since it is not accessed.
  if (info.operation == Operation::kLoadAddress) info.memory_operand = 1;
  info.is_zero_idiom = Contains(kZeroIdioms, name);
  info.is_no_op = name.starts_with("NOOP");
  info.is_subtraction = name.starts_with("SUB");
  info.is_interrupt = name == "INT";
  if (info.operation == Operation::kOther && IsHarmless(name))
    info.operation = Operation::kNothing;
  if (name.starts_with("JCC_")) info.condition_operand = 1;
  info.flow = FlowOf(name, desc, info.relative_operand >= 0);
  info.writes_memory = desc.mayStore() || desc.hasUnmodeledSideEffects();
  info.is_plain_store = IsPlainStore(name);
  info.reads_memory = desc.mayLoad() || desc.hasUnmodeledSideEffects();
  for (llvm::MCPhysReg number : desc.implicit_defs()) {
    info.written |= Bit(number);
    info.sets_flags |= number == flags_;
  }
  for (llvm::MCPhysReg number : desc.implicit_uses())
    info.touched |= Bit(number);
  if (Contains(kStringInstructions, name)) info.written |= 1u << kRcx;
  info.touched |= info.written;
  return info;
}

}  // namespace

struct Disassembler::Llvm {
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> assembly;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCContext> context;
  std::unique_ptr<llvm::MCDisassembler> disassembler;
  const Tables* tables = nullptr;

  uint8_t General(unsigned number) const { return tables->General(number); }
  void ReadMemory(const llvm::MCInst& inst, int first, Instruction& out) const;
  void ReadOperands(const llvm::MCInst& inst, const OpcodeInfo& info,
                    Instruction& out) const;
  void ReadRegisters(const llvm::MCInst& inst, const OpcodeInfo& info,
                     Instruction& out) const;
};

void Disassembler::Llvm::ReadMemory(const llvm::MCInst& inst, int first,
                                    Instruction& out) const {
  if (first < 0 || inst.getNumOperands() < unsigned(first) + 5) return;
  const auto& base = inst.getOperand(first);
  const auto& scale = inst.getOperand(first + 1);
  const auto& index = inst.getOperand(first + 2);
  const auto& displacement = inst.getOperand(first + 3);
  const auto& segment = inst.getOperand(first + 4);
  if (!base.isReg() || !scale.isImm() || !index.isReg() ||
      !displacement.isImm() || !segment.isReg())
    return;
  MemoryOperand& memory = out.memory;
  memory.is_present = true;
  memory.displacement = displacement.getImm();
  memory.scale = static_cast<uint8_t>(scale.getImm());
  memory.has_segment = tables->IsSegment(segment.getReg());
  memory.is_thread = segment.getReg() == tables->fs();
  memory.base = General(base.getReg());
  memory.index = General(index.getReg());
  if (base.getReg() == tables->rip())
    memory.displacement =
        WrappingSum(memory.displacement, static_cast<int64_t>(out.end()));
  // A base or index outside the sixteen (a vector's gather) is no absolute
  // address: say that something unknown is added.
  else if (base.getReg() != 0 && memory.base == kNoRegister)
    memory.AddUnknown();
  if (index.getReg() != 0 && memory.index == kNoRegister &&
      !tables->IsZero(index.getReg()))
    memory.AddUnknown();
}

void Disassembler::Llvm::ReadOperands(const llvm::MCInst& inst,
                                      const OpcodeInfo& info,
                                      Instruction& out) const {
  const auto set_source = [&](unsigned i) {
    if (i >= inst.getNumOperands()) return;
    const auto& operand = inst.getOperand(i);
    if (operand.isReg()) out.source = General(operand.getReg());
    if (operand.isImm()) out.immediate = uint64_t(operand.getImm());
  };
  const auto set_destination = [&](unsigned i) {
    if (i < inst.getNumOperands() && inst.getOperand(i).isReg())
      out.destination = General(inst.getOperand(i).getReg());
  };
  switch (info.shape) {
    case Shape::kNone:
      // An indirect call or jump through a register.
      if (info.flow == Flow::kIndirectCall || info.flow == Flow::kIndirectJump)
        set_source(0);
      break;
    case Shape::kDestinationSource:
      set_destination(0);
      if (info.memory_operand < 0) set_source(1);
      break;
    case Shape::kTiedDestinationSource:
      set_destination(0);
      set_source(2);
      break;
    case Shape::kTiedDestinationMemory:
      set_destination(0);
      break;
    case Shape::kCompared:
      out.source = General(inst.getOperand(0).getReg());
      if (info.memory_operand < 0 && inst.getOperand(1).isReg())
        out.compared = General(inst.getOperand(1).getReg());
      if (inst.getOperand(1).isImm())
        out.immediate = uint64_t(inst.getOperand(1).getImm());
      break;
    case Shape::kMemorySource:
      set_source(unsigned(info.memory_operand) + 5);
      break;
    case Shape::kOnlyRegister:
      set_destination(0);
      out.source = out.destination;
      break;
    case Shape::kOnlyImmediate:
      set_source(0);
      break;
    case Shape::kImpliedDestination:
      (out.operation == Operation::kCompare ? out.source : out.destination) =
          kRax;
      set_source(0);
      break;
  }
  if (info.is_subtraction && out.operation == Operation::kAdd)
    out.immediate = 0 - out.immediate;
}

// Which general registers appear, apart from a memory operand's address.
void Disassembler::Llvm::ReadRegisters(const llvm::MCInst& inst,
                                       const OpcodeInfo& info,
                                       Instruction& out) const {
  out.written = info.written;
  out.touched = info.touched;
  const unsigned defs = instructions->get(inst.getOpcode()).getNumDefs();
  for (unsigned i = 0; i < inst.getNumOperands(); ++i) {
    const auto& operand = inst.getOperand(i);
    const bool in_memory = info.memory_operand >= 0 &&
                           int(i) >= info.memory_operand &&
                           int(i) < info.memory_operand + 5;
    if (!operand.isReg() || in_memory) continue;
    const uint16_t bit = tables->Bit(operand.getReg());
    out.touched |= bit;
    if (i < defs) out.written |= bit;
  }
}

Result<Disassembler> Disassembler::Create() {
  // LLVM's list of targets has no lock.
  static const bool initialized = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86Disassembler();
    return true;
  }();
  (void)initialized;
  std::string error;
  const llvm::Target* target =
      llvm::TargetRegistry::lookupTarget(kTriple, error);
  if (target == nullptr)
    return Fail("LLVM cannot disassemble x86_64: " + error,
                "install Debian's llvm-19");
  auto llvm = std::make_unique<Llvm>();
  llvm->registers.reset(target->createMCRegInfo(kTriple));
  llvm->assembly.reset(target->createMCAsmInfo(*llvm->registers, kTriple,
                                               llvm::MCTargetOptions()));
  llvm->instructions.reset(target->createMCInstrInfo());
  llvm->subtarget.reset(target->createMCSubtargetInfo(kTriple, "", ""));
  llvm->context = std::make_unique<llvm::MCContext>(
      llvm::Triple(kTriple), llvm->assembly.get(), llvm->registers.get(),
      llvm->subtarget.get());
  llvm->disassembler.reset(
      target->createMCDisassembler(*llvm->subtarget, *llvm->context));
  static const Tables tables(*llvm->registers, *llvm->instructions);
  llvm->tables = &tables;
  return Disassembler(std::move(llvm));
}

Disassembler::Disassembler(std::unique_ptr<Llvm> llvm)
    : llvm_(std::move(llvm)) {}
Disassembler::Disassembler(Disassembler&&) noexcept = default;
Disassembler& Disassembler::operator=(Disassembler&&) noexcept = default;
Disassembler::~Disassembler() = default;

Instruction Disassembler::Decode(std::span<const uint8_t> bytes,
                                 uint64_t address) {
  Instruction out;
  out.address = address;
  llvm::MCInst inst;
  uint64_t size = 0;
  const auto status = llvm_->disassembler->getInstruction(
      inst, size, llvm::ArrayRef<uint8_t>(bytes.data(), bytes.size()), address,
      llvm::nulls());
  if (status != llvm::MCDisassembler::Success || size == 0 ||
      size > bytes.size()) {
    out.flow = Flow::kUndecodable;
    return out;
  }
  const OpcodeInfo& info = llvm_->tables->Opcode(inst.getOpcode());
  out.length = static_cast<uint8_t>(size);
  out.flow = info.flow;
  out.operation = info.operation;
  out.width_bits = info.width_bits;
  out.is_no_op = info.is_no_op;
  out.writes_memory = info.writes_memory;
  out.is_plain_store = info.is_plain_store;
  out.reads_memory = info.reads_memory;
  out.sets_flags = info.sets_flags;
  llvm_->ReadMemory(inst, info.memory_operand, out);
  llvm_->ReadOperands(inst, info, out);
  llvm_->ReadRegisters(inst, info, out);
  if (info.condition_operand >= 0)
    out.condition = static_cast<uint8_t>(
        inst.getOperand(unsigned(info.condition_operand)).getImm());
  if (info.relative_operand >= 0)
    out.immediate =
        out.end() + uint64_t(inst.getOperand(info.relative_operand).getImm());
  if (info.is_interrupt && inst.getOperand(0).getImm() == 0x80)
    out.flow = Flow::kLegacySyscall;
  if (info.is_zero_idiom &&
      inst.getOperand(1).getReg() == inst.getOperand(2).getReg()) {
    out.operation = Operation::kConstant;
    out.destination = llvm_->General(inst.getOperand(0).getReg());
  }
  return out;
}

}  // namespace bailey::analyzer
