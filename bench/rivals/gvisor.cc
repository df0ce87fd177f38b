// The scheme of gVisor's pkg/seccomp (seccomp.go, seccomp_rules.go,
// seccomp_optimizer.go): calls with conditions that are named as hot are tested
// one after the other, the most frequent first; then a binary search tree of
// the other calls with conditions, then one of the calls without. Alternatives
// that repeat a test of one argument for every combination of the others have
// it taken out. The low half of an argument is tested before the high one. The
// bytecode is optimised at the end (label_program.cc).

#include <algorithm>
#include <map>
#include <set>

#include "bench/rivals/backward_assembler.h"
#include "bench/rivals/gvisor_rules.h"
#include "bench/rivals/label_program.h"
#include "bench/rivals/rival.h"

namespace bailey::bench {
namespace {

using Label = LabelProgram::Label;

class Gvisor {
 public:
  explicit Gvisor(const RivalProfile& profile) : profile_(profile) {}

  Result<BpfProgram> Run() {
    const Label foreign = code_.NewLabel();
    otherwise_ = code_.NewLabel();
    code_.Load(4);
    code_.JumpUnless(BPF_JEQ, profile_.audit_architecture, foreign);
    code_.Load(0);
    Dispatch();
    code_.JumpTo(otherwise_);
    code_.Place(otherwise_);
    code_.Return(profile_.otherwise);
    code_.Place(foreign);
    code_.Return(profile_.foreign);
    return code_.Optimized();
  }

 private:
  using Calls = std::vector<const RivalCall*>;

  // What is known of the number.
  struct Known {
    int64_t above = -1;
    int64_t below = int64_t{1} << 32;
  };

  void Dispatch() {
    Calls hot;
    Calls conditional;
    Calls trivial;
    for (const RivalCall& call : profile_.calls) {
      Calls& calls = call.any.empty()     ? trivial
                     : call.frequency > 1 ? hot
                                          : conditional;
      calls.push_back(&call);
    }
    std::ranges::sort(hot, [](const RivalCall* a, const RivalCall* b) {
      return a->frequency > b->frequency;
    });
    for (const RivalCall* call : hot) RenderHot(*call);
    RenderTree(conditional);
    RenderTree(trivial);
  }

  void RenderHot(const RivalCall& call) {
    const Label next = code_.NewLabel();
    code_.JumpUnless(BPF_JEQ, call.number, next);
    RenderCall(call);
    code_.Place(next);
    checked_.insert(call.number);
  }

  void RenderTree(const Calls& calls) {
    if (calls.empty()) return;
    const Label none = code_.NewLabel();
    std::map<const RivalCall*, Label> rules;
    for (const RivalCall* call : calls) rules[call] = code_.NewLabel();
    const Label root = code_.NewLabel();
    RenderSearch(calls, root, {}, none, rules);
    RenderRules(calls, rules);
    code_.Place(none);
    for (const RivalCall* call : calls) checked_.insert(call->number);
  }

  Known Raised(Known known, int64_t above) const {
    known.above = above;
    while (known.above < known.below && checked_.contains(known.above + 1))
      ++known.above;
    return known;
  }

  Known Lowered(Known known, int64_t below) const {
    known.below = below;
    while (known.above < known.below && checked_.contains(known.below - 1))
      --known.below;
    return known;
  }

  void RenderSearch(std::span<const RivalCall* const> calls, Label here,
                    const Known& known, Label none,
                    const std::map<const RivalCall*, Label>& rules) {
    code_.Place(here);
    const size_t middle = calls.size() / 2;
    const auto left = calls.first(middle);
    const auto right = calls.subspan(middle + 1);
    const uint32_t number = calls[middle]->number;
    const Label below = code_.NewLabel();
    const Label above = code_.NewLabel();
    Known exact = known;
    if (!left.empty()) {
      code_.JumpUnless(BPF_JGE, number, below);
      exact.above = int64_t{number} - 1;
    }
    if (!right.empty()) {
      code_.JumpIf(BPF_JGT, number, above);
      exact.below = int64_t{number} + 1;
    }
    if (exact.above != int64_t{number} - 1 ||
        exact.below != int64_t{number} + 1)
      code_.JumpUnless(BPF_JEQ, number, none);
    code_.JumpTo(rules.at(calls[middle]));
    if (!left.empty())
      RenderSearch(left, below, Lowered(known, number), none, rules);
    if (!right.empty())
      RenderSearch(right, above, Raised(known, number), none, rules);
  }

  // From the root down, as the search was.
  void RenderRules(std::span<const RivalCall* const> calls,
                   const std::map<const RivalCall*, Label>& rules) {
    if (calls.empty()) return;
    const size_t middle = calls.size() / 2;
    code_.Place(rules.at(calls[middle]));
    RenderCall(*calls[middle]);
    RenderRules(calls.first(middle), rules);
    RenderRules(calls.subspan(middle + 1), rules);
  }

  void RenderCall(const RivalCall& call) {
    std::vector<PerArgument> any;
    for (const Alternative& all : call.any) {
      PerArgument each;
      for (const policy::Comparison& test : all) AddMatchers(test, each);
      any.push_back(std::move(each));
    }
    const Label matched = code_.NewLabel();
    if (!any.empty()) Render(OptimizedRule(any), matched, otherwise_);
    code_.Place(matched);
    code_.Return(call.answer);
  }

  void Render(const Rule& rule, Label matched, Label missed) {
    if (rule.factors.empty()) {
      RenderAny(rule.any, matched, missed);
      return;
    }
    for (const Rule& factor : rule.factors) {
      const Label next = code_.NewLabel();
      Render(factor, next, missed);
      code_.Place(next);
    }
    code_.JumpTo(matched);
  }

  void RenderAny(const std::vector<PerArgument>& any, Label matched,
                 Label missed) {
    for (const PerArgument& all : any) {
      const Label next = code_.NewLabel();
      for (const auto& [key, matchers] : all) RenderAll(matchers, next);
      code_.JumpTo(matched);
      code_.Place(next);
    }
    code_.JumpTo(missed);
  }

  // Goes on where all hold.
  void RenderAll(const std::vector<Matcher>& matchers, Label missed) {
    for (const Matcher& matcher : matchers) {
      const Label held = code_.NewLabel();
      if (matcher.is_half)
        RenderHalf(matcher.offset, matcher.mask, matcher.value, held, missed);
      else
        RenderTest(matcher.whole, held, missed);
      code_.Place(held);
    }
  }

  void RenderHalf(uint32_t offset, uint32_t mask, uint32_t k, Label held,
                  Label missed) {
    if (mask == 0 && k == 0) {
      code_.JumpTo(held);
      return;
    }
    code_.Load(offset);
    if (k == 0 && mask != ~uint32_t{0}) {
      code_.JumpIf(BPF_JSET, mask, missed);
    } else {
      if (mask != ~uint32_t{0}) code_.And(mask);
      code_.JumpUnless(BPF_JEQ, k, missed);
    }
    code_.JumpTo(held);
  }

  void RenderOrdered(const policy::Comparison& test, uint16_t op, Label held,
                     Label missed) {
    const uint64_t mask = EffectiveMask(test);
    if (IsWide(test)) {
      const uint32_t high = HighHalf(test.value);
      code_.Load(HighOffset(test));
      if (HighHalf(mask) != ~uint32_t{0}) code_.And(HighHalf(mask));
      code_.JumpUnless(BPF_JGE, high, missed);
      code_.JumpUnless(BPF_JEQ, high, held);
    }
    code_.Load(LowOffset(test));
    if (LowHalf(mask) != ~uint32_t{0}) code_.And(LowHalf(mask));
    code_.JumpUnless(op, LowHalf(test.value), missed);
    code_.JumpTo(held);
  }

  void RenderTest(const policy::Comparison& test, Label held, Label missed) {
    const PlainOperator plain = PlainOperatorOf(test.op);
    if (plain.swapped) std::swap(held, missed);
    if (plain.op != BPF_JEQ) {
      RenderOrdered(test, plain.op, held, missed);
      return;
    }
    const uint64_t mask = EffectiveMask(test);
    if (!IsWide(test)) {
      RenderHalf(LowOffset(test), LowHalf(mask), LowHalf(test.value), held,
                 missed);
      return;
    }
    const Label low_held = code_.NewLabel();
    RenderHalf(LowOffset(test), LowHalf(mask), LowHalf(test.value), low_held,
               missed);
    code_.Place(low_held);
    RenderHalf(HighOffset(test), HighHalf(mask), HighHalf(test.value), held,
               missed);
  }

  const RivalProfile& profile_;
  LabelProgram code_;
  Label otherwise_ = 0;
  std::set<int64_t> checked_;
};

}  // namespace

Result<BpfProgram> CompileLikeGvisor(const RivalProfile& profile) {
  return Gvisor(profile).Run();
}

}  // namespace bailey::bench
