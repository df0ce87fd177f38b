#include "policy-compiler/split/split_names.h"

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/syscalls/nearest_name.h"

namespace bailey::policy {
namespace {

class NameResolver {
 public:
  NameResolver(const Policy& policy, const SourceText& text,
               const PortionPolicy& main, const ProgramGraph& graph,
               Diagnostics& diagnostics)
      : policy_(policy),
        text_(text),
        main_(main),
        graph_(graph),
        diagnostics_(diagnostics) {}

  std::optional<Reasons> Resolve() {
    if (!graph_.Function("main"))
      Report(main_.span, "the program has no function `main`",
             "analyze the whole program, not a library");
    for (const PortionPolicy& portion : policy_.portions) {
      for (const std::string& name : portion.functions)
        AddFunction(portion, name);
      for (const std::string& name : portion.input_functions)
        AddInput(portion, name);
    }
    for (const CredentialReader& said : policy_.readers)
      IsOneFunction(said.span, said.function);
    for (const Declassification& said : policy_.declassified)
      IsOneFunction(said.span, said.function);
    for (const FailureWord& said : policy_.failures)
      IsOneFunction(said.span, said.function);
    if (graph_.Function("main")) Pin("main", "it starts the program");
    if (has_failed_) return std::nullopt;
    return std::move(pinned_);
  }

 private:
  void AddFunction(const PortionPolicy& portion, const std::string& name) {
    if (!IsOneFunction(portion.span, name) || &portion != &main_) return;
    Pin(name, fmt::format("the policy names it in portion `{}`", portion.name));
  }

  void AddInput(const PortionPolicy& portion, const std::string& name) {
    if (!IsOneFunction(portion.span, name)) return;
    if (&portion == &main_)
      return Pin(name,
                 fmt::format("it is an input function of untrusted portion "
                             "`{}`",
                             portion.name));
    Report(portion.span,
           fmt::format("input function `{}` is named in trusted portion `{}`",
                       name, portion.name),
           fmt::format("what parses input belongs in `{}`", main_.name));
  }

  bool IsOneFunction(SourceSpan span, const std::string& name) {
    const auto found = graph_.FunctionsNamed(name);
    if (found.size() == 1) return true;
    if (found.empty()) {
      ReportUnknown(span, name);
    } else {
      Report(span,
             fmt::format("`{}` is ambiguous: `{}` and `{}`", name, found[0]->id,
                         found[1]->id),
             "rename one of them");
    }
    return false;
  }

  void ReportUnknown(SourceSpan span, const std::string& name) {
    std::vector<std::string_view> names;
    for (const FlowFunction& function : graph_.flow().functions)
      names.push_back(function.name);
    const auto nearest = NearestName(name, names);
    Report(span, fmt::format("the program has no function `{}`", name),
           nearest ? fmt::format("did you mean `{}`?", *nearest)
                   : "name a function that the program defines");
  }

  void Pin(const std::string& name, std::string reason) {
    pinned_.try_emplace(graph_.FunctionsNamed(name).front()->id,
                        std::move(reason));
  }

  void Report(SourceSpan span, std::string message, std::string hint) {
    has_failed_ = true;
    diagnostics_.Add(ErrorAt(text_, span, std::move(message), std::move(hint)));
  }

  const Policy& policy_;
  const SourceText& text_;
  const PortionPolicy& main_;
  const ProgramGraph& graph_;
  Diagnostics& diagnostics_;
  Reasons pinned_;
  bool has_failed_ = false;
};

}  // namespace

std::optional<Reasons> ResolveSplitNames(const Policy& policy,
                                         const SourceText& policy_text,
                                         const PortionPolicy& main,
                                         const ProgramGraph& graph,
                                         Diagnostics& diagnostics) {
  return NameResolver(policy, policy_text, main, graph, diagnostics).Resolve();
}

}  // namespace bailey::policy
