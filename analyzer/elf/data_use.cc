#include "analyzer/elf/data_use.h"

#include <algorithm>
#include <utility>

#include "common/sort_unique.h"

namespace bailey::analyzer {
namespace {

// How many bytes an instruction reads or writes; 0: not told.
uint8_t AccessBytes(const Instruction& instruction) {
  if (instruction.flow != Flow::kNext) return 8;
  switch (instruction.operation) {
    case Operation::kLoad:
    case Operation::kStore:
    case Operation::kStoreConstant:
    case Operation::kXorMemory:
    case Operation::kCompare:
    case Operation::kCompareMemory:
      return static_cast<uint8_t>(instruction.width_bits / 8);
    case Operation::kLoadSigned:
      return 4;
    default:
      return 0;
  }
}

bool IsFixed(const MemoryPlace& place) {
  return place.kind == MemoryPlace::Kind::kWord ||
         place.kind == MemoryPlace::Kind::kSymbolWord ||
         place.kind == MemoryPlace::Kind::kTable ||
         place.kind == MemoryPlace::Kind::kSymbolTable;
}

// Worth telling of a store to a place that may be anywhere.
bool IsPointer(const ValueOrigin& origin) {
  return origin.kind != ValueOrigin::Kind::kUnknown &&
         origin.kind != ValueOrigin::Kind::kConstant;
}

}  // namespace

void DataUse::Add(DataReference reference) {
  const bool is_own = reference.symbol == DataReference::kNoSymbol;
  // A function's address is told elsewhere.
  if (is_own && context_.file.IsExecutable(reference.address) &&
      code_.RangeStartingAt(reference.address))
    return;
  references_.push_back(reference);
}

void DataUse::Compare(const FlowValue& value) {
  for (const PointerOrigin& origin : OriginsOf(value, context_.origins))
    if (origin.IsPlain(PointerOrigin::Kind::kAddress))
      Add({.address = origin.address, .use = DataReference::Use::kCompared});
}

// At a fixed address, arithmetic may have one as its number.
void DataUse::VisitNumbers(const Instruction& instruction) {
  if (context_.file.is_position_independent) return;
  const bool is_sum = instruction.operation == Operation::kAdd;
  if (is_sum && context_.file.IsMapped(instruction.immediate))
    Add({.address = instruction.immediate});
  const auto displacement = uint64_t(instruction.memory.displacement);
  if (instruction.operation == Operation::kLoadAddress &&
      !instruction.memory.IsAbsolute() && context_.file.IsMapped(displacement))
    Add({.address = displacement});
}

void DataUse::Visit(const Instruction& instruction, const FlowState& state) {
  has_escaped_ |= state.has_escaped();
  VisitNumbers(instruction);
  const auto value_of = [&state](uint8_t number) {
    return number < kRegisterCount ? state.At(Register(number)) : FlowValue{};
  };
  if (instruction.operation == Operation::kSubtractRegister) {
    Compare(value_of(instruction.source));
    if (Difference(value_of(instruction.destination),
                   value_of(instruction.source), context_.origins)
            .IsKnown())
      Compare(value_of(instruction.destination));
  }
  if (instruction.operation == Operation::kCompare ||
      instruction.operation == Operation::kCompareMemory) {
    Compare(value_of(instruction.source));
    Compare(value_of(instruction.compared));
  }
  const bool is_access = instruction.memory.is_present &&
                         instruction.operation != Operation::kLoadAddress &&
                         !instruction.is_no_op;
  if (is_access) VisitMemory(instruction, state);
}

void DataUse::VisitMemory(const Instruction& instruction,
                          const FlowState& state) {
  const uint8_t size_bytes = AccessBytes(instruction);
  for (MemoryPlace place : state.PlacesOf(instruction.memory, context_)) {
    place.size_bytes = size_bytes;
    VisitPlace(instruction, place);
    if (instruction.flow == Flow::kNext && instruction.writes_memory)
      VisitStore(instruction, state, place);
  }
}

void DataUse::VisitPlace(const Instruction& instruction,
                         const MemoryPlace& place) {
  if (!IsFixed(place)) return;
  DataReference reference;
  const bool is_symbol = place.kind == MemoryPlace::Kind::kSymbolWord ||
                         place.kind == MemoryPlace::Kind::kSymbolTable;
  reference.address = is_symbol ? uint64_t(place.offset) : place.address;
  if (is_symbol) reference.symbol = place.symbol;
  if (place.kind == MemoryPlace::Kind::kTable ||
      place.kind == MemoryPlace::Kind::kSymbolTable)
    return Add(reference);
  const ElfPointer* pointer =
      is_symbol ? nullptr : context_.file.PointerAt(place.address);
  if (pointer && pointer->is_got) return;
  reference.size_bytes = place.size_bytes;
  if (instruction.writes_memory && instruction.flow == Flow::kNext) {
    reference.use = DataReference::Use::kWrite;
    Add(reference);
  }
  if (instruction.reads_memory || instruction.flow != Flow::kNext) {
    reference.use = DataReference::Use::kRead;
    Add(reference);
  }
}

void DataUse::VisitStore(const Instruction& instruction, const FlowState& state,
                         const MemoryPlace& place) {
  PointerStore store{instruction.address, place, {}};
  FlowValue value;
  if (instruction.operation == Operation::kStoreConstant)
    value = ImmediateValue(instruction.immediate, context_);
  if (instruction.operation == Operation::kStore &&
      instruction.source < kRegisterCount && instruction.width_bits == 64)
    value = state.At(Register(instruction.source));
  store.origins = ToValueOrigins(value, context_.origins);
  if (IsFixed(place) || std::ranges::any_of(store.origins, IsPointer))
    stores_.push_back(std::move(store));
}

void DataUse::Finish(const std::vector<uint32_t>& lost,
                     MachineFunction& function) {
  for (uint32_t id : lost) {
    const PointerOrigin& origin = context_.origins.At(id);
    if (origin.kind == PointerOrigin::Kind::kAddress)
      Add({.address = origin.address});
    if (origin.kind == PointerOrigin::Kind::kSymbol)
      Add({.address = uint64_t(origin.offset), .symbol = origin.symbol});
  }
  SortUnique(references_);
  if (!has_escaped_)
    std::erase_if(stores_, [](const PointerStore& store) {
      return store.place.kind == MemoryPlace::Kind::kFrame;
    });
  function.data_references = std::move(references_);
  function.pointer_stores = std::move(stores_);
}

}  // namespace bailey::analyzer
