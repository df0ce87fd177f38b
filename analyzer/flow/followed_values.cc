#include "analyzer/flow/followed_values.h"

#include <algorithm>
#include <iterator>
#include <string_view>
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
      aliased_.insert({each.name, each.target});
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
    std::set<std::string> conflicting;
    std::set<std::string> unknown(program_.kept.begin(), program_.kept.end());
    for (const AliasFact& each : program_.aliases)
      unknown.insert({each.name, each.target});
    std::map<std::string, GlobalFact> merged;
    for (const GlobalFact& fact : program_.global_facts)
      if (!Merge(fact, merged[fact.id])) conflicting.insert(fact.id);
    for (const FlowGlobal& each : program_.flow.globals) {
      const auto fact = merged.find(each.id);
      if (fact == merged.end() || !fact->second.is_defined) continue;
      if (conflicting.contains(each.id)) continue;
      const bool constant = fact->second.is_constant;
      if (fact->second.escapes && !(constant && !fact->second.initial.empty()))
        continue;
      if (unknown.contains(each.id) && !constant) continue;
      if (IsOthers(each.id, each.linkage)) continue;
      for (const std::string& reader : fact->second.readers)
        fact->second.escapes |= found_.tables.defined.contains(reader);
      if (!constant && fact->second.escapes) continue;
      found_.tables.globals.insert(*fact);
    }
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
    const auto add = [&](const std::string& function,
                         const ValueExpression& expression) {
      if (!found_.functions.contains(function)) return;
      std::map<uint64_t, uint8_t> used;
      CollectParameters(expression, used);
      for (const auto& [place, width] : used) {
        uint8_t& most = found_.widths[{function, place}];
        most = std::max(most, width);
      }
    };
    for (const CallFact& call : program_.calls)
      for (const ValueExpression& each : call.expressions) add(call.from, each);
    for (const AssemblySyscall& call : program_.syscalls)
      for (const ValueExpression& each : call.expressions) add(call.from, each);
    for (const ReturnFact& each : program_.returns)
      add(each.function, each.value);
    for (const auto& [id, fact] : found_.tables.globals)
      for (const CellFact& store : fact.stores) add(store.from, store.value);
    for (const auto& [key, width] : found_.widths)
      found_.tables.parameters[key.first].emplace(key.second,
                                                  NothingYet(width));
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
  std::set<std::string> aliased_;
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
