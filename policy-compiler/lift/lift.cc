// The lift: rules for each call of the table, the text, and the proof of it.

#include "policy-compiler/lift/lift.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "common/check.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/language/action.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/lift/call_rules.h"
#include "policy-compiler/lift/cube_text.h"
#include "policy-compiler/lift/lift_text.h"
#include "policy-compiler/verify/answer_classes.h"

namespace bailey::policy {
namespace {

using Paths = std::vector<FilterPath>;

bool Kills(const Action& action) {
  return action.kind == ActionKind::kKillThread ||
         action.kind == ActionKind::kKillProcess;
}

// The action of all calls of a number, if they have one.
std::optional<Action> WholeAction(const Paths& paths) {
  std::optional<Action> action;
  for (const FilterPath& path : paths) {
    const Action next = ActionFor(path.returned);
    if (action && *action != next) return std::nullopt;
    action = next;
  }
  return action;
}

class ActionCount {
 public:
  void Add(const std::optional<Action>& action) {
    if (!action) return;
    const auto same =
        std::ranges::find(counts_, *action, &std::pair<Action, int>::first);
    if (same == counts_.end())
      counts_.emplace_back(*action, 1);
    else
      ++same->second;
  }
  // The first of the most frequent ones.
  std::optional<Action> Most() const {
    if (counts_.empty()) return std::nullopt;
    return std::ranges::max_element(counts_, {},
                                    &std::pair<Action, int>::second)
        ->first;
  }

 private:
  std::vector<std::pair<Action, int>> counts_;
};

class Lifter {
 public:
  Lifter(std::span<const BpfProgram> stack, const LiftOptions& options)
      : stack_(stack),
        options_(options),
        table_(SyscallTable::For(options.architecture)),
        budget_(options.budget) {
    lifted_.architecture = options.architecture;
    for (const BpfProgram& program : stack)
      lifted_.instructions.push_back(program.size());
  }

  Result<LiftedPolicy> Run() {
    RETURN_IF_ERROR(FollowAll());
    RETURN_IF_ERROR(ChooseOtherwise());
    MakeRules();
    const std::string body =
        LiftedBody(rules_, otherwise_, lifted_.widths, options_);
    ASSIGN_OR_RETURN(const Policy policy, Load(body));
    RETURN_IF_ERROR(Compare(policy));
    lifted_.text = LiftedText(body, Comments());
    return std::move(lifted_);
  }

 private:
  Result<Paths> Follow(uint32_t number) {
    return FollowPaths(stack_, table_.audit_arch(), number, budget_);
  }

  Result<> FollowAll() {
    for (const Syscall& call : table_.all()) {
      Result<Paths> paths = Follow(call.number);
      if (!paths.ok())
        return std::unexpected(WithContext(fmt::format("`{}`", call.name),
                                           std::move(paths.error())));
      paths_[call.number] = *std::move(paths);
    }
    return {};
  }

  // Numbers that new kernels may use, and the gaps.
  std::vector<uint32_t> UnknownNumbers() const {
    const uint32_t next = table_.all().back().number + 1;
    std::vector<uint32_t> numbers = {next, next + 10, next + 1000, 0x3fffffff};
    for (uint32_t number = 0; number < next && numbers.size() < 7; ++number)
      if (table_.FindByNumber(number) == nullptr) numbers.push_back(number);
    return numbers;
  }

  // What the filters answer to unknown numbers is what they answer otherwise,
  // and a kill of these is no other action's to say. Else unknown numbers get
  // ENOSYS whatever `otherwise` is, and it is the commonest denial.
  Result<> ChooseOtherwise() {
    ActionCount unknown;
    for (const uint32_t number : UnknownNumbers()) {
      ASSIGN_OR_RETURN(const Paths paths, Follow(number));
      unknown.Add(WholeAction(paths));
    }
    otherwise_ = unknown.Most().value_or(Action{ActionKind::kErrno, ENOSYS});
    if (Kills(otherwise_) || !IsDenial(otherwise_)) return {};
    ActionCount known;
    for (const auto& [number, paths] : paths_) {
      const std::optional<Action> action = WholeAction(paths);
      if (action && IsDenial(*action) && !Kills(*action)) known.Add(action);
    }
    otherwise_ = known.Most().value_or(otherwise_);
    return {};
  }

  void MakeRules() {
    const Syscall* clone = table_.FindByName("clone");
    const Syscall* clone3 = table_.FindByName("clone3");
    CHECK(clone != nullptr && clone3 != nullptr);
    for (const auto& [number, paths] : paths_)
      rules_[number] = RulesOfCall(paths, otherwise_, Clone3::kNo);
    if (LimitsClone(rules_[clone->number], otherwise_))
      rules_[clone3->number] =
          RulesOfCall(paths_[clone3->number], otherwise_, Clone3::kLimited);
    for (const auto& [number, call] : rules_)
      if (NeedsFull(*table_.FindByNumber(number), call))
        lifted_.widths = Widths::kFull;
  }

  static bool NeedsFull(const Syscall& call, const LiftedCall& rules) {
    for (const LiftedRule& rule : rules.rules)
      for (const CallCube& cube : rule.cubes)
        if (NeedsFullWidths(call, cube)) return true;
    return false;
  }

  static Result<Policy> Load(const std::string& body) {
    ParsedPolicy parsed = LoadPolicy({"lifted.policy", body}, LibraryLookup());
    if (parsed.policy) return *std::move(parsed.policy);
    for (const Diagnostic& diagnostic : parsed.diagnostics.all())
      if (diagnostic.severity == Severity::kError)
        return Fail(fmt::format("the filter is too complex for a policy: {}",
                                diagnostic.message));
    return Fail("the lifted text is no policy, and nothing says why");
  }

  Result<> Compare(const Policy& policy) {
    AnswerDiff diff =
        DiffAnswers(options_.architecture, {.stack = stack_},
                    {.policy = &policy, .portion = &policy.portions.front()},
                    options_.timeout_ms);
    lifted_.decided = diff.decided;
    lifted_.undecided_reason = std::move(diff.reason);
    lifted_.solver = std::move(diff.solver);
    lifted_.seconds = diff.seconds;
    for (const AnswerDifference& difference : diff.differences) {
      // INVARIANT: rules are made so that they permit no more; a fault in that
      // must not become a policy.
      if (MayPermit(difference.new_answer) && !MayPermit(difference.old_answer))
        return Fail(
            fmt::format("the lift went wrong: number {} would be permitted",
                        difference.witness.number));
      AddDifference(difference);
    }
    return {};
  }

  void AddDifference(const AnswerDifference& difference) {
    std::string reason = ReasonOf(difference);
    const auto same = [&](const LiftDifference& other) {
      const AnswerDifference& example = other.example;
      return example.region == difference.region &&
             example.old_answer == difference.old_answer &&
             example.new_answer == difference.new_answer &&
             example.stands_for_others == difference.stands_for_others &&
             other.reason == reason;
    };
    auto at = std::ranges::find_if(lifted_.differences, same);
    if (at == lifted_.differences.end())
      at = lifted_.differences.insert(at, {difference, {}, std::move(reason)});
    AddName(options_.architecture, difference, at->calls);
  }

  std::string ReasonOf(const AnswerDifference& difference) const {
    switch (difference.region) {
      case InputRegion::kForeignArchitecture:
        return "a policy kills the calls of other architectures";
      case InputRegion::kX32:
        return "a policy kills x32's calls";
      case InputRegion::kUnknownNumber:
        return "a number that no call has answers ENOSYS, unless `otherwise` "
               "kills";
      case InputRegion::kSyscall:
        break;
    }
    const auto& reasons = rules_.at(difference.witness.number).reasons;
    return fmt::format("{}", fmt::join(reasons, "; "));
  }

  std::vector<std::string> Comments() const {
    std::vector<std::string> comments = {
        fmt::format("Lifted from {} ({} instructions) by `bailey policy lift`.",
                    options_.source.empty() ? "a filter" : options_.source,
                    fmt::join(lifted_.instructions, " + "))};
    if (!lifted_.decided) return comments;
    comments.push_back(
        lifted_.differences.empty()
            ? fmt::format("Proved equal by {}.", lifted_.solver)
            : fmt::format("Proved equal by {}, but for:", lifted_.solver));
    for (const LiftDifference& difference : lifted_.differences)
      comments.push_back("- " +
                         DifferenceLine(difference, options_.architecture));
    return comments;
  }

  const std::span<const BpfProgram> stack_;
  const LiftOptions& options_;
  const SyscallTable& table_;
  PathBudget budget_;
  std::map<uint32_t, Paths> paths_;
  Action otherwise_;
  RulesByNumber rules_;
  LiftedPolicy lifted_;
};

Result<> CheckStack(std::span<const BpfProgram> stack) {
  if (stack.empty()) return Fail("there is no filter to lift");
  for (size_t i = 0; i < stack.size(); ++i) {
    const Result<> valid = ValidateBpf(stack[i]);
    if (valid.ok()) continue;
    if (stack.size() == 1) return valid;
    return std::unexpected(
        WithContext(fmt::format("filter {}", i + 1), valid.error()));
  }
  return {};
}

// Whether its calls get different answers.
bool TellsApart(std::span<const BpfProgram> stack, Architecture architecture) {
  const SyscallTable& table = SyscallTable::For(architecture);
  std::optional<Action> all;
  for (const Syscall& call : table.all()) {
    PathBudget budget{.steps = 100'000, .paths_of_a_number = 2};
    const auto paths =
        FollowPaths(stack, table.audit_arch(), call.number, budget);
    if (!paths.ok()) return true;
    const std::optional<Action> action = WholeAction(*paths);
    if (!action || (all && *all != *action)) return true;
    all = action;
  }
  return false;
}

}  // namespace

Result<LiftedPolicy> LiftFilters(std::span<const BpfProgram> stack,
                                 const LiftOptions& options) {
  RETURN_IF_ERROR(CheckStack(stack));
  if (!IsPolicyName(options.name))
    return Fail("`" + options.name + "` cannot be a policy's name",
                "a name has letters, digits and `_`");
  return Lifter(stack, options).Run();
}

Result<Architecture> ArchitectureOf(std::span<const BpfProgram> stack) {
  RETURN_IF_ERROR(CheckStack(stack));
  for (const Architecture architecture : kArchitectures)
    if (TellsApart(stack, architecture)) return architecture;
  return Architecture::kX8664;
}

}  // namespace bailey::policy
