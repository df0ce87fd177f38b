// What one instruction does to the state of flow_state.h.

#include <optional>

#include "analyzer/elf/flow_state.h"

namespace bailey::analyzer {
namespace {

// 3.2.1: what a call may change.
constexpr uint16_t kCallerSaved = 1u << kRax | 1u << kRcx | 1u << kRdx |
                                  1u << kRsi | 1u << kRdi | 1u << kR8 |
                                  1u << kR9 | 1u << kR10 | 1u << kR11;
// Where an address can be handed to a callee or to the kernel: parameters, and
// r10 (a nested function's frame; the kernel's fourth argument).
constexpr uint16_t kPassed = 1u << kRdi | 1u << kRsi | 1u << kRdx | 1u << kRcx |
                             1u << kR8 | 1u << kR9 | 1u << kR10;
// The instruction itself returns in rax and uses rcx and r11.
constexpr uint16_t kSyscallChanged = 1u << kRax | 1u << kRcx | 1u << kR11;
// glibc's pointer guard: `fs:0x30`, and by how much it rotates.
constexpr int64_t kGuardOffset = 0x30;
constexpr uint64_t kGuardRotation = 17;

// What only a 32-bit operation needs: its immediate cut to its width, and for
// `or $-1` all ones in that width.
uint64_t CutImmediate(const Instruction& instruction) {
  return instruction.width_bits == 32 ? instruction.immediate & 0xffffffff
                                      : instruction.immediate;
}

}  // namespace

FlowValue ImmediateValue(uint64_t immediate, const FlowContext& context) {
  if (!context.file.is_position_independent && context.file.IsMapped(immediate))
    return FlowValue::Origin(PointerOrigin::Address(immediate),
                             context.origins);
  return FlowValue::Constant(immediate);
}

// The result of an operation with a destination register, before it is cut to
// the operation's width.
FlowValue FlowState::Operate(const Instruction& instruction,
                             const FlowContext& context) {
  OriginTable& origins = context.origins;
  const uint64_t immediate = CutImmediate(instruction);
  const FlowValue old = ValueOf(instruction.destination);
  const FlowValue source = ValueOf(instruction.source);
  const auto is_guard = [&origins](const FlowValue& value) {
    const PointerOrigin* origin = OnlyOrigin(value, origins);
    return origin && origin->IsPlain(PointerOrigin::Kind::kLoaded) &&
           origin->place == MemoryPlace::Kind::kThread &&
           origin->offset == kGuardOffset;
  };
  switch (instruction.operation) {
    case Operation::kMove:
      return source;
    case Operation::kConstant:
      return ImmediateValue(immediate, context);
    case Operation::kLoadAddress:
      return AddressOf(instruction.memory, context);
    case Operation::kLoad:
      return LoadOperand(instruction, context);
    case Operation::kLoadSigned: {
      Instruction narrow = instruction;
      narrow.width_bits = 32;
      return SignExtended(LoadOperand(narrow, context), origins);
    }
    case Operation::kAdd:
      return Sum(old, immediate, origins);
    case Operation::kAnd:
      return And(old, immediate);
    case Operation::kOr:
      if (instruction.width_bits == 32 && immediate == 0xffffffff)
        return FlowValue::Constant(immediate);
      return Or(old, immediate);
    case Operation::kAddRegister:
      if (source.IsOnlyConstant())
        return Sum(old, source.constants[0], origins);
      return old.IsOnlyConstant() ? Sum(source, old.constants[0], origins)
                                  : FlowValue{};
    case Operation::kSubtractRegister:
      return Difference(old, source, origins);
    case Operation::kConditionalMove:
      return Join(old, source, origins);
    case Operation::kSignExtend:
      return SignExtended(source, origins);
    case Operation::kRotateRight:
    case Operation::kRotateLeft:
      if (immediate != kGuardRotation) return {};
      return Rotated(old, instruction.operation == Operation::kRotateRight,
                     origins);
    case Operation::kXor:
      if (is_guard(source)) return GuardXored(old, origins);
      return is_guard(old) ? GuardXored(source, origins) : FlowValue{};
    case Operation::kXorMemory:
      return is_guard(Load(instruction.memory, context))
                 ? GuardXored(old, origins)
                 : FlowValue{};
    default:
      return {};
  }
}

void FlowState::Step(const Instruction& instruction,
                     const FlowContext& context) {
  switch (instruction.flow) {
    case Flow::kCall:
    case Flow::kIndirectCall:
    case Flow::kSyscall:
    case Flow::kLegacySyscall:
      check_ = {};
      return StepTransfer(instruction, context);
    default:
      break;
  }
  const RangeCheck before = check_;
  if (instruction.sets_flags) check_.FlagsChanged();
  for (uint8_t i = 0; i < kRegisterCount; ++i)
    if (instruction.written >> i & 1) check_.Written(i);
  if (instruction.operation == Operation::kMove &&
      instruction.width_bits == 64 &&
      instruction.source != instruction.destination)
    check_.Copied(instruction.destination, instruction.source);
  if (instruction.operation == Operation::kSubtractRegister) {
    const PointerOrigin* start =
        OnlyOrigin(ValueOf(instruction.source), context.origins);
    if (start && start->IsPlain(PointerOrigin::Kind::kAddress)) {
      check_ = before;
      check_.FlagsChanged();
      check_.Subtracted(instruction.destination, start->address);
    }
  }
  StepOperation(instruction, context);
}

void FlowState::StepTransfer(const Instruction& instruction,
                             const FlowContext& context) {
  if (instruction.flow != Flow::kCall &&
      instruction.flow != Flow::kIndirectCall)
    return LeaveFunction(kSyscallChanged, false, context);
  const bool accepts = instruction.flow == Flow::kCall &&
                       context.accepts_vtables &&
                       context.accepts_vtables(instruction.immediate);
  LeaveFunction(kCallerSaved, accepts, context);
  if (accepts) AcceptRejected(context.origins);
  registers_[kRax] = FlowValue::Origin(
      PointerOrigin::Returned(instruction.address), context.origins);
}

void FlowState::StepOperation(const Instruction& instruction,
                              const FlowContext& context) {
  const FlowValue source = ValueOf(instruction.source);
  switch (instruction.operation) {
    case Operation::kNothing:
      return;
    case Operation::kCompare:
    case Operation::kCompareMemory:
      return Compare(instruction, context);
    case Operation::kOther:
      return StepOther(instruction, context);
    case Operation::kStore:
      return Store(instruction,
                   instruction.width_bits == 32
                       ? LowHalf(source, context.origins)
                       : source,
                   context);
    case Operation::kStoreConstant:
      return Store(instruction,
                   ImmediateValue(CutImmediate(instruction), context), context);
    case Operation::kPush:
      return Push(source, context);
    case Operation::kPushConstant:
      return Push(ImmediateValue(instruction.immediate, context), context);
    case Operation::kPop:
      return Write(instruction.destination, Pop());
    case Operation::kLeave:
      Write(kRsp, registers_[kRbp]);
      return Write(kRbp, Pop());
    default:
      return StepResult(instruction, context);
  }
}

void FlowState::StepResult(const Instruction& instruction,
                           const FlowContext& context) {
  FlowValue result = Operate(instruction, context);
  if (instruction.width_bits == 32) result = LowHalf(result, context.origins);
  // What the result was made from is hidden in it if it is not known itself. A
  // loaded value is not made from its address, nor does a distance from a place
  // lead back there.
  const bool is_load = instruction.operation == Operation::kLoad ||
                       instruction.operation == Operation::kLoadSigned;
  if (!result.IsKnown()) {
    for (uint8_t i = 0; i < kRegisterCount; ++i) {
      const bool is_used = (instruction.touched >> i & 1) ||
                           i == instruction.memory.base ||
                           i == instruction.memory.index;
      if (!is_used || i == kRsp) continue;
      if (registers_[i].MayBeFrame()) escaped_ = true;
      const bool is_origin_of_distance =
          instruction.operation == Operation::kSubtractRegister &&
          i == instruction.source;
      const bool is_overwritten = is_load && i == instruction.destination;
      if (!is_load && !is_origin_of_distance && !is_overwritten)
        NoteLost(registers_[i], context);
    }
  }
  Write(instruction.destination, result);
}

void FlowState::StepOther(const Instruction& instruction,
                          const FlowContext& context) {
  for (int i = 0; i < kRegisterCount; ++i) {
    if ((instruction.touched >> i & 1) == 0) continue;
    if (i != kRsp) Hide(registers_[i], context);
    if (instruction.written >> i & 1)
      Write(static_cast<uint8_t>(i), FlowValue{});
  }
  if (!instruction.writes_memory) return;
  const FlowValue address = AddressOf(instruction.memory, context);
  if (!instruction.is_plain_store) ForgetSlots(context);
  if (address.IsFrame())
    return StoreSlot(address.offset(), kMaxPlainStoreBytes, FlowValue{},
                     context);
  Store(instruction, FlowValue{}, context);
}

void FlowState::Compare(const Instruction& instruction,
                        const FlowContext& context) {
  const auto constant_of = [](const FlowValue& value) {
    return value.IsOnlyConstant() ? std::optional(value.constants[0])
                                  : std::nullopt;
  };
  const auto memory = [&] { return Load(instruction.memory, context); };
  if (instruction.operation == Operation::kCompareMemory) {
    if (const auto limit = constant_of(memory()))
      check_.Compared(instruction.source, *limit, true);
    return;
  }
  const bool has_register = instruction.compared < kRegisterCount;
  const auto right = has_register ? constant_of(ValueOf(instruction.compared))
                     : instruction.memory.is_present
                         ? constant_of(memory())
                         : std::optional(instruction.immediate);
  if (right) return check_.Compared(instruction.source, *right, false);
  const auto left = constant_of(ValueOf(instruction.source));
  if (left && has_register) check_.Compared(instruction.compared, *left, true);
}

void FlowState::Branch(const Instruction& branch, bool is_taken,
                       const FlowContext& context) {
  const auto outcome = check_.At(branch.condition, is_taken);
  check_ = {};
  if (!outcome || outcome->size_bytes == 0 || outcome->size_bytes > UINT32_MAX)
    return;
  const uint64_t last = outcome->start + outcome->size_bytes - 1;
  if (!context.file.IsReadOnlyAfterStart(outcome->start) ||
      !context.file.IsReadOnlyAfterStart(last) ||
      registers_[outcome->pointer].MayBeFrame())
    return;
  PointerOrigin origin;
  origin.kind = outcome->is_inside ? PointerOrigin::Kind::kChecked
                                   : PointerOrigin::Kind::kRejected;
  origin.address = outcome->start;
  origin.range_bytes = static_cast<uint32_t>(outcome->size_bytes);
  NoteLost(registers_[outcome->pointer], context);
  registers_[outcome->pointer] = FlowValue::Origin(origin, context.origins);
}

// _IO_vtable_check has returned: what it was asked about may be used.
void FlowState::AcceptRejected(OriginTable& origins) {
  const auto accept = [&origins](FlowValue& value) {
    if (!value.HasOrigins()) return;
    FewItems<PointerOrigin> pointers = OriginsOf(value, origins);
    for (PointerOrigin& pointer : pointers)
      if (pointer.IsPlain(PointerOrigin::Kind::kRejected))
        pointer.kind = PointerOrigin::Kind::kChecked;
    value = FromOrigins(pointers, origins);
  };
  for (FlowValue& value : registers_) accept(value);
  for (Slot& slot : slots_) accept(slot.value);
}

// A call or the kernel: both may write wherever a pointer leads them.
void FlowState::LeaveFunction(uint16_t clobbered, bool is_check,
                              const FlowContext& context) {
  // That takes no parameter, and does not write to its caller's frame.
  for (int i = 0; i < kRegisterCount && !is_check; ++i) {
    if (kPassed >> i & 1) Hide(registers_[i], context);
    // Compilers know of their own functions which registers they leave alone.
    else if (clobbered & context.live_after & 1u << i)
      NoteLost(registers_[i], context);
  }
  for (int i = 0; i < kRegisterCount; ++i)
    if (clobbered >> i & 1) registers_[i] = FlowValue{};
  if (escaped_ && !is_check) return ForgetSlots(context);
  // What lies below the stack pointer is the callee's.
  const FlowValue& top = registers_[kRsp];
  if (top.IsFrame())
    std::erase_if(slots_, [&top](const Slot& slot) {
      return slot.offset < top.offset();
    });
}

}  // namespace bailey::analyzer
