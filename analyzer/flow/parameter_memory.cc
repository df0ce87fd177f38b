// Which pointers are made of one parameter, and what each caller passes for it.
#include "analyzer/flow/parameter_memory.h"

#include <algorithm>

#include "analyzer/flow/program.h"

namespace bailey::analyzer {
namespace {

// What points to more objects is memory as everybody sees it.
constexpr size_t kMostObjects = 200;
// Edges; beyond them nothing more is told apart.
constexpr size_t kMostConnected = 3'000'000;
// In ParameterMemory::Function::made_of: of locals, and of other things.
constexpr size_t kLocals = ~size_t{1};
constexpr size_t kOther = ~size_t{0};

bool IsMade(ConstraintKind kind) {
  return kind == ConstraintKind::kCopy || kind == ConstraintKind::kOffset ||
         kind == ConstraintKind::kElement;
}

bool IsGiven(ConstraintKind kind) {
  return kind == ConstraintKind::kAddress || kind == ConstraintKind::kLoad;
}

// The address of a local of the function's.
bool IsOfLocal(const PointerConstraint& constraint,
               const FunctionConstraints& function,
               const UnitConstraints& unit) {
  return constraint.kind == ConstraintKind::kAddress &&
         constraint.from != function.variadic_area &&
         constraint.from < unit.objects.size() &&
         unit.objects[constraint.from].kind == ObjectKind::kStack;
}

// What the unit itself says of values, before any function is entered.
std::set<ValueNumber> OfUnit(const UnitConstraints& unit) {
  std::set<ValueNumber> values = {kUnknownValue, kExceptionValue};
  for (const PointerConstraint& each : unit.constraints)
    if (IsMade(each.kind) || IsGiven(each.kind)) values.insert(each.to);
  return values;
}

bool Includes(const DataMemory::Objects& all,
              const DataMemory::Objects& objects) {
  return std::ranges::includes(all, objects);
}

}  // namespace

void ParameterMemory::AddFunction(const FunctionConstraints* facts,
                                  bool is_open) {
  functions_.push_back({facts, is_open || facts == nullptr, {}, {}, {}});
}

void ParameterMemory::AddSite(const DataSite& site) {
  functions_[site.callee].sites.push_back(site);
}

// Which values are made of one parameter and nothing else, by what they are
// copied from.
void ParameterMemory::FindWhatIsMade(Function& function,
                                     const UnitConstraints& unit,
                                     const std::set<ValueNumber>& others) {
  const FunctionConstraints& facts = *function.facts;
  std::unordered_map<ValueNumber, std::vector<ValueNumber>> made;
  std::vector<ValueNumber> pending;
  const auto join = [&](ValueNumber value, size_t what) {
    const auto [known, added] = function.made_of.try_emplace(value, what);
    if (!added && (known->second == what || known->second == kOther)) return;
    if (!added) known->second = kOther;
    pending.push_back(value);
  };
  for (const ValueNumber each : others) join(each, kOther);
  for (const PointerConstraint& each : facts.constraints) {
    if (IsMade(each.kind)) made[each.from].push_back(each.to);
    if (!IsGiven(each.kind)) continue;
    join(each.to, IsOfLocal(each, facts, unit) ? kLocals : kOther);
  }
  for (const PointerCall& each : facts.calls) join(each.result, kOther);
  for (const ValueNumber each : facts.floats) join(each, kOther);
  for (size_t i = 0; i < facts.integers.size(); ++i)
    join(facts.integers[i], i < kMostParametersApart ? i : kOther);
  while (!pending.empty()) {
    const ValueNumber value = pending.back();
    pending.pop_back();
    const auto next = made.find(value);
    if (value == kNoValue || next == made.end()) continue;
    for (const ValueNumber each : next->second)
      join(each, function.made_of.at(value));
  }
}

void ParameterMemory::Finish() {
  std::map<size_t, std::set<ValueNumber>> units;
  for (uint32_t i = 0; i < functions_.size(); ++i) {
    Function& each = functions_[i];
    if (each.facts == nullptr) continue;
    const size_t unit = graph_.functions[i].unit;
    const auto [others, added] = units.try_emplace(unit);
    const UnitConstraints& facts = program_.constraints[unit];
    if (added) others->second = OfUnit(facts);
    FindWhatIsMade(each, facts, others->second);
    for (const PointerConstraint& made : each.facts->constraints)
      if (IsOfLocal(made, *each.facts, facts))
        memory_.SetOwner(linker_.ObjectOf(unit, made.from), i);
    each.parameters.resize(each.facts->integers.size());
    for (size_t k = 0; k < each.parameters.size(); ++k)
      each.parameters[k].points_to =
          memory_.ObjectsOf(PointerOf(i, each.facts->integers[k]));
  }
  FindPassed();
  for (uint32_t i = 0; i < functions_.size(); ++i)
    for (size_t k = 0; k < functions_[i].parameters.size(); ++k)
      functions_[i].parameters[k].counts = TellsApart(i, k);
}

std::optional<size_t> ParameterMemory::ParameterOf(uint32_t function,
                                                   ValueNumber value) const {
  const Function& in = functions_[function];
  const auto found = in.made_of.find(value);
  if (found == in.made_of.end() || found->second >= in.parameters.size())
    return std::nullopt;
  return found->second;
}

bool ParameterMemory::IsLocal(uint32_t function, ValueNumber value) const {
  const Function& in = functions_[function];
  const auto found = in.made_of.find(value);
  return found != in.made_of.end() && found->second == kLocals;
}

// What the sites pass that has it from elsewhere than from a parameter, and
// what that parameter in turn was passed: so that functions which call each
// other do not vouch for one another.
void ParameterMemory::FindPassed() {
  bool changed = true;
  while (changed) {
    changed = false;
    for (uint32_t i = 0; i < functions_.size(); ++i)
      for (size_t k = 0; k < functions_[i].parameters.size(); ++k)
        changed |= AddPassed(i, k);
  }
}

bool ParameterMemory::AddPassed(uint32_t function, size_t parameter) {
  Parameter& to = functions_[function].parameters[parameter];
  if (to.points_to.size() > kMostObjects) return false;
  Objects passed = to.passed;
  for (const DataSite& site : functions_[function].sites) {
    if (parameter >= site.facts->integers.size()) continue;
    const ValueNumber value = site.facts->integers[parameter].pointer;
    if (value == kNoValue) continue;
    const auto from = ParameterOf(site.caller, value);
    const Objects more = from
                             ? functions_[site.caller].parameters[*from].passed
                             : memory_.ObjectsOf(PointerOf(site.caller, value));
    passed.insert(more.begin(), more.end());
  }
  if (passed.size() == to.passed.size()) return false;
  to.passed = std::move(passed);
  return true;
}

// Whether nobody else calls it, and it is worth it: not all pass the same, or
// what they pass is some call's own.
bool ParameterMemory::TellsApart(uint32_t function, size_t parameter) const {
  const Function& in = functions_[function];
  const Parameter& known = in.parameters[parameter];
  if (in.is_open || parameter >= kMostParametersApart) return false;
  if (known.points_to.size() > kMostObjects) return false;
  if (!Includes(known.passed, known.points_to)) return false;
  if (std::ranges::any_of(known.points_to, [&](PointsTo::Object each) {
        return memory_.HasOwner(each);
      }))
    return true;
  return std::ranges::any_of(in.sites, [&](const DataSite& site) {
    if (parameter >= site.facts->integers.size()) return false;
    const ValueNumber value = site.facts->integers[parameter].pointer;
    return value == kNoValue || ParameterOf(site.caller, value) ||
           !Includes(memory_.ObjectsOf(PointerOf(site.caller, value)),
                     known.points_to);
  });
}

// What is made of a parameter leads where the parameter does, or else was made
// in a way that is not seen here.
bool ParameterMemory::IsWithin(Pointer pointer, const Objects& objects) const {
  return std::ranges::all_of(memory_.ObjectsOf(pointer),
                             [&](PointsTo::Object each) {
                               return objects.contains(each) ||
                                      (objects.contains(PointsTo::kUnknown) &&
                                       linker_.solver().HasEscaped(each));
                             });
}

DataGraph::Node ParameterMemory::Access(uint32_t function, ValueNumber pointer,
                                        uint64_t size, bool is_read) {
  const Pointer node = PointerOf(function, pointer);
  if (const auto parameter = ParameterOf(function, pointer)) {
    const Parameter& known = functions_[function].parameters[*parameter];
    if (known.counts && connected_ < kMostConnected &&
        IsWithin(node, known.points_to))
      return NodeOf({function, *parameter, node, size, is_read});
  }
  if (IsLocal(function, pointer))
    return memory_.OfLocals(node, size, is_read, function);
  return is_read ? memory_.Read(node, size) : memory_.Written(node, size);
}

DataGraph::Node ParameterMemory::NodeOf(const Behind& behind) {
  const auto [found, added] = nodes_.try_emplace(behind, 0);
  if (!added) return found->second;
  found->second = graph_.New(behind.function);
  pending_.emplace_back(behind, found->second);
  connected_ += functions_[behind.function].sites.size();
  return found->second;
}

void ParameterMemory::Connect() {
  while (!pending_.empty()) {
    const auto [behind, node] = pending_.back();
    pending_.pop_back();
    for (const DataSite& site : functions_[behind.function].sites)
      if (behind.parameter < site.facts->integers.size())
        ConnectAt(site, behind, node);
  }
}

// What the caller passes: what its own parameter leads to, or objects.
void ParameterMemory::ConnectAt(const DataSite& site, const Behind& behind,
                                Node node) {
  const ValueNumber passed = site.facts->integers[behind.parameter].pointer;
  if (passed == kNoValue) return;
  const auto outer = ParameterOf(site.caller, passed);
  Node there = 0;
  if (outer && functions_[site.caller].parameters[*outer].counts &&
      connected_ < kMostConnected) {
    Behind further = behind;
    further.function = site.caller;
    further.parameter = *outer;
    there = NodeOf(further);
  } else {
    const bool is_local = IsLocal(site.caller, passed);
    there = memory_.Of(behind.pointer, behind.size, behind.is_read,
                       PointerOf(site.caller, passed),
                       is_local ? site.caller : DataGraph::kNone);
  }
  if (behind.is_read)
    graph_.Enter(there, node, site.number, behind.parameter);
  else
    graph_.Leave(node, there, site.number);
}

}  // namespace bailey::analyzer
