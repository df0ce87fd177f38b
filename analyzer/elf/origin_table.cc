#include "analyzer/elf/origin_table.h"

#include <algorithm>

#include "analyzer/elf/wrapping.h"

namespace bailey::analyzer {
namespace {

ValueOrigin::Guard GuardOf(PointerOrigin::Stage stage) {
  switch (stage) {
    case PointerOrigin::Stage::kTakenOff:
      return ValueOrigin::Guard::kTakenOff;
    case PointerOrigin::Stage::kPutOn:
      return ValueOrigin::Guard::kPutOn;
    default:
      return ValueOrigin::Guard::kNone;
  }
}

// Neither the pointer nor its disguise.
bool IsHalfWay(PointerOrigin::Stage stage) {
  return stage == PointerOrigin::Stage::kRotatedRight ||
         stage == PointerOrigin::Stage::kXored;
}

constexpr size_t kFirstPlaces = 256;

size_t HashOf(const PointerOrigin& origin) {
  // The multiplier of splitmix64, whose product spreads over the upper bits.
  constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  uint64_t hash = static_cast<uint64_t>(origin.kind) |
                  static_cast<uint64_t>(origin.stage) << 8 |
                  static_cast<uint64_t>(origin.place) << 16 |
                  static_cast<uint64_t>(origin.symbol) << 32;
  for (uint64_t part :
       {origin.address, static_cast<uint64_t>(origin.offset),
        static_cast<uint64_t>(static_cast<uint16_t>(origin.parameter)) |
            static_cast<uint64_t>(origin.stride) << 16}) {
    hash = (hash ^ part) * kMultiplier;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace

PointerOrigin PointerOrigin::Constant(uint64_t value) {
  PointerOrigin origin;
  origin.address = value;
  return origin;
}

PointerOrigin PointerOrigin::Parameter(int index, int64_t offset) {
  PointerOrigin origin;
  origin.kind = Kind::kParameter;
  origin.parameter = static_cast<int16_t>(index);
  origin.offset = offset;
  return origin;
}

PointerOrigin PointerOrigin::Address(uint64_t address) {
  PointerOrigin origin;
  origin.kind = Kind::kAddress;
  origin.address = address;
  return origin;
}

PointerOrigin PointerOrigin::Symbol(uint32_t symbol, int64_t offset) {
  PointerOrigin origin;
  origin.kind = Kind::kSymbol;
  origin.symbol = symbol;
  origin.offset = offset;
  return origin;
}

PointerOrigin PointerOrigin::Loaded(const MemoryPlace& place) {
  PointerOrigin origin;
  origin.kind = Kind::kLoaded;
  origin.place = place.kind;
  origin.stride = static_cast<uint16_t>(place.stride);
  origin.parameter = place.parameter;
  origin.symbol = place.symbol;
  origin.address = place.address;
  origin.offset = place.offset;
  return origin;
}

PointerOrigin PointerOrigin::Returned(uint64_t call) {
  PointerOrigin origin;
  origin.kind = Kind::kReturned;
  origin.address = call;
  return origin;
}

std::optional<PointerOrigin> PointerOrigin::Moved(int64_t amount) const {
  PointerOrigin moved = *this;
  if (amount == 0) return moved;
  if (stage != Stage::kPlain) return std::nullopt;
  switch (kind) {
    case Kind::kConstant:
    case Kind::kAddress:
      moved.address += static_cast<uint64_t>(amount);
      return moved;
    case Kind::kParameter:
    case Kind::kSymbol:
      moved.offset = WrappingSum(offset, amount);
      return moved;
    default:
      return std::nullopt;
  }
}

MemoryPlace PointerOrigin::Place() const {
  MemoryPlace memory;
  memory.kind = place;
  memory.parameter = parameter;
  memory.symbol = symbol;
  memory.stride = stride;
  memory.address = address;
  memory.offset = offset;
  return memory;
}

ValueOrigin PointerOrigin::ToValueOrigin() const {
  ValueOrigin value;
  if (IsHalfWay(stage)) return value;
  value.guard = GuardOf(stage);
  switch (kind) {
    case Kind::kConstant:
      value.kind = ValueOrigin::Kind::kConstant;
      value.value = MachineValue::Constant(address);
      break;
    case Kind::kParameter:
      value.kind = ValueOrigin::Kind::kParameter;
      value.value = MachineValue::Parameter(parameter);
      value.place.offset = offset;
      break;
    case Kind::kAddress:
      value.kind = ValueOrigin::Kind::kAddress;
      value.value = MachineValue::Address(address);
      break;
    case Kind::kSymbol:
      value.kind = ValueOrigin::Kind::kAddress;
      value.value = MachineValue::Symbol(symbol, static_cast<uint64_t>(offset));
      break;
    case Kind::kLoaded:
      value.kind = is_vtable ? ValueOrigin::Kind::kVtableSlot
                             : ValueOrigin::Kind::kLoaded;
      value.place = Place();
      value.range_bytes = range_bytes;
      break;
    case Kind::kReturned:
      value.kind = ValueOrigin::Kind::kReturned;
      value.place.address = address;
      break;
    case Kind::kChecked:
    case Kind::kRejected:
      value = {};
      break;
  }
  return value;
}

uint32_t& OriginTable::PlaceOf(const PointerOrigin& origin) {
  const size_t mask = places_.size() - 1;
  size_t at = HashOf(origin) & mask;
  while (places_[at] != 0 && origins_[places_[at] - 1] != origin)
    at = (at + 1) & mask;
  return places_[at];
}

void OriginTable::Grow() {
  places_.assign(std::max(kFirstPlaces, places_.size() * 2), 0);
  for (uint32_t id = 0; id < origins_.size(); ++id)
    PlaceOf(origins_[id]) = id + 1;
}

void OriginTable::Clear() {
  origins_.clear();
  places_.assign(std::min(places_.size(), kFirstPlaces), 0);
}

uint32_t OriginTable::Intern(const PointerOrigin& origin) {
  if (origins_.size() * 2 >= places_.size()) Grow();
  uint32_t& place = PlaceOf(origin);
  if (place == 0) {
    origins_.push_back(origin);
    place = static_cast<uint32_t>(origins_.size());
  }
  return place - 1;
}

}  // namespace bailey::analyzer
