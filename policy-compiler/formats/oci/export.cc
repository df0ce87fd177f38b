// A portion's system call policy as an OCI seccomp profile: see oci_export.h.

#include "policy-compiler/formats/oci/export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "common/check.h"
#include "common/json.h"
#include "policy-compiler/formats/call_regions.h"
#include "policy-compiler/formats/oci/profile.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/condition.h"

namespace bailey::policy {
namespace {

using Tests = std::vector<OciArgument>;  // all of them hold

struct Entry {
  Action action;
  Tests tests;
};

std::string_view ActionWord(ActionKind kind) {
  switch (kind) {
    case ActionKind::kAllow:
      return "SCMP_ACT_ALLOW";
    case ActionKind::kLog:
      return "SCMP_ACT_LOG";
    case ActionKind::kErrno:
      return "SCMP_ACT_ERRNO";
    case ActionKind::kTrap:
      return "SCMP_ACT_TRAP";
    case ActionKind::kKillThread:
      return "SCMP_ACT_KILL_THREAD";
    case ActionKind::kKillProcess:
      return "SCMP_ACT_KILL_PROCESS";
  }
  CHECK(false);
}

std::string_view ArchitectureWord(Architecture architecture) {
  return architecture == Architecture::kX8664 ? "SCMP_ARCH_X86_64"
                                              : "SCMP_ARCH_AARCH64";
}

OciOperator OperatorOf(CompareOp op) {
  switch (op) {
    case CompareOp::kEqual:
      return OciOperator::kEqual;
    case CompareOp::kNotEqual:
      return OciOperator::kNotEqual;
    case CompareOp::kLess:
      return OciOperator::kLess;
    case CompareOp::kLessEqual:
      return OciOperator::kLessEqual;
    case CompareOp::kGreater:
      return OciOperator::kGreater;
    case CompareOp::kGreaterEqual:
      return OciOperator::kGreaterEqual;
  }
  CHECK(false);
}

// A comparison that the format has as it is: of 64 bits, unsigned, without a
// mask.
bool IsDirect(const Comparison& comparison) {
  return comparison.width_bits == 64 && !comparison.is_signed &&
         comparison.mask == ~uint64_t{0};
}

// A condition that is one entry without being taken apart.
std::optional<Tests> DirectTests(const Condition& when) {
  if (when.kind == Condition::Kind::kCompare) {
    const Comparison& comparison = when.comparison;
    if (!IsDirect(comparison)) return std::nullopt;
    return Tests{{.index = comparison.argument,
                  .value = comparison.value,
                  .op = OperatorOf(comparison.op)}};
  }
  if (when.kind != Condition::Kind::kAll) return std::nullopt;
  Tests tests;
  for (const Condition& operand : when.operands) {
    const auto more = DirectTests(operand);
    if (!more) return std::nullopt;
    tests.insert(tests.end(), more->begin(), more->end());
  }
  return tests;
}

// runc takes several tests of one argument as alternatives.
bool TestsOneTwice(const Tests& tests) {
  for (size_t i = 0; i < tests.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (tests[i].index == tests[j].index) return true;
  return false;
}

Tests CubeTests(const ArgumentCube& cube) {
  Tests tests;
  for (size_t i = 0; i < 6; ++i) {
    if (cube.mask[i] == 0) continue;
    const bool whole = cube.mask[i] == ~uint64_t{0};
    OciArgument test{.index = static_cast<int>(i)};
    test.op = whole ? OciOperator::kEqual : OciOperator::kMaskedEqual;
    test.value = whole ? cube.value[i] : cube.mask[i];
    test.value_two = whole ? 0 : cube.value[i];
    tests.push_back(test);
  }
  return tests;
}

// One entry a rule, where no rule of another action is near.
std::optional<std::vector<Entry>> DirectEntries(const PortionPolicy& portion,
                                                const Syscall& call,
                                                const Action& silent) {
  if (UnmatchedAction(portion, call) != silent) return std::nullopt;
  std::vector<Entry> entries;
  for (const SyscallRule& rule : portion.syscalls) {
    if (rule.number != call.number) continue;
    const auto tests = DirectTests(rule.when);
    if (!tests || TestsOneTwice(*tests)) return std::nullopt;
    if (!entries.empty() && entries.front().action != rule.action)
      return std::nullopt;
    entries.push_back({rule.action, *tests});
  }
  return entries;
}

std::optional<std::vector<Entry>> EntriesOf(const PortionPolicy& portion,
                                            const Syscall& call,
                                            const Action& silent) {
  if (auto entries = DirectEntries(portion, call, silent)) return entries;
  const auto regions = RegionsOf(portion, call, silent, kMaxOciEntries);
  if (!regions) return std::nullopt;
  std::vector<Entry> entries;
  for (const CallRegion& region : *regions)
    for (const ArgumentCube& cube : region.cubes)
      entries.push_back({region.action, CubeTests(cube)});
  return entries;
}

Json TestJson(const OciArgument& test) {
  Json json = {{"index", test.index}, {"value", test.value}};
  if (test.op == OciOperator::kMaskedEqual) json["valueTwo"] = test.value_two;
  json["op"] = OciOperatorText(test.op);
  return json;
}

Json EntryJson(const std::vector<std::string>& names, const Action& action,
               const Tests& tests) {
  Json json = {{"names", names}, {"action", ActionWord(action.kind)}};
  if (action.kind == ActionKind::kErrno) json["errnoRet"] = action.errno_value;
  for (const OciArgument& test : tests) json["args"].push_back(TestJson(test));
  return json;
}

// An allowed number that the kernel gets tomorrow is not the policy's answer,
// and the format cannot name it: what is unknown gets ENOSYS then, and every
// known call an entry.
Action SilentAction(const PortionPolicy& portion) {
  if (IsDenial(portion.otherwise)) return portion.otherwise;
  return {ActionKind::kErrno, ENOSYS};
}

class Exporter {
 public:
  Exporter(const Policy& policy, const PortionPolicy& portion)
      : policy_(policy), portion_(portion), silent_(SilentAction(portion)) {}

  ExportedPolicy Run() {
    for (const Syscall& call : SyscallTable::For(policy_.architecture).all())
      AddCall(call);
    AddNotes();
    exported_.text = WriteJson(Profile());
    return std::move(exported_);
  }

 private:
  using ActionKey = std::pair<ActionKind, uint16_t>;

  void AddCall(const Syscall& call) {
    const std::string name(call.name);
    const auto entries = EntriesOf(portion_, call, silent_);
    if (!entries) return AddLoss(call);
    for (const Entry& entry : *entries) {
      const ActionKey key(entry.action.kind, entry.action.errno_value);
      if (entry.action == silent_) continue;
      if (!entry.tests.empty())
        conditional_.push_back(EntryJson({name}, entry.action, entry.tests));
      else if (whole_[key].empty() || whole_[key].back() != name)
        whole_[key].push_back(name);
    }
  }

  // Denied as a whole, as strongly as the policy denies any of it.
  void AddLoss(const Syscall& call) {
    Action action = StrongestAction(portion_, call);
    if (!IsDenial(action)) action = {ActionKind::kErrno, EPERM};
    if (action != silent_)
      whole_[{action.kind, action.errno_value}].emplace_back(call.name);
    for (const SyscallRule& rule : portion_.syscalls)
      if (rule.number == call.number && !IsUnconditional(rule.when))
        exported_.losses.push_back(
            {DescribeRule(policy_, portion_, rule.rule).text,
             fmt::format("`{}` would need more than {} entries; all of it is "
                         "denied ({})",
                         call.name, kMaxOciEntries, ActionName(action))});
  }

  void AddNotes() {
    const std::string silent = ActionName(silent_);
    if (silent_.kind < ActionKind::kKillThread && silent_.errno_value != ENOSYS)
      exported_.notes.push_back(
          "numbers that no table has answer ENOSYS by the policy, and " +
          silent +
          " by the profile (runc: ENOSYS above the largest number named)");
    exported_.notes.push_back(
        "a call of another architecture, x32 included, kills the process by "
        "the policy; libseccomp kills the thread");
    exported_.notes.push_back(
        "runc skips names that its libseccomp does not know: they answer " +
        silent + " then");
  }

  Json Profile() const {
    Json json = {{"defaultAction", ActionWord(silent_.kind)}};
    if (silent_.kind == ActionKind::kErrno)
      json["defaultErrnoRet"] = silent_.errno_value;
    json["architectures"] = {ArchitectureWord(policy_.architecture)};
    json["syscalls"] = Json::array();
    for (const auto& [key, names] : whole_)
      json["syscalls"].push_back(EntryJson(names, {key.first, key.second}, {}));
    for (const Json& entry : conditional_) json["syscalls"].push_back(entry);
    return json;
  }

  const Policy& policy_;
  const PortionPolicy& portion_;
  const Action silent_;
  ExportedPolicy exported_;
  std::map<ActionKey, std::vector<std::string>> whole_;
  std::vector<Json> conditional_;
};

}  // namespace

Result<ExportedPolicy> ExportOci(const Policy& policy,
                                 const PortionPolicy& portion) {
  return Exporter(policy, portion).Run();
}

}  // namespace bailey::policy
