// bailey policy infer: a first policy from a report.

#include "policy-compiler/infer/infer.h"

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "cli/policy/documents.h"
#include "policies/builtin_policies.h"

namespace bailey::cli {
namespace {

struct PolicyInferOptions {
  std::string report;
  std::string ceiling;
  std::string otherwise = "kill";
  std::string confidence = "all";
  std::string phase = "all";
  std::string format = "text";
  std::string output;
  policy::InferOptions infer;
};

// As a policy says it after `otherwise`.
Result<policy::Action> ParseOtherwise(const std::string& text) {
  const SourceText source{"--otherwise",
                          "policy x { otherwise " + text + "; }"};
  const policy::ParsedPolicy parsed =
      policy::LoadPolicy(source, policy::LibraryLookup());
  if (parsed.policy) return parsed.policy->portions.front().otherwise;
  return Fail("`" + text + "` is no action",
              "as in `--otherwise kill` or `--otherwise 'errno EPERM'`");
}

Result<> Write(const PolicyInferOptions& options,
               const policy::InferredPolicy& inferred) {
  if (!options.output.empty())
    RETURN_IF_ERROR(WriteFileAtomically(options.output, inferred.text));
  if (options.format == "json")
    return WriteAll(1, policy::RenderInferJson(inferred), "standard output");
  if (options.output.empty())
    return WriteAll(1, inferred.text, "standard output");
  return {};
}

Result<int> Infer(PolicyInferOptions options) {
  ASSIGN_OR_RETURN(const Report report, LoadReport(options.report));
  ASSIGN_OR_RETURN(options.infer.otherwise, ParseOtherwise(options.otherwise));
  options.infer.proved_only = options.confidence == "proved";
  if (options.phase != "all")
    options.infer.phase =
        options.phase == "serving" ? Phase::kServing : Phase::kStartup;
  std::optional<LoadedPolicy> ceiling;
  const policy::Policy* under = nullptr;
  if (!options.ceiling.empty()) {
    ceiling = LoadPolicyFile(options.ceiling);
    if (!ceiling) return kExitError;
    ASSIGN_OR_RETURN(under, SelectTarget(*ceiling, report.target));
  }
  ASSIGN_OR_RETURN(
      const policy::InferredPolicy inferred,
      policy::InferPolicy(report, options.infer, FindBuiltinPolicy, under));
  RETURN_IF_ERROR(Write(options, inferred));
  PrintDiagnostics(inferred.diagnostics);
  fmt::print(stderr, "{}", policy::RenderInferText(inferred));
  return inferred.exit_code();
}

}  // namespace

int RunPolicyInfer(int argc, char** argv) {
  CLI::App app(
      "Writes a policy from a report: libraries, then a rule for each system\n"
      "call that they do not cover, with the place where the program makes "
      "it.\n"
      "Of a report with a switch point the policy has a `serving` block: what\n"
      "the program may do from there on.\n"
      "What the ceiling denies is left out and listed. Exit code 0: all is in\n"
      "the policy; 1: the ceiling denies something; 3: it permits\n"
      "over-approximated calls with some arguments only.\n\n"
      "  bailey policy infer report.json --ceiling org.policy -o app.policy\n"
      "  bailey policy infer report.json --phase serving -o serving.policy",
      "bailey policy infer");
  PolicyInferOptions options;
  app.add_option("--ceiling", options.ceiling, "what may be permitted at most");
  app.add_option("--portion", options.infer.ceiling_portion,
                 "which portion of the ceiling, if several");
  const CLI::Option* use =
      app.add_option("--use", options.infer.libraries,
                     "built-in libraries to build on; if none is given "
                     "runtime/c, or with --phase none")
          ->allow_extra_args(false);
  app.add_option("--name", options.infer.name, "the policy's name");
  app.add_option("--otherwise", options.otherwise,
                 "what the rest gets: kill, or 'errno EPERM'");
  app.add_option("--confidence", options.confidence,
                 "all, or proved: without what is over-approximated")
      ->check(CLI::IsMember({"all", "proved"}));
  app.add_option("--phase", options.phase,
                 "all, serving or startup: what the program does from its "
                 "switch point on, or before it")
      ->check(CLI::IsMember({"all", "serving", "startup"}));
  app.add_flag("!--no-serving-block", options.infer.serving_block,
               "write no `serving` block although the report has a switch "
               "point");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("-o,--output", options.output,
                 "file; standard output if none");
  app.add_option("report", options.report, "report.json")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  // A library permits what programs need to start.
  if (options.phase != "all" && use->count() == 0)
    options.infer.libraries.clear();
  const Result<int> status = Infer(std::move(options));
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
