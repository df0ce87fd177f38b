// bailey policy learn: what a run under observation saw, as a diff of its
// policy. `bailey run --learn` runs it.

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "cli/policy/learn_diff.h"
#include "common/fd.h"
#include "executor/outcome.h"

namespace bailey::cli {
namespace {

struct LearnOptions {
  std::string policy;
  std::string portion;
  std::string ceiling;
  std::string outcome;
  std::string format = "text";
};

Result<executor::Learned> LoadLearned(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(const executor::Outcome outcome,
                   executor::ParseOutcome(text, path));
  if (outcome.learned) return *outcome.learned;
  return Fail("`" + path + "` is of a run that was not observed",
              "make one with `bailey run --learn --outcome FILE`");
}

std::optional<policy::Policy> LoadSilently(const SourceText& text) {
  policy::ParsedPolicy parsed = LoadPolicyText(text);
  return std::move(parsed.policy);
}

// The ceiling's portion of that name, or its only one.
Result<const policy::PortionPolicy*> CeilingPortion(
    const policy::Policy& ceiling, const std::string& name) {
  if (ceiling.portions.size() == 1) return &ceiling.portions.front();
  return SelectPortion(ceiling, name);
}

Result<int> Learn(const LearnOptions& options) {
  LearnInputs inputs;
  ASSIGN_OR_RETURN(inputs.learned, LoadLearned(options.outcome));
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(inputs.policy, SelectTarget(*loaded, "x86_64"));
  ASSIGN_OR_RETURN(inputs.portion,
                   SelectPortion(*inputs.policy, options.portion));
  std::optional<LoadedPolicy> ceiling;
  if (!options.ceiling.empty()) {
    ceiling = LoadPolicyFile(options.ceiling);
    if (!ceiling) return kExitError;
    ASSIGN_OR_RETURN(const policy::Policy* const target,
                     SelectTarget(*ceiling, "x86_64"));
    ASSIGN_OR_RETURN(inputs.ceiling,
                     CeilingPortion(*target, inputs.portion->name));
  }
  inputs.text = loaded->text;
  inputs.load = LoadSilently;
  ASSIGN_OR_RETURN(const LearnDiff diff, MakeLearnDiff(inputs));
  fmt::print("{}", options.format == "json" ? RenderLearnJson(diff)
                                            : RenderLearnText(diff));
  return kExitFine;
}

}  // namespace

int RunPolicyLearn(int argc, char** argv) {
  CLI::App app(
      "Prints what a run under observation saw as changes of its policy:\n"
      "rules for what was denied, as it was seen, and rules that nothing\n"
      "used. What the ceiling denies is shown and not proposed.\n\n"
      "  bailey run --learn --outcome o.json --policy jq.policy -- jq .\n"
      "  bailey policy learn --outcome o.json --format json jq.policy",
      "bailey policy learn");
  LearnOptions options;
  app.add_option("--outcome", options.outcome, "of the run")->required();
  app.add_option("--portion", options.portion, "which, if several");
  app.add_option("--ceiling", options.ceiling, "what nothing may go beyond");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Learn(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
