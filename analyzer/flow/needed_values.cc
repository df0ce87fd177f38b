#include "analyzer/flow/needed_values.h"

#include <set>

namespace bailey::analyzer {
namespace {

class NeededFinder {
 public:
  explicit NeededFinder(const FollowedValues& followed) : followed_(followed) {}

  void Need(std::string_view function, const ValueExpression& expression) {
    if (expression.kind == ExpressionKind::kParameter)
      NeedParameter({function, expression.number});
    if (expression.kind == ExpressionKind::kLoad)
      NeedCell({expression.symbol, expression.number, expression.stride,
                expression.width_bits});
    if (expression.kind == ExpressionKind::kAddress)
      NeedGlobal(expression.symbol);
    if (expression.kind == ExpressionKind::kResult)
      NeedResult(expression.symbol);
    for (const ValueExpression& operand : expression.operands)
      Need(function, operand);
  }

  bool IsNeeded(const ParameterKey& key) const {
    return parameters_.contains(key);
  }
  bool IsNeeded(const CellKey& key) const { return cells_.contains(key); }

 private:
  void NeedParameter(const ParameterKey& key) {
    if (!followed_.widths.contains(key) || !parameters_.insert(key).second)
      return;
    for (const CallFact* call : followed_.callers.at(key.first))
      if (key.second < call->expressions.size())
        Need(call->from, call->expressions[key.second]);
  }

  void NeedCell(const CellKey& key) {
    if (!followed_.tables.cells.contains(key) || !cells_.insert(key).second)
      return;
    NeedGlobal(std::get<0>(key));
  }

  // Which of its cells a store is for is not looked at.
  void NeedGlobal(std::string_view symbol) {
    const auto found = followed_.tables.globals.find(symbol);
    if (found == followed_.tables.globals.end() ||
        !globals_.insert(symbol).second)
      return;
    for (const auto* cells : {&found->second.initial, &found->second.stores})
      for (const CellFact& each : *cells) Need(each.from, each.value);
  }

  void NeedResult(std::string_view function) {
    const auto returns = followed_.tables.returns.find(function);
    if (returns == followed_.tables.returns.end() ||
        !results_.insert(function).second)
      return;
    for (const ValueExpression* each : returns->second) Need(function, *each);
  }

  const FollowedValues& followed_;
  std::set<ParameterKey> parameters_;
  std::set<CellKey> cells_;
  std::set<std::string_view> globals_;
  std::set<std::string_view> results_;
};

}  // namespace

void KeepNeeded(const std::vector<const CallFact*>& calls,
                FollowedValues& followed) {
  NeededFinder needed(followed);
  for (const CallFact* call : calls)
    for (const ValueExpression& each : call->expressions)
      needed.Need(call->from, each);
  std::erase_if(followed.widths, [&](const auto& each) {
    if (needed.IsNeeded(each.first)) return false;
    followed.tables.parameters.at(each.first.first).erase(each.first.second);
    return true;
  });
  std::erase_if(followed.tables.cells,
                [&](const auto& each) { return !needed.IsNeeded(each.first); });
}

}  // namespace bailey::analyzer
