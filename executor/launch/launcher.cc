#include "executor/launch/launcher.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "common/documents/bundle.h"
#include "common/fd.h"
#include "executor/launch/agent_process.h"
#include "executor/launch/audit.h"
#include "executor/launch/credentials.h"
#include "executor/launch/plan_check.h"
#include "executor/launch/quiet_terminal.h"
#include "executor/launch/run_once.h"

namespace bailey::executor {
namespace {

Result<Bundle> OpenChecked(const LaunchOptions& options) {
  ASSIGN_OR_RETURN(Bundle bundle, Bundle::Open(options.bundle));
  if (!options.digest.empty() && options.digest != bundle.digest()) {
    return Fail(
        fmt::format("`{}` has the digest {}, not {}", options.bundle,
                    bundle.digest(), options.digest),
        "it is not the bundle that was meant: get the right one, or run "
        "it without --digest");
  }
  Result<> sound = CheckPlan(bundle.plan());
  if (sound.ok()) sound = CheckFiles(bundle);
  if (!sound.ok()) {
    return std::unexpected(WithContext(options.bundle, sound.error()));
  }
  return bundle;
}

// What the caller asks for, and nothing of a credential's.
Result<std::vector<std::string>> MakeEnvironment(
    const Plan& plan, const std::vector<std::string>& options) {
  std::vector<std::string> variables;
  for (const std::string& option : options) {
    const std::string name = option.substr(0, option.find('='));
    if (name.empty()) return Fail("--env names no variable");
    if (std::ranges::find(plan.credentials, name, &PlanCredential::variable) !=
        plan.credentials.end()) {
      return Fail(fmt::format("--env: `{}` is a credential's variable", name),
                  "give it by --credential, to the portion that uses it");
    }
    const char* value = std::getenv(name.c_str());
    if (name != option) {
      variables.push_back(option);
    } else if (value != nullptr) {
      variables.push_back(fmt::format("{}={}", name, value));
    }
  }
  return variables;
}

Result<> SetLearning(const LaunchOptions& options, const Plan& plan,
                     RunRequest& request) {
  request.learn = options.learn;
  if (!options.learn && options.permissive_policy.empty()) return {};
  if (!plan.portions.front().unmodified || !options.learn) {
    return Fail("--learn is for a program as it is",
                "bailey run --learn --policy P -- PROGRAM");
  }
  if (options.permissive_policy.empty()) return {};
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.permissive_policy));
  PermissiveLearning learning;
  ASSIGN_OR_RETURN(learning.policy, ParsePlan(text, "the policy's plan"));
  RETURN_IF_ERROR(CheckPlan(learning.policy));
  request.permissive = std::move(learning);
  return {};
}

Result<Outcome> LaunchBundle(const LaunchOptions& options,
                             const Bundle& bundle) {
  ASSIGN_OR_RETURN(const auto sources,
                   ParseCredentialOptions(options.credentials));
  const bool takes_input = TakesStandardInput(bundle.plan(), sources);
  const QuietTerminal quiet(takes_input);
  ASSIGN_OR_RETURN(
      const std::vector<OpenedCredential> credentials,
      OpenCredentials(bundle.plan(), sources, {.copy_input = options.audit}));
  ASSIGN_OR_RETURN(const std::vector<OpenedCredential> audit_forms,
                   OpenAuditForms(bundle.plan(), options.audit_also));
  RunRequest request;
  request.bundle = &bundle;
  request.credentials = &credentials;
  request.audit_forms = &audit_forms;
  request.arguments = options.arguments;
  ASSIGN_OR_RETURN(request.environment,
                   MakeEnvironment(bundle.plan(), options.environment));
  request.argument_zero = options.argument_zero;
  request.working_directory = options.working_directory;
  RETURN_IF_ERROR(SetLearning(options, bundle.plan(), request));
  request.agent = options.agent;
  request.strict = options.strict;
  request.streams.error_fd = STDERR_FILENO;
  if (request.agent.empty()) {
    ASSIGN_OR_RETURN(request.agent, DefaultAgentPath());
  }
  // What is a credential is nobody else's input.
  if (!takes_input) request.streams.input_fd = STDIN_FILENO;
  if (options.audit) return Audit(request);
  if (!options.audit_also.empty()) {
    return Fail("--audit-also is for --audit");
  }
  request.streams.output_fd = STDOUT_FILENO;
  return RunOnce(std::move(request));
}

}  // namespace

Outcome Launch(const LaunchOptions& options) {
  // A reader of our output that goes away is no reason to die.
  signal(SIGPIPE, SIG_IGN);
  const auto bundle = OpenChecked(options);
  if (!bundle.ok()) return FailedOutcome(bundle.error());
  auto outcome = LaunchBundle(options, *bundle);
  Outcome result = outcome.ok() ? std::move(outcome).value()
                                : FailedOutcome(outcome.error());
  result.bundle_digest = bundle->digest();
  return result;
}

}  // namespace bailey::executor
