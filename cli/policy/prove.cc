// bailey policy prove: that the filters are the policy.

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iterator>

#include "cli/policy/assertions.h"
#include "cli/policy/commands.h"
#include "cli/policy/prove_filters.h"
#include "cli/policy/prove_property.h"
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
  std::vector<std::string> filters;  // raw ones, instead of the policy's own
  PropertyOptions properties;

  PropertyOptions ForProperties() const {
    PropertyOptions whole = properties;
    whole.portion = portion;
    whole.timeout_ms = timeout_ms;
    whole.json = format == "json";
    return whole;
  }
};

struct PortionProofs {
  const policy::Policy& policy;  // with the runtime's rules
  const policy::PortionPolicy& portion;
  std::vector<policy::FilterProof> filters;
};

Json FilterJson(const PortionProofs& portion,
                const policy::FilterProof& filter) {
  Json json = {{"portion", portion.portion.name},
               {"arch", filter.filter.architecture},
               {"kind", FilterKindName(filter.filter.kind)},
               {"instructions", filter.filter.program.size()},
               {"verdict", VerdictName(filter.proof)},
               {"solver", filter.proof.solver},
               {"seconds", filter.proof.seconds}};
  if (filter.proof.counterexample)
    json["counterexample"] =
        CounterexampleJson(portion.policy, portion.portion, filter.filter.kind,
                           *filter.proof.counterexample);
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

void PrintJson(const std::vector<PortionProofs>& proofs,
               const std::vector<policy::AssertionProof>& assertions,
               int code) {
  Json filters = Json::array();
  for (const PortionProofs& portion : proofs)
    for (const policy::FilterProof& filter : portion.filters)
      filters.push_back(FilterJson(portion, filter));
  Json claims = Json::array();
  for (const policy::AssertionProof& assertion : assertions)
    claims.push_back(policy::AssertionJson(assertion));
  const Json proved =
      code == kExitUnknown ? Json("unknown") : Json(code == kExitFine);
  fmt::print("{}", WriteJson({{"schema", "bailey.prove/1"},
                              {"proved", proved},
                              {"filters", filters},
                              {"assertions", std::move(claims)}}));
}

void PrintFilter(const PortionProofs& portion,
                 const policy::FilterProof& filter) {
  const std::string& architecture = filter.filter.architecture;
  fmt::print("{}{}{} {:10} {:4} instructions: {} by {} in {:.3f} s\n",
             portion.portion.name, architecture == "x86_64" ? "" : " ",
             architecture == "x86_64" ? "" : architecture,
             FilterKindName(filter.filter.kind), filter.filter.program.size(),
             VerdictName(filter.proof), filter.proof.solver,
             filter.proof.seconds);
  if (filter.proof.counterexample)
    fmt::print("{}", CounterexampleText(portion.policy, portion.portion,
                                        filter.filter.kind,
                                        *filter.proof.counterexample));
  if (!filter.proof.reason.empty()) fmt::print("  {}\n", filter.proof.reason);
}

void PrintText(const std::vector<PortionProofs>& proofs,
               const std::vector<policy::AssertionProof>& assertions) {
  for (const PortionProofs& portion : proofs)
    for (const policy::FilterProof& filter : portion.filters)
      PrintFilter(portion, filter);
  for (const policy::AssertionProof& assertion : assertions)
    fmt::print("{}\n", policy::RenderAssertionText(assertion));
}

Result<> ProveTarget(const policy::Policy& policy, const ProveOptions& options,
                     std::vector<PortionProofs>& proofs) {
  for (const policy::PortionPolicy& portion : policy.portions) {
    if (!options.portion.empty() && portion.name != options.portion) continue;
    ASSIGN_OR_RETURN(
        std::vector<policy::FilterProof> filters,
        policy::CompileAndProve(policy, portion, options.timeout_ms));
    proofs.push_back({policy, portion, std::move(filters)});
    for (const policy::PortionPolicy& serving : portion.serving) {
      ASSIGN_OR_RETURN(
          policy::FilterProof filter,
          policy::CompileAndProvePlain(policy, serving, options.timeout_ms));
      proofs.push_back({policy, serving, {std::move(filter)}});
    }
  }
  return {};
}

Result<int> Prove(const ProveOptions& options) {
  const std::optional<LoadedPolicy> written = LoadPolicyFile(options.policy);
  if (!written) return kExitError;
  if (!options.portion.empty())
    RETURN_IF_ERROR(SelectPortion(written->policy, options.portion));
  if (!options.filters.empty() && options.properties.any())
    return Fail("--filter and --never or --always are questions of their own",
                "ask one after the other");
  if (!options.filters.empty())
    return ProveFilterFiles(
        *written, {options.filters, options.portion, options.architecture,
                   options.format, options.timeout_ms});
  ASSIGN_OR_RETURN(const auto targets,
                   SelectTargets(*written, options.architecture));
  if (options.properties.any())
    return ProveProperties(targets, options.ForProperties());
  std::deque<policy::Policy> policies;  // which the proofs speak of
  std::vector<PortionProofs> proofs;
  std::vector<policy::AssertionProof> assertions;
  for (const policy::Policy* target : targets) {
    const policy::Policy& policy =
        policies.emplace_back(policy::WithRuntimeRules(*target));
    RETURN_IF_ERROR(ProveTarget(policy, options, proofs));
    std::ranges::move(
        policy::ProveAssertions(policy, policy::kAssertionTimeoutMs),
        std::back_inserter(assertions));
  }
  const int code =
      GraverCode(ExitCode(proofs), policy::AssertionsCode(assertions));
  options.format == "json" ? PrintJson(proofs, assertions, code)
                           : PrintText(proofs, assertions);
  return code;
}

}  // namespace

int RunPolicyProve(int argc, char** argv) {
  CLI::App app(
      "Compiles each portion's three filters for each of the policy's targets "
      "and\nproves with Z3 that each equals the policy for every system call. "
      "Exit code 0: proved; 1: refuted, with "
      "a\n"
      "witness; 3: unknown, which is not proved.\n\n"
      "  bailey policy prove notary.policy --format json\n"
      "  bailey policy prove notary.policy --never 'socket(family == "
      "AF_PACKET)'\n"
      "  bailey policy prove web.policy --portion main --filter web.bpf\n\n"
      "With --filter, the raw filter of any tool (an array of struct "
      "sock_filter) is held\n"
      "against the policy as it is written, without the runtime's own rules, "
      "as the\n"
      "kernel acts on its answers. Several are a stack, in the order in which "
      "they are\n"
      "installed.",
      "bailey policy prove");
  ProveOptions options;
  app.add_option("--portion", options.portion, "only this portion");
  app.add_option("--arch", options.architecture,
                 "only this target: x86_64 or aarch64");
  app.add_option("--timeout-ms", options.timeout_ms,
                 "for each proof; 0 means no limit");
  AddPropertyOptions(app, options.properties);
  app.add_option("--filter", options.filters,
                 "FILE of a raw filter; may be given again, for a stack")
      ->allow_extra_args(false);
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Prove(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
