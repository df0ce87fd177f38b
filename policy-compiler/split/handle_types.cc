#include "policy-compiler/split/handle_types.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy-compiler/split/places.h"
#include "policy-compiler/split/program_graph.h"
#include "policy-compiler/split/type_names.h"

namespace bailey::policy {
namespace {

const Declassification* WordOf(const Policy& policy,
                               const FlowFunction& function) {
  const auto found = std::ranges::find_if(
      policy.declassified,
      [&](const auto& each) { return IsNamed(function, each.function); });
  return found == policy.declassified.end() ? nullptr : &*found;
}

class HandleCheck {
 public:
  HandleCheck(const Policy& policy, const SourceText& text,
              const ProgramGraph& graph, const HandleTypes& types,
              const std::vector<Crossing>& crossings, Diagnostics& diagnostics)
      : policy_(policy),
        text_(text),
        graph_(graph),
        types_(types),
        crossings_(crossings),
        diagnostics_(diagnostics) {}

  void CheckWords() {
    for (const Declassification& said : policy_.declassified) {
      const FlowFunction& function =
          *graph_.FunctionsNamed(said.function).front();
      if (said.kind != DeclassifiedKind::kHandle ||
          MayBeHandle(function.return_type))
        continue;
      diagnostics_.Add(ErrorAt(
          text_, said.span,
          fmt::format("`{}` returns `{}`: a handle stands for a pointer to a "
                      "structure",
                      said.function, function.return_type.spelling),
          "say what it is, such as `value`"));
    }
  }

  void CheckCrossings() {
    for (const Crossing& each : crossings_) {
      if (each.returns_handle) CheckGiver(each);
      for (const CrossingParameter& parameter : each.parameters)
        if (parameter.mode == MarshalMode::kHandle) CheckGiven(each, parameter);
    }
  }

  void CheckLookers(const std::function<bool(const std::string&)>& is_in_main) {
    for (const FlowFunction& function : graph_.flow().functions)
      for (const std::string& structure : function.looks_into)
        if (const Crossing* crossing = CrossingWith(structure))
          if (is_in_main(function.id))
            ReportLooker(function, structure, *crossing);
  }

 private:
  void Report(const Crossing& crossing, std::string message, std::string hint) {
    diagnostics_.Add(ErrorAtExtent(graph_.Function(crossing.function)->extent,
                                   std::move(message), std::move(hint)));
  }

  void CheckGiver(const Crossing& crossing) {
    const Declassification* word =
        WordOf(policy_, *graph_.Function(crossing.function));
    if (word == nullptr || word->kind == DeclassifiedKind::kHandle) return;
    Report(
        crossing,
        fmt::format("`{}` returns a `{}`, which its caller gets as a handle, "
                    "but the policy says that it is something else",
                    crossing.name, crossing.return_type),
        fmt::format("say `declassify {} -> handle;`", crossing.name));
  }

  // Else every call with one would be refused when it is made.
  void CheckGiven(const Crossing& crossing,
                  const CrossingParameter& parameter) {
    const bool is_given =
        std::ranges::any_of(crossings_, [&](const Crossing& each) {
          return each.to == crossing.to && each.returns_handle &&
                 StructureOf(each) == parameter.type;
        });
    if (is_given) return;
    Report(crossing,
           fmt::format("`{}` takes a handle of a `{}`, but no function of "
                       "portion `{}` that is called across gives one",
                       crossing.name, parameter.type, crossing.to),
           "spell the type as the function that returns it does, and have both "
           "functions in one portion");
  }

  const std::string& StructureOf(const Crossing& crossing) const {
    return graph_.Function(crossing.function)->return_type.pointee.spelling;
  }

  const Crossing* CrossingWith(const std::string& structure) const {
    const auto found =
        std::ranges::find_if(crossings_, [&](const Crossing& each) {
          const auto handles =
              HandlesOf(*graph_.Function(each.function), types_);
          return std::ranges::find(handles, structure) != handles.end();
        });
    return found == crossings_.end() ? nullptr : &*found;
  }

  void ReportLooker(const FlowFunction& function, const std::string& structure,
                    const Crossing& crossing) {
    diagnostics_.Add(ErrorAtExtent(
        function.extent,
        fmt::format(
            "`{}` looks into a `{}`, of which portion `{}` has only the "
            "handles that cross with `{}`",
            function.id, structure, crossing.from, crossing.name),
        fmt::format("name it in portion `{}`, and let it give back what is "
                    "asked of it",
                    crossing.to)));
  }

  const Policy& policy_;
  const SourceText& text_;
  const ProgramGraph& graph_;
  const HandleTypes& types_;
  const std::vector<Crossing>& crossings_;
  Diagnostics& diagnostics_;
};

}  // namespace

bool MayBeHandle(const TypeInfo& type) {
  return type.kind == TypeKind::kPointer &&
         type.pointee.kind == TypeKind::kStruct &&
         HasTypeName(type.pointee.spelling);
}

bool IsHandle(const TypeInfo& type, const HandleTypes& types) {
  return MayBeHandle(type) && types.contains(type.pointee.spelling);
}

HandleTypes FindHandleTypes(const Policy& policy, const PortionPolicy& main,
                            const ProgramGraph& graph) {
  HandleTypes types;
  const auto add = [&](const std::string& name, bool also_flat) {
    const TypeInfo& type = graph.FunctionsNamed(name).front()->return_type;
    if (!MayBeHandle(type)) return;
    const bool is_flat = type.pointee.is_flat && type.pointee.size_bytes > 0;
    if (also_flat || !is_flat) types.insert(type.pointee.spelling);
  };
  for (const Declassification& each : policy.declassified)
    if (each.kind == DeclassifiedKind::kHandle) add(each.function, true);
  for (const PortionPolicy& portion : policy.portions)
    if (&portion != &main)
      for (const std::string& each : portion.functions) add(each, false);
  return types;
}

std::vector<std::string> HandlesOf(const FlowFunction& function,
                                   const HandleTypes& types) {
  HandleTypes found;
  const auto add = [&](const TypeInfo& type) {
    if (IsHandle(type, types)) found.insert(type.pointee.spelling);
  };
  add(function.return_type);
  for (const FlowParameter& each : function.parameters) add(each.type);
  return {found.begin(), found.end()};
}

bool LooksInto(const FlowFunction& function, std::string_view structure) {
  return std::ranges::find(function.looks_into, structure) !=
         function.looks_into.end();
}

void CheckHandles(const Policy& policy, const SourceText& policy_text,
                  const ProgramGraph& graph, const HandleTypes& types,
                  const std::vector<Crossing>& crossings,
                  const std::function<bool(const std::string&)>& is_in_main,
                  Diagnostics& diagnostics) {
  HandleCheck check(policy, policy_text, graph, types, crossings, diagnostics);
  check.CheckWords();
  check.CheckCrossings();
  check.CheckLookers(is_in_main);
}

}  // namespace bailey::policy
