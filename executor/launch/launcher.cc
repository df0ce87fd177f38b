#include "executor/launch/launcher.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "common/documents/bundle.h"
#include "executor/launch/agent_process.h"
#include "executor/launch/audit.h"
#include "executor/launch/credentials.h"
#include "executor/launch/plan_check.h"
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

Result<Outcome> LaunchBundle(const LaunchOptions& options,
                             const Bundle& bundle) {
  ASSIGN_OR_RETURN(const auto sources,
                   ParseCredentialOptions(options.credentials));
  ASSIGN_OR_RETURN(const std::vector<OpenedCredential> credentials,
                   OpenCredentials(bundle.plan(), sources));
  RunRequest request;
  request.bundle = &bundle;
  request.credentials = &credentials;
  request.arguments = options.arguments;
  request.agent = options.agent;
  request.strict = options.strict;
  request.streams.error_fd = STDERR_FILENO;
  if (request.agent.empty()) {
    ASSIGN_OR_RETURN(request.agent, DefaultAgentPath());
  }
  if (options.audit) return Audit(request);
  request.streams.input_fd = STDIN_FILENO;
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
