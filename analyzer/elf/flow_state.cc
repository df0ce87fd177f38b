#include "analyzer/elf/flow_state.h"

#include <algorithm>

namespace bailey::analyzer {
namespace {

// System V ABI AMD64 3.2.3: where integer parameters are passed.
constexpr Register kParameterRegisters[] = {kRdi, kRsi, kRdx, kRcx, kR8, kR9};
constexpr int kRegisterParameters = 6;
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
// Frames with more followed slots are rare, and each join walks them all.
constexpr size_t kMaxSlots = 48;

int SizeBytes(const Instruction& instruction) {
  return instruction.width_bits / 8;
}

// A parameter half known is known no better after arithmetic.
bool IsOnlyConstants(const FlowValue& value) {
  return value.kind == FlowValue::Kind::kConstants && value.count == 1;
}

}  // namespace

FlowState FlowState::AtFunctionEntry(bool entered_by_jump) {
  FlowState state;
  state.registers_[kRsp] = FlowValue::Frame(0);
  for (int i = 0; i < kRegisterParameters; ++i)
    state.registers_[kParameterRegisters[i]] = FlowValue::Parameter(i);
  state.is_frame_foreign_ = entered_by_jump;
  if (entered_by_jump) return state;
  for (int i = kRegisterParameters; i < kFollowedParameters; ++i)
    state.slots_.push_back(
        {8 * (i - kRegisterParameters + 1), 8, FlowValue::Parameter(i)});
  return state;
}

FlowState FlowState::Unknown() {
  FlowState state;
  state.escaped_ = true;
  return state;
}

bool FlowState::JoinWith(const FlowState& other) {
  const FlowState before = *this;
  escaped_ = escaped_ || other.escaped_;
  is_frame_foreign_ = is_frame_foreign_ || other.is_frame_foreign_;
  for (int i = 0; i < kRegisterCount; ++i)
    registers_[i] = Join(registers_[i], other.registers_[i]);
  if (!registers_[kRsp].IsFrame()) escaped_ = true;
  JoinSlots(other);
  return registers_ != before.registers_ || slots_ != before.slots_ ||
         escaped_ != before.escaped_ ||
         is_frame_foreign_ != before.is_frame_foreign_;
}

// Keeps what both know of a slot, and of what one knows only that it may be an
// address in the frame.
void FlowState::JoinSlots(const FlowState& other) {
  const std::vector<Slot> own = std::move(slots_);
  slots_.clear();
  for (const Slot& slot : own) {
    const FlowValue joined =
        Join(slot.value, other.LoadSlot(slot.offset, slot.size_bytes));
    StoreSlot(slot.offset, slot.size_bytes, joined);
  }
  for (const Slot& slot : other.slots_) {
    if (!slot.value.MayBeFrame()) continue;
    const auto overlaps = [&slot](const Slot& known) {
      return known.offset < slot.offset + slot.size_bytes &&
             slot.offset < known.offset + known.size_bytes;
    };
    const auto known = std::find_if(slots_.begin(), slots_.end(), overlaps);
    if (known == slots_.end())
      StoreSlot(slot.offset, slot.size_bytes, Join(slot.value, FlowValue{}));
    else if (!known->value.MayBeFrame())
      escaped_ = true;
  }
}

FlowValue FlowState::Argument(int index, bool is_tail) const {
  if (index < kRegisterParameters)
    return registers_[kParameterRegisters[index]];
  const FlowValue& top = registers_[kRsp];
  if (!top.IsFrame()) return {};
  // Before a call the return address is not pushed yet, before a jump it is.
  const int64_t skipped = is_tail ? 8 : 0;
  return LoadSlot(top.offset() + skipped + 8 * (index - kRegisterParameters),
                  8);
}

bool FlowState::ReturnsToCaller() const {
  const FlowValue& top = registers_[kRsp];
  return !top.IsFrame() || top.offset() == 0;
}

// An address that is put where this analysis loses sight of it.
void FlowState::Hide(const FlowValue& value) {
  if (value.MayBeFrame()) escaped_ = true;
}

void FlowState::Write(uint8_t number, const FlowValue& value) {
  if (number >= kRegisterCount) return;
  registers_[number] = value;
  // With the frame's extent unknown (alloca), slots stay only as long as no
  // pointer can reach them.
  if (number == kRsp && !value.IsFrame()) escaped_ = true;
}

// --- Frame slots
// --------------------------------------------------------------

void FlowState::ForgetSlots() { slots_.clear(); }

FlowValue FlowState::LoadSlot(int64_t offset, int size_bytes) const {
  for (const Slot& slot : slots_) {
    if (slot.offset != offset) continue;
    if (slot.size_bytes == size_bytes) return slot.value;
    if (slot.size_bytes == 8 && size_bytes == 4) return LowHalf(slot.value);
  }
  return {};
}

void FlowState::StoreSlot(int64_t offset, int size_bytes,
                          const FlowValue& value) {
  std::erase_if(slots_, [&](const Slot& slot) {
    return slot.offset < offset + size_bytes &&
           offset < slot.offset + slot.size_bytes;
  });
  if (!value.IsKnown()) return;
  const bool is_foreign = is_frame_foreign_ && offset + size_bytes > 0;
  if (is_foreign || slots_.size() >= kMaxSlots) return Hide(value);
  const auto place = std::lower_bound(
      slots_.begin(), slots_.end(), offset,
      [](const Slot& slot, int64_t at) { return slot.offset < at; });
  slots_.insert(place, {offset, static_cast<uint8_t>(size_bytes), value});
}

FlowValue FlowState::AddressOf(const MemoryOperand& memory) const {
  if (memory.has_segment) return {};
  if (memory.IsAbsolute())
    return FlowValue::Constant(uint64_t(memory.displacement));
  if (memory.base >= kRegisterCount || memory.index != kNoRegister) return {};
  const FlowValue& base = registers_[memory.base];
  if (base.IsFrame())
    return FlowValue::Frame(base.offset() + memory.displacement);
  if (IsOnlyConstants(base))
    return FlowValue::Constant(base.constants[0] +
                               uint64_t(memory.displacement));
  if (base.kind == FlowValue::Kind::kParameter && memory.displacement == 0)
    return base;
  return {};
}

void FlowState::Store(const Instruction& instruction, const FlowValue& value) {
  const FlowValue address = AddressOf(instruction.memory);
  if (address.IsFrame())
    return StoreSlot(address.offset(), SizeBytes(instruction), value);
  Hide(value);
  // Another object's memory, unless a pointer to the frame has got into this
  // one: an index on the frame's address counts as such.
  const bool is_elsewhere =
      instruction.memory.has_segment || instruction.memory.IsAbsolute();
  const uint8_t base = instruction.memory.base;
  const uint8_t index = instruction.memory.index;
  if ((base < kRegisterCount && registers_[base].MayBeFrame()) ||
      (index < kRegisterCount && registers_[index].MayBeFrame()))
    return ForgetSlots();
  if (escaped_ && !is_elsewhere) ForgetSlots();
}

FlowValue FlowState::Load(const Instruction& instruction,
                          const ElfFile& file) const {
  const FlowValue address = AddressOf(instruction.memory);
  if (address.IsFrame())
    return LoadSlot(address.offset(), SizeBytes(instruction));
  if (!IsOnlyConstants(address)) return {};
  const ElfPointer* pointer = file.PointerAt(address.constants[0]);
  if (pointer == nullptr || !pointer->is_got) return {};
  FlowValue value;
  value.kind = FlowValue::Kind::kImport;
  value.constants[0] = pointer->slot;
  return value;
}

void FlowState::Push(const FlowValue& value) {
  const FlowValue& top = registers_[kRsp];
  if (!top.IsFrame()) {
    Hide(value);
    return ForgetSlots();
  }
  Write(kRsp, FlowValue::Frame(top.offset() - 8));
  StoreSlot(registers_[kRsp].offset(), 8, value);
}

FlowValue FlowState::Pop() {
  const FlowValue top = registers_[kRsp];
  if (!top.IsFrame()) return {};
  const FlowValue value = LoadSlot(top.offset(), 8);
  Write(kRsp, FlowValue::Frame(top.offset() + 8));
  return value;
}

// --- Instructions
// --------------------------------------------------------------

namespace {

FlowValue Add(const FlowValue& value, uint64_t amount) {
  if (value.IsFrame())
    return FlowValue::Frame(value.offset() + static_cast<int64_t>(amount));
  if (IsOnlyConstants(value))
    return FlowValue::Constant(value.constants[0] + amount);
  return amount == 0 ? value : FlowValue{};
}

FlowValue And(const FlowValue& value, uint64_t mask) {
  if (mask == 0) return FlowValue::Constant(0);
  if (IsOnlyConstants(value))
    return FlowValue::Constant(value.constants[0] & mask);
  return {};
}

FlowValue Or(const FlowValue& value, uint64_t bits) {
  if (bits == ~uint64_t{0}) return FlowValue::Constant(bits);
  if (IsOnlyConstants(value))
    return FlowValue::Constant(value.constants[0] | bits);
  return {};
}

// What only a 32-bit operation needs: its immediate cut to its width, and for
// `or $-1` all ones in that width.
uint64_t CutImmediate(const Instruction& instruction) {
  return instruction.width_bits == 32 ? instruction.immediate & 0xffffffff
                                      : instruction.immediate;
}

}  // namespace

// The result of an operation with a destination register, before it is cut to
// the operation's width.
FlowValue FlowState::Operate(const Instruction& instruction,
                             const ElfFile& file) {
  const uint64_t immediate = CutImmediate(instruction);
  const auto value_of = [this](uint8_t number) {
    return number < kRegisterCount ? registers_[number] : FlowValue{};
  };
  const FlowValue old = value_of(instruction.destination);
  const FlowValue source = value_of(instruction.source);
  switch (instruction.operation) {
    case Operation::kMove:
      return source;
    case Operation::kConstant:
      return FlowValue::Constant(immediate);
    case Operation::kLoadAddress:
      return AddressOf(instruction.memory);
    case Operation::kLoad:
      return Load(instruction, file);
    case Operation::kLoadSigned: {
      Instruction narrow = instruction;
      narrow.width_bits = 32;
      return SignExtended(Load(narrow, file));
    }
    case Operation::kAdd:
      return Add(old, immediate);
    case Operation::kAnd:
      return And(old, immediate);
    case Operation::kOr:
      if (instruction.width_bits == 32 && immediate == 0xffffffff)
        return FlowValue::Constant(immediate);
      return Or(old, immediate);
    case Operation::kAddRegister:
      if (IsOnlyConstants(source)) return Add(old, source.constants[0]);
      return IsOnlyConstants(old) ? Add(source, old.constants[0]) : FlowValue{};
    case Operation::kConditionalMove:
      return Join(old, source);
    case Operation::kSignExtend:
      return SignExtended(source);
    default:
      return {};
  }
}

void FlowState::Step(const Instruction& instruction, const ElfFile& file) {
  switch (instruction.flow) {
    case Flow::kCall:
    case Flow::kIndirectCall:
      return LeaveFunction(kCallerSaved);
    case Flow::kSyscall:
    case Flow::kLegacySyscall:
      return LeaveFunction(kSyscallChanged);
    default:
      break;
  }
  const uint8_t source = instruction.source;
  switch (instruction.operation) {
    case Operation::kNothing:
      return;
    case Operation::kOther:
      return StepOther(instruction);
    case Operation::kStore:
      return Store(instruction, source >= kRegisterCount ? FlowValue{}
                                : instruction.width_bits == 32
                                    ? LowHalf(registers_[source])
                                    : registers_[source]);
    case Operation::kStoreConstant:
      return Store(instruction, FlowValue::Constant(CutImmediate(instruction)));
    case Operation::kPush:
      return Push(source < kRegisterCount ? registers_[source] : FlowValue{});
    case Operation::kPushConstant:
      return Push(FlowValue::Constant(instruction.immediate));
    case Operation::kPop:
      return Write(instruction.destination, Pop());
    case Operation::kLeave:
      Write(kRsp, registers_[kRbp]);
      return Write(kRbp, Pop());
    default:
      break;
  }
  FlowValue result = Operate(instruction, file);
  if (instruction.width_bits == 32) result = LowHalf(result);
  // What the result was made from is hidden in it if it is not known itself.
  if (!result.IsKnown())
    for (int i = 0; i < kRegisterCount; ++i)
      if (registers_[i].MayBeFrame() && i != kRsp &&
          ((instruction.touched >> i & 1) || i == instruction.memory.base ||
           i == instruction.memory.index))
        escaped_ = true;
  Write(instruction.destination, result);
}

void FlowState::StepOther(const Instruction& instruction) {
  for (int i = 0; i < kRegisterCount; ++i) {
    if ((instruction.touched >> i & 1) == 0) continue;
    if (i != kRsp) Hide(registers_[i]);
    if (instruction.written >> i & 1)
      Write(static_cast<uint8_t>(i), FlowValue{});
  }
  if (!instruction.writes_memory) return;
  const FlowValue address = AddressOf(instruction.memory);
  if (!instruction.is_plain_store) ForgetSlots();
  if (address.IsFrame())
    return StoreSlot(address.offset(), kMaxPlainStoreBytes, FlowValue{});
  Store(instruction, FlowValue{});
}

// A call or the kernel: both may write wherever a pointer leads them.
void FlowState::LeaveFunction(uint16_t clobbered) {
  for (int i = 0; i < kRegisterCount; ++i)
    if (kPassed >> i & 1) Hide(registers_[i]);
  for (int i = 0; i < kRegisterCount; ++i)
    if (clobbered >> i & 1) registers_[i] = FlowValue{};
  if (escaped_) return ForgetSlots();
  // What lies below the stack pointer is the callee's.
  const FlowValue& top = registers_[kRsp];
  if (top.IsFrame())
    std::erase_if(slots_, [&top](const Slot& slot) {
      return slot.offset < top.offset();
    });
}

}  // namespace bailey::analyzer
