// bailey policy prove --never, --always: properties of a policy, proved or
// shown not to hold.

#include "cli/policy/prove_property.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "common/json.h"
#include "policy-compiler/language/assertions.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/verify/assertion.h"

namespace bailey::cli {
namespace {

using policy::AssertionKind;
using policy::AssertionProof;

// A rule of the command line, for each target.
using TargetRules = std::vector<policy::Assertion>;

std::vector<Architecture> ArchitecturesOf(
    const std::vector<const policy::Policy*>& targets) {
  std::vector<Architecture> architectures;
  for (const policy::Policy* target : targets)
    architectures.push_back(target->architecture);
  return architectures;
}

// False where one is wrong; every error of every rule is printed.
bool ParseRules(AssertionKind kind, const std::string& option,
                const std::vector<std::string>& rules,
                const std::vector<Architecture>& targets,
                std::vector<TargetRules>& parsed) {
  bool good = true;
  for (const std::string& rule : rules) {
    policy::AssertedRule made =
        policy::ParseAssertedRule(kind, {option, rule}, targets);
    if (!made.diagnostics.empty()) PrintDiagnostics(made.diagnostics);
    good = good && !made.by_target.empty();
    parsed.push_back(std::move(made.by_target));
  }
  return good;
}

void ProveRule(const policy::Policy& policy, const policy::Assertion& rule,
               const PropertyOptions& options,
               std::vector<AssertionProof>& proofs) {
  for (const policy::PortionPolicy& portion : policy.portions)
    if (options.portion.empty() || options.portion == portion.name)
      for (const policy::PortionPolicy* each :
           policy::FiltersOf(portion, rule.kind))
        proofs.push_back(
            policy::ProveAssertion(policy, *each, rule, options.timeout_ms));
}

void Print(const std::vector<AssertionProof>& proofs, bool json) {
  if (!json) {
    for (const AssertionProof& proof : proofs)
      fmt::print("{}\n", policy::RenderAssertionText(proof));
    return;
  }
  Json properties = Json::array();
  for (const AssertionProof& proof : proofs)
    properties.push_back(policy::AssertionJson(proof));
  const int code = policy::AssertionsCode(proofs);
  fmt::print("{}", WriteJson({{"schema", "bailey.properties/1"},
                              {"proved", code == kExitUnknown
                                             ? Json("unknown")
                                             : Json(code == kExitFine)},
                              {"properties", std::move(properties)}}));
}

}  // namespace

void AddPropertyOptions(CLI::App& app, PropertyOptions& options) {
  app.add_option("--never", options.never,
                 "prove that no call which `[syscall] NAME(condition)` matches "
                 "is allowed, instead of the filters")
      ->allow_extra_args(false);
  app.add_option("--always", options.always,
                 "prove that every such call is allowed")
      ->allow_extra_args(false);
}

Result<int> ProveProperties(const std::vector<const policy::Policy*>& targets,
                            const PropertyOptions& options) {
  const std::vector<Architecture> architectures = ArchitecturesOf(targets);
  std::vector<TargetRules> rules;
  const bool never = ParseRules(AssertionKind::kNever, "--never", options.never,
                                architectures, rules);
  const bool always = ParseRules(AssertionKind::kAlways, "--always",
                                 options.always, architectures, rules);
  if (!never || !always) return kExitError;
  std::vector<AssertionProof> proofs;
  for (size_t i = 0; i < targets.size(); ++i) {
    const policy::Policy policy = policy::WithRuntimeRules(*targets[i]);
    for (const TargetRules& rule : rules)
      ProveRule(policy, rule[i], options, proofs);
  }
  Print(proofs, options.json);
  return policy::AssertionsCode(proofs);
}

}  // namespace bailey::cli
