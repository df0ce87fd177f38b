// bailey policy eval: the policy's answer to one system call.

#include <fmt/format.h>

#include "cli/policy/commands.h"
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
  std::string syscall;
  std::vector<std::string> arguments;
};

void Print(const EvalOptions& options, const std::string& action,
           const policy::RuleInfo& rule) {
  if (options.format == "json") {
    fmt::print("{}", WriteJson({{"action", action},
                                {"rule", rule.text},
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
Result<policy::Policy> AsItRuns(policy::Policy policy, bool unmodified) {
  if (!unmodified) return policy::WithRuntimeRules(std::move(policy));
  ASSIGN_OR_RETURN(const policy::Policy loader, LoadLoaderRules());
  policy::AddLoaderRules(loader, policy);
  return policy;
}

Result<int> Eval(const EvalOptions& options) {
  const std::optional<LoadedPolicy> written = LoadPolicyFile(options.policy);
  if (!written) return kExitError;
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(*written, options.architecture));
  ASSIGN_OR_RETURN(const policy::Policy policy,
                   AsItRuns(*target, options.unmodified));
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const portion,
                   SelectPortion(policy, options.portion));
  ASSIGN_OR_RETURN(SeccompData data,
                   policy::ParseInvocation(policy.architecture, options.syscall,
                                           options.arguments));
  const policy::Verdict verdict =
      policy::Evaluate(policy.architecture, *portion, data);
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
      "SOCK_STREAM 0",
      "bailey policy eval");
  EvalOptions options;
  app.add_option("--portion", options.portion, "which portion, if several");
  app.add_option("--arch", options.architecture,
                 "which of the policy's targets: x86_64 or aarch64");
  app.add_flag("--unmodified", options.unmodified,
               "as for a program that runs as it is: `runtime/loader` is in "
               "force, and not `runtime/channel`");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("policy", options.policy, "NAME.policy")->required();
  app.add_option("syscall", options.syscall, "name or number")->required();
  app.add_option("arguments", options.arguments, "up to six")->expected(0, 6);
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Eval(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
