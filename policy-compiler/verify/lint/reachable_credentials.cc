// Credentials that a portion which does not use them can reach all the same:
// by calls into other processes, by their memory and environment under /proc,
// by another name of the credential's file. (A file rule that covers the source
// itself is an error of the language.)

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "common/documents/plan.h"
#include "common/findings/rules.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/language/file_rules.h"
#include "policy-compiler/verify/lint/lint_context.h"

namespace bailey::policy {
namespace {

struct Reach {
  std::string_view call;
  std::string_view how;
};

constexpr Reach kReaches[] = {
    {"bpf", "loads code into the kernel, which reads any memory"},
    {"open_by_handle_at", "opens files by handle, past paths and mounts"},
    {"perf_event_open", "samples other processes' memory and registers"},
    {"pidfd_getfd", "takes another process' descriptors"},
    {"process_vm_readv", "reads another process' memory"},
    {"process_vm_writev", "writes another process' memory"},
    {"ptrace", "reads and controls another process"},
};

struct Alias {
  std::string_view name;
  std::string_view place;
};

// Names under which every usual system has the same files again; a credential
// may be given by either.
constexpr Alias kAliases[] = {{"/var/run", "/run"},
                              {"/run", "/var/run"},
                              {"/var/lock", "/run/lock"},
                              {"/run/lock", "/var/lock"}};

// Of other processes: /proc/1, /proc/1/mem, not /proc/self or /proc/meminfo.
bool IsOfProcess(std::string_view path) {
  constexpr std::string_view kProc = "/proc/";
  return path.starts_with(kProc) && path.size() > kProc.size() &&
         std::isdigit(static_cast<unsigned char>(path[kProc.size()])) != 0;
}

bool ReachesProcesses(const PlanFileRule& file) {
  const bool above = file.hierarchy && IsAtOrBelow("/proc", file.path);
  return (file.read || file.write) && (above || IsOfProcess(file.path));
}

class CredentialFinder {
 public:
  CredentialFinder(LintContext& lint, const Policy& policy,
                   const PortionPolicy& portion)
      : lint_(lint), policy_(policy), portion_(portion) {}

  void Run() {
    for (const PlanCredential& credential : policy_.credentials) {
      if (!IsAnothers(credential.name)) continue;
      for (const Reach& reach : kReaches) LookAtCall(reach, credential);
      for (const PlanFileRule& file : portion_.files)
        LookAtFile(file, credential);
    }
  }

 private:
  static bool Uses(const PortionPolicy& portion, const std::string& name) {
    return std::ranges::find(portion.credentials, name) !=
           portion.credentials.end();
  }

  bool IsAnothers(const std::string& name) const {
    return !Uses(portion_, name) &&
           std::ranges::any_of(
               policy_.portions,
               [&](const PortionPolicy& other) { return Uses(other, name); });
  }

  void LookAtCall(const Reach& reach, const PlanCredential& credential) {
    const Syscall* call =
        SyscallTable::For(policy_.architecture).FindByName(reach.call);
    if (call == nullptr) return;
    SeccompData data = CallOf(policy_.architecture, call->number);
    const z3::expr allowed =
        lint_.Allowed(policy_, portion_, call->number, lint_.input());
    if (lint_.Ask(allowed, fmt::format("whether `{}` is allowed", reach.call),
                  &data) != LintAnswer::kYes)
      return;
    LintWitness witness = LintContext::Witness(policy_, portion_, data);
    const Verdict verdict = Evaluate(policy_.architecture, portion_, data);
    Tell(verdict.rule, credential,
         fmt::format("`{}` {}", reach.call, reach.how), std::string(reach.call),
         std::move(witness));
  }

  void LookAtFile(const PlanFileRule& file, const PlanCredential& credential) {
    if (ReachesProcesses(file))
      Tell(file.rule, credential,
           fmt::format("`{}` of another process {}",
                       file.hierarchy ? "/proc/PID/mem" : file.path,
                       credential.source == CredentialSource::kEnvironment
                           ? "(and `/proc/PID/environ`) holds it"
                           : "holds it"),
           "/proc", std::nullopt);
    if (credential.source != CredentialSource::kFile) return;
    for (const Alias& alias : kAliases) {
      if (!credential.path.starts_with(std::string(alias.place) + "/"))
        continue;
      const std::string other =
          std::string(alias.name) + credential.path.substr(alias.place.size());
      if (Covers(file, other))
        Tell(
            file.rule, credential,
            fmt::format("`{}` is another name of `{}`", other, credential.path),
            other, std::nullopt);
    }
  }

  // A witness without a number is none: what reaches it is a file.
  void Tell(uint32_t rule, const PlanCredential& credential,
            const std::string& how, const std::string& what,
            std::optional<LintWitness> witness) {
    LintFinding finding;
    finding.architecture = policy_.architecture;
    finding.portion = portion_.name;
    finding.finding.message = fmt::format(
        "the credential `{}` can be reached from portion `{}`, which does not "
        "use it: {}",
        credential.name, portion_.name, how);
    if (witness) finding.witnesses.push_back(*std::move(witness));
    RuleInfo info = DescribeRule(policy_, portion_, rule);
    if (info.file.empty()) info.file = policy_.source;  // `otherwise`
    lint_.Report(kCredentialReachableRule, info, credential.name + "." + what,
                 std::move(finding));
  }

  LintContext& lint_;
  const Policy& policy_;
  const PortionPolicy& portion_;
};

}  // namespace

void FindReachableCredentials(LintContext& lint) {
  for (const Policy* policy : lint.targets())
    for (const PortionPolicy& portion : policy->portions)
      CredentialFinder(lint, *policy, portion).Run();
}

}  // namespace bailey::policy
