#include "analyzer/elf/flow_state.h"

#include <algorithm>

#include "analyzer/elf/wrapping.h"

namespace bailey::analyzer {
namespace {

// System V ABI AMD64 3.2.3: where integer parameters are passed.
constexpr Register kParameterRegisters[] = {kRdi, kRsi, kRdx, kRcx, kR8, kR9};
constexpr int kRegisterParameters = 6;

bool Contains(const FlowValue& value, uint64_t id) {
  const auto end = value.constants.begin() + value.count;
  return value.HasOrigins() &&
         std::find(value.constants.begin(), end, id) != end;
}

}  // namespace

void NoteLost(const FlowValue& value, const FlowContext& context) {
  if (context.lost == nullptr || !value.HasOrigins()) return;
  for (int i = 0; i < value.count; ++i)
    context.lost->push_back(static_cast<uint32_t>(value.constants[i]));
}

FlowState FlowState::AtFunctionEntry(bool entered_by_jump) {
  FlowState state;
  state.registers_[kRsp] = FlowValue::Frame(0);
  for (int i = 0; i < kRegisterParameters; ++i)
    state.registers_[kParameterRegisters[i]] = FlowValue::Parameter(i);
  state.is_frame_foreign_ = entered_by_jump;
  if (entered_by_jump) return state;
  for (int i = kRegisterParameters; i < kFollowedParameters; ++i)
    state.slots_.push_back({int64_t{8} * (i - kRegisterParameters + 1), 8,
                            FlowValue::Parameter(i)});
  return state;
}

FlowState FlowState::Unknown() {
  FlowState state;
  state.escaped_ = true;
  return state;
}

bool FlowState::JoinWith(const FlowState& other, OriginTable& origins) {
  bool has_changed = other.escaped_ && !escaped_;
  has_changed |= other.is_frame_foreign_ && !is_frame_foreign_;
  escaped_ = escaped_ || other.escaped_;
  is_frame_foreign_ = is_frame_foreign_ || other.is_frame_foreign_;
  for (int i = 0; i < kRegisterCount; ++i) {
    if (registers_[i] == other.registers_[i]) continue;
    const FlowValue joined = Join(registers_[i], other.registers_[i], origins);
    has_changed |= joined != registers_[i];
    registers_[i] = joined;
  }
  if (!registers_[kRsp].IsFrame() && !escaped_) escaped_ = has_changed = true;
  if (slots_ == other.slots_) return has_changed;
  const bool had_escaped = escaped_;
  const std::vector<Slot> before = slots_;
  JoinSlots(other, origins);
  return has_changed || escaped_ != had_escaped || slots_ != before;
}

// Keeps what both know of a slot, and of what one knows only that it may be an
// address in the frame.
void FlowState::JoinSlots(const FlowState& other, OriginTable& origins) {
  const std::vector<Slot> own = std::move(slots_);
  slots_.clear();
  for (const Slot& slot : own)
    PutSlot({slot.offset, slot.size_bytes,
             Join(slot.value, other.LoadSlot(slot.offset, slot.size_bytes),
                  origins)});
  for (const Slot& slot : other.slots_) {
    if (!slot.value.MayBeFrame()) continue;
    const auto overlaps = [&slot](const Slot& known) {
      return Overlap(known.offset, known.size_bytes, slot.offset,
                     slot.size_bytes);
    };
    const auto known = std::find_if(slots_.begin(), slots_.end(), overlaps);
    if (known == slots_.end())
      PutSlot({slot.offset, slot.size_bytes,
               Join(slot.value, FlowValue{}, origins)});
    else if (!known->value.MayBeFrame())
      escaped_ = true;
  }
}

void FlowState::LoseWhatIsNotIn(const FlowState& next, uint16_t live,
                                const FlowContext& context) const {
  const auto lose = [&](const FlowValue& value, const FlowValue& left) {
    if (!value.HasOrigins() || value == left) return;
    for (int i = 0; i < value.count; ++i)
      if (!Contains(left, value.constants[i]))
        context.lost->push_back(static_cast<uint32_t>(value.constants[i]));
  };
  for (int i = 0; i < kRegisterCount; ++i)
    if (live >> i & 1) lose(registers_[i], next.registers_[i]);
  for (const Slot& slot : slots_)
    lose(slot.value, next.LoadSlot(slot.offset, slot.size_bytes));
}

void FlowState::LoseRegisters(uint16_t which,
                              const FlowContext& context) const {
  for (int i = 0; i < kRegisterCount; ++i)
    if (which >> i & 1) NoteLost(registers_[i], context);
}

FlowValue FlowState::Argument(int index, bool is_tail) const {
  if (index < kRegisterParameters)
    return registers_[kParameterRegisters[index]];
  const FlowValue& top = registers_[kRsp];
  if (!top.IsFrame()) return {};
  // Before a call the return address is not pushed yet, before a jump it is.
  const int64_t skipped = is_tail ? 8 : 0;
  return LoadSlot(
      WrappingSum(top.offset(),
                  skipped + int64_t{8} * (index - kRegisterParameters)),
      8);
}

bool FlowState::ReturnsToCaller() const {
  const FlowValue& top = registers_[kRsp];
  return !top.IsFrame() || top.offset() == 0;
}

// A value that is put where this analysis loses sight of it.
void FlowState::Hide(const FlowValue& value, const FlowContext& context) {
  if (value.MayBeFrame()) escaped_ = true;
  NoteLost(value, context);
}

void FlowState::Write(uint8_t number, const FlowValue& value) {
  if (number >= kRegisterCount) return;
  registers_[number] = value;
  // With the frame's extent unknown (alloca), slots stay only as long as no
  // pointer can reach them.
  if (number == kRsp && !value.IsFrame()) escaped_ = true;
}

}  // namespace bailey::analyzer
