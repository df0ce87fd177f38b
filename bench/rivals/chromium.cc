// The scheme of Chromium's sandbox/linux/bpf_dsl (policy_compiler.cc,
// codegen.cc): instructions are immutable nodes and equal ones are one node, so
// equal conditions share code; ranges of numbers with one node are searched by
// halving their list. Numbers of x32 are refused by one `jset` in front.
//
// Where bpf_dsl has no ordered comparison it gets one in its style: the high
// half, then the low one.

#include <linux/seccomp.h>

#include <map>
#include <tuple>

#include "bench/rivals/backward_assembler.h"
#include "bench/rivals/rival.h"

namespace bailey::bench {
namespace {

class Chromium {
 public:
  explicit Chromium(const RivalProfile& profile) : profile_(profile) {}

  BpfProgram Run() {
    FindRanges();
    const Node search = Search(0, ranges_.size());
    const Node killed = Ret(SECCOMP_RET_KILL_PROCESS);
    const Node checked = Load(0, Test(BPF_JSET, 0x40000000, killed, search));
    Load(4, Test(BPF_JEQ, profile_.audit_architecture, checked,
                 Ret(profile_.foreign)));
    return code_.Take();
  }

 private:
  using Node = BackwardAssembler::Place;

  struct Range {
    uint32_t first;
    Node node;
  };

  Node Make(uint16_t code, uint32_t k, Node yes, Node no) {
    const auto [at, is_new] = memo_.emplace(std::tuple(code, k, yes, no), 0);
    if (is_new) at->second = Write(code, k, yes, no);
    return at->second;
  }

  Node Write(uint16_t code, uint32_t k, Node yes, Node no) {
    if (BPF_CLASS(code) == BPF_JMP) return code_.Jump(BPF_OP(code), k, yes, no);
    if (BPF_CLASS(code) != BPF_RET) code_.FallTo(yes);
    return code_.Append(code, k);
  }

  Node Ret(uint32_t k) { return Make(BPF_RET | BPF_K, k, 0, 0); }
  Node Load(uint32_t offset, Node next) {
    return Make(BPF_LD | BPF_W | BPF_ABS, offset, next, 0);
  }
  Node Test(uint16_t op, uint32_t k, Node yes, Node no) {
    return yes == no
               ? yes
               : Make(static_cast<uint16_t>(BPF_JMP | op | BPF_K), k, yes, no);
  }

  Node HalfEqual(uint32_t offset, uint32_t mask, uint32_t value, Node yes,
                 Node no) {
    if (mask == 0) return value == 0 ? yes : no;
    if (mask == ~uint32_t{0})
      return Load(offset, Test(BPF_JEQ, value, yes, no));
    if (value == 0) return Load(offset, Test(BPF_JSET, mask, no, yes));
    if (mask == value && (mask & (mask - 1)) == 0)
      return Load(offset, Test(BPF_JSET, mask, yes, no));
    return Load(offset, Make(BPF_ALU | BPF_AND | BPF_K, mask,
                             Test(BPF_JEQ, value, yes, no), 0));
  }

  Node Masked(uint32_t mask, Node next) {
    return mask == ~uint32_t{0}
               ? next
               : Make(BPF_ALU | BPF_AND | BPF_K, mask, next, 0);
  }

  Node Ordered(const policy::Comparison& comparison, uint16_t op, Node yes,
               Node no) {
    const uint64_t mask = comparison.mask;
    const Node low = Load(LowOffset(comparison),
                          Masked(LowMask(comparison),
                                 Test(op, LowHalf(comparison.value), yes, no)));
    if (!IsWide(comparison)) return low;
    const uint32_t value = HighHalf(comparison.value);
    const Node equal = Test(BPF_JEQ, value, low, no);
    return Load(HighOffset(comparison),
                Masked(HighHalf(mask), Test(BPF_JGT, value, yes, equal)));
  }

  static uint32_t LowMask(const policy::Comparison& comparison) {
    return LowHalf(EffectiveMask(comparison));
  }

  Node Compare(const policy::Comparison& comparison, Node matched,
               Node missed) {
    const PlainOperator plain = PlainOperatorOf(comparison.op);
    const Node yes = plain.swapped ? missed : matched;
    const Node no = plain.swapped ? matched : missed;
    if (plain.op != BPF_JEQ) return Ordered(comparison, plain.op, yes, no);
    const Node low = HalfEqual(LowOffset(comparison), LowMask(comparison),
                               LowHalf(comparison.value), yes, no);
    if (!IsWide(comparison)) return low;
    return HalfEqual(HighOffset(comparison), HighHalf(comparison.mask),
                     HighHalf(comparison.value), low, no);
  }

  Node ResultOf(const RivalCall& call) {
    const Node answer = Ret(call.answer);
    Node next = Ret(profile_.otherwise);
    if (call.any.empty()) return answer;
    for (size_t i = call.any.size(); i-- > 0;) {
      Node matched = answer;
      for (size_t j = call.any[i].size(); j-- > 0;)
        matched = Compare(call.any[i][j], matched, next);
      next = matched;
    }
    return next;
  }

  void AddRange(uint32_t first, Node node) {
    if (!ranges_.empty() && ranges_.back().node == node) return;
    ranges_.push_back({first, node});
  }

  void FindRanges() {
    const Node otherwise = Ret(profile_.otherwise);
    uint32_t next = 0;
    for (const RivalCall& call : profile_.calls) {
      if (call.number > next) AddRange(next, otherwise);
      AddRange(call.number, ResultOf(call));
      next = call.number + 1;
    }
    AddRange(next, otherwise);
  }

  Node Search(size_t first, size_t end) {
    if (end - first == 1) return ranges_[first].node;
    const size_t middle = first + (end - first) / 2;
    const Node below = Search(first, middle);
    const Node above = Search(middle, end);
    return Test(BPF_JGE, ranges_[middle].first, above, below);
  }

  const RivalProfile& profile_;
  BackwardAssembler code_;
  std::map<std::tuple<uint16_t, uint32_t, Node, Node>, Node> memo_;
  std::vector<Range> ranges_;
};

}  // namespace

Result<BpfProgram> CompileLikeChromium(const RivalProfile& profile) {
  return Chromium(profile).Run();
}

}  // namespace bailey::bench
