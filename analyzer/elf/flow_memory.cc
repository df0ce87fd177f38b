// The memory side of flow_state.h: slots of the frame, places, loads and
// stores.

#include <algorithm>

#include "analyzer/elf/flow_state.h"
#include "analyzer/elf/wrapping.h"

namespace bailey::analyzer {
namespace {

// Frames with more followed slots are rare, and each join walks them all.
constexpr size_t kMaxSlots = 96;
int SizeBytes(const Instruction& instruction) {
  return instruction.width_bits / 8;
}

}  // namespace

// --- Frame slots
// --------------------------------------------------------------

void FlowState::ForgetSlots(const FlowContext& context) {
  for (const Slot& slot : slots_) NoteLost(slot.value, context);
  slots_.clear();
}

FlowValue FlowState::LoadSlot(int64_t offset, int size_bytes) const {
  const auto slot = std::lower_bound(
      slots_.begin(), slots_.end(), offset,
      [](const Slot& each, int64_t at) { return each.offset < at; });
  if (slot == slots_.end() || slot->offset != offset) return {};
  if (slot->size_bytes == size_bytes) return slot->value;
  if (slot->size_bytes == 8 && size_bytes == 4) return LowHalf(slot->value);
  return {};
}

// Where no slot is yet that overlaps.
void FlowState::PutSlot(const Slot& slot) {
  if (!slot.value.IsKnown()) return;
  const bool is_foreign =
      is_frame_foreign_ && slot.offset > -int64_t{slot.size_bytes};
  if (is_foreign || slots_.size() >= kMaxSlots) {
    if (slot.value.MayBeFrame()) escaped_ = true;
    return;
  }
  const auto place = std::lower_bound(
      slots_.begin(), slots_.end(), slot.offset,
      [](const Slot& each, int64_t at) { return each.offset < at; });
  slots_.insert(place, slot);
}

void FlowState::StoreSlot(int64_t offset, int size_bytes,
                          const FlowValue& value, const FlowContext& context) {
  std::erase_if(slots_, [&](const Slot& slot) {
    return Overlap(slot.offset, slot.size_bytes, offset,
                   static_cast<uint64_t>(size_bytes));
  });
  const size_t before = slots_.size();
  PutSlot({offset, static_cast<uint8_t>(size_bytes), value});
  if (slots_.size() == before) NoteLost(value, context);
}

// --- Memory
// -------------------------------------------------------------------

FlowValue FlowState::AddressOf(const MemoryOperand& memory,
                               const FlowContext& context) const {
  if (memory.has_segment) return {};
  if (memory.IsAbsolute())
    return FlowValue::Origin(
        PointerOrigin::Address(uint64_t(memory.displacement)), context.origins);
  if (memory.base >= kRegisterCount || memory.index != kNoRegister) return {};
  return Sum(registers_[memory.base], uint64_t(memory.displacement),
             context.origins);
}

namespace {

MemoryPlace FieldOf(const PointerOrigin& base, int64_t displacement) {
  MemoryPlace place;
  place.kind = MemoryPlace::Kind::kField;
  place.offset = displacement;
  const auto moved = base.Moved(displacement);
  if (!moved || moved->stage != PointerOrigin::Stage::kPlain) return place;
  switch (moved->kind) {
    case PointerOrigin::Kind::kAddress:
      place.kind = MemoryPlace::Kind::kWord;
      place.address = moved->address;
      place.offset = 0;
      break;
    case PointerOrigin::Kind::kSymbol:
      place.kind = MemoryPlace::Kind::kSymbolWord;
      place.symbol = moved->symbol;
      place.offset = moved->offset;
      break;
    case PointerOrigin::Kind::kParameter:
      place.kind = MemoryPlace::Kind::kParameterField;
      place.parameter = moved->parameter;
      place.offset = moved->offset;
      break;
    default:
      break;
  }
  return place;
}

FewItems<MemoryPlace> One(const MemoryPlace& place) {
  FewItems<MemoryPlace> places;
  places.push_back(place);
  return places;
}

// With an index register added.
MemoryPlace Indexed(MemoryPlace place, uint8_t scale) {
  place.stride = scale;
  if (place.kind == MemoryPlace::Kind::kWord)
    place.kind = MemoryPlace::Kind::kTable;
  else if (place.kind == MemoryPlace::Kind::kSymbolWord)
    place.kind = MemoryPlace::Kind::kSymbolTable;
  else
    place = {};
  return place;
}

}  // namespace

FewItems<MemoryPlace> FlowState::PlacesOf(const MemoryOperand& memory,
                                          const FlowContext& context) const {
  const OriginTable& origins = context.origins;
  MemoryPlace place;
  if (memory.has_segment) {
    if (!memory.is_thread || memory.base != kNoRegister ||
        memory.index != kNoRegister)
      return One(place);
    place.kind = MemoryPlace::Kind::kThread;
    place.offset = memory.displacement;
    return One(place);
  }
  const bool is_indexed = memory.index != kNoRegister;
  if (memory.base >= kRegisterCount) {
    place = FieldOf(PointerOrigin::Address(0), memory.displacement);
    return One(is_indexed ? Indexed(place, memory.scale) : place);
  }
  // `table(%rax)` at a fixed address: the register is the index.
  if (!context.file.is_position_independent &&
      context.file.IsMapped(uint64_t(memory.displacement)))
    return One(
        Indexed(FieldOf(PointerOrigin::Address(0), memory.displacement), 0));
  const FlowValue& base = registers_[memory.base];
  if (base.IsFrame() && !is_indexed) {
    place.kind = MemoryPlace::Kind::kFrame;
    place.offset = WrappingSum(base.offset(), memory.displacement);
    return One(place);
  }
  FewItems<MemoryPlace> places;
  for (const PointerOrigin& origin : OriginsOf(base, origins)) {
    // Nothing lies in the first page: such a path ends here.
    if (origin.IsPlain(PointerOrigin::Kind::kConstant) && origin.address == 0)
      continue;
    place = FieldOf(origin, memory.displacement);
    places.push_back(is_indexed ? Indexed(place, memory.scale) : place);
  }
  if (!places.empty()) return places;
  // An address may stand as the index, too.
  if (is_indexed && memory.scale == 1)
    if (const PointerOrigin* table =
            OnlyOrigin(registers_[memory.index], origins))
      return One(Indexed(FieldOf(*table, memory.displacement), 0));
  place = {};
  if (is_indexed) return One(place);
  place.kind = MemoryPlace::Kind::kField;
  place.offset = memory.displacement;
  return One(place);
}

namespace {

// What the loader has put into a slot that nobody else writes to, or what is
// loaded from any other place.
PointerOrigin LoadedFrom(const MemoryPlace& place, const ElfFile& file) {
  if (place.kind != MemoryPlace::Kind::kWord)
    return PointerOrigin::Loaded(place);
  const ElfPointer* pointer = file.PointerAt(place.address);
  if (pointer == nullptr || !pointer->is_got)
    return PointerOrigin::Loaded(place);
  if (pointer->kind == ElfPointer::Kind::kSymbol)
    return PointerOrigin::Symbol(pointer->symbol);
  if (pointer->kind == ElfPointer::Kind::kAddress)
    return PointerOrigin::Address(pointer->target);
  return PointerOrigin::Loaded(place);
}

}  // namespace

FlowValue FlowState::Load(const MemoryOperand& memory,
                          const FlowContext& context) const {
  const bool is_indexed = memory.index != kNoRegister;
  if (memory.base < kRegisterCount && !memory.has_segment) {
    const FlowValue& base = registers_[memory.base];
    if (base.MayBeFrame() && is_indexed) return {};
    if (base.IsFrame()) {
      const FlowValue known =
          LoadSlot(WrappingSum(base.offset(), memory.displacement), 8);
      if (known.IsKnown()) return known;
    }
  }
  FewItems<PointerOrigin> loaded;
  for (const MemoryPlace& place : PlacesOf(memory, context)) {
    if (place.kind == MemoryPlace::Kind::kUnknown) return {};
    loaded.push_back(LoadedFrom(place, context.file));
  }
  if (memory.base < kRegisterCount && !is_indexed) {
    // Each place stands for one pointer of the base, in the same order.
    const auto bases = OriginsOf(registers_[memory.base], context.origins);
    for (size_t i = 0; i < bases.size() && bases.size() == loaded.size(); ++i) {
      if (!bases[i].IsPlain(PointerOrigin::Kind::kChecked)) continue;
      loaded[i].is_vtable = true;
      loaded[i].address = bases[i].address;
      loaded[i].range_bytes = bases[i].range_bytes;
    }
  }
  return FromOrigins(loaded, context.origins);
}

FlowValue FlowState::LoadOperand(const Instruction& instruction,
                                 const FlowContext& context) const {
  const MemoryOperand& memory = instruction.memory;
  if (instruction.width_bits == 64) return Load(memory, context);
  if (memory.has_segment || memory.base >= kRegisterCount ||
      memory.index != kNoRegister || !registers_[memory.base].IsFrame())
    return {};
  return LoadSlot(
      WrappingSum(registers_[memory.base].offset(), memory.displacement),
      SizeBytes(instruction));
}

void FlowState::Store(const Instruction& instruction, const FlowValue& value,
                      const FlowContext& context) {
  const MemoryOperand& memory = instruction.memory;
  const FlowValue address = AddressOf(memory, context);
  if (address.IsFrame())
    return StoreSlot(address.offset(), SizeBytes(instruction), value, context);
  Hide(value, context);
  // Another object's memory, unless a pointer to the frame has got into this
  // one: an index on the frame's address counts as such.
  const PointerOrigin* object = OnlyOrigin(address, context.origins);
  const bool is_elsewhere =
      memory.has_segment ||
      (object && (object->IsPlain(PointerOrigin::Kind::kAddress) ||
                  object->IsPlain(PointerOrigin::Kind::kSymbol)));
  if (ValueOf(memory.base).MayBeFrame() || ValueOf(memory.index).MayBeFrame())
    return ForgetSlots(context);
  if (escaped_ && !is_elsewhere) ForgetSlots(context);
}

void FlowState::Push(const FlowValue& value, const FlowContext& context) {
  const FlowValue& top = registers_[kRsp];
  if (!top.IsFrame()) {
    Hide(value, context);
    return ForgetSlots(context);
  }
  Write(kRsp, FlowValue::Frame(WrappingSum(top.offset(), -8)));
  StoreSlot(registers_[kRsp].offset(), 8, value, context);
}

FlowValue FlowState::Pop() {
  const FlowValue top = registers_[kRsp];
  if (!top.IsFrame()) return {};
  const FlowValue value = LoadSlot(top.offset(), 8);
  Write(kRsp, FlowValue::Frame(WrappingSum(top.offset(), 8)));
  return value;
}

}  // namespace bailey::analyzer
