// bailey policy diff: whether a new policy is equal, stricter or looser.

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "cli/policy/diff_filters.h"
#include "cli/policy/filter_files.h"
#include "policy-compiler/verify/policy_diff.h"

namespace bailey::cli {
namespace {

struct PolicyDiffOptions {
  std::vector<std::string> policies;  // OLD NEW, or NEW under a ceiling
  std::string ceiling;
  std::string architecture;  // empty: every target of NEW
  std::string format = "text";
  policy::DiffOptions diff;
  policy::DiffView view;
};

Result<int> Diff(PolicyDiffOptions options) {
  options.view.ceiling = !options.ceiling.empty();
  if (options.view.ceiling) {
    options.diff.order = policy::ActionOrder::kPermission;
    options.policies.insert(options.policies.begin(), options.ceiling);
  }
  if (options.policies.size() != 2)
    return Fail("two policies are compared",
                "write OLD NEW, or --ceiling CEILING NEW");
  if (IsFilterFile(options.policies[0]) || IsFilterFile(options.policies[1]))
    return DiffFilters({.old_file = options.policies[0],
                        .new_file = options.policies[1],
                        .architecture = options.architecture,
                        .format = options.format,
                        .diff = options.diff,
                        .view = options.view});
  const std::optional<LoadedPolicy> before =
      LoadPolicyFile(options.policies[0]);
  const std::optional<LoadedPolicy> after = LoadPolicyFile(options.policies[1]);
  if (!before || !after) return kExitError;
  ASSIGN_OR_RETURN(const policy::PolicyTargets old_targets,
                   SelectTargets(*before, options.architecture));
  ASSIGN_OR_RETURN(const policy::PolicyTargets new_targets,
                   SelectTargets(*after, options.architecture));
  ASSIGN_OR_RETURN(const policy::PolicyDiff diff,
                   policy::DiffTargets(old_targets, new_targets, options.diff));
  fmt::print("{}", options.format == "json"
                       ? policy::RenderDiffJson(diff, options.view)
                       : policy::RenderDiffText(diff, options.view));
  return diff.exit_code();
}

}  // namespace

int RunPolicyDiff(int argc, char** argv) {
  CLI::App app(
      "Decides with Z3 whether NEW is equal to OLD, stricter, looser or\n"
      "neither, and shows a witness of each difference. Exit code 0: equal or\n"
      "stricter; 1: not; 3: the solver gave up. With --ceiling, whether NEW\n"
      "permits only what CEILING permits. A file whose name ends in .bpf is a\n"
      "raw filter, which is compared itself.\n\n"
      "  bailey policy diff old.policy new.policy\n"
      "  bailey policy diff --ceiling ceiling.policy new.policy\n"
      "  bailey policy diff theirs.bpf ours.policy",
      "bailey policy diff");
  PolicyDiffOptions options;
  app.add_option("--ceiling", options.ceiling, "what may be permitted at most");
  app.add_option("--portion", options.diff.portion, "only this portion");
  app.add_option("--arch", options.architecture,
                 "only this target: x86_64 or aarch64");
  app.add_option("--max", options.view.max_shown,
                 "differences that are shown; 0 means all");
  app.add_option("--timeout-ms", options.diff.timeout_ms,
                 "for each question to the solver; 0 means no limit");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("policies", options.policies, "OLD NEW")
      ->required()
      ->expected(1, 2);
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Diff(std::move(options));
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
