#include "executor/agent/learner.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <algorithm>

#include "common/syscalls/argument_values.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::executor {
namespace {

bool Permits(uint32_t verdict) {
  const uint32_t action = verdict & SECCOMP_RET_ACTION_FULL;
  return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

std::array<uint64_t, 6> TellingArguments(const SeccompData& data) {
  std::array<uint64_t, 6> telling{};
  const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
  const Syscall* call = data.architecture == table.audit_arch()
                            ? table.FindByNumber(data.number)
                            : nullptr;
  if (call == nullptr) return telling;
  for (size_t i = 0; i < call->arguments.size(); ++i) {
    if (!IsTelling(*call, i)) continue;
    telling[i] = ReadBits(call->arguments[i], data.arguments[i]);
  }
  return telling;
}

}  // namespace

void Learner::Observe(const SeccompData& call, const std::string& path) {
  const BpfProgram& plain = FindFilter(*studied_, FilterKind::kPlain)->program;
  const BpfProgram& index =
      FindFilter(*studied_, FilterKind::kRuleIndex)->program;
  const uint32_t rule = RunBpf(index, call).returned;
  const bool permitted = Permits(RunBpf(plain, call).returned);
  if (permitted) {
    ++uses_[rule];
    UseExecuteRules(call);
  } else {
    Want(call, rule);
  }
  if (path.empty()) return;
  for (const uint32_t covering : view_.RulesFor(path)) ++uses_[covering];
  const auto where = FindPathArgument(call.number);
  if (!where || !where->opens) return;
  const OpenAccess access = AccessOf(call);
  if (!view_.Allows(path, access)) WantFile(path, access);
}

// What an exec loads beside the file that it names, nobody is told: so any one
// uses all rules for execution.
void Learner::UseExecuteRules(const SeccompData& call) {
  if (call.number != SYS_execve && call.number != SYS_execveat) return;
  for (const PlanFileRule& rule : studied_->files) {
    if (rule.execute) ++uses_[rule.rule];
  }
}

void Learner::Want(const SeccompData& call, uint32_t rule) {
  const CallKey key{call.number, TellingArguments(call)};
  if (const auto found = calls_.find(key); found != calls_.end()) {
    ++found->second.count;
  } else if (calls_.size() == kMaxWanted) {
    ++omitted_;
  } else {
    calls_.emplace(key, WantedCall{call, Describe(rule), 1});
  }
}

void Learner::WantFile(const std::string& path, OpenAccess access) {
  auto found = files_.find(path);
  if (found == files_.end()) {
    if (files_.size() == kMaxWanted) {
      ++omitted_;
      return;
    }
    found = files_.emplace(path, WantedFile{path, false, false, 0}).first;
  }
  found->second.read |= access.read;
  found->second.write |= access.write;
  ++found->second.count;
}

PlanRule Learner::Describe(uint32_t rule) const {
  const auto found = std::ranges::find(studied_->rules, rule, &PlanRule::index);
  if (found != studied_->rules.end()) return *found;
  PlanRule unknown;
  unknown.index = rule;
  unknown.text = "otherwise";
  return unknown;
}

Learned Learner::Finish() const {
  Learned learned;
  learned.mode = mode_;
  learned.omitted = omitted_;
  for (const auto& [rule, count] : uses_) {
    learned.uses.push_back({Describe(rule), count});
  }
  for (const auto& [key, wanted] : calls_) learned.calls.push_back(wanted);
  for (const auto& [path, wanted] : files_) learned.files.push_back(wanted);
  return learned;
}

}  // namespace bailey::executor
