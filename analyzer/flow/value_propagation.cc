// First what each parameter and each cell of a global can be in any context,
// as the least solution of what the units say (a value that keeps growing is
// given up as unknown); then, for each call, the contexts that its arguments
// depend on, from caller to caller.
#include "analyzer/flow/value_propagation.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "analyzer/flow/followed_values.h"
#include "analyzer/flow/value_evaluator.h"
#include "common/sort_unique.h"

namespace bailey::analyzer {
namespace {

constexpr size_t kMostContexts = 32;
constexpr int kMostChanges = 24;  // of one value, before it is given up

bool IsOwnParameter(const ValueExpression& expression, uint64_t place) {
  return expression.kind == ExpressionKind::kParameter &&
         expression.number == place;
}

// The values of some parameters: what tells contexts apart.
using Bindings = std::map<uint64_t, AbstractValue>;

}  // namespace

class ValuePropagation::Solver {
 public:
  Solver(const Program& program, const PropagationScope& scope)
      : followed_(FindFollowed(program, scope)), evaluate_(tables_) {
    Solve();
  }

  std::vector<CallContext> Contexts(
      const std::string& function,
      const std::vector<ValueExpression>& expressions) {
    std::map<uint64_t, uint8_t> used;
    for (const ValueExpression& each : expressions)
      CollectParameters(each, used);
    std::set<uint64_t> places;
    for (const auto& [place, width] : used) places.insert(place);
    std::vector<CallContext> all;
    for (const Bindings& bindings : BindingsOf(function, places)) {
      const CallContext arguments = ArgumentsFrom(bindings);
      CallContext context;
      for (const ValueExpression& each : expressions) {
        context.push_back(evaluate_(
            each, {function, bindings.empty() ? nullptr : &arguments}));
        Settle(context.back());
      }
      if (std::ranges::find(all, context) == all.end())
        all.push_back(std::move(context));
    }
    return all;
  }

 private:
  // Of a parameter or cell. Pointers to these stay good: no map grows.
  struct History {
    int changes = 0;
    uint64_t changed_at = 0;
    uint64_t found_at = 0;
    bool is_at_rest = false;  // when it was last found, nothing changed
    std::vector<const AbstractValue*> read;
  };

  bool Update(AbstractValue& value, const AbstractValue& more) {
    AbstractValue joined = Join(value, more);
    if (joined == value) return false;
    History& history = history_[&value];
    history.changed_at = ++clock_;
    value = ++history.changes > kMostChanges
                ? UnknownValue(joined.numbers.width())
                : std::move(joined);
    return true;
  }

  // What is unknown stays so.
  static bool IsSettled(const AbstractValue& value) {
    return value == UnknownValue(value.numbers.width());
  }

  // It had changed nothing, and all that it read is as it was: it would change
  // nothing again.
  bool IsAtRest(const History& history) {
    return history.is_at_rest &&
           std::ranges::none_of(history.read, [&](const AbstractValue* each) {
             return history_[each].changed_at > history.found_at;
           });
  }

  // Does what finds a value anew.
  template <class Find>
  bool Renew(const AbstractValue& value, bool also_at_rest, const Find& find) {
    History& history = history_[&value];
    if (!also_at_rest && IsAtRest(history)) return false;
    history.is_at_rest = true;
    if (IsSettled(value)) return false;
    history.found_at = clock_;
    history.read.clear();
    evaluate_.Record(&history.read);
    const bool changed = find();
    evaluate_.Record(nullptr);
    SortUnique(history.read);
    history.is_at_rest = !changed;
    return changed;
  }

  bool UpdateParameter(const ParameterKey& key, uint8_t width,
                       AbstractValue& value) {
    bool changed = false;
    for (const CallFact* call : followed_.callers.at(key.first)) {
      if (key.second >= call->expressions.size()) {
        changed |= Update(value, UnknownValue(width));
        continue;
      }
      const AbstractValue passed =
          evaluate_(call->expressions[key.second], {call->from});
      changed |= Update(value, Passed(passed, width));
    }
    return changed;
  }

  bool Pass(bool also_at_rest) {
    bool changed = false;
    for (const auto& [key, width] : followed_.widths) {
      AbstractValue& value = tables_.parameters[key.first].at(key.second);
      changed |= Renew(value, also_at_rest,
                       [&] { return UpdateParameter(key, width, value); });
    }
    for (auto& [key, value] : tables_.cells)
      changed |= Renew(value, also_at_rest,
                       [&] { return Update(value, evaluate_.Cell(key)); });
    return changed;
  }

  // The last pass leaves nothing out: whatever a value was found to read, the
  // end is a fixed point of all of it.
  void Solve() {
    do
      while (Pass(/*also_at_rest=*/false)) {
      }
    while (Pass(/*also_at_rest=*/true));
    for (auto& [function, parameters] : tables_.parameters)
      for (auto& [place, value] : parameters) Settle(value);
    for (auto& [key, value] : tables_.cells) Settle(value);
  }

  // Nothing reaches it from anywhere that is known.
  static void Settle(AbstractValue& value) {
    if (value.numbers.is_none()) value = UnknownValue(value.numbers.width());
  }

  static CallContext ArgumentsFrom(const Bindings& bindings) {
    CallContext arguments;
    for (const auto& [place, value] : bindings) {
      arguments.resize(place, UnknownValue(64));
      arguments.push_back(value);
    }
    return arguments;
  }

  // What the function's parameters at these places are together.
  std::vector<Bindings> BindingsOf(const std::string& function,
                                   const std::set<uint64_t>& places) {
    if (places.empty()) return {{}};
    const std::pair key(function, places);
    if (const auto known = bindings_.find(key); known != bindings_.end())
      return known->second;
    std::optional<std::vector<Bindings>> found;
    if (followed_.functions.contains(function) &&
        open_.insert(function).second) {
      found = FromCallers(function, places);
      open_.erase(function);
    }
    // INVARIANT: what stands for a function that is being looked at already
    // holds in all contexts, so that every answer may be kept.
    return bindings_
        .emplace(key, found ? *std::move(found)
                            : std::vector{AnyContext(function, places)})
        .first->second;
  }

  Bindings AnyContext(const std::string& function,
                      const std::set<uint64_t>& places) const {
    Bindings bindings;
    for (const uint64_t place : places) {
      const AbstractValue* known = tables_.Parameter(function, place);
      bindings.emplace(place, known == nullptr ? UnknownValue(64) : *known);
    }
    return bindings;
  }

  // Nothing if there are too many.
  std::optional<std::vector<Bindings>> FromCallers(
      const std::string& function, const std::set<uint64_t>& places) {
    std::vector<Bindings> all;
    for (const CallFact* call : followed_.callers.at(function)) {
      if (PassesOn(*call, places)) continue;
      if (!AddFrom(*call, places, all)) return std::nullopt;
    }
    if (all.empty()) return std::nullopt;
    return all;
  }

  // A call of the function by itself, with what it was given.
  static bool PassesOn(const CallFact& call, const std::set<uint64_t>& places) {
    return call.from == call.to &&
           std::ranges::all_of(places, [&](uint64_t place) {
             return place < call.expressions.size() &&
                    IsOwnParameter(call.expressions[place], place);
           });
  }

  bool AddFrom(const CallFact& call, const std::set<uint64_t>& places,
               std::vector<Bindings>& all) {
    std::map<uint64_t, uint8_t> used;
    for (const uint64_t place : places)
      if (place < call.expressions.size())
        CollectParameters(call.expressions[place], used);
    std::set<uint64_t> needed;
    for (const auto& [place, width] : used) needed.insert(place);
    for (const Bindings& outer : BindingsOf(call.from, needed)) {
      const CallContext arguments = ArgumentsFrom(outer);
      Bindings bindings;
      for (const uint64_t place : places) {
        AbstractValue value =
            place < call.expressions.size()
                ? evaluate_(call.expressions[place],
                            {call.from, outer.empty() ? nullptr : &arguments})
                : UnknownValue(64);
        Settle(value);
        bindings.emplace(place, std::move(value));
      }
      if (std::ranges::find(all, bindings) == all.end())
        all.push_back(std::move(bindings));
      if (all.size() > kMostContexts) return false;
    }
    return true;
  }

  FollowedValues followed_;
  ValueTables& tables_ = followed_.tables;
  ValueEvaluator evaluate_;
  std::unordered_map<const AbstractValue*, History> history_;
  uint64_t clock_ = 0;
  std::set<std::string> open_;
  std::map<std::pair<std::string, std::set<uint64_t>>, std::vector<Bindings>>
      bindings_;
};

ValuePropagation::ValuePropagation(const Program& program,
                                   const PropagationScope& scope)
    : solver_(std::make_unique<Solver>(program, scope)) {}
ValuePropagation::~ValuePropagation() = default;

std::vector<CallContext> ValuePropagation::Contexts(
    const CallFact& call) const {
  return solver_->Contexts(call.from, call.expressions);
}

std::vector<CallContext> ValuePropagation::Contexts(
    const AssemblySyscall& call) const {
  return solver_->Contexts(call.from, call.expressions);
}

std::vector<ValueFact> FactsOf(const CallContext& context) {
  std::vector<ValueFact> facts;
  for (const AbstractValue& value : context)
    facts.push_back(value.numbers.ToFact());
  return facts;
}

}  // namespace bailey::analyzer
