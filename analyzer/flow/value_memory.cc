// The rest of value_evaluator.h: what texts, addresses of sockets and numbers
// memory holds, from all that is ever written there.
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <optional>
#include <utility>

#include "analyzer/flow/value_evaluator.h"
#include "analyzer/ir/memory_writers.h"

namespace bailey::analyzer {
namespace {

// A number as printf's %d and %u both write it.
Texts Decimal(const Numbers& numbers) {
  constexpr uint64_t kSigned = uint64_t{1} << 31;
  if (!numbers.is_set() || numbers.max() >= kSigned) return Texts::Any();
  Texts texts;
  for (const uint64_t value : numbers.values())
    texts.patterns.insert(std::to_string(value));
  return texts;
}

Texts AsPrinted(const AbstractValue& value) {
  if (value.texts.any) return Decimal(value.numbers);
  return value.texts.patterns.empty() ? Texts::Any() : value.texts;
}

// An IPv4 address as it lies in memory.
std::string HostText(uint64_t host) {
  return std::to_string(host & 0xff) + '.' + std::to_string(host >> 8 & 0xff) +
         '.' + std::to_string(host >> 16 & 0xff) + '.' +
         std::to_string(host >> 24 & 0xff);
}

constexpr uint64_t kMostPlaces = 1024;

// Where the cells are that a load may read; if there are too many, some more
// than kMostPlaces of them.
std::vector<uint64_t> PlacesOf(const GlobalFact& fact, uint64_t offset,
                               uint64_t stride, uint8_t width) {
  std::vector<uint64_t> places = {offset};
  if (stride == 0) return places;
  const uint64_t end = fact.size_bytes;
  for (uint64_t at = offset + stride;
       at + BytesOf(width) <= end && places.size() <= kMostPlaces; at += stride)
    places.push_back(at);
  return places;
}

}  // namespace

bool ValueEvaluator::OnlyRead(const std::vector<std::string>& readers) const {
  return std::ranges::all_of(readers, [&](const std::string& name) {
    return OnlyReads(name) && !tables_.defined.contains(name);
  });
}

AbstractValue ValueEvaluator::OfAddress(const ValueExpression& expression) {
  const auto found = tables_.globals.find(expression.symbol);
  if (found == tables_.globals.end()) return UnknownValue(64);
  const GlobalFact& fact = found->second;
  if (fact.stores.empty() && fact.initial.empty()) return UnknownValue(64);
  std::vector<ValueExpression> effects;
  std::vector<Environment> environments;
  const auto add = [&](const CellFact& cell) {
    ValueExpression effect = cell.value;
    if (effect.kind != ExpressionKind::kResult ||
        effect.number != cell.offset) {
      effect = Unknown(64);
      effect.kind = ExpressionKind::kResult;
      effect.symbol = kStored;
      effect.number = cell.offset;
      effect.operands = {cell.value};
    }
    effects.push_back(std::move(effect));
    environments.push_back({cell.from});
  };
  std::ranges::for_each(fact.initial, add);
  std::ranges::for_each(fact.stores, add);
  return OfMemory(effects, expression.number, environments);
}

AbstractValue ValueEvaluator::OfBuffer(const ValueExpression& expression,
                                       const Environment& environment) {
  if (!OnlyRead(expression.readers)) return UnknownValue(64);
  return OfMemory(expression.operands, expression.number,
                  std::vector(expression.operands.size(), environment));
}

AbstractValue ValueEvaluator::OfMemory(
    const std::vector<ValueExpression>& effects, uint64_t offset,
    const std::vector<Environment>& environments) {
  const bool before = std::exchange(saw_nothing_, false);
  AbstractValue value = TextValue(TextsWritten(effects, offset, environments));
  if (offset == 0) value.endpoints = EndpointsWritten(effects, environments);
  const bool nothing = std::exchange(saw_nothing_, before);
  return nothing ? NothingYet(64) : value;
}

// The constants that are written at a place of this size, whichever comes last;
// nothing if something else is.
std::optional<std::set<uint64_t>> ValueEvaluator::FieldWritten(
    const std::vector<ValueExpression>& effects, uint64_t offset, uint64_t size,
    const std::vector<Environment>& environments) {
  std::set<uint64_t> values;
  for (size_t i = 0; i < effects.size(); ++i) {
    const ValueExpression& effect = effects[i];
    if (effect.operands.empty()) return std::nullopt;
    if (effect.number >= offset + size) continue;
    const bool fills = effect.symbol == kFilled;
    if (!fills && effect.symbol != kStored) return std::nullopt;
    const auto value = Single(Evaluate(effect.operands[0], environments[i]));
    const auto length =
        fills ? Single(Evaluate(effect.operands[1], environments[i]))
              : BytesOf(effect.operands[0].width_bits);
    if (length && effect.number + *length <= offset) continue;
    const bool zeroes = fills && value == 0 && length &&
                        effect.number <= offset &&
                        effect.number + *length >= offset + size;
    const bool stores =
        !fills && value && effect.number == offset && length == size;
    if (!zeroes && !stores) return std::nullopt;
    values.insert(*value);
  }
  if (values.empty()) return std::nullopt;
  return values;
}

// A socket's address, as bind(2) and connect(2) get it. One that is all zeros
// (AF_UNSPEC) is nobody's.
Texts ValueEvaluator::EndpointsWritten(
    const std::vector<ValueExpression>& effects,
    const std::vector<Environment>& environments) {
  const auto families = FieldWritten(effects, 0, 2, environments);
  if (!families) return Texts::Any();
  Texts all;
  for (const uint64_t family : *families) {
    if (family == AF_UNIX)
      all = Join(all, Concatenate(Texts::Pattern("unix:"),
                                  TextsWritten(effects, 2, environments)));
    else if (family == AF_INET || family == AF_INET6)
      all =
          Join(all, InternetWritten(family == AF_INET, effects, environments));
    else if (family != AF_UNSPEC)
      return Texts::Any();
  }
  return all.patterns.empty() ? Texts::Any() : all;
}

Texts ValueEvaluator::InternetWritten(
    bool is_old, const std::vector<ValueExpression>& effects,
    const std::vector<Environment>& environments) {
  Texts hosts = Texts::Any();
  const auto addresses = FieldWritten(effects, 4, 4, environments);
  if (is_old && addresses) hosts = {};
  for (const uint64_t host : addresses.value_or(std::set<uint64_t>()))
    if (is_old) hosts.patterns.insert(HostText(host));
  Texts numbers = Texts::Any();
  const auto ports = FieldWritten(effects, 2, 2, environments);
  if (ports) numbers = {};
  for (const uint64_t port : ports.value_or(std::set<uint64_t>()))
    numbers.patterns.insert(
        std::to_string(std::byteswap(static_cast<uint16_t>(port))));
  return Concatenate(
      Concatenate(Texts::Pattern(is_old ? "inet:" : "inet6:"), hosts),
      Concatenate(Texts::Pattern(":"), numbers));
}

// All that may stand there at any time, whichever was written last.
Texts ValueEvaluator::TextsWritten(
    const std::vector<ValueExpression>& effects, uint64_t offset,
    const std::vector<Environment>& environments) {
  Texts texts;
  bool appends = false;
  for (size_t i = 0; i < effects.size(); ++i)
    if (!AddWritten(effects[i], offset, environments[i], texts, appends))
      return Texts::Any();
  if (texts.patterns.empty()) return Texts::Any();
  if (appends) texts = Join(texts, Beginning(texts));
  // A NUL that is put somewhere cuts whatever is there.
  const Texts whole = texts;
  for (const ValueExpression& effect : effects)
    if (effect.number > offset)
      texts = Join(texts, Cut(whole, effect.number - offset + 1));
  return texts;
}

bool ValueEvaluator::AddWritten(const ValueExpression& effect, uint64_t offset,
                                const Environment& environment, Texts& texts,
                                bool& appends) {
  if (effect.operands.empty()) return false;
  if (effect.symbol == kStored) {
    const ValueExpression& stored = effect.operands[0];
    if (effect.number + BytesOf(stored.width_bits) <= offset) return true;
    if (Single(Evaluate(stored, environment)) != 0 || effect.number < offset)
      return false;
    if (effect.number == offset) texts = Join(texts, Texts::Literal(""));
    return true;
  }
  if (effect.symbol == kFilled) {
    const auto size = Single(Evaluate(effect.operands[1], environment));
    if (size && effect.number + *size <= offset) return true;
    if (Single(Evaluate(effect.operands[0], environment)) != 0) return false;
    if (effect.number <= offset) texts = Join(texts, Texts::Literal(""));
    return true;
  }
  if (effect.symbol == kCopied) {
    const ValueExpression& text = effect.operands[0];
    const auto size = Single(Evaluate(effect.operands[1], environment));
    if (!size) return false;
    if (effect.number + *size <= offset) return true;
    if (effect.number != offset || *size <= text.symbol.size()) return false;
    texts = Join(texts, Texts::Literal(text.symbol));
    return true;
  }
  const MemoryWriter* writer = FindMemoryWriter(effect.symbol);
  if (writer == nullptr || tables_.defined.contains(effect.symbol) ||
      effect.number != offset)
    return false;
  appends |= writer->appends;
  if (!writer->appends) texts = Join(texts, WrittenBy(effect, environment));
  return true;
}

Texts ValueEvaluator::WrittenBy(const ValueExpression& call,
                                const Environment& environment) {
  const MemoryWriter& writer = *FindMemoryWriter(call.symbol);
  const auto operand = [&](int place) {
    const auto index = static_cast<size_t>(place);
    if (place < 0 || index >= call.operands.size()) return UnknownValue(64);
    AbstractValue value = Evaluate(call.operands[index], environment);
    saw_nothing_ |= value.numbers.is_none();
    return value;
  };
  const bool is_cut = writer.size >= 0;
  const auto size = is_cut ? Single(operand(writer.size)) : ~uint64_t{0};
  if (writer.source >= 0) {
    const Texts source = operand(writer.source).texts;
    if (source.patterns.empty()) return Texts::Any();
    Texts cut = Cut(source, size);
    // strncpy leaves out the NUL where it cuts.
    return cut == source ? cut : Beginning(cut);
  }
  const Texts formats = operand(writer.format).texts;
  if (formats.any || formats.patterns.empty()) return Texts::Any();
  std::vector<Texts> arguments;
  for (int i = writer.format + 1; static_cast<size_t>(i) < call.operands.size();
       ++i)
    arguments.push_back(AsPrinted(operand(i)));
  Texts texts;
  for (const std::string& format : formats.patterns)
    texts = IsPattern(format)
                ? Texts::Any()
                : Join(texts, Formatted(Unescaped(format), arguments, size));
  return texts;
}

AbstractValue ValueEvaluator::InitialCell(const GlobalFact& fact,
                                          uint64_t offset, uint8_t width) {
  const uint64_t end = offset + BytesOf(width);
  if (end > fact.size_bytes || end < offset) return UnknownValue(width);
  const CellFact* exact = nullptr;
  for (const CellFact& cell : fact.initial) {
    const bool is_text = cell.value.kind == ExpressionKind::kResult;
    const uint64_t size = is_text ? cell.value.operands[1].number
                                  : BytesOf(cell.value.width_bits);
    if (cell.offset >= end || cell.offset + size <= offset) continue;
    if (is_text || cell.offset != offset || cell.value.width_bits != width)
      return UnknownValue(width);
    exact = &cell;
  }
  return exact == nullptr ? ConstantValue(0, width)
                          : Evaluate(exact->value, {});
}

AbstractValue ValueEvaluator::Cell(const CellKey& key) {
  const auto& [symbol, first, stride, width] = key;
  // From before the global on: an index brings it inside.
  if (first > std::numeric_limits<int64_t>::max()) return UnknownValue(width);
  // An index may be negative: from the first place on.
  const uint64_t offset = stride == 0 ? first : first % stride;
  const auto found = tables_.globals.find(symbol);
  if (found == tables_.globals.end()) return UnknownValue(width);
  const GlobalFact& fact = found->second;
  steps_ = 0;
  choices_.clear();
  AbstractValue value = NothingYet(width);
  const std::vector<uint64_t> places = PlacesOf(fact, offset, stride, width);
  if (places.size() > kMostPlaces) return UnknownValue(width);
  for (const uint64_t place : places)
    value = Join(value, InitialCell(fact, place, width));
  for (const CellFact& store : fact.stores)
    for (const uint64_t place : places)
      if (const auto stored = StoredAt(store, place, width))
        value = Join(value, *stored);
  return value;
}

// What a store leaves in a cell; nothing if it does not touch it.
std::optional<AbstractValue> ValueEvaluator::StoredAt(const CellFact& store,
                                                      uint64_t place,
                                                      uint8_t width) {
  const uint64_t bytes = BytesOf(width);
  if (store.offset >= place + bytes) return std::nullopt;
  const bool is_effect = store.value.kind == ExpressionKind::kResult &&
                         store.value.number == store.offset;
  if (is_effect && store.value.symbol == kFilled)
    return FilledAt(store, place, width);
  // A text is of any length.
  if (is_effect && FindMemoryWriter(store.value.symbol) != nullptr)
    return UnknownValue(width);
  const uint64_t size = BytesOf(store.value.width_bits);
  if (store.offset + size <= place) return std::nullopt;
  if (store.offset != place || size != bytes) return UnknownValue(width);
  return Passed(Evaluate(store.value, {store.from}), width);
}

std::optional<AbstractValue> ValueEvaluator::FilledAt(const CellFact& store,
                                                      uint64_t place,
                                                      uint8_t width) {
  const Environment environment{store.from};
  const auto byte = Single(Evaluate(store.value.operands[0], environment));
  const auto size = Single(Evaluate(store.value.operands[1], environment));
  if (size && store.offset + *size <= place) return std::nullopt;
  const bool covers = size && store.offset <= place &&
                      store.offset + *size >= place + BytesOf(width);
  return covers && byte == 0 ? ConstantValue(0, width) : UnknownValue(width);
}

}  // namespace bailey::analyzer
