#include "policy-compiler/infer/draft.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "policy-compiler/check/abstract_call.h"
#include "policy-compiler/formats/condition_text.h"
#include "policy-compiler/infer/capability_condition.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/verify/grant_diff.h"

namespace bailey::policy {
namespace {

// What the program's own code surely does, what it may do, the loader's.
int GroupOf(const RuleDraft& draft) {
  int group = 2;
  for (const Capability* capability : draft.because) {
    const bool serving = capability->phase == Phase::kServing;
    const bool proved = capability->confidence == Confidence::kProved;
    group = std::min(group, proved ? 0 : serving ? 1 : 2);
  }
  return group;
}

std::string RuleText(const Policy& policy, const PortionPolicy& portion,
                     uint32_t rule) {
  const RuleInfo info = DescribeRule(policy, portion, rule);
  if (info.file.empty()) return info.text;
  return fmt::format("{} ({}:{})", info.text, info.file, info.line);
}

std::string QuotedPath(const std::string& path) {
  std::string quoted = "\"";
  for (const char c : path) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

// The language judges a path: what it refuses cannot be a rule.
std::optional<PlanFileRule> FileRule(const std::string& statement) {
  const ParsedPolicy parsed = LoadPolicy(
      {"file.policy", "policy file { " + statement + " }"}, LibraryLookup());
  if (!parsed.policy || parsed.policy->portions.front().files.size() != 1)
    return std::nullopt;
  return parsed.policy->portions.front().files.front();
}

}  // namespace

DraftMaker::DraftMaker(const Policy& base, const Policy* ceiling,
                       const PortionPolicy* ceiling_portion,
                       const InferOptions& options, InferredPolicy& inferred)
    : base_(base),
      ceiling_(ceiling),
      ceiling_portion_(ceiling_portion),
      options_(options),
      inferred_(inferred) {}

Result<> DraftMaker::Add(const Capability& capability) {
  if (options_.proved_only && capability.confidence != Confidence::kProved) {
    ++inferred_.skipped;
    return {};
  }
  // The detail of a call that is a capability of its own, and of the program
  // alone: file rules made of it would deny what its libraries open.
  if (capability.kind != CapabilityKind::kSyscall && !capability.access.empty())
    return {};
  switch (capability.kind) {
    case CapabilityKind::kSyscall:
      break;
    case CapabilityKind::kFile:
      AddFile(capability, "read");
      return {};
    case CapabilityKind::kExec:
      AddFile(capability, "execute");
      return {};
    default:
      Deny(capability, fmt::format("no rule of a {} capability is inferred yet",
                                   CapabilityKindName(capability.kind)));
      return {};
  }
  const SyscallTable& table = SyscallTable::For(base_.architecture);
  const Syscall* call = table.FindByNumber(capability.number);
  if (call == nullptr || call->name != capability.name)
    return Fail(fmt::format(
        "the report calls number {} `{}`, and the table {}", capability.number,
        capability.name,
        call ? "`" + std::string(call->name) + "`" : "does not have it"));
  AddSyscall(capability, *call);
  return {};
}

void DraftMaker::AddSyscall(const Capability& capability, const Syscall& call) {
  const auto answer = [&](const PortionPolicy& portion) {
    return Answer(base_.architecture, portion, call.number,
                  capability.arguments);
  };
  if (answer(base_.portions.front()).allowed == Certainty::kAlways) {
    ++inferred_.covered;
    return;
  }
  const bool has_ceiling = ceiling_portion_ != nullptr;
  const CallAnswer permitted = has_ceiling ? answer(*ceiling_portion_)
                                           : CallAnswer{Certainty::kAlways, 0};
  if (permitted.allowed == Certainty::kNever)
    return Deny(capability,
                "the ceiling denies it: " +
                    RuleText(*ceiling_, *ceiling_portion_, permitted.rule));
  RuleDraft& draft = drafts_[std::string(call.name)];
  draft.call = &call;
  draft.because.push_back(&capability);
  if (permitted.allowed == Certainty::kPerhaps)
    return AddNarrowed(capability, call, draft);
  ++inferred_.written;
  if (!CeilingPermitsRule(capability, call)) {
    draft.verbatim = CeilingRules(call);
    return;
  }
  draft.recorded = CeilingRecords(call.number);
  const std::string condition =
      CapabilityCondition(base_.architecture, call, capability.arguments);
  draft.whole = draft.whole || condition.empty();
  draft.conditions.insert(condition);
}

// A rule of its own may permit more than the capability has, and so more than
// the ceiling: 512 modes of a file are not written down.
bool DraftMaker::CeilingPermitsRule(const Capability& capability,
                                    const Syscall& call) const {
  if (ceiling_portion_ == nullptr) return true;
  return Answer(base_.architecture, *ceiling_portion_, call.number,
                TestedArguments(base_.architecture, call, capability.arguments))
             .allowed == Certainty::kAlways;
}

void DraftMaker::AddNarrowed(const Capability& capability, const Syscall& call,
                             RuleDraft& draft) {
  draft.verbatim = CeilingRules(call);
  inferred_.narrowed.push_back(
      {capability, "the ceiling permits it with some arguments only"});
}

// The ceiling's rules on one call, whole: then nothing exceeds it there.
std::vector<std::string> DraftMaker::CeilingRules(const Syscall& call) const {
  std::vector<std::string> rules;
  const auto add = [&](const Action& action, const std::string& condition) {
    const std::string pattern =
        std::string(call.name) +
        (condition.empty() ? "" : "(" + condition + ")");
    const std::string then =
        action.kind == ActionKind::kAllow ? "" : " then " + ActionName(action);
    rules.push_back(fmt::format("{} syscall {}{};",
                                IsDenial(action) ? "deny" : "allow", pattern,
                                then));
  };
  for (const SyscallRule& rule : ceiling_portion_->syscalls) {
    if (rule.number != call.number) continue;
    const std::optional<std::string> when = ConditionText(call, rule.when);
    // What cannot be written is not allowed, and denied in any case.
    if (when || IsDenial(rule.action)) add(rule.action, when.value_or(""));
  }
  if (!IsDenial(ceiling_portion_->otherwise))
    add(ceiling_portion_->otherwise, "");
  return rules;
}

bool DraftMaker::CeilingRecords(uint32_t number) const {
  if (ceiling_portion_ == nullptr) return false;
  if (ceiling_portion_->otherwise.kind == ActionKind::kLog) return true;
  return std::ranges::any_of(
      ceiling_portion_->syscalls, [&](const SyscallRule& rule) {
        return rule.number == number && rule.action.kind == ActionKind::kLog;
      });
}

void DraftMaker::AddFile(const Capability& capability,
                         std::string_view access) {
  const std::string statement =
      fmt::format("allow file {} {};", access, QuotedPath(capability.name));
  const std::optional<PlanFileRule> rule = FileRule(statement);
  if (!rule) return Deny(capability, "no file rule can name it");
  if (FilesCover(base_.portions.front().files, *rule)) {
    ++inferred_.covered;
    return;
  }
  if (ceiling_portion_ && !FilesCover(ceiling_portion_->files, *rule))
    return Deny(capability, "the ceiling denies it: no file rule covers it");
  // Behind all names of calls.
  RuleDraft& draft = drafts_["~" + statement];
  draft.verbatim = {statement};
  draft.because.push_back(&capability);
  ++inferred_.written;
}

void DraftMaker::Deny(const Capability& capability, std::string reason) {
  inferred_.denied.push_back({capability, std::move(reason)});
}

// clone3's flags lie behind a pointer: next to it limits on clone's are none.
void DraftMaker::SettleClone3() {
  const auto clone3 = drafts_.find("clone3");
  if (clone3 == drafts_.end()) return;
  const auto clone = drafts_.find("clone");
  const bool writes_clone =
      clone != drafts_.end() && clone->second.verbatim.empty();
  if (writes_clone) clone->second.whole = true;
  if (writes_clone || !base_.portions.front().clone_constrained) return;
  inferred_.notes.push_back(
      "`clone3` has no rule: a library limits the arguments of `clone`, and "
      "`clone3` answers ENOSYS then, so that the C library falls back");
  inferred_.written -= clone3->second.because.size();
  for (const Capability* capability : clone3->second.because)
    inferred_.narrowed.push_back(
        {*capability, "it answers ENOSYS, so that `clone` is used"});
  drafts_.erase(clone3);
}

std::vector<RuleDraft> DraftMaker::Take() {
  SettleClone3();
  std::vector<RuleDraft> drafts;
  for (int group = 0; group <= 2; ++group)
    for (const auto& [key, draft] : drafts_)
      if (GroupOf(draft) == group) drafts.push_back(draft);
  drafts_.clear();
  return drafts;
}

}  // namespace bailey::policy
