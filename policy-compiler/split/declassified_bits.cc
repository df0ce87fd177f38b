#include "policy-compiler/split/declassified_bits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>

#include "policy-compiler/split/crossing_rules.h"

namespace bailey::policy {
namespace {

Diagnostic WarningOfUncalled(const SourceText& text,
                             const Declassification& said) {
  return WarningAt(
      text, said.span,
      fmt::format("`{}` is not called across: what it gives trusted callers "
                  "counts as declassified all the same",
                  said.function),
      "leave it out, unless that is meant");
}

Diagnostic ErrorOfBound(const SourceText& text, const Declassification& said,
                        std::optional<uint64_t> bits) {
  if (!bits)
    return ErrorAt(
        text, said.span,
        fmt::format("how much `{}` gives back is up to its caller",
                    said.function),
        "leave the bound out, or let it fill an array of a declared size");
  return ErrorAt(
      text, said.span,
      fmt::format("`{}` gives back {} bits at a call, its result and errno "
                  "included",
                  said.function, *bits),
      fmt::format("say `at most {} bits per call`", *bits));
}

}  // namespace

void BoundDeclassified(const Policy& policy, const ProgramGraph& graph,
                       std::vector<Crossing>& crossings) {
  for (const Declassification& said : policy.declassified) {
    const FlowFunction& function = *graph.FunctionsNamed(said.function).front();
    const auto crossing =
        std::ranges::find(crossings, function.id, &Crossing::function);
    if (crossing != crossings.end()) BoundBitsBack(*crossing, said.most_bits);
  }
}

void CheckDeclassified(const Policy& policy, const SourceText& policy_text,
                       const ProgramGraph& graph, const HandleTypes& handles,
                       const std::vector<Crossing>& crossings,
                       Diagnostics& diagnostics) {
  for (const Declassification& said : policy.declassified) {
    const FlowFunction& function = *graph.FunctionsNamed(said.function).front();
    if (std::ranges::find(crossings, function.id, &Crossing::function) ==
        crossings.end())
      diagnostics.Add(WarningOfUncalled(policy_text, said));
    Diagnostics refusals;
    auto crossing = DescribeCrossing(function, refusals, {}, handles);
    if (!crossing || said.most_bits == 0) continue;
    BoundBitsBack(*crossing, said.most_bits);
    const auto bits = BitsBack(*crossing);  // all that a call gives back
    if (!bits || *bits > said.most_bits)
      diagnostics.Add(ErrorOfBound(policy_text, said, bits));
  }
}

}  // namespace bailey::policy
