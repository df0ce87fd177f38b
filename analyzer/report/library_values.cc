// Puts a caller's arguments into what is known of a library's system calls.
#include "analyzer/report/library_values.h"

#include <fcntl.h>

#include <algorithm>
#include <limits>
#include <set>

#include "analyzer/elf/open_modes.h"

namespace bailey::analyzer {
namespace {

constexpr uint8_t kFlagsBits = 32;

// A constant of a library's code may be an address in its file, which the
// loader moves. The first page and negative numbers hold none; of others only
// the low half counts, which no 32-bit argument gets from an address.
uint8_t ConstantWidth(uint64_t constant) {
  constexpr uint64_t kFirstPageBytes = 4096;
  const bool is_number =
      constant < kFirstPageBytes || static_cast<int64_t>(constant) < 0;
  return is_number ? 64 : 32;
}

ValueFact Bits(uint64_t mask, uint64_t bits, uint64_t max) {
  ValueFact fact{true, {}, kFlagsBits, {{bits, max}}};
  fact.mask = mask & std::numeric_limits<uint32_t>::max();
  fact.bits = bits;
  return fact;
}

ValueFact FlagsOfAnyMode() {
  const uint64_t any = OpenFlagsOfAnyMode();
  return Bits(~any, 0, any);
}

ValueFact FlagsOfModes(const Texts& modes) {
  if (modes.any || modes.patterns.empty()) return FlagsOfAnyMode();
  std::set<uint64_t> flags;
  for (const std::string& mode : modes.patterns) {
    if (IsPattern(mode)) return FlagsOfAnyMode();
    // Of a mode that is refused nothing is opened.
    if (const auto each = OpenFlagsOfMode(Unescaped(mode))) flags.insert(*each);
  }
  if (flags.empty()) return FlagsOfAnyMode();
  return {true, {flags.begin(), flags.end()}, kFlagsBits};
}

ValueFact FlagsOfMode(const MachineValue& mode, const PassedFacts& passed) {
  if (mode.kind != MachineValue::Kind::kParameter || mode.parameter < 0)
    return FlagsOfAnyMode();
  const auto index = static_cast<size_t>(mode.parameter);
  if (index >= passed.texts.size()) return FlagsOfAnyMode();
  return FlagsOfModes(passed.texts[index]);
}

ValueFact TemporaryFileFlags() {
  constexpr uint64_t kSure = O_RDWR | O_CREAT | O_EXCL;
  return Bits(kSure | O_ACCMODE, kSure, std::numeric_limits<uint32_t>::max());
}

ValueFact FactOf(ValueFunction function, const MachineValue& value,
                 const PassedFacts& passed) {
  switch (function) {
    case ValueFunction::kItself:
      return FactOf(value, passed);
    case ValueFunction::kOpenFlagsOfMode:
      return FlagsOfMode(value, passed);
    case ValueFunction::kTemporaryFileFlags:
      return TemporaryFileFlags();
  }
  return {};
}

}  // namespace

std::vector<Texts> TextsOf(const std::vector<CallContext>& contexts) {
  std::vector<Texts> all;
  for (const CallContext& context : contexts) {
    if (&context == &contexts.front()) all.resize(context.size());
    // What one context does not have is not known.
    if (context.size() < all.size()) all.resize(context.size());
    for (size_t i = 0; i < all.size(); ++i)
      all[i] = Join(all[i], context[i].texts);
  }
  return all;
}

ValueFact FactOf(const MachineValue& value, const PassedFacts& passed) {
  switch (value.kind) {
    case MachineValue::Kind::kUnknown:
    case MachineValue::Kind::kAddress:
    case MachineValue::Kind::kSymbol:
    case MachineValue::Kind::kFrame:
      return {};  // where the loader and the stack put things
    case MachineValue::Kind::kConstant:
      return {true, {value.constant}, ConstantWidth(value.constant)};
    case MachineValue::Kind::kParameter: {
      const auto index = static_cast<size_t>(value.parameter);
      if (value.parameter < 0 || index >= passed.arguments.size()) return {};
      ValueFact fact = passed.arguments[index];
      fact.width_bits = std::min(fact.width_bits, value.width_bits);
      return fact;
    }
  }
  return {};
}

std::array<ValueFact, 6> FactsOf(const std::array<MachineValue, 6>& values,
                                 const PassedFacts& passed) {
  std::array<ValueFact, 6> facts;
  for (size_t i = 0; i < facts.size(); ++i)
    facts[i] = FactOf(values[i], passed);
  return facts;
}

std::array<ValueFact, 6> FactsOf(const ReachedSyscall& reached,
                                 const PassedFacts& passed) {
  std::array<ValueFact, 6> facts;
  for (size_t i = 0; i < facts.size(); ++i)
    facts[i] = FactOf(reached.functions[i], reached.arguments[i], passed);
  return facts;
}

bool TakesFromCaller(const ReachedSyscall& reached) {
  return std::ranges::any_of(reached.arguments, [](const MachineValue& value) {
    return value.kind == MachineValue::Kind::kParameter;
  });
}

}  // namespace bailey::analyzer
