#include "policy-compiler/split/crossing_failures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace bailey::policy {
namespace {

class FailureWriter {
 public:
  FailureWriter(const Policy& policy, const SourceText& text,
                const ProgramGraph& graph, Diagnostics& diagnostics)
      : policy_(policy),
        text_(text),
        graph_(graph),
        diagnostics_(diagnostics) {}

  void AddTo(std::vector<Crossing>& crossings) {
    for (const FailureWord& said : policy_.failures) Add(said, crossings);
    for (const FailureWord& said : policy_.failures) WarnOf(said, crossings);
  }

 private:
  const FlowFunction& FunctionOf(const FailureWord& said) const {
    return *graph_.FunctionsNamed(said.function).front();
  }

  void Add(const FailureWord& said, std::vector<Crossing>& crossings) {
    const FlowFunction& function = FunctionOf(said);
    const auto crossing =
        std::ranges::find(crossings, function.id, &Crossing::function);
    if (crossing == crossings.end())
      return Warn(said,
                  fmt::format("`{}` is not called across, so no call of it "
                              "fails",
                              said.function),
                  "leave it out");
    if (Fits(function.return_type, said.failure.value)) {
      crossing->failure = said.failure;
    } else {
      Refuse(said, function.return_type);
    }
  }

  static bool Fits(const TypeInfo& type, int64_t value) {
    if (type.kind == TypeKind::kPointer) return value == 0;
    if (type.kind == TypeKind::kBool) return value == 0 || value == 1;
    const bool is_whole =
        type.kind == TypeKind::kInteger || type.kind == TypeKind::kEnum;
    if (!is_whole || type.size_bytes == 0 || type.size_bytes > 8) return false;
    if (!type.is_signed && value < 0) return false;
    const uint64_t bits = type.size_bytes * 8 - (type.is_signed ? 1 : 0);
    if (bits >= 63) return true;
    const int64_t most = (int64_t{1} << bits) - 1;
    return value <= most && value >= -most - 1;
  }

  void Refuse(const FailureWord& said, const TypeInfo& type) {
    const bool is_void = type.kind == TypeKind::kVoid;
    diagnostics_.Add(ErrorAt(
        text_, said.span,
        is_void
            ? fmt::format("`{}` returns nothing, so its caller could not tell "
                          "that it failed",
                          said.function)
            : fmt::format("the result of `{}`, of type `{}`, cannot be {}",
                          said.function, type.spelling, said.failure.value),
        is_void ? "leave it out: the program ends with the portion"
                : "name an integer that its type holds, or 0 for a pointer"));
  }

  void WarnOf(const FailureWord& said, const std::vector<Crossing>& crossings) {
    const auto own =
        std::ranges::find(crossings, FunctionOf(said).id, &Crossing::function);
    if (own == crossings.end()) return;
    const auto without =
        std::ranges::find_if(crossings, [&](const Crossing& each) {
          return each.to == own->to && !each.failure;
        });
    if (without == crossings.end()) return;
    Warn(said,
         fmt::format("the program ends with portion `{}` all the same: of `{}` "
                     "it is not said what a call gives then",
                     own->to, without->name),
         "say `failure` of all that the portion answers, or of none");
  }

  void Warn(const FailureWord& said, std::string message, std::string hint) {
    diagnostics_.Add(
        WarningAt(text_, said.span, std::move(message), std::move(hint)));
  }

  const Policy& policy_;
  const SourceText& text_;
  const ProgramGraph& graph_;
  Diagnostics& diagnostics_;
};

}  // namespace

void AddFailures(const Policy& policy, const SourceText& policy_text,
                 const ProgramGraph& graph, std::vector<Crossing>& crossings,
                 Diagnostics& diagnostics) {
  FailureWriter(policy, policy_text, graph, diagnostics).AddTo(crossings);
}

}  // namespace bailey::policy
