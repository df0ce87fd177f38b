// The system call rules that systemd makes of a unit's settings: see
// systemd_rules.h.

#include "policy-compiler/formats/systemd/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "policy-compiler/formats/systemd/groups.h"
#include "policy-compiler/language/action.h"

namespace bailey::policy {
namespace {

constexpr uint64_t kProtWriteExec = 0x2 | 0x4;  // PROT_WRITE | PROT_EXEC
constexpr uint64_t kProtExec = 0x4;
constexpr uint64_t kShmExec = 0x8000;
constexpr uint64_t kCreate = 0x40;  // O_CREAT, the same on both architectures
constexpr uint64_t kSetUid = 0x800, kSetGid = 0x400;

const Action kAllow{ActionKind::kAllow, 0};
const Action kLog{ActionKind::kLog, 0};
const Action kKill{ActionKind::kKillProcess, 0};

Action Errno(int number) {
  return {ActionKind::kErrno, static_cast<uint16_t>(number)};
}

OciArgument Masked(int index, uint64_t mask) {
  return {.index = index,
          .value = mask,
          .value_two = mask,
          .op = OciOperator::kMaskedEqual};
}

using Restrictions = std::map<std::string, std::vector<OciRule>>;

// What every setting but the lists of calls denies.
class RestrictionBuilder {
 public:
  RestrictionBuilder(const SystemdSandbox& sandbox, Architecture architecture,
                     OciWidths widths)
      : sandbox_(sandbox),
        table_(SyscallTable::For(architecture)),
        widths_(widths) {}

  Restrictions Run() {
    if (sandbox_.families) DenyFamilies();
    if (On("MemoryDenyWriteExecute")) DenyWriteExecute();
    if (On("RestrictRealtime")) DenyRealtime();
    if (On("RestrictSUIDSGID") || On("DynamicUser")) DenySetId();
    if (sandbox_.namespaces) DenyNamespaces();
    DenyWhole();
    if (On("LockPersonality")) LockPersonality();
    return std::move(denied_);
  }

  const std::set<std::string>& narrowed() const { return narrowed_; }

 private:
  bool On(std::string_view setting) const {
    return sandbox_.on.contains(std::string(setting));
  }

  // A call that the architecture lacks needs no denial.
  void Deny(const std::string& name, const std::string& condition,
            int error = EPERM) {
    if (table_.FindByName(name) != nullptr)
      denied_[name].push_back({Errno(error), condition});
  }

  void DenyIf(const std::string& name, const std::vector<OciArgument>& tests) {
    const Syscall* const call = table_.FindByName(name);
    if (call == nullptr) return;
    const OciCondition when = TranslateArguments(*call, tests, widths_);
    Deny(name, when.text);
  }

  void DenyRanges(const std::string& name, int index,
                  const std::vector<BitRange>& ranges, int error) {
    const Syscall& call = *table_.FindByName(name);
    Deny(name, RangesTest(call, index, ranges, widths_), error);
    if (widths_ == OciWidths::kKernel)
      narrowed_.insert(
          fmt::format("`{}` of `{}`",
                      call.arguments[static_cast<size_t>(index)].name, name));
  }

  void DenyFamilies() {
    const SystemdFamilies& families = *sandbox_.families;
    std::set<uint64_t> listed = families.families;
    if (!families.is_allow_list) {
      std::vector<BitRange> ranges;
      for (const uint64_t family : listed) ranges.push_back({family, family});
      if (!ranges.empty())
        DenyRanges("socket", 0, Normalized(ranges), EAFNOSUPPORT);
      return;
    }
    listed.erase(0);  // AF_UNSPEC is never permitted
    if (listed.empty()) return Deny("socket", "", EAFNOSUPPORT);
    DenyRanges("socket", 0,
               RangesWithout(*table_.FindByName("socket"), 0, listed, widths_),
               EAFNOSUPPORT);
  }

  void DenyWriteExecute() {
    DenyIf("mmap", {Masked(2, kProtWriteExec)});
    DenyIf("mprotect", {Masked(2, kProtExec)});
    DenyIf("pkey_mprotect", {Masked(2, kProtExec)});
    DenyIf("shmat", {Masked(2, kShmExec)});
  }

  // All but SCHED_OTHER, SCHED_BATCH and SCHED_IDLE.
  void DenyRealtime() {
    DenyRanges("sched_setscheduler", 1,
               RangesWithout(*table_.FindByName("sched_setscheduler"), 1,
                             {0, 3, 5}, widths_),
               EPERM);
  }

  void DenySetId() {
    for (const uint64_t bit : {kSetUid, kSetGid}) {
      for (const char* name : {"chmod", "fchmod", "mkdir", "mknod", "creat"})
        DenyIf(name, {Masked(1, bit)});
      for (const char* name : {"fchmodat", "fchmodat2", "mkdirat", "mknodat"})
        DenyIf(name, {Masked(2, bit)});
      DenyIf("open", {Masked(1, kCreate), Masked(2, bit)});
      DenyIf("openat", {Masked(2, kCreate), Masked(3, bit)});
    }
    Deny("openat2", "", ENOSYS);
  }

  void DenyNamespaces() {
    const uint64_t permitted = *sandbox_.namespaces;
    if (permitted == AllNamespaces()) return;
    Deny("clone3", "", ENOSYS);
    if (permitted == 0)
      Deny("setns", "");
    else
      DenyIf("setns", {{.index = 1, .op = OciOperator::kEqual}});
    for (uint64_t rest = AllNamespaces() & ~permitted; rest != 0;
         rest &= rest - 1) {
      const uint64_t flag = rest & ~(rest - 1);
      DenyIf("unshare", {Masked(0, flag)});
      DenyIf("clone", {Masked(0, flag)});
      if (permitted != 0) DenyIf("setns", {Masked(1, flag)});
    }
  }

  void DenyGroup(std::string_view setting, std::string_view group) {
    if (!On(setting)) return;
    const std::vector<std::string> names = *SystemdGroup(group);
    for (const std::string& name : names) Deny(name, "");
  }

  void DenyWhole() {
    if (On("ProtectKernelTunables")) Deny("_sysctl", "");
    DenyGroup("ProtectKernelModules", "@module");
    if (On("ProtectKernelLogs")) Deny("syslog", "");
    DenyGroup("ProtectClock", "@clock");
    DenyGroup("PrivateDevices", "@raw-io");
    if (!On("ProtectHostname")) return;
    Deny("sethostname", "");
    Deny("setdomainname", "");
  }

  void LockPersonality() {
    DenyRanges("personality", 0,
               RangesWithout(*table_.FindByName("personality"), 0,
                             {sandbox_.personality}, widths_),
               EPERM);
  }

  const SystemdSandbox& sandbox_;
  const SyscallTable& table_;
  const OciWidths widths_;
  Restrictions denied_;
  std::set<std::string> narrowed_;
};

// The answers of the lists, and the whole.
class RuleBuilder {
 public:
  RuleBuilder(const SystemdSandbox& sandbox, OciDifferences& differences)
      : sandbox_(sandbox), differences_(differences) {
    negative_ = ActionOf(sandbox.error_number);
    rules_.otherwise = Logged("", Listed(""));
  }

  void Add(const Syscall& call, const std::vector<OciRule>& restrictions) {
    const std::string name(call.name);
    Action answer = Logged(name, Listed(name));
    std::vector<OciRule> rules;
    if (!IsDenial(answer)) {
      rules = restrictions;
      for (const OciRule& rule : rules)
        if (rule.condition.empty()) answer = rule.action;
      if (IsDenial(answer)) rules.clear();
    }
    // Without a rule of its own clone3 would answer ENOSYS beside limits on
    // clone.
    const bool tied = call.name == "clone3" && IsDenial(answer);
    if (answer != rules_.otherwise || tied)
      rules.insert(rules.begin(), {answer, ""});
    if (!rules.empty()) rules_.calls[name] = std::move(rules);
  }

  OciRules Take() { return std::move(rules_); }

 private:
  Action ActionOf(int error) {
    if (error == kSystemdKill) return kKill;
    if (error == kSystemdDefault) return negative_;
    if (error != 0) return Errno(error);
    if (!std::exchange(said_zero_, true))
      differences_.push_back(
          "an error of 0 pretends success without making the call; it is "
          "EPERM here");
    return Errno(EPERM);
  }

  // By SystemCallFilter=; "" is a call that it does not name.
  Action Listed(const std::string& name) {
    if (!sandbox_.filter) return kAllow;
    const SystemdFilter& filter = *sandbox_.filter;
    const auto found = filter.calls.find(name);
    if (found == filter.calls.end())
      return filter.is_allow_list ? negative_ : kAllow;
    if (filter.is_allow_list && found->second == kSystemdDefault) return kAllow;
    return ActionOf(found->second);
  }

  // What is allowed, by SystemCallLog=.
  Action Logged(const std::string& name, const Action& answer) const {
    if (!sandbox_.log || IsDenial(answer)) return answer;
    const bool listed = sandbox_.log->calls.contains(name);
    return listed == sandbox_.log->logs_listed ? kLog : kAllow;
  }

  const SystemdSandbox& sandbox_;
  OciDifferences& differences_;
  Action negative_;
  bool said_zero_ = false;
  OciRules rules_;
};

}  // namespace

OciRules SystemdRules(const SystemdSandbox& sandbox, Architecture architecture,
                      OciWidths widths, OciDifferences& differences) {
  RestrictionBuilder builder(sandbox, architecture, widths);
  Restrictions restrictions = builder.Run();
  RuleBuilder rules(sandbox, differences);
  for (const Syscall& call : SyscallTable::For(architecture).all())
    rules.Add(call, restrictions[std::string(call.name)]);
  OciRules all = rules.Take();
  all.narrowed.assign(builder.narrowed().begin(), builder.narrowed().end());
  return all;
}

}  // namespace bailey::policy
