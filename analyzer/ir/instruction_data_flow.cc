// Data flow of instructions. What is not known here by name is a call of which
// nothing is known: it may do anything with what it gets.
#include "analyzer/ir/instruction_data_flow.h"

#include <llvm/IR/CFG.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Operator.h>

#include "analyzer/ir/code_extractor.h"

namespace bailey::analyzer {
namespace {

using llvm::dyn_cast;
using llvm::isa;

// Operations by which a small number may become a descriptor.
bool MayMakeDescriptor(const llvm::Instruction& instruction) {
  return isa<llvm::CastInst, llvm::SelectInst, llvm::InsertValueInst,
             llvm::FreezeInst>(instruction) ||
         instruction.getOpcode() == llvm::Instruction::Add ||
         instruction.getOpcode() == llvm::Instruction::Or;
}

}  // namespace

InstructionDataFlow::InstructionDataFlow(DataFlowNodes& nodes,
                                         const Places& places,
                                         const llvm::Function& function,
                                         FunctionDataFlow& facts)
    : nodes_(nodes), places_(places), facts_(facts), dependence_(function) {
  facts_.entry = nodes_.New();
  facts_.places.emplace_back();
}

void InstructionDataFlow::Enter(const llvm::BasicBlock& block) {
  control_ = ControlOf(block);
}

// The function's entry where nothing in it decides.
DataNode InstructionDataFlow::ControlOf(const llvm::BasicBlock& block) {
  const auto& deciders = dependence_.DecidersOf(block);
  if (deciders.empty()) return facts_.entry;
  const auto [found, added] = controls_.try_emplace(&block, kNoData);
  if (!added) return found->second;
  const DataNode control = found->second = nodes_.New();
  Copy(control, facts_.entry, DataStepKind::kControl);
  for (const llvm::Value* each : deciders)
    Copy(control, nodes_.Of(*each), DataStepKind::kControl);
  return control;
}

uint32_t InstructionDataFlow::PlaceOf(const llvm::Instruction& instruction) {
  const SourceSite site = places_.SiteOf(instruction);
  if (site.line <= 0) return 0;
  const auto [file, is_new] =
      files_.try_emplace(site.file, static_cast<uint32_t>(files_.size()));
  if (is_new) facts_.files.push_back(site.file);
  const CodePosition position{file->second, static_cast<uint32_t>(site.line),
                              static_cast<uint32_t>(site.column)};
  const auto [known, added] = known_places_.try_emplace(
      position, static_cast<uint32_t>(facts_.places.size()));
  if (added) facts_.places.push_back(position);
  return known->second;
}

void InstructionDataFlow::Copy(DataNode to, DataNode from, DataStepKind kind) {
  if (to == kNoData || from == kNoData || to == from) return;
  DataStep step;
  step.kind = kind;
  step.to = to;
  step.from = from;
  facts_.steps.push_back(step);
}

void InstructionDataFlow::CopyOperands(const llvm::Instruction& instruction,
                                       bool constants) {
  for (const llvm::Use& each : instruction.operands())
    Copy(nodes_.Of(instruction),
         constants ? nodes_.OfAny(*each.get()) : nodes_.Of(*each.get()));
}

void InstructionDataFlow::Load(const llvm::Instruction& to,
                               const llvm::Value& pointer) {
  DataStep step;
  step.kind = DataStepKind::kLoad;
  step.to = nodes_.Of(to);
  step.from = nodes_.Of(pointer);
  step.source = nodes_.Pointer(pointer);
  step.size = nodes_.SizeOf(*to.getType());
  step.place = PlaceOf(to);
  facts_.steps.push_back(step);
  if (const auto* global = dyn_cast<llvm::GlobalVariable>(
          pointer.stripInBoundsConstantOffsets());
      global != nullptr && global->isDeclaration())
    facts_.external_reads.push_back({places_.Id(*global), step.to, step.place});
}

void InstructionDataFlow::Store(const llvm::Value& pointer,
                                const llvm::Value& value,
                                const llvm::Instruction& at) {
  DataStep step;
  step.kind = DataStepKind::kStore;
  step.to = nodes_.Of(pointer);
  step.from = nodes_.OfAny(value);
  step.target = nodes_.Pointer(pointer);
  step.size = nodes_.SizeOf(*value.getType());
  step.control = control_;
  step.place = PlaceOf(at);
  facts_.steps.push_back(step);
}

void InstructionDataFlow::Move(const llvm::Value& target,
                               const llvm::Value& source, uint64_t size,
                               const llvm::Instruction& at) {
  DataStep step;
  step.kind = DataStepKind::kMove;
  step.to = nodes_.Of(target);
  step.from = nodes_.Of(source);
  step.target = nodes_.Pointer(target);
  step.source = nodes_.Pointer(source);
  step.size = size;
  step.control = control_;
  step.place = PlaceOf(at);
  facts_.steps.push_back(step);
}

void InstructionDataFlow::Read(const llvm::Instruction& instruction) {
  if (const auto* intrinsic = dyn_cast<llvm::IntrinsicInst>(&instruction))
    return ReadIntrinsic(*intrinsic);
  if (const auto* call = dyn_cast<llvm::CallBase>(&instruction))
    return call->isInlineAsm() ? ReadAssembly(*call) : ReadCall(*call, false);
  if (const auto* merge = dyn_cast<llvm::PHINode>(&instruction))
    return ReadMerge(*merge);
  if (const auto* back = dyn_cast<llvm::ReturnInst>(&instruction)) {
    if (back->getReturnValue() == nullptr) return;
    Copy(facts_.result, nodes_.OfAny(*back->getReturnValue()));
    return Copy(facts_.result, control_, DataStepKind::kControl);
  }
  if (instruction.isTerminator() ||
      isa<llvm::FenceInst, llvm::AllocaInst>(instruction))
    return;
  if (instruction.mayReadOrWriteMemory()) return ReadMemory(instruction);
  CopyOperands(instruction, MayMakeDescriptor(instruction));
}

// Which value it is depends on where control came from.
void InstructionDataFlow::ReadMerge(const llvm::PHINode& merge) {
  for (unsigned i = 0; i < merge.getNumIncomingValues(); ++i) {
    Copy(nodes_.Of(merge), nodes_.OfAny(*merge.getIncomingValue(i)));
    const llvm::BasicBlock& from = *merge.getIncomingBlock(i);
    Copy(nodes_.Of(merge), ControlOf(from), DataStepKind::kControl);
    // A branch whose ways are empty decides without a block between.
    if (llvm::succ_size(&from) > 1)
      for (const llvm::Use& each : from.getTerminator()->operands())
        Copy(nodes_.Of(merge), nodes_.Of(*each.get()), DataStepKind::kControl);
  }
}

void InstructionDataFlow::ReadMemory(const llvm::Instruction& instruction) {
  if (const auto* load = dyn_cast<llvm::LoadInst>(&instruction))
    return Load(instruction, *load->getPointerOperand());
  if (const auto* store = dyn_cast<llvm::StoreInst>(&instruction))
    return Store(*store->getPointerOperand(), *store->getValueOperand(),
                 instruction);
  if (const auto* update = dyn_cast<llvm::AtomicRMWInst>(&instruction)) {
    Load(instruction, *update->getPointerOperand());
    Store(*update->getPointerOperand(), *update->getValOperand(), instruction);
    return Store(*update->getPointerOperand(), instruction, instruction);
  }
  if (const auto* exchange = dyn_cast<llvm::AtomicCmpXchgInst>(&instruction)) {
    Load(instruction, *exchange->getPointerOperand());
    // Whether they are equal tells of the value that is compared with.
    Copy(nodes_.Of(instruction), nodes_.Of(*exchange->getCompareOperand()));
    return Store(*exchange->getPointerOperand(), *exchange->getNewValOperand(),
                 instruction);
  }
  // va_arg of targets that keep it: read from what the list points to.
  CopyOperands(instruction, /*constants=*/true);
  for (const llvm::Use& each : instruction.operands())
    if (each->getType()->isPointerTy()) Load(instruction, *each.get());
}

void InstructionDataFlow::ReadCall(const llvm::CallBase& call, bool is_opaque) {
  DataCall facts;
  if (const llvm::Function* callee = call.getCalledFunction();
      callee != nullptr && !is_opaque)
    facts.to = places_.Id(*callee);
  facts.number = CallNumber(call).value_or(-1);
  facts.is_opaque = is_opaque;
  facts.control = control_;
  facts.place = PlaceOf(call);
  if (!call.getType()->isVoidTy()) {
    facts.result = nodes_.Of(call);
    facts.result_pointer = nodes_.Pointer(call);
  }
  for (const llvm::Use& each : call.args()) {
    if (IsFloat(*each->getType())) {
      facts.floats.push_back(nodes_.Of(*each.get()));
      continue;
    }
    DataArgument argument;
    argument.node = nodes_.OfAny(*each.get());
    argument.pointer = nodes_.Pointer(*each.get());
    argument.is_pointer = each->getType()->isPointerTy();
    if (const auto* global = dyn_cast<llvm::GlobalVariable>(each.get());
        global != nullptr && global->isDeclaration())
      argument.symbol = places_.Id(*global);
    if (const auto* number = dyn_cast<llvm::ConstantInt>(each.get());
        number != nullptr && number->getBitWidth() <= 64) {
      argument.is_constant = true;
      argument.constant = static_cast<uint64_t>(number->getSExtValue());
    }
    facts.integers.push_back(argument);
  }
  // Who is called may be decided by data, too: that is a use of it, and decides
  // what is done there.
  if (call.getCalledFunction() == nullptr && !call.isInlineAsm()) {
    const DataNode chosen = nodes_.Of(*call.getCalledOperand());
    Copy(facts.result, chosen);
    facts.control = nodes_.New();
    Copy(facts.control, control_, DataStepKind::kControl);
    Copy(facts.control, chosen, DataStepKind::kControl);
  }
  facts_.calls.push_back(std::move(facts));
}

// An empty template only hides from the compiler what a value is.
void InstructionDataFlow::ReadAssembly(const llvm::CallBase& call) {
  const auto& assembly = *llvm::cast<llvm::InlineAsm>(call.getCalledOperand());
  const bool empty =
      assembly.getAsmString().find_first_not_of(" \t\n;") == std::string::npos;
  if (!empty) return ReadCall(call, /*is_opaque=*/true);
  for (const llvm::Use& each : call.args())
    Copy(nodes_.Of(call), nodes_.OfAny(*each.get()));
}

void InstructionDataFlow::ReadIntrinsic(const llvm::IntrinsicInst& call) {
  if (call.isLifetimeStartOrEnd() || isa<llvm::DbgInfoIntrinsic>(call)) return;
  if (const auto* copy = dyn_cast<llvm::AnyMemTransferInst>(&call)) {
    const auto* size = dyn_cast<llvm::ConstantInt>(copy->getLength());
    return Move(*copy->getRawDest(), *copy->getRawSource(),
                size == nullptr ? 0 : size->getZExtValue(), call);
  }
  if (const auto* fill = dyn_cast<llvm::AnyMemSetInst>(&call)) {
    Store(*fill->getRawDest(), *fill->getValue(), call);
    const auto* size = dyn_cast<llvm::ConstantInt>(fill->getLength());
    facts_.steps.back().size = size == nullptr ? 0 : size->getZExtValue();
    return;
  }
  switch (call.getIntrinsicID()) {
    case llvm::Intrinsic::vastart:  // what lies there is put there by callers
    case llvm::Intrinsic::vaend:
    case llvm::Intrinsic::assume:
    case llvm::Intrinsic::stacksave:
    case llvm::Intrinsic::stackrestore:
    case llvm::Intrinsic::prefetch:
    case llvm::Intrinsic::trap:
    case llvm::Intrinsic::debugtrap:
    case llvm::Intrinsic::donothing:
    case llvm::Intrinsic::experimental_noalias_scope_decl:
    case llvm::Intrinsic::invariant_start:
    case llvm::Intrinsic::invariant_end:
      return;
    case llvm::Intrinsic::vacopy:
      return Move(*call.getArgOperand(0), *call.getArgOperand(1), 0, call);
    case llvm::Intrinsic::threadlocal_address:
    case llvm::Intrinsic::launder_invariant_group:
    case llvm::Intrinsic::strip_invariant_group:
    case llvm::Intrinsic::ptr_annotation:
    case llvm::Intrinsic::annotation:
    case llvm::Intrinsic::expect:
    case llvm::Intrinsic::expect_with_probability:
    case llvm::Intrinsic::ssa_copy:
    case llvm::Intrinsic::objectsize:
    case llvm::Intrinsic::is_constant:
      return CopyOperands(call, /*constants=*/true);
    default:
      break;
  }
  if (call.doesNotAccessMemory()) return CopyOperands(call, false);
  ReadCall(call, /*is_opaque=*/true);
}

}  // namespace bailey::analyzer
