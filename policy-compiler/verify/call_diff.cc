#include "policy-compiler/verify/call_diff.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/check.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/language/runtime_rules.h"
#include "policy-compiler/verify/call_answers.h"
#include "policy-compiler/verify/call_classes.h"
#include "policy-compiler/verify/policy_formula.h"
#include "policy-compiler/verify/solver.h"

namespace bailey::policy {
namespace {

// An action with the inputs that get it.
struct Answered {
  Action action;
  z3::expr when;
};
using Answers = std::vector<Answered>;

bool SameCondition(const Condition& a, const Condition& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Condition::Kind::kCompare) return a.comparison == b.comparison;
  return std::ranges::equal(a.operands, b.operands, SameCondition);
}

bool SameRules(const NumberRules& a, const NumberRules& b) {
  return std::ranges::equal(
      a, b, [](const SyscallRule* left, const SyscallRule* right) {
        return left->action == right->action &&
               SameCondition(left->when, right->when);
      });
}

void AddAnswer(Answers& answers, const Action& action, const z3::expr& when) {
  for (Answered& answer : answers) {
    if (answer.action != action) continue;
    answer.when = answer.when || when;
    return;
  }
  answers.push_back({action, when});
}

class CallDiffer {
 public:
  CallDiffer(Architecture architecture, const PortionPolicy& old_portion,
             const PortionPolicy& new_portion, ActionOrder order,
             uint32_t timeout_ms)
      : architecture_(architecture),
        table_(SyscallTable::For(architecture)),
        old_(old_portion),
        new_(new_portion),
        order_(order),
        timeout_ms_(timeout_ms),
        input_(context_) {
    runtime_.architecture = architecture;
    runtime_.portions.emplace_back();
    AddRuntimeRules(runtime_);
  }

  void Run() {
    const std::set<uint32_t> named = NamedNumbers();
    for (const uint32_t number : named) DiffNumber(number);
    DiffUnnamed(named);
    // One number behind the table stands for all that it does not have.
    DiffConstant(table_.all().back().number + 1, 0);
  }

  CallDiff Take() { return std::move(diff_); }

 private:
  // clone3 has an answer of its own where clone is constrained.
  std::set<uint32_t> NamedNumbers() const {
    std::set<uint32_t> numbers;
    for (const PortionPolicy* portion : {&old_, &new_})
      for (const SyscallRule& rule : portion->syscalls)
        if (table_.FindByNumber(rule.number)) numbers.insert(rule.number);
    if (const Syscall* clone3 = table_.FindByName("clone3"))
      numbers.insert(clone3->number);
    return numbers;
  }

  Action Unmatched(const PortionPolicy& portion, uint32_t number) const {
    return UnmatchedAction(architecture_, portion, number);
  }

  static Answers AnswersOf(const Deciders& deciders) {
    Answers answers;
    for (const Decider& decider : deciders)
      AddAnswer(answers, decider.action, decider.when);
    return answers;
  }

  void DiffNumber(uint32_t number) {
    const NumberRules old_rules = RulesOf(old_, number);
    const NumberRules new_rules = RulesOf(new_, number);
    if (Unmatched(old_, number) == Unmatched(new_, number) &&
        SameRules(old_rules, new_rules))
      return;
    const Deciders before = DecidersOf(architecture_, old_, number, input_);
    const Deciders after = DecidersOf(architecture_, new_, number, input_);
    const size_t known = diff_.witnesses.size();
    for (const Answered& old_answer : AnswersOf(before))
      for (const Answered& new_answer : AnswersOf(after))
        Ask(number, old_answer, new_answer);
    if (diff_.witnesses.size() > known)
      CountChanges({context_, input_, timeout_ms_}, before, after,
                   diff_.changes);
  }

  // Is there an input that gets `before` of the old and `after` of the new?
  void Ask(uint32_t number, const Answered& before, const Answered& after) {
    const Relation relation =
        CompareActions(order_, before.action, after.action);
    if (relation == Relation::kEqual) return;
    const z3::expr both = (before.when && after.when).simplify();
    if (both.is_false()) return;
    SeccompData data = CallOf(architecture_, number);
    z3::check_result found = z3::unsat;
    if (const auto runtime = RuntimeCalls(number))
      found = Solve(both && !*runtime, data);
    if (found != z3::sat) found = Solve(both, data);
    if (found == z3::unsat) return;
    if (found == z3::unknown) {
      diff_.undecided.push_back({number, reason_});
      return;
    }
    const CallWitness& witness = AddWitness(data, relation, 0);
    // INVARIANT: what is shown was replayed; a witness that does not replay
    // means that one of our encodings is wrong.
    CHECK(witness.old_verdict.action == before.action);
    CHECK(witness.new_verdict.action == after.action);
  }

  z3::check_result Solve(const z3::expr& formula, SeccompData& data) {
    z3::solver solver = SolverFor(context_, formula, timeout_ms_);
    const z3::check_result found = solver.check();
    if (found == z3::unknown) reason_ = solver.reason_unknown();
    if (found == z3::sat)
      data.arguments = input_.In(solver.get_model()).arguments;
    return found;
  }

  // Calls that every portion of a split program is allowed, whatever its policy
  // says. They make a poor witness, since `policy eval` shows them allowed;
  // they are taken where there is no other.
  std::optional<z3::expr> RuntimeCalls(uint32_t number) {
    std::optional<z3::expr> calls;
    for (const SyscallRule& rule : runtime_.portions.front().syscalls) {
      if (rule.number != number) continue;
      const z3::expr match = ConditionFormula(rule.when, input_);
      calls = calls ? *calls || match : match;
    }
    return calls;
  }

  void DiffUnnamed(const std::set<uint32_t>& named) {
    std::vector<uint32_t> unnamed;
    for (const Syscall& call : table_.all())
      if (!named.contains(call.number)) unnamed.push_back(call.number);
    if (!unnamed.empty()) DiffConstant(unnamed.front(), unnamed.size() - 1);
  }

  // A number that gets one answer of each portion, whatever the arguments.
  void DiffConstant(uint32_t number, size_t others) {
    const Relation relation = CompareActions(order_, Unmatched(old_, number),
                                             Unmatched(new_, number));
    if (relation == Relation::kEqual) return;
    const CallWitness& witness =
        AddWitness(CallOf(architecture_, number), relation, others);
    const bool was = LetsThrough(witness.old_verdict.action);
    if (was == LetsThrough(witness.new_verdict.action)) return;
    PermissionChange& change =
        was ? diff_.changes.denied : diff_.changes.allowed;
    change += {.entirely = others + 1, .in_part = 0, .classes = others + 1};
  }

  const CallWitness& AddWitness(const SeccompData& data, Relation relation,
                                size_t others) {
    return diff_.witnesses.emplace_back(
        CallWitness{data, Evaluate(architecture_, old_, data),
                    Evaluate(architecture_, new_, data), relation, others});
  }

  const Architecture architecture_;
  const SyscallTable& table_;
  const PortionPolicy& old_;
  const PortionPolicy& new_;
  const ActionOrder order_;
  const uint32_t timeout_ms_;
  z3::context context_;
  const Input input_;
  Policy runtime_;  // the runtime's own rules, and no other
  std::string reason_;
  CallDiff diff_;
};

}  // namespace

CallDiff DiffCalls(Architecture architecture, const PortionPolicy& old_portion,
                   const PortionPolicy& new_portion, ActionOrder order,
                   uint32_t timeout_ms) {
  try {
    CallDiffer differ(architecture, old_portion, new_portion, order,
                      timeout_ms);
    differ.Run();
    return differ.Take();
  } catch (const std::exception& exception) {  // z3's, or no memory
    CallDiff failed;
    failed.undecided.push_back({0, exception.what()});
    return failed;
  }
}

}  // namespace bailey::policy
