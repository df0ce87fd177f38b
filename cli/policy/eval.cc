// bailey policy eval: the policy's answer to one system call.

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "cli/policy/eval_batch.h"
#include "common/fd.h"
#include "common/json.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/language/loader_rules.h"
#include "policy-compiler/plan/filters.h"

namespace bailey::cli {
namespace {

struct EvalOptions {
  std::string policy;
  std::string portion;
  std::string architecture;  // empty: the policy's first
  std::string format = "text";
  bool unmodified = false;
  bool as_written = false;
  bool serving = false;
  std::string batch;  // a file of calls, or empty
  std::string syscall;
  std::vector<std::string> arguments;
};

void Print(const EvalOptions& options, const std::string& action,
           const policy::RuleInfo& rule) {
  if (options.format == "json") {
    fmt::print("{}", WriteJson({{"schema", "bailey.eval/1"},
                                {"action", action},
                                {"rule", rule.text},
                                {"index", rule.index},
                                {"file", rule.file},
                                {"line", rule.line}}));
    return;
  }
  fmt::print("{}\n", action);
  if (rule.file.empty())
    fmt::print(stderr, "  by: {}\n", rule.text);
  else
    fmt::print(stderr, "  by: {} ({}:{})\n", rule.text, rule.file, rule.line);
}

// What runs is the policy with rules of our own: they are visible here.
Result<policy::Policy> AsItRuns(policy::Policy policy,
                                const EvalOptions& options) {
  if (options.as_written) return policy;
  if (!options.unmodified) return policy::WithRuntimeRules(std::move(policy));
  ASSIGN_OR_RETURN(const policy::Policy loader, LoadLoaderRules());
  policy::AddLoaderRules(loader, policy);
  return policy;
}

// Far above what a test asks, and small enough to be held.
constexpr size_t kMaxBatchBytes = size_t{64} << 20;

// `options.architecture` and `portion` are each line's to say.
Result<int> EvalBatch(const EvalOptions& options) {
  ASSIGN_OR_RETURN(const std::string calls,
                   ReadFile(options.batch, kMaxBatchBytes));
  const std::optional<LoadedPolicy> written = LoadPolicyFile(options.policy);
  if (!written) return kExitError;
  std::vector<policy::Policy> targets;
  for (const policy::Policy* const target : written->Targets()) {
    ASSIGN_OR_RETURN(policy::Policy policy, AsItRuns(*target, options));
    targets.push_back(std::move(policy));
  }
  BatchEvaluator evaluator(std::move(targets));
  std::string_view rest = calls;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    fmt::print("{}", evaluator.Answer(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return evaluator.had_errors() ? kExitError : kExitFine;
}

Result<int> Eval(const EvalOptions& options) {
  if (options.syscall.empty()) {
    if (!options.batch.empty() && options.serving)
      return Fail("--serving asks one call at a time",
                  "in a batch `phase=serving` stands before the call");
    if (!options.batch.empty()) return EvalBatch(options);
    return Fail("which system call?", "name one, or a file with `--batch`");
  }
  if (!options.batch.empty())
    return Fail("`--batch` takes the place of a system call");
  const std::optional<LoadedPolicy> written = LoadPolicyFile(options.policy);
  if (!written) return kExitError;
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(*written, options.architecture));
  ASSIGN_OR_RETURN(const policy::Policy policy, AsItRuns(*target, options));
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const portion,
                   SelectPortion(policy, options.portion));
  ASSIGN_OR_RETURN(SeccompData data,
                   policy::ParseInvocation(policy.architecture, options.syscall,
                                           options.arguments));
  if (options.serving) RETURN_IF_ERROR(RequireServing(*portion));
  const policy::Verdict verdict =
      options.serving
          ? policy::EvaluateServing(policy.architecture, *portion, data)
          : policy::Evaluate(policy.architecture, *portion, data);
  Print(options, policy::ActionName(verdict.action),
        policy::DescribeRule(policy, *portion, verdict.rule));
  return kExitFine;
}

}  // namespace

int RunPolicyEval(int argc, char** argv) {
  CLI::App app(
      "Prints what a policy answers to one system call: allow, errno NAME,\n"
      "kill_process, kill_thread, trap or log. Arguments are constants of the\n"
      "policy language; missing ones are 0. Always exits 0 when it could "
      "tell.\n\n"
      "  bailey policy eval notary.policy --portion parser socket AF_INET "
      "SOCK_STREAM 0\n"
      "  bailey policy eval notary.policy --batch calls.txt\n\n"
      "A batch has a call a line, as it stands on the command line; before it "
      "may\nstand arch=NAME, portion=NAME, phase=serving and word=NUMBER, the "
      "architecture\nword that the filter sees. Each gets a line of JSON.",
      "bailey policy eval");
  EvalOptions options;
  app.add_option("--portion", options.portion, "which portion, if several");
  app.add_option("--arch", options.architecture,
                 "which of the policy's targets: x86_64 or aarch64");
  app.add_flag("--unmodified", options.unmodified,
               "as for a program that runs as it is: `runtime/loader` is in "
               "force, and not `runtime/channel`");
  app.add_flag("--as-written", options.as_written,
               "with no rules but the policy's own")
      ->excludes("--unmodified");
  app.add_flag("--serving", options.serving,
               "once the portion serves: the answer of its two filters");
  app.add_option("--batch", options.batch, "FILE of calls, one a line");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("policy", options.policy, "NAME.policy")->required();
  app.add_option("syscall", options.syscall, "name or number");
  app.add_option("arguments", options.arguments, "up to six")->expected(0, 6);
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Eval(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
