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
#include "analyzer/flow/needed_values.h"
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
  explicit Solver(FollowedValues followed)
      : followed_(std::move(followed)), evaluate_(tables_) {
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
  // A parameter or a cell.
  struct Variable {
    AbstractValue* value = nullptr;  // stays where it is: no map grows
    ParameterKey parameter = {};
    uint8_t width = 0;
    const CellKey* cell = nullptr;  // else it is a parameter
    int changes = 0;
    uint64_t changed_at = 0;
    uint64_t found_at = 0;
    bool is_at_rest = false;  // when it was last found, nothing changed
    std::vector<const Variable*> read = {};
  };

  void AddVariables() {
    for (const auto& [key, width] : followed_.widths)
      variables_.push_back(
          {&tables_.parameters.at(key.first).at(key.second), key, width});
    for (auto& [key, value] : tables_.cells)
      variables_.push_back({&value, {}, 0, &key});
    for (const Variable& each : variables_) by_value_[each.value] = &each;
  }

  bool Update(Variable& variable, const AbstractValue& more) {
    AbstractValue& value = *variable.value;
    AbstractValue joined = Join(value, more);
    if (joined == value) return false;
    variable.changed_at = ++clock_;
    value = ++variable.changes > kMostChanges
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
  static bool IsAtRest(const Variable& variable) {
    return variable.is_at_rest &&
           std::ranges::none_of(variable.read, [&](const Variable* each) {
             return each->changed_at > variable.found_at;
           });
  }

  // Finds its value anew.
  bool Renew(Variable& variable, bool also_at_rest) {
    if (!also_at_rest && IsAtRest(variable)) return false;
    variable.is_at_rest = true;
    if (IsSettled(*variable.value)) return false;
    variable.found_at = clock_;
    read_.clear();
    evaluate_.Record(&read_);
    const bool changed = variable.cell == nullptr
                             ? UpdateParameter(variable)
                             : Update(variable, evaluate_.Cell(*variable.cell));
    evaluate_.Record(nullptr);
    SortUnique(read_);
    variable.read.clear();
    for (const AbstractValue* each : read_)
      variable.read.push_back(by_value_.at(each));
    variable.is_at_rest = !changed;
    return changed;
  }

  bool UpdateParameter(Variable& variable) {
    const auto& [function, place] = variable.parameter;
    bool changed = false;
    for (const CallFact* call : followed_.callers.at(function)) {
      if (place >= call->expressions.size()) {
        changed |= Update(variable, UnknownValue(variable.width));
        continue;
      }
      const AbstractValue passed =
          evaluate_(call->expressions[place], {call->from});
      changed |= Update(variable, Passed(passed, variable.width));
    }
    return changed;
  }

  bool Pass(bool also_at_rest) {
    bool changed = false;
    for (Variable& each : variables_) changed |= Renew(each, also_at_rest);
    return changed;
  }

  // The last pass leaves nothing out: whatever a value was found to read, the
  // end is a fixed point of all of it.
  void Solve() {
    AddVariables();
    do
      while (Pass(/*also_at_rest=*/false)) {
      }
    while (Pass(/*also_at_rest=*/true));
    for (const Variable& each : variables_) Settle(*each.value);
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
  const std::vector<Bindings>& BindingsOf(const std::string& function,
                                          const std::set<uint64_t>& places) {
    static const std::vector<Bindings> none = {{}};
    if (places.empty()) return none;
    auto& of_function = bindings_[function];
    if (const auto known = of_function.find(places); known != of_function.end())
      return known->second;
    std::optional<std::vector<Bindings>> found;
    if (followed_.functions.contains(function) &&
        open_.insert(function).second) {
      found = FromCallers(function, places);
      open_.erase(function);
    }
    // INVARIANT: what stands for a function that is being looked at already
    // holds in all contexts, so that every answer may be kept.
    return of_function
        .emplace(places, found ? *std::move(found)
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
  std::vector<Variable> variables_;  // does not grow once it is filled
  std::unordered_map<const AbstractValue*, const Variable*> by_value_;
  std::vector<const AbstractValue*> read_;  // by what is found now
  uint64_t clock_ = 0;
  std::set<std::string> open_;
  // By function and places.
  std::unordered_map<std::string,
                     std::map<std::set<uint64_t>, std::vector<Bindings>>>
      bindings_;
};

ValuePropagation::ValuePropagation(const Program& program,
                                   const PropagationScope& scope)
    : solver_(std::make_unique<Solver>(FindFollowed(program, scope))) {}

ValuePropagation::ValuePropagation(const Program& program,
                                   const PropagationScope& scope,
                                   const std::vector<const CallFact*>& calls) {
  FollowedValues followed = FindFollowed(program, scope);
  KeepNeeded(calls, followed);
  solver_ = std::make_unique<Solver>(std::move(followed));
}

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
