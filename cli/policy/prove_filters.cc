#include "cli/policy/prove_filters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/command.h"
#include "cli/policy/assertions.h"
#include "common/bpf/raw_filter.h"
#include "common/fd.h"
#include "common/json.h"
#include "policy-compiler/verify/witness_text.h"

namespace bailey::cli {
namespace {

constexpr size_t kMaxFilterBytes = kMaxBpfInstructions * sizeof(sock_filter);

Result<std::vector<BpfProgram>> ReadStack(
    const std::vector<std::string>& files) {
  std::vector<BpfProgram> stack;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file, kMaxFilterBytes));
    ASSIGN_OR_RETURN(BpfProgram program, ParseRawFilter(bytes, file));
    stack.push_back(std::move(program));
  }
  return stack;
}

size_t CountInstructions(const std::vector<BpfProgram>& stack) {
  size_t count = 0;
  for (const BpfProgram& program : stack) count += program.size();
  return count;
}

// A rule may name hundreds of calls; its place is what a reader needs.
std::string RuleText(const policy::RuleInfo& rule) {
  constexpr size_t kMaxBytes = 120;
  std::string text = rule.text.substr(0, kMaxBytes);
  if (text.size() < rule.text.size()) text += "...";
  if (rule.file.empty()) return text;
  return fmt::format("{} ({}:{})", text, rule.file, rule.line);
}

std::string ReturnedText(const policy::Policy& policy,
                         const policy::PortionPolicy& portion, FilterKind kind,
                         uint32_t returned) {
  return kind == FilterKind::kRuleIndex
             ? RuleText(DescribeRule(policy, portion, returned))
             : policy::ReturnText(returned);
}

// The names of the call's arguments, where the table knows it.
Json ArgumentNames(const policy::Policy& policy, const SeccompData& data) {
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  const Syscall* call = data.architecture == table.audit_arch()
                            ? table.FindByNumber(data.number)
                            : nullptr;
  Json names = Json::array();
  if (call == nullptr) return names;
  for (const SyscallArgument& argument : call->arguments)
    names.push_back(argument.name);
  return names;
}

struct Answer {
  const policy::Policy& policy;
  const policy::PortionPolicy& portion;
  const ProveFiltersRequest& request;
  size_t instructions;
  policy::ProofResult proof;
};

int ExitCodeOf(const policy::ProofResult& proof) {
  if (proof.proved()) return kExitFine;
  return proof.counterexample ? kExitNo : kExitUnknown;
}

void PrintJson(const Answer& answer) {
  Json filter = {{"portion", answer.portion.name},
                 {"arch", ArchitectureName(answer.policy.architecture)},
                 {"kind", "plain"},
                 {"files", answer.request.files},
                 {"instructions", answer.instructions},
                 {"verdict", VerdictName(answer.proof)},
                 {"solver", answer.proof.solver},
                 {"seconds", answer.proof.seconds}};
  if (answer.proof.counterexample)
    filter["counterexample"] =
        CounterexampleJson(answer.policy, answer.portion, FilterKind::kPlain,
                           *answer.proof.counterexample);
  if (!answer.proof.reason.empty()) filter["reason"] = answer.proof.reason;
  const int code = ExitCodeOf(answer.proof);
  const Json proved =
      code == kExitUnknown ? Json("unknown") : Json(code == kExitFine);
  fmt::print("{}", WriteJson({{"schema", "bailey.prove/1"},
                              {"proved", proved},
                              {"filters", Json::array({std::move(filter)})}}));
}

void PrintText(const Answer& answer) {
  fmt::print("{}: {} instructions as portion {} on {}: {} by {} in {:.3f} s\n",
             fmt::join(answer.request.files, ", "), answer.instructions,
             answer.portion.name, ArchitectureName(answer.policy.architecture),
             VerdictName(answer.proof), answer.proof.solver,
             answer.proof.seconds);
  if (answer.proof.counterexample)
    fmt::print("{}", CounterexampleText(answer.policy, answer.portion,
                                        FilterKind::kPlain,
                                        *answer.proof.counterexample));
  if (!answer.proof.reason.empty()) fmt::print("  {}\n", answer.proof.reason);
}

// What would give no filter is nothing to hold another's against.
int RefusePolicy(const policy::Policy& policy,
                 const policy::PortionPolicy& portion, uint32_t timeout_ms) {
  if (const int refused = RefuseAssertions(policy); refused != kExitFine)
    return refused;
  const auto conflict = policy::FindErrnoConflict(policy, portion, timeout_ms);
  if (!conflict.ok()) {
    PrintError(conflict.error());
    return kExitUnknown;
  }
  if (!*conflict) return kExitFine;
  return PrintError({"two rules answer one call with different errnos",
                     "`bailey policy compile` shows it"});
}

}  // namespace

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

Json CounterexampleJson(const policy::Policy& policy,
                        const policy::PortionPolicy& portion, FilterKind kind,
                        const policy::Counterexample& found) {
  const SeccompData& data = found.data;
  const policy::RuleInfo rule =
      DescribeRule(policy, portion, found.verdict.rule);
  return {
      {"syscall", policy::CallText(policy.architecture, data)},
      {"architecture", data.architecture},
      {"number", data.number},
      {"instruction_pointer", data.instruction_pointer},
      {"arguments", data.arguments},
      {"argument_names", ArgumentNames(policy, data)},
      {"policy", ActionName(found.verdict.action)},
      {"rule", {{"text", rule.text}, {"file", rule.file}, {"line", rule.line}}},
      {"expected", found.expected},
      {"expected_text", ReturnedText(policy, portion, kind, found.expected)},
      {"actual", found.actual},
      {"actual_text", ReturnedText(policy, portion, kind, found.actual)}};
}

std::string CounterexampleText(const policy::Policy& policy,
                               const policy::PortionPolicy& portion,
                               FilterKind kind,
                               const policy::Counterexample& found) {
  return fmt::format(
      "  witness: {}\n"
      "    the policy says: {}, by {}\n"
      "    so the filter should return: {} ({:#x})\n"
      "    the filter returns: {} ({:#x})\n",
      policy::CallText(policy.architecture, found.data),
      ActionName(found.verdict.action),
      RuleText(DescribeRule(policy, portion, found.verdict.rule)),
      ReturnedText(policy, portion, kind, found.expected), found.expected,
      ReturnedText(policy, portion, kind, found.actual), found.actual);
}

Result<int> ProveFilterFiles(const LoadedPolicy& loaded,
                             const ProveFiltersRequest& request) {
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(loaded, request.architecture));
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const portion,
                   SelectPortion(*target, request.portion));
  if (const int refused = RefusePolicy(*target, *portion, request.timeout_ms);
      refused != kExitFine)
    return refused;
  ASSIGN_OR_RETURN(const std::vector<BpfProgram> stack,
                   ReadStack(request.files));
  const Answer answer{*target, *portion, request, CountInstructions(stack),
                      policy::ProveForeignFilters(*target, *portion, stack,
                                                  request.timeout_ms)};
  request.format == "json" ? PrintJson(answer) : PrintText(answer);
  return ExitCodeOf(answer.proof);
}

}  // namespace bailey::cli
