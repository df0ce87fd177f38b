// Enumerates the classes of calls on which two sides differ: Z3 yields a call,
// both evaluators replay it, its class is excluded, and so on until it proves
// that there is none left. Numbers of the table are exhausted one by one, since
// with the number known a formula is small.

#include "policy-compiler/verify/answer_diff.h"

#include <linux/seccomp.h>

#include <chrono>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "common/bpf/filter_stack.h"
#include "common/check.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/language/sort_stably.h"
#include "policy-compiler/verify/bpf_formula.h"
#include "policy-compiler/verify/policy_formula.h"
#include "policy-compiler/verify/prove.h"
#include "policy-compiler/verify/solver.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kFirstX32 = 0x40000000;
constexpr uint32_t kLastX32 = 0x7fffffff;
// Answers with one action that are shown apart, of a region.
constexpr int kMostOfAKind = 4;

using Clock = std::chrono::steady_clock;

uint32_t Answer(Architecture architecture, const AnswerSide& side,
                const SeccompData& data) {
  if (side.policy == nullptr)
    return EffectiveReturn(RunBpfStack(side.stack, data));
  const Verdict verdict = Evaluate(architecture, *side.portion, data);
  return SpecifiedReturn(FilterKind::kPlain, verdict, false, false);
}

z3::expr AnswerFormula(const AnswerSide& side, const Input& input) {
  if (side.policy == nullptr)
    return EffectFormula(StackFormula(side.stack, input));
  return PolicyFormula(*side.policy, *side.portion, FilterKind::kPlain, {},
                       input)
      .Returned();
}

uint32_t KindOf(uint32_t answer) { return answer & SECCOMP_RET_ACTION_FULL; }

class AnswerDiffer {
 public:
  AnswerDiffer(Architecture architecture, const AnswerSide& old_side,
               const AnswerSide& new_side, uint32_t timeout_ms)
      : architecture_(architecture),
        table_(SyscallTable::For(architecture)),
        old_(old_side),
        new_(new_side),
        timeout_ms_(timeout_ms),
        started_(Clock::now()) {}

  // Throws what Z3 throws.
  void Run(AnswerDiff& diff) {
    diff_ = &diff;
    for (const Syscall& call : table_.all())
      if (DiffersOnProbes(call.number) && !Exhaust(call.number)) return;
    diff.decided = ExhaustRegions();
  }

 private:
  // All share one context: making one costs more than a call's questions.
  struct Question {
    explicit Question(z3::context& shared) : context(shared), input(shared) {}

    z3::context& context;
    Input input;
    std::optional<z3::expr> old_answer, new_answer;
    std::optional<z3::expr> differ;
  };

  SeccompData InputFor(uint32_t number, uint64_t argument) const {
    SeccompData data;
    data.number = number;
    data.architecture = table_.audit_arch();
    data.arguments.fill(argument);
    return data;
  }

  bool Differs(const SeccompData& data) const {
    return Answer(architecture_, old_, data) !=
           Answer(architecture_, new_, data);
  }

  // Saves a question about everything for the numbers that plainly differ.
  bool DiffersOnProbes(uint32_t number) const {
    return Differs(InputFor(number, 0)) || Differs(InputFor(number, 1)) ||
           Differs(InputFor(number, ~uint64_t{0}));
  }

  static void Pose(Question& question, const z3::expr& old_answer,
                   const z3::expr& new_answer) {
    question.old_answer = old_answer.simplify();
    question.new_answer = new_answer.simplify();
    question.differ = (*question.old_answer != *question.new_answer).simplify();
  }

  // The same for one number of the table, as the language orders its rules.
  z3::expr CallFormula(const AnswerSide& side, Question& question,
                       uint32_t number) const {
    if (side.policy == nullptr) return AnswerFormula(side, question.input);
    PortionPolicy rules;
    rules.otherwise = side.portion->otherwise;
    rules.clone_constrained = side.portion->clone_constrained;
    const auto returned = [&](const Verdict& verdict) {
      return question.context.bv_val(
          SpecifiedReturn(FilterKind::kPlain, verdict, false, false), 32);
    };
    z3::expr answer =
        returned(Evaluate(architecture_, rules, InputFor(number, 0)));
    for (const SyscallRule& rule : side.portion->syscalls)
      if (rule.number == number) rules.syscalls.push_back(rule);
    SortStably(rules.syscalls, [](const SyscallRule& rule) {
      return std::pair(rule.action.kind, ~rule.rule);
    });
    for (const SyscallRule& rule : rules.syscalls)
      answer = z3::ite(ConditionFormula(rule.when, question.input),
                       returned({rule.action, rule.rule}), answer);
    return answer;
  }

  // Every difference of one number. False: undecided.
  bool Exhaust(uint32_t number) {
    exhausted_.insert(number);
    Question question(context_);
    question.input.number = question.context.bv_val(number, 32);
    question.input.architecture =
        question.context.bv_val(table_.audit_arch(), 32);
    Pose(question, CallFormula(old_, question, number),
         CallFormula(new_, question, number));
    if (question.differ->is_true() && question.old_answer->is_numeral() &&
        question.new_answer->is_numeral()) {
      Found(question, InputFor(number, 0));
      return true;
    }
    return Enumerate(question, question.context.bool_val(true));
  }

  bool ExhaustRegions() {
    Question question(context_);
    Pose(question, AnswerFormula(old_, question.input),
         AnswerFormula(new_, question.input));
    z3::expr open = question.context.bool_val(true);
    for (const uint32_t number : exhausted_)
      open = open && !IsCall(question, number);
    return Enumerate(question, open);
  }

  z3::expr IsCall(Question& question, uint32_t number) const {
    return question.input.architecture ==
               question.context.bv_val(table_.audit_arch(), 32) &&
           question.input.number == question.context.bv_val(number, 32);
  }

  bool Enumerate(Question& question, const z3::expr& where) {
    z3::expr open = *question.differ && where;
    while (true) {
      const std::optional<uint32_t> left = TimeLeft();
      if (!left) return GaveUp("timeout");
      z3::solver solver = SolverFor(question.context, open.simplify(), *left);
      const z3::check_result found = solver.check();
      if (found == z3::unsat) return true;
      if (found == z3::unknown) return GaveUp(solver.reason_unknown());
      const SeccompData data = question.input.In(solver.get_model());
      const bool lone = IsLoneCall(data);
      if (lone && !Exhaust(data.number)) return false;
      open = open &&
             !(lone ? IsCall(question, data.number) : Found(question, data));
    }
  }

  // A call of the table that was found in a question about everything.
  bool IsLoneCall(const SeccompData& data) const {
    return RegionOf(data) == InputRegion::kSyscall &&
           !exhausted_.contains(data.number);
  }

  bool GaveUp(std::string reason) {
    diff_->reason = std::move(reason);
    return false;
  }

  // Milliseconds, 0 for no limit; none: nothing is left.
  std::optional<uint32_t> TimeLeft() const {
    if (timeout_ms_ == 0) return 0;
    const auto used = std::chrono::duration_cast<std::chrono::milliseconds>(
                          Clock::now() - started_)
                          .count();
    if (used >= timeout_ms_) return std::nullopt;
    return timeout_ms_ - static_cast<uint32_t>(used);
  }

  InputRegion RegionOf(const SeccompData& data) const {
    if (data.architecture != table_.audit_arch())
      return InputRegion::kForeignArchitecture;
    if (architecture_ == Architecture::kX8664 && data.number >= kFirstX32 &&
        data.number <= kLastX32)
      return InputRegion::kX32;
    return table_.FindByNumber(data.number) ? InputRegion::kSyscall
                                            : InputRegion::kUnknownNumber;
  }

  // Records the difference; what it stands for.
  z3::expr Found(Question& question, const SeccompData& data) {
    AnswerDifference found{.region = RegionOf(data), .witness = data};
    found.old_answer = Answer(architecture_, old_, data);
    found.new_answer = Answer(architecture_, new_, data);
    // INVARIANT: what is shown was replayed; a witness that does not replay
    // means that one of our encodings is wrong.
    CHECK(found.old_answer != found.new_answer);
    found.stands_for_others = IsOneOfMany(found);
    diff_->differences.push_back(found);
    return Region(question, found) &&
           Gets(*question.old_answer, found.old_answer,
                found.stands_for_others) &&
           Gets(*question.new_answer, found.new_answer,
                found.stands_for_others);
  }

  bool IsOneOfMany(const AnswerDifference& found) {
    const uint32_t place =
        found.region == InputRegion::kForeignArchitecture
            ? (ForeignName(found.witness.architecture).empty()
                   ? 0
                   : found.witness.architecture)
        : found.region == InputRegion::kSyscall ? found.witness.number
                                                : 0;
    return ++kinds_[{found.region, place, KindOf(found.old_answer),
                     KindOf(found.new_answer)}] > kMostOfAKind;
  }

  static z3::expr Gets(const z3::expr& answer, uint32_t value, bool any_data) {
    z3::context& context = answer.ctx();
    if (!any_data) return answer == context.bv_val(value, 32);
    return answer.extract(31, 16) == context.bv_val(value >> 16, 16);
  }

  z3::expr Region(Question& question, const AnswerDifference& found) const {
    z3::context& context = question.context;
    const Input& input = question.input;
    const auto is_own = [&] {
      return input.architecture == context.bv_val(table_.audit_arch(), 32);
    };
    switch (found.region) {
      case InputRegion::kSyscall:
        return IsCall(question, found.witness.number);
      case InputRegion::kX32:
        return is_own() && IsX32(question);
      case InputRegion::kUnknownNumber:
        return is_own() && !IsX32(question) && !IsKnown(question);
      case InputRegion::kForeignArchitecture:
        break;
    }
    const uint32_t word = found.witness.architecture;
    if (!ForeignName(word).empty())
      return input.architecture == context.bv_val(word, 32);
    z3::expr nameless = !is_own();
    for (const uint32_t named : NamedArchitectures())
      nameless = nameless && input.architecture != context.bv_val(named, 32);
    return nameless;
  }

  z3::expr IsX32(Question& question) const {
    z3::context& context = question.context;
    if (architecture_ != Architecture::kX8664) return context.bool_val(false);
    return z3::uge(question.input.number, context.bv_val(kFirstX32, 32)) &&
           z3::ule(question.input.number, context.bv_val(kLastX32, 32));
  }

  z3::expr IsKnown(Question& question) const {
    z3::context& context = question.context;
    z3::expr_vector known(context);
    for (const Syscall& call : table_.all())
      known.push_back(question.input.number == context.bv_val(call.number, 32));
    return z3::mk_or(known);
  }

 public:
  static std::vector<uint32_t> NamedArchitectures();

 private:
  const Architecture architecture_;
  const SyscallTable& table_;
  const AnswerSide& old_;
  const AnswerSide& new_;
  const uint32_t timeout_ms_;
  const Clock::time_point started_;
  z3::context context_;
  AnswerDiff* diff_ = nullptr;
  std::set<uint32_t> exhausted_;
  std::map<std::tuple<InputRegion, uint32_t, uint32_t, uint32_t>, int> kinds_;
};

std::vector<uint32_t> AnswerDiffer::NamedArchitectures() {
  std::vector<uint32_t> named;
  for (const uint32_t word :
       {0x40000003u, 0xc000003eu, 0x40000028u, 0xc00000b7u, 0xc00000f3u,
        0x80000016u, 0xc0000015u})
    named.push_back(word);
  return named;
}

}  // namespace

// AUDIT_ARCH_* of include/uapi/linux/audit.h.
std::string_view ForeignName(uint32_t audit_architecture) {
  switch (audit_architecture) {
    case 0x40000003:
      return "i386";
    case 0xc000003e:
      return "x86_64";
    case 0x40000028:
      return "arm";
    case 0xc00000b7:
      return "aarch64";
    case 0xc00000f3:
      return "riscv64";
    case 0x80000016:
      return "s390x";
    case 0xc0000015:
      return "ppc64le";
    default:
      return "";
  }
}

AnswerDiff DiffAnswers(Architecture architecture, const AnswerSide& old_side,
                       const AnswerSide& new_side, uint32_t timeout_ms) {
  const auto start = Clock::now();
  AnswerDiff diff;
  diff.solver = SolverName();
  try {
    AnswerDiffer(architecture, old_side, new_side, timeout_ms).Run(diff);
  } catch (const std::exception& exception) {  // z3's, or no memory
    diff.decided = false;
    diff.reason = exception.what();
  }
  diff.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return diff;
}

}  // namespace bailey::policy
