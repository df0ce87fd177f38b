#include "analyzer/flow/global_values.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/flow/program.h"

namespace bailey::analyzer {
namespace {

constexpr size_t kMostGlobalValues = 64;
constexpr uint64_t kMostRows = 1024;
constexpr int kMostHops = 6;  // from a store to what it stores

// Nothing: it may be anything.
using Values = std::optional<std::set<GlobalValue>>;

// What all units say of one global.
struct MergedFact {
  const GlobalFact* definition = nullptr;  // null: none, or several
  int definitions = 0;
  bool escapes = false;
  bool roams = false;
  std::vector<const CellFact*> stores = {};
  std::vector<MemberFact> kept = {};

  // Whether a column's members may be written by an address that is kept.
  bool IsKept(uint64_t offset, uint64_t stride) const {
    return std::ranges::any_of(kept, [&](const MemberFact& each) {
      const uint64_t at = offset % each.stride;
      return stride != each.stride ||
             (each.offset <= at && at < each.offset + each.bytes);
    });
  }
};

bool IsPlainText(std::string_view text) {
  return std::ranges::all_of(text,
                             [](char each) { return each > 0 && each < 127; });
}

int64_t SignExtended(uint64_t number, unsigned width_bits) {
  const unsigned unused = 64 - width_bits;
  return static_cast<int64_t>(number << unused) >> unused;
}

bool HoldsNumber(const std::set<GlobalValue>& values) {
  return std::ranges::any_of(values, [](const GlobalValue& each) {
    return each.kind == GlobalValueKind::kNumber && each.number != 0;
  });
}

class ValueFinder {
 public:
  explicit ValueFinder(Program& program) : program_(program) {
    for (const GlobalFact& each : program.global_facts) Merge(each);
    for (const CallFact& each : program.calls) callers_[each.to].insert(&each);
    for (const FlowFunction& each : program.flow.functions)
      functions_[each.id] = &each;
    FindShared();
  }

  void Mark() {
    for (FlowGlobal& each : program_.flow.globals)
      if (auto values = ValuesOf(each))
        each.values.assign(values->begin(), values->end());
  }

 private:
  void Merge(const GlobalFact& fact) {
    MergedFact& merged = facts_[fact.id];
    if (fact.is_defined) {
      merged.definition = &fact;
      ++merged.definitions;
    }
    merged.escapes |= fact.escapes;
    merged.roams |= fact.roams;
    for (const CellFact& each : fact.stores) merged.stores.push_back(&each);
    merged.kept.insert(merged.kept.end(), fact.kept.begin(), fact.kept.end());
  }

  // Symbols that something uses which no unit shows.
  void FindShared() {
    for (const AliasFact& each : program_.aliases)
      shared_.insert({each.name, each.target});
    shared_.insert(program_.also_external.begin(),
                   program_.also_external.end());
    shared_.insert(program_.kept.begin(), program_.kept.end());
    shared_.insert(program_.assembly_uses.begin(),
                   program_.assembly_uses.end());
  }

  static bool IsOfInterest(const FlowGlobal& global) {
    return (global.type.kind == TypeKind::kInteger ||
            global.type.kind == TypeKind::kEnum ||
            global.type.kind == TypeKind::kPointer) &&
           global.type.size_bytes > 0 && global.type.size_bytes <= 8 &&
           !global.is_constant && !global.never_written &&
           !global.is_thread_local;
  }

  const MergedFact* FactOf(std::string_view id) const {
    const auto found = facts_.find(id);
    return found == facts_.end() || found->second.definitions != 1 ||
                   shared_.contains(id)
               ? nullptr
               : &found->second;
  }

  Values ValuesOf(const FlowGlobal& global) {
    if (!IsOfInterest(global)) return {};
    const MergedFact* fact = FactOf(global.id);
    if (fact == nullptr || fact->escapes || fact->stores.empty()) return {};
    const auto width = static_cast<uint8_t>(global.type.size_bytes * 8);
    Values values = Column(*fact, 0, 0, width, kMostHops);
    if (!values || values->size() > kMostGlobalValues) return {};
    return values;
  }

  // ---- What is at a place of a global, or every `stride` bytes from it ----

  Values Column(const MergedFact& fact, uint64_t offset, uint64_t stride,
                uint8_t width, int steps) {
    Values values = InitialColumn(*fact.definition, offset, stride, width);
    for (const CellFact* store : fact.stores) {
      if (!values) break;
      if (!MayMeet(*store, offset, stride, width / 8)) continue;
      // A part of the value, or more than it.
      if (store->value.width_bits != width) return {};
      values = Joined(std::move(values), Of(store->value, store->from, steps));
    }
    return values;
  }

  Values InitialColumn(const GlobalFact& table, uint64_t offset,
                       uint64_t stride, uint8_t width) {
    std::map<uint64_t, const ValueExpression*> cells;
    for (const CellFact& each : table.initial) cells[each.offset] = &each.value;
    Values values = std::set<GlobalValue>();
    uint64_t rows = 0;
    for (uint64_t at = offset; values && at + width / 8 <= table.size_bytes;
         at += stride) {
      const auto cell = cells.find(at);
      values = Joined(std::move(values), cell == cells.end()
                                             ? Number(0)
                                             : Initial(*cell->second, width));
      if (stride == 0) break;
      if (++rows == kMostRows) return {};
    }
    return values;
  }

  Values Initial(const ValueExpression& value, uint8_t width) {
    return value.width_bits == width ? Of(value, "", 0) : Values();
  }

  // Two rows of places, each of one if its stride is 0.
  static bool MayMeet(const CellFact& store, uint64_t offset, uint64_t stride,
                      uint64_t bytes) {
    const uint64_t stored = (store.value.width_bits + 7) / 8;
    if (store.stride != 0 && stride != 0 && store.stride != stride) return true;
    const uint64_t step = std::max(store.stride, stride);
    const uint64_t a = step == 0 ? offset : offset % step;
    const uint64_t b = step == 0 ? store.offset : store.offset % step;
    return a < b + stored && b < a + bytes;
  }

  // ---- What an expression may be ----

  Values Of(const ValueExpression& value, const std::string& function,
            int steps) {
    switch (value.kind) {
      case ExpressionKind::kConstant:
        return Number(SignExtended(value.number, value.width_bits));
      case ExpressionKind::kFunction:
        return OfFunction(value.symbol);
      case ExpressionKind::kText:
        return OfText(value.symbol);
      case ExpressionKind::kLoad:
        return steps > 0 ? OfLoad(value, steps - 1) : Values();
      case ExpressionKind::kParameter:
        return steps > 0 ? OfParameter(value, function, steps - 1) : Values();
      case ExpressionKind::kChoice:
        return OfChoice(value, function, steps);
      case ExpressionKind::kBound:
        return value.operands.empty() ? Values()
                                      : Of(value.operands[0], function, steps);
      case ExpressionKind::kCycle:  // one that it had before
        return std::set<GlobalValue>();
      default:
        return {};
    }
  }

  static Values Number(int64_t number) {
    return std::set<GlobalValue>{{GlobalValueKind::kNumber, number, {}}};
  }

  Values OfFunction(const std::string& id) const {
    if (!functions_.contains(id) || shared_.contains(id)) return {};
    return std::set<GlobalValue>{{GlobalValueKind::kFunction, 0, id}};
  }

  static Values OfText(const std::string& text) {
    if (!IsPlainText(text)) return {};
    return std::set<GlobalValue>{{GlobalValueKind::kText, 0, text}};
  }

  Values OfChoice(const ValueExpression& value, const std::string& function,
                  int steps) {
    Values values = std::set<GlobalValue>();
    for (const ValueExpression& each : value.operands) {
      if (!values) break;
      values = Joined(std::move(values), Of(each, function, steps));
    }
    return values;
  }

  Values OfLoad(const ValueExpression& load, int steps) {
    const MergedFact* fact = FactOf(load.symbol);
    if (fact == nullptr) return {};
    Values values =
        Column(*fact, load.number, load.stride, load.width_bits, steps);
    if (!values || !fact->escapes) return values;
    // A table whose rows go to functions, which may wipe them. A column that
    // begins with zeros alone is filled there.
    values->insert({GlobalValueKind::kNumber, 0, {}});
    const bool is_table = load.stride != 0 && values->size() > 1;
    const bool is_known =
        !fact->roams && !fact->IsKept(load.number, load.stride);
    if (!is_table || (!is_known && HoldsNumber(*values))) return {};
    return values;
  }

  // Where every call of the function is by its name.
  Values OfParameter(const ValueExpression& parameter,
                     const std::string& function, int steps) {
    const auto of = functions_.find(function);
    if (of == functions_.end() || shared_.contains(function) ||
        of->second->address_taken || function == "main" ||
        !callers_.contains(function))
      return {};
    Values values = std::set<GlobalValue>();
    for (const CallFact* call : callers_[function]) {
      if (parameter.number >= call->expressions.size()) return {};
      values = Joined(std::move(values), Of(call->expressions[parameter.number],
                                            call->from, steps));
      if (!values) break;
    }
    return values;
  }

  static Values Joined(Values a, Values b) {
    if (!a || !b) return {};
    a->merge(*b);
    if (a->size() > kMostGlobalValues) return {};
    return a;
  }

  Program& program_;
  std::map<std::string, MergedFact, std::less<>> facts_;
  std::map<std::string, std::set<const CallFact*>, std::less<>> callers_;
  std::map<std::string_view, const FlowFunction*, std::less<>> functions_;
  std::set<std::string, std::less<>> shared_;
};

}  // namespace

void FindGlobalValues(Program& program) { ValueFinder(program).Mark(); }

}  // namespace bailey::analyzer
