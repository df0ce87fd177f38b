#include "policy-compiler/split/outlined_reach.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace bailey::policy {
namespace {

// Why the code may reach further than what crosses; empty: it does not.
std::string WhyTooFar(const CrossingParameter& crossing,
                      const InferredExtent& inferred) {
  const uint64_t passed =
      crossing.element_bytes * std::max<uint64_t>(crossing.count, 1);
  switch (inferred.kind) {
    case ExtentKind::kNothing:
      return "";
    case ExtentKind::kConstant:
      return inferred.bytes <= passed
                 ? ""
                 : fmt::format("its code reaches {} bytes of {}",
                               inferred.bytes, passed);
    case ExtentKind::kParameter:
      return "how far its code reaches depends on a number";
    case ExtentKind::kString:
      return "its code reads it as a text, and nobody says that it ends";
    case ExtentKind::kUnknown:
      return "its code does not tell how far it reaches: " + inferred.reason;
    case ExtentKind::kNotInferred:
      break;
  }
  return "it is not known how far its code reaches";
}

// Of others the number of bytes, or the end, is checked when they come in.
bool HasFixedSize(MarshalMode mode) {
  return mode == MarshalMode::kFixedArray || mode == MarshalMode::kStruct;
}

void CheckParameters(const FlowFunction& function, const Crossing& crossing,
                     Diagnostics& diagnostics) {
  for (size_t i = 0; i < crossing.parameters.size(); ++i) {
    const CrossingParameter& parameter = crossing.parameters[i];
    const FlowParameter& declared = function.parameters[i];
    if (!HasFixedSize(parameter.mode) ||
        declared.type.kind != TypeKind::kPointer)
      continue;
    const std::string why = WhyTooFar(parameter, declared.inferred);
    if (why.empty()) continue;
    Diagnostic diagnostic;
    diagnostic.message =
        fmt::format("whoever calls `{}` can make it reach past `{}`: {}",
                    function.name, parameter.name, why);
    diagnostic.hint =
        "let this part call a function of the program that says, or checks, "
        "how much it reads and writes there";
    diagnostic.file = function.extent.file;
    diagnostic.line = function.extent.line;
    diagnostic.column = function.extent.column;
    diagnostic.length = 1;
    diagnostics.Add(std::move(diagnostic));
  }
}

}  // namespace

void CheckOutlinedReach(const std::vector<OutlineWord>& outlined,
                        const ProgramGraph& graph,
                        const std::vector<Crossing>& crossings,
                        Diagnostics& diagnostics) {
  for (const Crossing& crossing : crossings) {
    const bool is_outlined =
        std::ranges::find(outlined, crossing.name, &OutlineWord::name) !=
        outlined.end();
    if (!is_outlined) continue;
    for (const FlowFunction* function : graph.FunctionsNamed(crossing.name))
      if (function->id == crossing.function)
        CheckParameters(*function, crossing, diagnostics);
  }
}

}  // namespace bailey::policy
