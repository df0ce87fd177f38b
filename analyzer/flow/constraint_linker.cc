// From units to one set of constraints: symbols, objects, roots. Functions are
// added when they are found to be called; calls are in call_linker.cc.
#include "analyzer/flow/constraint_linker.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace bailey::analyzer {

ConstraintLinker::ConstraintLinker(const Program& program,
                                   const CallRoots& roots,
                                   const CallTargetOptions& options)
    : program_(program), options_(options) {
  nothing_ = solver_.NewNode();
  exceptions_ = solver_.NewNode();
  AddAliases();
  DeclareSymbols();
  for (size_t i = 0; i < program_.constraints.size(); ++i) DeclareObjects(i);
  DeclareNotLoaded(roots);
  solver_.Watch(PointsTo::kUnknownNode, [this](PointsTo::Target target) {
    LinkedSymbol* const symbol = SymbolOf(target.object);
    if (symbol != nullptr && symbol->is_function) EnterFromOutside(*symbol);
  });
  for (size_t i = 0; i < program_.constraints.size(); ++i)
    for (const PointerConstraint& each : program_.constraints[i].constraints)
      AddConstraint(i, each);
  AddRoots(roots);
}

// A weak alias may give way to a definition in another unit: then whoever means
// the one may get the other.
void ConstraintLinker::AddAliases() {
  for (const UnitConstraints& unit : program_.constraints)
    for (const MemoryObject& each : unit.objects)
      if (each.is_defined && !each.id.empty()) defined_.insert(each.id);
  for (const AliasFact& alias : program_.aliases) {
    // An unseen name of this unit alone: objects without one are not it.
    if (alias.name.empty()) continue;
    aliases_[alias.name].insert(alias.target);
    if (program_.also_external.contains(alias.name) ||
        defined_.contains(alias.name))
      aliases_[alias.name].insert(alias.name);
    if (defined_.contains(alias.name))
      aliases_[alias.target].insert({alias.name, alias.target});
  }
}

std::set<std::string> ConstraintLinker::Names(const std::string& id) const {
  const auto found = aliases_.find(id);
  return found == aliases_.end() ? std::set{id} : found->second;
}

LinkedSymbol& ConstraintLinker::Symbol(const std::string& id) {
  if (const auto known = by_id_.find(id); known != by_id_.end())
    return *known->second;
  LinkedSymbol& symbol = symbols_.emplace_back();
  symbol.number = symbols_.size();
  symbol.id = id;
  symbol.is_external =
      !defined_.contains(id) || program_.also_external.contains(id);
  by_id_.emplace(symbol.id, &symbol);
  return symbol;
}

void ConstraintLinker::SetSymbolOf(PointsTo::Object object,
                                   LinkedSymbol& symbol) {
  if (object >= by_object_.size()) by_object_.resize(2 * object + 1);
  by_object_[object] = &symbol;
}

void ConstraintLinker::DeclareSymbols() {
  std::unordered_map<std::string_view, uint64_t> sizes;
  const auto visit = [&](const std::string& id, const MemoryObject& object) {
    LinkedSymbol& symbol = Symbol(id);
    symbol.is_function |= object.kind == ObjectKind::kFunction;
    if (object.is_defined && object.kind == ObjectKind::kGlobal) {
      uint64_t& size = sizes[symbol.id];
      size = std::max(size, object.size);
    }
  };
  for (const UnitConstraints& unit : program_.constraints)
    for (const MemoryObject& object : unit.objects) {
      if (object.id.empty()) continue;
      if (!aliases_.contains(object.id)) {
        visit(object.id, object);
        continue;
      }
      for (const std::string& id : Names(object.id)) visit(id, object);
    }
  for (LinkedSymbol& symbol : symbols_) {
    if (symbol.is_function)
      symbol.object = solver_.NewFunction();
    else if (defined_.contains(symbol.id))
      symbol.object = solver_.NewObject(sizes[symbol.id]);
    if (symbol.object == PointsTo::kUnknown) continue;
    SetSymbolOf(symbol.object, symbol);
    // A library's own data of that name may be meant.
    if (!symbol.is_function && symbol.is_external)
      solver_.AddAddress(PointsTo::kUnknownNode, symbol.object);
  }
}

void ConstraintLinker::DeclareObjects(size_t unit) {
  const UnitConstraints& facts = program_.constraints[unit];
  first_node_.push_back(static_cast<Node>(solver_.node_count()));
  for (ValueNumber i = kFirstValue; i < facts.value_count; ++i)
    solver_.NewNode();
  std::vector<PointsTo::Object>& objects = objects_.emplace_back();
  for (const MemoryObject& each : facts.objects) {
    const PointsTo::Object object =
        each.id.empty() ? solver_.NewObject(each.size) : Symbol(each.id).object;
    objects.push_back(object);
    if (object == PointsTo::kUnknown) continue;
    if (each.kind == ObjectKind::kFunction) continue;
    for (const DeclaredArray& array : each.arrays)
      solver_.DeclareArray(
          object, {array.begin, array.end, static_cast<int64_t>(array.stride)});
  }
  for (const FunctionConstraints& each : facts.functions) {
    const std::string& id = facts.objects[each.object].id;
    if (!id.empty()) Symbol(id).bodies.push_back({unit, &each});
  }
}

// A function that does nothing stands for what dlsym does not find: a call of
// it has its target, and so is none that nobody could resolve.
void ConstraintLinker::DeclareNotLoaded(const CallRoots& roots) {
  if (!roots.loads_nothing) return;
  not_loaded_ = &Symbol(std::string(kNotLoaded));
  not_loaded_->is_function = true;
  not_loaded_->object = solver_.NewFunction();
  SetSymbolOf(not_loaded_->object, *not_loaded_);
  found_by_name_ = {not_loaded_->object};
  for (const std::string& asked : roots.asked)
    for (const std::string& name : Names(asked))
      if (const auto symbol = by_id_.find(name); symbol != by_id_.end())
        found_by_name_.insert(symbol->second->object);
}

// INVARIANT: a number that a unit does not have (a cache may be damaged) is
// unknown, never another unit's.
PointsTo::Node ConstraintLinker::NodeOf(size_t unit, ValueNumber value) const {
  if (value == kNoValue) return nothing_;
  if (value == kExceptionValue) return exceptions_;
  if (value == kUnknownValue || value >= program_.constraints[unit].value_count)
    return PointsTo::kUnknownNode;
  return first_node_[unit] + (value - kFirstValue);
}

void ConstraintLinker::AddConstraint(size_t unit,
                                     const PointerConstraint& constraint) {
  const PointerConstraint& each = constraint;
  if (each.kind == ConstraintKind::kAddress) return AddAddress(unit, each);
  if (each.kind == ConstraintKind::kInitializer)
    return AddInitializer(unit, each);
  const Node to = NodeOf(unit, each.to);
  const Node from = NodeOf(unit, each.from);
  if (to == nothing_ || from == nothing_) return;
  switch (each.kind) {
    case ConstraintKind::kCopy:
      return solver_.AddCopy(to, from);
    case ConstraintKind::kOffset:
      return solver_.AddOffset(to, from, each.offset, each.size);
    case ConstraintKind::kElement:
      return solver_.AddElement(to, from, each.offset, each.stride, each.size);
    case ConstraintKind::kLoad:
      return solver_.AddLoad(to, from, each.size);
    case ConstraintKind::kStore:
      return solver_.AddStore(to, from, each.size);
    case ConstraintKind::kBlockCopy:
      return solver_.AddBlockCopy(to, from, each.size);
    case ConstraintKind::kAddress:
    case ConstraintKind::kInitializer:
      return;
  }
}

void ConstraintLinker::AddAddress(size_t unit,
                                  const PointerConstraint& constraint) {
  const Node to = NodeOf(unit, constraint.to);
  const std::vector<MemoryObject>& objects = program_.constraints[unit].objects;
  if (constraint.from >= objects.size())
    return solver_.AddAddress(to, PointsTo::kUnknown);
  const std::string& id = objects[constraint.from].id;
  if (!aliases_.contains(id))
    return solver_.AddAddress(to, objects_[unit][constraint.from],
                              constraint.offset);
  for (const std::string& name : Names(id)) {
    const LinkedSymbol& symbol = Symbol(name);
    solver_.AddAddress(to, symbol.object, constraint.offset);
  }
}

void ConstraintLinker::AddInitializer(size_t unit,
                                      const PointerConstraint& constraint) {
  if (constraint.to >= objects_[unit].size()) return;
  const PointsTo::Object object = objects_[unit][constraint.to];
  const Node value = NodeOf(unit, constraint.from);
  if (object == PointsTo::kUnknown) return;
  solver_.AddContent(object, constraint.offset, value, constraint.size);
}

void ConstraintLinker::AddRoots(const CallRoots& roots) {
  const auto enter = [this](const std::string& id) {
    for (const std::string& name : Names(id)) {
      const auto found = by_id_.find(name);
      if (found == by_id_.end()) continue;
      LinkedSymbol& symbol = *found->second;
      if (symbol.is_function)
        EnterFromOutside(symbol);
      else
        solver_.AddAddress(PointsTo::kUnknownNode, symbol.object);
    }
  };
  for (const std::string& id : roots.exported)
    for (const std::string& name : Names(id)) exported_.insert(name);
  for (const std::string& id : roots.functions) enter(id);
  for (const std::string& id : roots.data) enter(id);
  for (const std::string& id : program_.kept) enter(id);
  for (const std::string& id : program_.assembly_uses) enter(id);
  // The loader calls what a resolver returns.
  for (const UnitConstraints& unit : program_.constraints)
    for (const std::string& id : unit.resolvers) enter(id);
}

void ConstraintLinker::Enter(LinkedSymbol& symbol) {
  if (std::exchange(symbol.is_entered, true)) return;
  for (const LinkedSymbol::Body& body : symbol.bodies) {
    for (const PointerConstraint& each : body.facts->constraints)
      AddConstraint(body.unit, each);
    for (const PointerCall& each : body.facts->calls) AddCall(body.unit, each);
  }
  if (exported_.contains(symbol.id)) EnterFromOutside(symbol);
}

// Its parameters may be whatever unknown code knows; so it learns what the
// function returns.
void ConstraintLinker::EnterFromOutside(LinkedSymbol& symbol) {
  if (std::exchange(symbol.from_outside, true)) return;
  Enter(symbol);
  for (const LinkedSymbol::Body& body : symbol.bodies) {
    for (const auto* list : {&body.facts->integers, &body.facts->floats})
      for (const ValueNumber each : *list)
        solver_.AddCopy(NodeOf(body.unit, each), PointsTo::kUnknownNode);
    if (body.facts->variadic_area < objects_[body.unit].size())
      solver_.AddContentAnywhere(objects_[body.unit][body.facts->variadic_area],
                                 PointsTo::kUnknownNode);
    solver_.AddCopy(PointsTo::kUnknownNode,
                    NodeOf(body.unit, body.facts->result));
  }
}

void ConstraintLinker::Solve() {
  while (true) {
    const size_t calls = calls_.size();
    const size_t nodes = solver_.node_count();
    solver_.Solve();
    AddFallback();
    solver_.Solve();
    if (calls == calls_.size() && nodes == solver_.node_count()) return;
  }
}

}  // namespace bailey::analyzer
