#include "analyzer/flow/pointer_extents.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/flow/extent_summary.h"
#include "analyzer/flow/library_extents.h"
#include "analyzer/flow/program.h"
#include "analyzer/flow/seen_uses.h"
#include "analyzer/ir/bound_arithmetic.h"

namespace bailey::analyzer {
namespace {

// A bound that grows more often than this grows in a recursion, for ever.
constexpr int kMostGrowths = 60;

// All that the units say of one function.
struct Body {
  std::vector<const FunctionExtents*> bodies;
  std::vector<std::pair<Body*, const ExtentCall*>> callers;
  std::vector<ExtentSummary> arguments;
  std::vector<int> changes;    // of each argument
  std::vector<bool> provided;  // of each argument
  std::vector<ExtentSummary> certain;
  bool is_open = false;  // called by others than `callers`, perhaps
  bool is_consistent = true;
};

class Inference {
 public:
  explicit Inference(Program& program) : program_(program) {}

  void Run() {
    Collect();
    while (!open_.empty()) {
      Body* body = open_.back();
      open_.pop_back();
      waiting_.erase(body);
      Summarise(*body);
    }
    FindCertain();
    FindProvided();
    const SeenUses uses(program_.extents);
    for (FlowFunction& each : program_.flow.functions) Describe(each, uses);
  }

 private:
  void Collect() {
    for (const FunctionExtents& each : program_.extents) {
      Body& body = bodies_[each.id];
      body.is_consistent &=
          body.bodies.empty() ||
          body.bodies[0]->arguments.size() == each.arguments.size();
      body.bodies.push_back(&each);
    }
    for (const AliasFact& each : program_.aliases) {
      aliased_.insert(each.name);
      aliased_.insert(each.target);
    }
    for (auto& [id, body] : bodies_) {
      const size_t count =
          body.is_consistent ? body.bodies[0]->arguments.size() : 0;
      body.arguments.resize(count);
      body.certain.resize(count);
      body.changes.resize(count);
      body.provided.assign(count, true);
      body.is_open =
          aliased_.contains(id) || program_.also_external.contains(id);
      for (const FunctionExtents* each : body.bodies)
        for (const ExtentCall& call : each->calls)
          if (const auto callee = bodies_.find(call.to);
              callee != bodies_.end())
            callee->second.callers.push_back({&body, &call});
      Open(body);
    }
    for (const FlowFunction& each : program_.flow.functions)
      if (const auto body = bodies_.find(each.id);
          body != bodies_.end() && each.address_taken)
        body->second.is_open = true;
  }

  void Open(Body& body) {
    if (waiting_.insert(&body).second) open_.push_back(&body);
  }

  // The function of the program that a call leads to, if to no other.
  const Body* CalleeOf(const ExtentCall& call) const {
    if (aliased_.contains(call.to) || program_.also_external.contains(call.to))
      return nullptr;
    const auto found = bodies_.find(call.to);
    return found == bodies_.end() ? nullptr : &found->second;
  }

  const LibraryExtent* LibraryOf(const ExtentCall& call) const {
    if (aliased_.contains(call.to) || bodies_.contains(call.to)) return nullptr;
    return LibraryExtentOf(call.to);
  }

  void Summarise(Body& body) {
    if (!body.is_consistent) return;
    std::vector<ExtentSummary> summaries(body.arguments.size());
    for (const FunctionExtents* each : body.bodies) {
      for (const PointerReach& reach : each->reaches)
        summaries[static_cast<size_t>(reach.argument)].Add(SummaryOf(reach));
      for (const ExtentCall& call : each->calls) AddCall(call, summaries);
    }
    bool is_changed = false;
    for (size_t i = 0; i < summaries.size(); ++i)
      is_changed |= Update(body, i, std::move(summaries[i]));
    if (!is_changed) return;
    for (const auto& [caller, call] : body.callers) Open(*caller);
  }

  bool Update(Body& body, size_t index, ExtentSummary summary) {
    ExtentSummary& known = body.arguments[index];
    if (summary == known) return false;
    if (known.kind == ExtentKind::kUnknown) {
      const bool is_more =
          summary.reads != known.reads || summary.writes != known.writes;
      known.reads |= summary.reads;
      known.writes |= summary.writes;
      return is_more;  // at most twice
    }
    if (++body.changes[index] > kMostGrowths)
      summary.Lose("it is followed further in each round of a recursion",
                   summary.site);
    known = std::move(summary);
    return true;
  }

  void AddCall(const ExtentCall& call, std::vector<ExtentSummary>& summaries) {
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      const PassedArgument& passed = call.arguments[i];
      if (passed.kind != PassedKind::kParameter) continue;
      summaries[static_cast<size_t>(passed.parameter)].Add(
          AtCall(call, i, CalleesPart(call, i)));
    }
  }

  ExtentSummary CalleesPart(const ExtentCall& call, size_t index) const {
    const Body* body = CalleeOf(call);
    if (body != nullptr && body->is_consistent &&
        index < body->arguments.size() &&
        body->arguments.size() == call.arguments.size())
      return body->arguments[index];
    if (const LibraryExtent* library = LibraryOf(call))
      return OfLibrary(*library, call, index);
    ExtentSummary unknown;
    unknown.reads = unknown.writes = true;
    unknown.Lose(fmt::format("it is handed to `{}`", call.to), call.site);
    return unknown;
  }

  // What every call reaches before anything else can happen; one pass through
  // each chain of calls is enough for what programs do.
  void FindCertain() {
    constexpr int kRounds = 4;
    for (int i = 0; i < kRounds; ++i)
      for (auto& [id, body] : bodies_)
        if (body.is_consistent && body.bodies.size() == 1) FindCertainOf(body);
  }

  void FindCertainOf(Body& body) {
    for (const PointerReach& reach : body.bodies[0]->reaches)
      if (reach.is_certain && reach.kind == ReachKind::kBound)
        Prefer(body, static_cast<size_t>(reach.argument), SummaryOf(reach));
    for (const ExtentCall& call : body.bodies[0]->calls) {
      if (!call.is_certain) continue;
      for (size_t i = 0; i < call.arguments.size(); ++i)
        if (call.arguments[i].kind == PassedKind::kParameter)
          Prefer(body, static_cast<size_t>(call.arguments[i].parameter),
                 AtCall(call, i, CertainPart(call, i)));
    }
  }

  ExtentSummary CertainPart(const ExtentCall& call, size_t index) const {
    const Body* body = CalleeOf(call);
    if (body != nullptr)
      return index < body->certain.size() ? body->certain[index]
                                          : ExtentSummary();
    const LibraryExtent* library = LibraryOf(call);
    if (library == nullptr) return {};
    for (const LibraryReach& reach : library->reaches)
      if (reach.argument == static_cast<int>(index) && reach.is_certain)
        return OfLibrary(*library, call, index);
    return {};
  }

  // Of what is certain the part that covers all that may be reached.
  static void Prefer(Body& body, size_t index, const ExtentSummary& summary) {
    ExtentSummary& certain = body.certain[index];
    if (summary.kind == ExtentKind::kString ||
        (Reaches(summary, body.arguments[index]) && !IsString(certain)))
      certain = summary;
  }

  static bool IsString(const ExtentSummary& summary) {
    return summary.kind == ExtentKind::kString;
  }

  static bool Reaches(const ExtentSummary& certain, const ExtentSummary& most) {
    if (most.kind == ExtentKind::kString) return IsString(certain);
    return !IsString(certain) && certain.bound.is_exact &&
           Covers(certain.bound, most.bound);
  }

  // From the assumption that all are, what is not is found step by step.
  void FindProvided() {
    bool is_changed = true;
    while (is_changed) {
      is_changed = false;
      for (auto& [id, body] : bodies_)
        for (size_t i = 0; i < body.provided.size(); ++i)
          if (body.provided[i] && !IsProvided(body, i)) {
            body.provided[i] = false;
            is_changed = true;
          }
    }
  }

  static bool IsProvided(const Body& body, size_t index) {
    const ExtentSummary& summary = body.arguments[index];
    if (summary.kind == ExtentKind::kNothing) return true;
    if (summary.kind == ExtentKind::kUnknown) return false;
    if (Reaches(body.certain[index], summary) || IsAllOrNothing(summary))
      return true;
    if (body.is_open || body.callers.empty()) return false;
    return FirstWithout(body, index) == nullptr;
  }

  // As many bytes as a number says, whenever any are reached: that number is
  // how many there are.
  static bool IsAllOrNothing(const ExtentSummary& summary) {
    return summary.kind == ExtentKind::kParameter && summary.bound.is_exact &&
           summary.bound.addend == 0;
  }

  // A caller that may have less there; null if none has.
  static const ExtentCall* FirstWithout(const Body& body, size_t index) {
    for (const auto& [caller, call] : body.callers)
      if (!Provides(*caller, *call, body, index)) return call;
    return nullptr;
  }

  static bool Provides(const Body& caller, const ExtentCall& call,
                       const Body& body, size_t index) {
    if (call.arguments.size() != body.arguments.size()) return false;
    const PassedArgument& passed = call.arguments[index];
    const ExtentSummary& summary = body.arguments[index];
    switch (passed.kind) {
      case PassedKind::kNull:
        return true;
      case PassedKind::kParameter: {
        const auto at = static_cast<size_t>(passed.parameter);
        return at < caller.provided.size() && caller.provided[at];
      }
      case PassedKind::kText:
        return summary.kind == ExtentKind::kString ||
               HasRoom(passed, call, summary.bound);
      case PassedKind::kObject:
        return summary.kind != ExtentKind::kString &&
               HasRoom(passed, call, summary.bound);
      default:
        return false;
    }
  }

  static bool HasRoom(const PassedArgument& passed, const ExtentCall& call,
                      const ArgumentBound& bound) {
    return Covers(passed.bytes, BytesAt(call, bound, false)) ||
           Covers(passed.bytes, BytesAt(call, bound, true));
  }

  static bool IsIntegral(const TypeInfo& type) {
    return type.kind == TypeKind::kInteger || type.kind == TypeKind::kBool ||
           type.kind == TypeKind::kEnum;
  }

  static bool IsSame(const FlowParameter& declared,
                     const ExtentArgument& argument) {
    const TypeInfo& type = declared.type;
    if (type.kind == TypeKind::kPointer) return argument.is_pointer;
    if (argument.is_pointer || type.kind == TypeKind::kStruct ||
        type.kind == TypeKind::kOther)
      return false;
    if (!IsIntegral(type)) return argument.width_bits == 0;
    return argument.width_bits == type.size_bytes * 8 ||
           (type.kind == TypeKind::kBool && argument.width_bits == 1) ||
           (type.size_bytes > 8 && argument.width_bits == 0);
  }

  // Whether the code's arguments are what C declares, one for one.
  static bool IsPlain(const FlowFunction& function, const Body& body) {
    if (!body.is_consistent) return false;
    for (const FunctionExtents* each : body.bodies) {
      if (!each->is_plain ||
          each->arguments.size() != function.parameters.size())
        return false;
      for (size_t i = 0; i < function.parameters.size(); ++i)
        if (!IsSame(function.parameters[i], each->arguments[i])) return false;
    }
    return true;
  }

  void Describe(FlowFunction& function, const SeenUses& uses) {
    const auto found = bodies_.find(function.id);
    const bool is_plain =
        found != bodies_.end() && IsPlain(function, found->second);
    for (size_t i = 0; i < function.parameters.size(); ++i) {
      if (function.parameters[i].type.kind != TypeKind::kPointer) continue;
      InferredExtent& inferred = function.parameters[i].inferred;
      if (is_plain) {
        inferred = Inferred(function, found->second, i);
        inferred.seen = uses.Of(function.id, i);
        continue;
      }
      inferred.kind = ExtentKind::kUnknown;
      inferred.reason = "the parameters are not passed one by one";
      inferred.site = {function.extent.file, function.extent.line,
                       function.extent.column, function.id};
    }
  }

  static InferredExtent Inferred(const FlowFunction& function, const Body& body,
                                 size_t index) {
    const ExtentSummary& summary = body.arguments[index];
    InferredExtent inferred;
    inferred.kind = summary.kind;
    inferred.access = AccessOf(summary);
    inferred.reason = summary.reason;
    inferred.site = summary.site;
    if (summary.kind == ExtentKind::kUnknown) return inferred;
    inferred.bytes = static_cast<uint64_t>(summary.bound.addend);
    inferred.factor = summary.bound.factor;
    inferred.parameter = summary.bound.argument;
    if (summary.bound.argument >= 0 &&
        !CountsAsDeclared(function, summary.bound))
      return Miscounted(function, summary);
    inferred.provided = body.provided[index];
    if (inferred.provided)
      inferred.site = {};
    else
      ExplainMissing(body, index, inferred);
    return inferred;
  }

  // As a signed number an argument is never more than as an unsigned one.
  static bool CountsAsDeclared(const FlowFunction& function,
                               const ArgumentBound& bound) {
    const auto at = static_cast<size_t>(bound.argument);
    return at < function.parameters.size() &&
           IsIntegral(function.parameters[at].type) &&
           (bound.is_signed || !function.parameters[at].type.is_signed);
  }

  static InferredExtent Miscounted(const FlowFunction& function,
                                   const ExtentSummary& summary) {
    InferredExtent inferred;
    inferred.kind = ExtentKind::kUnknown;
    inferred.access = AccessOf(summary);
    inferred.reason = fmt::format(
        "`{}` may be negative, and counts as a huge number then",
        function.parameters[static_cast<size_t>(summary.bound.argument)].name);
    inferred.site = summary.site;
    return inferred;
  }

  static AccessMode AccessOf(const ExtentSummary& summary) {
    if (summary.reads && summary.writes) return AccessMode::kReadWrite;
    if (summary.reads) return AccessMode::kReadOnly;
    return summary.writes ? AccessMode::kWriteOnly : AccessMode::kNone;
  }

  static void ExplainMissing(const Body& body, size_t index,
                             InferredExtent& inferred) {
    if (body.is_open) {
      inferred.reason =
          "it may be called by its address, with a pointer to less";
    } else if (const ExtentCall* call = FirstWithout(body, index)) {
      inferred.reason = "this caller may have less there";
      inferred.site = call->site;
    } else {
      inferred.reason = "nobody in the program calls it";
    }
  }

  Program& program_;
  std::map<std::string, Body, std::less<>> bodies_;
  std::set<std::string, std::less<>> aliased_;
  std::vector<Body*> open_;
  std::set<Body*> waiting_;
};

}  // namespace

void InferExtents(Program& program) { Inference(program).Run(); }

}  // namespace bailey::analyzer
