// Kafel's scheme (google/kafel: its documentation, range_rules.c, codegen.c):
// neighbouring numbers with one answer are a range; ranges are joined from the
// highest down, two trees of one height at a time, by `jge`. Each comparison
// loads its word anew, the high word first; answers that are returned are
// shared as far as jumps reach.

#include <map>

#include "bench/rivals/backward_assembler.h"
#include "bench/rivals/rival.h"

namespace bailey::bench {
namespace {

using Place = BackwardAssembler::Place;

// Where a decision goes on: at an instruction, or at an answer that is not yet
// written.
struct Target {
  bool is_answer = true;
  uint32_t answer = 0;
  Place place = 0;
  bool operator==(const Target&) const = default;
};

class Kafel {
 public:
  explicit Kafel(const RivalProfile& profile) : profile_(profile) {}

  BpfProgram Run() {
    const Target numbers = Numbers();
    code_.FallTo(Resolve(numbers));
    const Place load = code_.Load(0);
    Jump(BPF_JEQ, profile_.audit_architecture, {false, 0, load},
         {true, profile_.foreign, 0});
    code_.Load(4);
    return code_.Take();
  }

 private:
  struct Tree {
    int height;
    uint32_t first;
    Target target;
  };

  Place Resolve(const Target& target) {
    if (!target.is_answer) return target.place;
    const auto at = answers_.find(target.answer);
    if (at != answers_.end() && code_.Reaches(at->second)) return at->second;
    return answers_[target.answer] = code_.Return(target.answer);
  }

  Target Jump(uint16_t op, uint32_t k, const Target& yes, const Target& no) {
    if (yes == no) return yes;
    Resolve(yes);
    const Place no_place = Resolve(no);
    return {false, 0, code_.Jump(op, k, Resolve(yes), no_place)};
  }

  Target Loaded(uint32_t offset, uint32_t mask, Target test) {
    if (mask != ~uint32_t{0}) code_.And(mask);
    code_.Load(offset);
    test.place = code_.size() - 1;
    return test;
  }

  // (word & mask) == k
  Target WordEqual(uint32_t offset, uint32_t mask, uint32_t k,
                   const Target& yes, const Target& no) {
    if (mask == 0) return k == 0 ? yes : no;
    if (yes == no) return yes;
    if (mask != ~uint32_t{0} && k == 0)
      return Loaded(offset, ~uint32_t{0}, Jump(BPF_JSET, mask, no, yes));
    return Loaded(offset, mask, Jump(BPF_JEQ, k, yes, no));
  }

  Target Ordered(const policy::Comparison& comparison, uint16_t op,
                 const Target& yes, const Target& no) {
    const uint64_t mask = EffectiveMask(comparison);
    const uint64_t value = comparison.value;
    const Target low = Loaded(LowOffset(comparison), LowHalf(mask),
                              Jump(op, LowHalf(value), yes, no));
    if (!IsWide(comparison)) return low;
    const Target next = Jump(BPF_JGE, HighHalf(value), low, no);
    return Loaded(HighOffset(comparison), HighHalf(mask),
                  Jump(BPF_JGT, HighHalf(value), yes, next));
  }

  Target Compare(const policy::Comparison& comparison, const Target& matched,
                 const Target& missed) {
    const PlainOperator plain = PlainOperatorOf(comparison.op);
    const Target& yes = plain.swapped ? missed : matched;
    const Target& no = plain.swapped ? matched : missed;
    if (plain.op != BPF_JEQ) return Ordered(comparison, plain.op, yes, no);
    const uint64_t mask = EffectiveMask(comparison);
    const Target low = WordEqual(LowOffset(comparison), LowHalf(mask),
                                 LowHalf(comparison.value), yes, no);
    if (!IsWide(comparison)) return low;
    return WordEqual(HighOffset(comparison), HighHalf(mask),
                     HighHalf(comparison.value), low, no);
  }

  Target Action(const RivalCall& call) {
    const Target answer{true, call.answer, 0};
    Target next{true, profile_.otherwise, 0};
    if (call.any.empty()) return answer;
    for (size_t i = call.any.size(); i-- > 0;) {
      Target matched = answer;
      for (size_t j = call.any[i].size(); j-- > 0;)
        matched = Compare(call.any[i][j], matched, next);
      next = matched;
    }
    return next;
  }

  void JoinTop() {
    const Tree upper = trees_[trees_.size() - 2];
    Tree lower = trees_.back();
    trees_.resize(trees_.size() - 2);
    lower.target = Jump(BPF_JGE, upper.first, upper.target, lower.target);
    lower.height = upper.height + 1;
    trees_.push_back(lower);
  }

  // A range in front of those before; they go upwards to its end.
  void Push(uint32_t first, const Target& target) {
    if (!trees_.empty() && trees_.back().target == target) {
      trees_.back().first = first;
      return;
    }
    while (trees_.size() >= 2 &&
           trees_[trees_.size() - 2].height == trees_.back().height)
      JoinTop();
    trees_.push_back({0, first, target});
  }

  Target Numbers() {
    const Target otherwise{true, profile_.otherwise, 0};
    uint64_t end = uint64_t{1} << 32;
    for (size_t i = profile_.calls.size(); i-- > 0;) {
      const RivalCall& call = profile_.calls[i];
      if (uint64_t{call.number} + 1 < end) Push(call.number + 1, otherwise);
      Push(call.number, Action(call));
      end = call.number;
    }
    if (end > 0) Push(0, otherwise);
    while (trees_.size() >= 2) JoinTop();
    return trees_.back().target;
  }

  const RivalProfile& profile_;
  BackwardAssembler code_;
  std::map<uint32_t, Place> answers_;
  std::vector<Tree> trees_;
};

}  // namespace

Result<BpfProgram> CompileLikeKafel(const RivalProfile& profile) {
  return Kafel(profile).Run();
}

}  // namespace bailey::bench
