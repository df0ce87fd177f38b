#include "analyzer/flow/followed_values.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace bailey::analyzer {
namespace {

void CollectLoads(const ValueExpression& expression, std::set<CellKey>& cells) {
  if (expression.kind == ExpressionKind::kLoad)
    cells.insert({expression.symbol, expression.number, expression.stride,
                  expression.width_bits});
  for (const ValueExpression& operand : expression.operands)
    CollectLoads(operand, cells);
}

// They set `optarg`.
constexpr std::string_view kOptionReaders[] = {
    "getopt", "__posix_getopt", "getopt_long", "getopt_long_only"};

class FollowedFinder {
 public:
  FollowedFinder(const Program& program, const PropagationScope& scope)
      : program_(program), scope_(scope) {}

  FollowedValues Find() {
    CollectDefined();
    CollectGlobals();
    for (const ReturnFact& each : program_.returns)
      if (!program_.also_external.contains(each.function))
        found_.tables.returns[each.function].push_back(&each.value);
    for (const CallFact& call : program_.calls)
      found_.callers[call.to].push_back(&call);
    CollectCells();
    CollectFollowed();
    found_.tables.optarg_is_mains = IsOptargMains();
    return std::move(found_);
  }

 private:
  void CollectDefined() {
    for (const FlowFunction& each : program_.flow.functions)
      found_.tables.defined.insert(each.id);
    for (const FlowGlobal& each : program_.flow.globals)
      found_.tables.defined.insert(each.id);
    for (const AliasFact& each : program_.aliases) {
      found_.tables.defined.insert(each.name);
      aliased_.insert(each.name);
      aliased_.insert(each.target);
    }
  }

  bool IsOthers(const std::string& id, Linkage linkage) const {
    return linkage == Linkage::kExternal &&
           (scope_.has_unread_code || scope_.entered.contains(id) ||
            scope_.library_symbols.contains(id) ||
            program_.also_external.contains(id));
  }

  // Globals of which all units together say all.
  void CollectGlobals() {
    std::unordered_set<std::string_view> unknown(program_.kept.begin(),
                                                 program_.kept.end());
    unknown.insert(aliased_.begin(), aliased_.end());
    std::unordered_map<std::string_view, std::vector<const GlobalFact*>> facts;
    for (const GlobalFact& fact : program_.global_facts)
      facts[fact.id].push_back(&fact);
    for (const FlowGlobal& each : program_.flow.globals) {
      const auto known = facts.find(each.id);
      if (known == facts.end() || IsOthers(each.id, each.linkage)) continue;
      if (auto fact = Followed(known->second, unknown.contains(each.id)))
        found_.tables.globals.emplace(each.id, *std::move(fact));
    }
  }

  // What the units say together; nothing if that may not be all.
  std::optional<GlobalFact> Followed(
      const std::vector<const GlobalFact*>& facts, bool is_unknown) const {
    const auto any = [&](bool GlobalFact::* flag) {
      return std::ranges::any_of(
          facts, [&](const GlobalFact* fact) { return fact->*flag; });
    };
    if (!any(&GlobalFact::is_defined)) return std::nullopt;
    if (any(&GlobalFact::escapes) && !any(&GlobalFact::is_constant))
      return std::nullopt;
    GlobalFact merged;
    bool agree = true;
    for (const GlobalFact* fact : facts) agree &= Merge(*fact, merged);
    const bool constant = merged.is_constant;
    if (!agree || (is_unknown && !constant)) return std::nullopt;
    if (merged.escapes && !(constant && !merged.initial.empty()))
      return std::nullopt;
    for (const std::string& reader : merged.readers)
      merged.escapes |= found_.tables.defined.contains(reader);
    if (!constant && merged.escapes) return std::nullopt;
    return merged;
  }

  // False if two definitions differ: which one counts is the linker's choice.
  static bool Merge(const GlobalFact& fact, GlobalFact& into) {
    into.id = fact.id;
    into.escapes |= fact.escapes;
    into.readers.insert(into.readers.end(), fact.readers.begin(),
                        fact.readers.end());
    into.stores.insert(into.stores.end(), fact.stores.begin(),
                       fact.stores.end());
    if (!fact.is_defined) return true;
    const bool same = !into.is_defined || (into.size_bytes == fact.size_bytes &&
                                           SameCells(into, fact));
    into.is_constant =
        fact.is_constant && (!into.is_defined || into.is_constant);
    into.is_defined = true;
    into.size_bytes = fact.size_bytes;
    into.initial = fact.initial;
    return same;
  }

  static bool SameCells(const GlobalFact& a, const GlobalFact& b) {
    return std::ranges::equal(
        a.initial, b.initial, [](const CellFact& x, const CellFact& y) {
          return x.offset == y.offset && x.value == y.value;
        });
  }

  template <class Use>
  void ForEachExpression(const Use& use) const {
    for (const CallFact& call : program_.calls)
      std::ranges::for_each(call.expressions, use);
    for (const AssemblySyscall& call : program_.syscalls)
      std::ranges::for_each(call.expressions, use);
    for (const ReturnFact& each : program_.returns) use(each.value);
    for (const auto& [id, fact] : found_.tables.globals)
      for (const CellFact& store : fact.stores) use(store.value);
  }

  void CollectCells() {
    std::set<CellKey> cells;
    ForEachExpression([&](const ValueExpression& expression) {
      CollectLoads(expression, cells);
    });
    for (const CellKey& key : cells)
      if (found_.tables.globals.contains(std::get<0>(key)))
        found_.tables.cells.emplace(key, NothingYet(std::get<3>(key)));
  }

  // Parameters of functions of which all callers are known.
  void CollectFollowed() {
    for (const FlowFunction& each : program_.flow.functions) {
      const bool entered =
          each.address_taken || scope_.entered.contains(each.id) ||
          IsOthers(each.id, each.linkage) || aliased_.contains(each.id);
      if (!entered && found_.callers.contains(each.id))
        found_.functions.insert(each.id);
    }
    // Widths as the functions themselves use them.
    for (const CallFact& call : program_.calls)
      CollectWidths(call.from, call.expressions);
    for (const AssemblySyscall& call : program_.syscalls)
      CollectWidths(call.from, call.expressions);
    for (const ReturnFact& each : program_.returns)
      CollectWidths(each.function, {&each.value, 1});
    for (const auto& [id, fact] : found_.tables.globals)
      for (const CellFact& store : fact.stores)
        CollectWidths(store.from, {&store.value, 1});
    for (const auto& [key, width] : found_.widths)
      found_.tables.parameters[key.first].emplace(key.second,
                                                  NothingYet(width));
  }

  void CollectWidths(const std::string& function,
                     std::span<const ValueExpression> expressions) {
    const auto followed = found_.functions.find(function);
    if (followed == found_.functions.end()) return;
    std::map<uint64_t, uint8_t> used;
    for (const ValueExpression& each : expressions)
      CollectParameters(each, used);
    for (const auto& [place, width] : used) {
      uint8_t& most = found_.widths[{*followed, place}];
      most = std::max(most, width);
    }
  }

  // Whoever calls getopt with a vector of its own makes `optarg` a part of it.
  bool IsOptargMains() const {
    const auto is_getopt = [](const std::string& name) {
      return std::ranges::find(kOptionReaders, name) !=
             std::end(kOptionReaders);
    };
    if (scope_.has_unread_code || found_.tables.defined.contains("optarg") ||
        std::ranges::any_of(scope_.library_symbols, is_getopt))
      return false;
    for (const GlobalFact& fact : program_.global_facts)
      if (fact.id == "optarg" && (fact.escapes || !fact.stores.empty()))
        return false;
    for (const FlowEdge& edge : program_.flow.edges)
      if (edge.kind == EdgeKind::kAddress && is_getopt(edge.to)) return false;
    return std::ranges::all_of(program_.calls, [&](const CallFact& call) {
      return !is_getopt(call.to) || IsMainsVector(call, 1, /*depth=*/8);
    });
  }

  // True if the call passes main's second parameter there.
  bool IsMainsVector(const CallFact& call, uint64_t place, int depth) const {
    if (depth == 0 || place >= call.expressions.size()) return false;
    const ValueExpression& passed = call.expressions[place];
    if (passed.kind != ExpressionKind::kParameter) return false;
    const auto callers = found_.callers.find(call.from);
    if (call.from == "main")
      return passed.number == 1 && callers == found_.callers.end();
    return found_.functions.contains(call.from) &&
           std::ranges::all_of(callers->second, [&](const CallFact* outer) {
             return IsMainsVector(*outer, passed.number, depth - 1);
           });
  }

  const Program& program_;
  const PropagationScope& scope_;
  std::unordered_set<std::string_view> aliased_;
  FollowedValues found_;
};

}  // namespace

void CollectParameters(const ValueExpression& expression,
                       std::map<uint64_t, uint8_t>& parameters) {
  if (expression.kind == ExpressionKind::kParameter) {
    uint8_t& width = parameters[expression.number];
    width = std::max(width, expression.width_bits);
  }
  for (const ValueExpression& operand : expression.operands)
    CollectParameters(operand, parameters);
}

FollowedValues FindFollowed(const Program& program,
                            const PropagationScope& scope) {
  return FollowedFinder(program, scope).Find();
}

}  // namespace bailey::analyzer
