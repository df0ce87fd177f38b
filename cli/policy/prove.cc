// bailey policy prove: that the filters are the policy.

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "common/json.h"
#include "policy-compiler/plan/filters.h"

namespace bailey::cli {
namespace {

struct ProveOptions {
  std::string policy;
  std::string portion;
  std::string architecture;  // empty: every target
  std::string format = "text";
  uint32_t timeout_ms = policy::kProofTimeoutMs;
};

struct PortionProofs {
  std::string portion;
  std::vector<policy::FilterProof> filters;
};

std::string_view VerdictName(const policy::ProofResult& proof) {
  switch (proof.verdict) {
    case policy::ProofVerdict::kProved:
      return "proved";
    case policy::ProofVerdict::kCounterexample:
      return "counterexample";
    case policy::ProofVerdict::kUnknown:
      return "unknown";
  }
  return "unknown";
}

Json CounterexampleJson(const policy::Counterexample& counterexample) {
  const SeccompData& data = counterexample.data;
  return {{"architecture", data.architecture},
          {"number", data.number},
          {"instruction_pointer", data.instruction_pointer},
          {"arguments", data.arguments},
          {"expected", counterexample.expected},
          {"actual", counterexample.actual}};
}

Json FilterJson(const std::string& portion, const policy::FilterProof& filter) {
  Json json = {{"portion", portion},
               {"arch", filter.filter.architecture},
               {"kind", FilterKindName(filter.filter.kind)},
               {"instructions", filter.filter.program.size()},
               {"verdict", VerdictName(filter.proof)},
               {"solver", filter.filter.solver},
               {"seconds", filter.filter.solver_seconds}};
  if (filter.proof.counterexample)
    json["counterexample"] = CounterexampleJson(*filter.proof.counterexample);
  if (!filter.proof.reason.empty()) json["reason"] = filter.proof.reason;
  return json;
}

// 0 all proved, 1 one is refuted, 3 one is unknown.
int ExitCode(const std::vector<PortionProofs>& proofs) {
  int code = kExitFine;
  for (const PortionProofs& portion : proofs) {
    for (const policy::FilterProof& filter : portion.filters) {
      if (filter.proof.verdict == policy::ProofVerdict::kCounterexample)
        return kExitNo;
      if (!filter.proof.proved()) code = kExitUnknown;
    }
  }
  return code;
}

void PrintJson(const std::vector<PortionProofs>& proofs) {
  Json filters = Json::array();
  for (const PortionProofs& portion : proofs)
    for (const policy::FilterProof& filter : portion.filters)
      filters.push_back(FilterJson(portion.portion, filter));
  const int code = ExitCode(proofs);
  const Json proved =
      code == kExitUnknown ? Json("unknown") : Json(code == kExitFine);
  fmt::print("{}", WriteJson({{"proved", proved}, {"filters", filters}}));
}

void PrintText(const std::vector<PortionProofs>& proofs) {
  for (const PortionProofs& portion : proofs) {
    for (const policy::FilterProof& filter : portion.filters) {
      const std::string& architecture = filter.filter.architecture;
      fmt::print("{}{}{} {:10} {:4} instructions: {} by {} in {:.3f} s\n",
                 portion.portion, architecture == "x86_64" ? "" : " ",
                 architecture == "x86_64" ? "" : architecture,
                 FilterKindName(filter.filter.kind),
                 filter.filter.program.size(), VerdictName(filter.proof),
                 filter.filter.solver, filter.filter.solver_seconds);
      if (filter.proof.counterexample)
        fmt::print(
            "  {}",
            WriteJson(CounterexampleJson(*filter.proof.counterexample), -1));
    }
  }
}

Result<> ProveTarget(const policy::Policy& policy, const ProveOptions& options,
                     std::vector<PortionProofs>& proofs) {
  for (const policy::PortionPolicy& portion : policy.portions) {
    if (!options.portion.empty() && portion.name != options.portion) continue;
    ASSIGN_OR_RETURN(
        std::vector<policy::FilterProof> filters,
        policy::CompileAndProve(policy, portion, options.timeout_ms));
    proofs.push_back({portion.name, std::move(filters)});
  }
  return {};
}

Result<int> Prove(const ProveOptions& options) {
  const std::optional<LoadedPolicy> written = LoadPolicyFile(options.policy);
  if (!written) return kExitError;
  if (!options.portion.empty())
    RETURN_IF_ERROR(SelectPortion(written->policy, options.portion));
  ASSIGN_OR_RETURN(const auto targets,
                   SelectTargets(*written, options.architecture));
  std::vector<PortionProofs> proofs;
  for (const policy::Policy* target : targets)
    RETURN_IF_ERROR(
        ProveTarget(policy::WithRuntimeRules(*target), options, proofs));
  options.format == "json" ? PrintJson(proofs) : PrintText(proofs);
  return ExitCode(proofs);
}

}  // namespace

int RunPolicyProve(int argc, char** argv) {
  CLI::App app(
      "Compiles each portion's three filters for each of the policy's targets "
      "and\nproves with Z3 that each equals the policy for every system call. "
      "Exit code 0: proved; 1: refuted, with "
      "a\n"
      "witness; 3: unknown, which is not proved.\n\n"
      "  bailey policy prove notary.policy --format json",
      "bailey policy prove");
  ProveOptions options;
  app.add_option("--portion", options.portion, "only this portion");
  app.add_option("--arch", options.architecture,
                 "only this target: x86_64 or aarch64");
  app.add_option("--timeout-ms", options.timeout_ms,
                 "for each proof; 0 means no limit");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Prove(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
