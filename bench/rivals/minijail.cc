// The scheme of minijail's compile_seccomp_policy (google/minijail, tools/
// compiler.py and bpf.py): over the ranges of allowed numbers, the binary
// search tree of the least expected cost by dynamic programming over all cuts,
// where a run may also be a chain, the most frequent last to be put in front.
// Each call's conditions are a block of their own, its returns included, and
// every comparison loads its word.

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "bench/rivals/backward_assembler.h"
#include "bench/rivals/rival.h"

namespace bailey::bench {
namespace {

using Place = BackwardAssembler::Place;

constexpr uint64_t kNumberEnd = uint64_t{1} << 32;

// The code of one call's conditions.
class FilterBlock {
 public:
  FilterBlock(const RivalProfile& profile, const RivalCall& call)
      : call_(call) {
    const Place answer = code_.Return(call.answer);
    Place next = code_.Return(profile.otherwise);
    for (size_t i = call_.any.size(); i-- > 0;) {
      Place matched = answer;
      for (size_t j = call_.any[i].size(); j-- > 0;)
        matched = Compare(call_.any[i][j], matched, next);
      next = matched;
    }
  }

  BpfProgram Take() { return code_.Take(); }

 private:
  Place Word(uint32_t offset, uint32_t mask, uint16_t op, uint32_t k, Place yes,
             Place no) {
    code_.Jump(op, k, yes, no);
    if (mask != ~uint32_t{0}) code_.And(mask);
    return code_.Load(offset);
  }

  Place Equal(uint32_t offset, uint32_t mask, uint32_t k, Place yes, Place no) {
    if (mask == 0) return k == 0 ? yes : no;
    if (mask != ~uint32_t{0} && k == 0)
      return Word(offset, ~uint32_t{0}, BPF_JSET, mask, no, yes);
    return Word(offset, mask, BPF_JEQ, k, yes, no);
  }

  Place Ordered(const policy::Comparison& comparison, uint16_t op, Place yes,
                Place no) {
    const uint64_t mask = EffectiveMask(comparison);
    const Place low = Word(LowOffset(comparison), LowHalf(mask), op,
                           LowHalf(comparison.value), yes, no);
    if (!IsWide(comparison)) return low;
    const uint32_t k = HighHalf(comparison.value);
    const uint32_t offset = HighOffset(comparison);
    if (k == 0) return Word(offset, HighHalf(mask), BPF_JGT, 0, yes, low);
    const Place equal = Word(offset, HighHalf(mask), BPF_JEQ, k, low, no);
    return Word(offset, HighHalf(mask), BPF_JGT, k, yes, equal);
  }

  Place Compare(const policy::Comparison& comparison, Place matched,
                Place missed) {
    const PlainOperator plain = PlainOperatorOf(comparison.op);
    const Place yes = plain.swapped ? missed : matched;
    const Place no = plain.swapped ? matched : missed;
    if (plain.op != BPF_JEQ) return Ordered(comparison, plain.op, yes, no);
    const uint64_t mask = EffectiveMask(comparison);
    const Place low = Equal(LowOffset(comparison), LowHalf(mask),
                            LowHalf(comparison.value), yes, no);
    if (!IsWide(comparison)) return low;
    return Equal(HighOffset(comparison), HighHalf(mask),
                 HighHalf(comparison.value), low, no);
  }

  const RivalCall& call_;
  BackwardAssembler code_;
};

// Numbers first..end-1 with one answer; `block` names the conditions' code, -1
// if there are none.
struct AllowedRange {
  uint64_t first;
  uint64_t end;
  uint32_t answer;
  int block;
  double frequency;
};

// A tree of tests of the number, as it will be written; shared subtrees are
// one.
struct SearchNode {
  enum class Kind { kRejected, kAnswer, kBlock, kTest } kind = Kind::kRejected;
  uint32_t answer = 0;  // kAnswer
  int block = 0;        // kBlock
  uint16_t op = 0;      // kTest
  uint32_t k = 0;
  std::shared_ptr<const SearchNode> yes;
  std::shared_ptr<const SearchNode> no;
};
using SearchTree = std::shared_ptr<const SearchNode>;

SearchTree MakeTest(uint16_t op, uint64_t k, SearchTree yes, SearchTree no) {
  SearchNode node;
  node.kind = SearchNode::Kind::kTest;
  node.op = op;
  node.k = static_cast<uint32_t>(k);
  node.yes = std::move(yes);
  node.no = std::move(no);
  return std::make_shared<SearchNode>(std::move(node));
}

// The best tree over the ranges.
class TreeSearch {
 public:
  explicit TreeSearch(const std::vector<AllowedRange>& ranges)
      : ranges_(ranges), before_(ranges.size() + 1, 0) {
    for (size_t i = 0; i < ranges.size(); ++i)
      before_[i + 1] = before_[i] + ranges[i].frequency;
  }

  SearchTree Best() {
    return ranges_.empty() ? rejected_
                           : Best(0, ranges_.size(), 0, kNumberEnd).tree;
  }

 private:
  struct Found {
    double cost;
    SearchTree tree;
  };

  SearchTree Goal(const AllowedRange& range) const {
    SearchNode node;
    node.kind = SearchNode::Kind::kAnswer;
    node.answer = range.answer;
    if (range.block >= 0) {
      node.kind = SearchNode::Kind::kBlock;
      node.block = range.block;
    }
    return std::make_shared<SearchNode>(node);
  }

  // One range out of everything else, and how many tests that is.
  std::pair<int, SearchTree> Single(const AllowedRange& range,
                                    const SearchTree& no) const {
    const SearchTree goal = Goal(range);
    if (range.end - range.first == 1)
      return {1, MakeTest(BPF_JEQ, range.first, goal, no)};
    if (range.first == 0) return {1, MakeTest(BPF_JGE, range.end, no, goal)};
    return {2, MakeTest(BPF_JGE, range.first,
                        MakeTest(BPF_JGE, range.end, no, goal), no)};
  }

  std::vector<size_t> ByFrequency(size_t first, size_t end) const {
    std::vector<size_t> order;
    for (size_t i = first; i < end; ++i) order.push_back(i);
    std::ranges::sort(order, [&](size_t a, size_t b) {
      return std::pair(ranges_[a].frequency, a) <
             std::pair(ranges_[b].frequency, b);
    });
    return order;
  }

  double ChainCost(size_t first, size_t end) const {
    double cost = 0;
    double weight = 0;
    for (const size_t i : ByFrequency(first, end)) {
      const AllowedRange& range = ranges_[i];
      const bool one_test = range.end - range.first == 1 || range.first == 0;
      weight += range.frequency;
      cost += weight * (one_test ? 1 : 2);
    }
    return cost;
  }

  SearchTree Chain(size_t first, size_t end) const {
    SearchTree next = rejected_;
    for (const size_t i : ByFrequency(first, end))
      next = Single(ranges_[i], next).second;
    return next;
  }

  Found BestSingle(size_t at, uint64_t low, uint64_t high) const {
    const AllowedRange& range = ranges_[at];
    if (low == range.first && high == range.end) return {0, Goal(range)};
    const auto [tests, tree] = Single(range, rejected_);
    return {tests * range.frequency, tree};
  }

  // The ranges first..end-1, of numbers low..high-1.
  Found Best(size_t first, size_t end, uint64_t low, uint64_t high) {
    const auto key = std::pair(low, high);
    if (const auto at = memo_.find(key); at != memo_.end()) return at->second;
    const Found found = end - first == 1 ? BestSingle(first, low, high)
                                         : BestRun(first, end, low, high);
    memo_.emplace(key, found);
    return found;
  }

  Found BestRun(size_t first, size_t end, uint64_t low, uint64_t high) {
    Found best{ChainCost(first, end), nullptr};
    const double each = before_[end] - before_[first];
    for (size_t i = first + 1; i < end; ++i) {
      for (const uint64_t cut : {ranges_[i].first, ranges_[i - 1].end}) {
        if (each >= best.cost) continue;
        const Found below = Best(first, i, low, cut);
        if (each + below.cost >= best.cost) continue;
        const Found above = Best(i, end, cut, high);
        const double cost = each + below.cost + above.cost;
        if (cost < best.cost)
          best = {cost, MakeTest(BPF_JGE, cut, above.tree, below.tree)};
      }
    }
    if (best.tree == nullptr) best.tree = Chain(first, end);
    return best;
  }

  const std::vector<AllowedRange>& ranges_;
  std::vector<double> before_;
  SearchTree rejected_ = std::make_shared<SearchNode>();
  std::map<std::pair<uint64_t, uint64_t>, Found> memo_;
};

class Minijail {
 public:
  explicit Minijail(const RivalProfile& profile) : profile_(profile) {
    for (const RivalCall& call : profile.calls) AddCall(call);
  }

  BpfProgram Run() {
    const SearchTree tree = TreeSearch(ranges_).Best();
    for (const BpfProgram& block : blocks_) places_.push_back(Write(block));
    rejected_ = code_.Return(profile_.otherwise);
    for (const AllowedRange& range : ranges_) Answer(range.answer);
    code_.FallTo(Write(tree));
    const Place load = code_.Load(0);
    const Place foreign = code_.Return(profile_.foreign);
    code_.Jump(BPF_JEQ, profile_.audit_architecture, load, foreign);
    code_.Load(4);
    return code_.Take();
  }

 private:
  void AddCall(const RivalCall& call) {
    const bool plain = call.any.empty();
    if (!plain) blocks_.push_back(FilterBlock(profile_, call).Take());
    const int block = plain ? -1 : static_cast<int>(blocks_.size()) - 1;
    if (plain && !ranges_.empty() && ranges_.back().block < 0 &&
        ranges_.back().end == call.number &&
        ranges_.back().answer == call.answer) {
      ++ranges_.back().end;
      ranges_.back().frequency += call.frequency;
      return;
    }
    ranges_.push_back({call.number, uint64_t{call.number} + 1, call.answer,
                       block, call.frequency});
  }

  Place Write(const BpfProgram& block) {
    for (size_t i = block.size(); i-- > 0;) code_.Raw(block[i]);
    return code_.size() - 1;
  }

  Place Answer(uint32_t answer) {
    const auto at = answers_.find(answer);
    if (at != answers_.end()) return at->second;
    return answers_[answer] = code_.Return(answer);
  }

  Place Write(const SearchTree& tree) {
    switch (tree->kind) {
      case SearchNode::Kind::kRejected:
        return rejected_;
      case SearchNode::Kind::kAnswer:
        return Answer(tree->answer);
      case SearchNode::Kind::kBlock:
        return places_[static_cast<size_t>(tree->block)];
      case SearchNode::Kind::kTest:
        break;
    }
    const auto at = written_.find(tree.get());
    if (at != written_.end()) return at->second;
    const Place yes = Write(tree->yes);
    const Place no = Write(tree->no);
    return written_[tree.get()] = code_.Jump(tree->op, tree->k, yes, no);
  }

  const RivalProfile& profile_;
  std::vector<AllowedRange> ranges_;
  std::vector<BpfProgram> blocks_;
  BackwardAssembler code_;
  std::vector<Place> places_;
  Place rejected_ = 0;
  std::map<uint32_t, Place> answers_;
  std::map<const SearchNode*, Place> written_;
};

}  // namespace

Result<BpfProgram> CompileLikeMinijail(const RivalProfile& profile) {
  return Minijail(profile).Run();
}

}  // namespace bailey::bench
