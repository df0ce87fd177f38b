// Joins the constraints of a program's units by symbol and solves them.
// Internal to flow/; see call_targets.h.
//
//   ConstraintLinker linker(program, roots, options);
//   linker.Solve();
//   for (const LinkedCall& call : linker.calls()) …

#ifndef BAILEY_ANALYZER_FLOW_CONSTRAINT_LINKER_H_
#define BAILEY_ANALYZER_FLOW_CONSTRAINT_LINKER_H_

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analyzer/flow/call_targets.h"
#include "analyzer/flow/library_effects.h"
#include "analyzer/flow/points_to.h"
#include "analyzer/flow/program.h"

namespace bailey::analyzer {

// The id of what stands for code that would have been loaded, where none is. No
// function is called so.
inline constexpr std::string_view kNotLoaded = "(not loaded)";

struct LinkedSymbol {
  size_t number = 0;  // in the order of the program's units
  std::string id;
  PointsTo::Object object = PointsTo::kUnknown;
  bool is_function = false;
  bool is_external = false;  // a library may have it, or has it
  bool is_entered = false;
  bool from_outside = false;  // unknown code may call it, with anything
  bool called_back = false;   // a library calls it, with what it was given
  struct Body {
    size_t unit;
    const FunctionConstraints* facts;
  };
  std::vector<Body> bodies;
};

// In an order that does not depend on where they lie in memory.
struct ByNumber {
  bool operator()(const LinkedSymbol* a, const LinkedSymbol* b) const {
    return a->number < b->number;
  }
};
using SymbolSet = std::set<const LinkedSymbol*, ByNumber>;

// A call of a function that is reached.
struct LinkedCall {
  size_t unit = 0;
  const PointerCall* facts = nullptr;
  SymbolSet targets;
  SymbolSet misfits;  // left out by their types
  bool may_be_unknown = false;
  bool may_be_data = false;
  PointsTo::Node fresh = 0;  // of the object that it makes; 0: none
};

class ConstraintLinker {
 public:
  ConstraintLinker(const Program& program, const CallRoots& roots,
                   const CallTargetOptions& options);

  void Solve();

  const std::deque<LinkedCall>& calls() const { return calls_; }
  const std::deque<LinkedSymbol>& symbols() const { return symbols_; }
  const PointsTo& solver() const { return solver_; }
  PointsTo::Node NodeOf(size_t unit, ValueNumber value) const;
  // By its number in the unit's facts; kUnknown where there is none.
  PointsTo::Object ObjectOf(size_t unit, uint32_t object) const {
    return object < objects_[unit].size() ? objects_[unit][object]
                                          : PointsTo::kUnknown;
  }

 private:
  using Node = PointsTo::Node;

  void DeclareSymbols();
  void DeclareObjects(size_t unit);
  LinkedSymbol& Symbol(const std::string& id);
  LinkedSymbol* SymbolOf(PointsTo::Object object) const {
    return object < by_object_.size() ? by_object_[object] : nullptr;
  }
  void SetSymbolOf(PointsTo::Object object, LinkedSymbol& symbol);
  std::set<std::string> Names(const std::string& id) const;
  void AddAliases();
  void AddConstraint(size_t unit, const PointerConstraint& constraint);
  void AddAddress(size_t unit, const PointerConstraint& constraint);
  void AddInitializer(size_t unit, const PointerConstraint& constraint);
  void AddRoots(const CallRoots& roots);
  void Enter(LinkedSymbol& symbol);
  void EnterFromOutside(LinkedSymbol& symbol);
  void AddCall(size_t unit, const PointerCall& facts);
  void Lead(LinkedCall& call, PointsTo::Target target);
  void LeadToUnknown(LinkedCall& call);
  void Connect(LinkedCall& call, LinkedSymbol& symbol);
  void ConnectBody(const LinkedCall& call, const LinkedSymbol::Body& body);
  void ConnectUnknown(const LinkedCall& call);
  void ConnectLibrary(LinkedCall& call, const std::string& name);
  void DeclareNotLoaded(const CallRoots& roots);
  void FindByName(const LinkedCall& call);
  bool MayMakeCode(const LinkedCall& call, const std::string& name) const;
  void ApplyStep(LinkedCall& call, const EffectStep& step);
  void TellFunctions(const LinkedCall& call, int first);
  void TellFunctionsIn(Node list);
  void TellFunction(Node value);
  // What the words hold that `pointer` leads to.
  Node HeldBy(Node pointer);
  void CallBack(const LinkedCall& call, const EffectStep& step);
  void CallBackUnknown(PointsTo::Target target,
                       const std::vector<Node>& arguments);
  void CallBackOwn(LinkedSymbol& symbol, const std::vector<Node>& arguments);
  void EscapeArguments(const LinkedCall& call);
  Node Argument(const LinkedCall& call, int index) const;
  Node Fresh(LinkedCall& call);
  Node Within(Node node);
  bool Fits(const PointerCall& call, const LinkedSymbol& symbol) const;
  bool IsNullIn(const LinkedSymbol& symbol, size_t parameter) const;
  bool IsNullParameter(const LinkedCall& call) const;
  void AddFallback();

  const Program& program_;
  const CallTargetOptions options_;
  PointsTo solver_;
  Node nothing_ = 0;
  Node exceptions_ = 0;
  std::deque<LinkedSymbol> symbols_;
  std::unordered_map<std::string_view, LinkedSymbol*> by_id_;
  std::vector<LinkedSymbol*> by_object_;  // null: not a symbol's
  std::unordered_map<std::string_view, std::set<std::string>> aliases_;
  std::unordered_set<std::string_view> defined_;
  std::set<std::string> exported_;  // see CallRoots
  // What dlsym finds where nothing is loaded; null where something may be.
  LinkedSymbol* not_loaded_ = nullptr;
  std::set<PointsTo::Object> found_by_name_;
  std::vector<Node> first_node_;  // of each unit
  // By unit and number: a symbol or an object of its own.
  std::vector<std::vector<PointsTo::Object>> objects_;
  std::deque<LinkedCall> calls_;
  bool makes_code_ = false;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_CONSTRAINT_LINKER_H_
