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

#include "analyzer/elf/opcode_tables.h"
#include "analyzer/elf/wrapping.h"

namespace bailey::analyzer {
namespace {

constexpr const char* kTriple = "x86_64-unknown-linux-gnu";

}  // namespace

struct Disassembler::Llvm {
  std::unique_ptr<llvm::MCRegisterInfo> registers;
  std::unique_ptr<llvm::MCAsmInfo> assembly;
  std::unique_ptr<llvm::MCInstrInfo> instructions;
  std::unique_ptr<llvm::MCSubtargetInfo> subtarget;
  std::unique_ptr<llvm::MCContext> context;
  std::unique_ptr<llvm::MCDisassembler> disassembler;
  const OpcodeTables* tables = nullptr;

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
    case OperandShape::kNone:
      // An indirect call or jump through a register.
      if (info.flow == Flow::kIndirectCall || info.flow == Flow::kIndirectJump)
        set_source(0);
      break;
    case OperandShape::kDestinationSource:
      set_destination(0);
      if (info.memory_operand < 0) set_source(1);
      break;
    case OperandShape::kTiedDestinationSource:
      set_destination(0);
      set_source(2);
      break;
    case OperandShape::kTiedDestinationMemory:
      set_destination(0);
      break;
    case OperandShape::kCompared:
      out.source = General(inst.getOperand(0).getReg());
      if (info.memory_operand < 0 && inst.getOperand(1).isReg())
        out.compared = General(inst.getOperand(1).getReg());
      if (inst.getOperand(1).isImm())
        out.immediate = uint64_t(inst.getOperand(1).getImm());
      break;
    case OperandShape::kMemorySource:
      set_source(unsigned(info.memory_operand) + 5);
      break;
    case OperandShape::kOnlyRegister:
      set_destination(0);
      out.source = out.destination;
      break;
    case OperandShape::kOnlyImmediate:
      set_source(0);
      break;
    case OperandShape::kImpliedDestination:
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
  static const OpcodeTables tables(*llvm->registers, *llvm->instructions);
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
