#include "executor/launch/run_once.h"

#include <signal.h>

#include <algorithm>

#include "executor/launch/agent_process.h"
#include "executor/launch/payload.h"
#include "executor/launch/run_limits.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

Result<PlanLimits> MainLimits(const Plan& plan) {
  const auto main =
      std::ranges::find(plan.portions, true, &PlanPortion::holds_main);
  if (main == plan.portions.end()) {
    return Fail("the bundle's plan has no portion with main",
                "build the bundle again");
  }
  return main->limits;
}

Result<> SendStart(const AgentProcess& agent, const Payload& payload,
                   const Relay& relay, const RunRequest& request,
                   const RunLimits& limits) {
  const std::array<int, 3> streams = relay.child_ends();
  std::vector<int> descriptors{payload.spec.get(), payload.blobs.get(),
                               streams[0], streams[1], streams[2]};
  for (const OpenedCredential& credential : *request.credentials) {
    descriptors.push_back(credential.bytes.get());
  }
  if (request.audit_forms != nullptr) {
    for (const OpenedCredential& form : *request.audit_forms) {
      descriptors.push_back(form.bytes.get());
    }
  }
  for (const UniqueFd& entry : limits.entries()) {
    descriptors.push_back(entry.get());
  }
  if (descriptors.size() > kMaxMessageFds) {
    return Fail("too many credentials, and cgroups for portions");
  }
  return SendMessage(agent.socket(), kStartMessage, descriptors);
}

Result<Outcome> ReadOutcome(const AgentProcess& agent) {
  ASSIGN_OR_RETURN(const Message message, ReceiveMessage(agent.socket()));
  if (message.closed || message.bytes != kOutcomeMessage ||
      message.descriptors.size() != 1) {
    return Fail("the agent ended without an outcome");
  }
  ASSIGN_OR_RETURN(const UniqueFd reader,
                   ReopenForReading(message.descriptors[0].get()));
  ASSIGN_OR_RETURN(const std::string text, ReadAll(reader.get(), "outcome"));
  return ParseOutcome(text, "outcome");
}

Outcome TimedOut() {
  Outcome outcome;
  outcome.kind = OutcomeKind::kTimeout;
  outcome.signal = SIGKILL;
  outcome.message = "the wall time limit passed, and the agent did not end it";
  return outcome;
}

}  // namespace

Result<Outcome> RunOnce(RunRequest request) {
  ASSIGN_OR_RETURN(const PlanLimits limits, MainLimits(request.bundle->plan()));
  request.streams.output_limit_bytes = limits.output_bytes;
  request.streams.wall_ms = limits.wall_ms;
  // Before the agent, so that its cgroups go after every process has.
  RunLimits cgroups;
  ASSIGN_OR_RETURN(AgentProcess agent, AgentProcess::Start(request.agent));
  InstanceSpec spec;
  spec.mode = request.mode;
  spec.strict = request.strict;
  spec.own_identities = agent.own_identities();
  spec.arguments = request.arguments;
  spec.learn = request.learn;
  spec.permissive = request.permissive;
  spec.environment = request.environment;
  spec.argument_zero = request.argument_zero;
  spec.working_directory = request.working_directory;
  for (const OpenedCredential& credential : *request.credentials) {
    spec.credentials.push_back(credential.name);
  }
  if (request.audit_forms != nullptr) {
    for (const OpenedCredential& form : *request.audit_forms) {
      spec.audit_forms.push_back(form.name);
    }
  }
  RETURN_IF_ERROR(cgroups.Place(request.bundle->plan(), request.mode, spec));
  ASSIGN_OR_RETURN(const Payload payload,
                   MakePayload(*request.bundle, std::move(spec)));
  ASSIGN_OR_RETURN(Relay relay, Relay::Create(std::move(request.streams)));
  RETURN_IF_ERROR(SendStart(agent, payload, relay, request, cgroups));
  cgroups.CloseEntries();
  relay.CloseChildEnds();
  ASSIGN_OR_RETURN(const RelayEnd during, relay.Run(agent.socket()));
  auto outcome = during.timed_out ? TimedOut() : ReadOutcome(agent);
  agent.Kill();
  agent.Reap();
  ASSIGN_OR_RETURN(const RelayEnd end, relay.Drain());
  if (!outcome.ok()) return outcome;
  cgroups.Judge(*outcome);
  if (end.write_error) return std::unexpected(*end.write_error);
  outcome->output_bytes = end.output_bytes;
  outcome->output_truncated = end.truncated;
  return outcome;
}

}  // namespace bailey::executor
