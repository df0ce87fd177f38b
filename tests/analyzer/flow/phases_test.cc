// Phases on graphs made by hand, and on random ones against two other ways to
// say the same: a slow reading of the definition, and programs that run.
#include "analyzer/flow/phases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <set>

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Set = std::vector<std::vector<bool>>;

std::vector<uint32_t> NodesIn(const Set& set, uint32_t function) {
  std::vector<uint32_t> nodes;
  for (uint32_t i = 0; i < set[function].size(); ++i)
    if (set[function][i]) nodes.push_back(i);
  return nodes;
}

// A graph as a test writes it: a line of nodes, each leading to the next.
class GraphMaker {
 public:
  uint32_t Line(size_t count, bool leaves = true) {
    PhaseFunction function;
    function.nodes.resize(count);
    for (uint32_t i = 0; i + 1 < count; ++i)
      function.nodes[i].successors = {i + 1};
    function.nodes.back().leaves = leaves;
    graph.functions.push_back(std::move(function));
    return static_cast<uint32_t>(graph.functions.size() - 1);
  }

  // One more node: the function's end, or before `next`.
  uint32_t Append(uint32_t function, std::optional<uint32_t> next = {}) {
    PhaseNode node;
    node.leaves = !next;
    if (next) node.successors = {*next};
    graph.functions[function].nodes.push_back(std::move(node));
    return static_cast<uint32_t>(graph.functions[function].nodes.size() - 1);
  }

  PhaseNode& At(uint32_t function, uint32_t node) {
    return graph.functions[function].nodes[node];
  }

  PhaseGraph graph;
};

// main: 0 init, 1 header, 2 body, back to 1; 3 end.
class LoopTest : public ::testing::Test, protected GraphMaker {
 protected:
  LoopTest() {
    main_ = Line(4);
    At(main_, 1).successors = {2, 3};
    At(main_, 2).successors = {1};
    init_ = Line(1);
    work_ = Line(1);
    end_ = Line(1);
    At(main_, 0).callees = {init_};
    At(main_, 2).callees = {work_};
    At(main_, 3).callees = {end_};
    graph.entries = {main_};
  }

  PhaseSets Split() { return SplitPhases(graph, {{main_, 1}}); }

  uint32_t main_ = 0;
  uint32_t init_ = 0;
  uint32_t work_ = 0;
  uint32_t end_ = 0;
};

TEST_F(LoopTest, WhatComesBeforeTheLoopIsStartupAndTheRestServing) {
  const PhaseSets sets = Split();
  EXPECT_THAT(NodesIn(sets.startup, main_), ElementsAre(0));
  EXPECT_THAT(NodesIn(sets.serving, main_), ElementsAre(1, 2, 3));
  EXPECT_THAT(NodesIn(sets.serving, init_), IsEmpty());
  EXPECT_THAT(NodesIn(sets.serving, work_), ElementsAre(0));
  EXPECT_THAT(NodesIn(sets.serving, end_), ElementsAre(0));
  EXPECT_THAT(NodesIn(sets.startup, end_), IsEmpty());
}

TEST_F(LoopTest, AFunctionThatBothCallIsInBoth) {
  At(main_, 0).callees.push_back(work_);
  const PhaseSets sets = Split();
  EXPECT_TRUE(sets.IsStartup({work_, 0}));
  EXPECT_TRUE(sets.IsServing({work_, 0}));
}

TEST_F(LoopTest, ALoopWithoutEndHasNoShutdown) {
  At(main_, 1).successors = {2};
  EXPECT_THAT(NodesIn(Split().serving, end_), IsEmpty());
}

// `goto` out of the loop, back to before it: all is serving again.
TEST_F(LoopTest, AJumpBackToTheStartMakesItServing) {
  At(main_, 2).successors = {1, 0};
  EXPECT_THAT(NodesIn(Split().serving, init_), ElementsAre(0));
}

TEST_F(LoopTest, AHandlerThatWasRegisteredAtStartupServes) {
  const uint32_t handler = Line(1);
  graph.functions[handler].called_back = true;
  const PhaseSets sets = Split();
  EXPECT_TRUE(sets.IsServing({handler, 0}));
  EXPECT_TRUE(sets.IsStartup({handler, 0}));
}

TEST_F(LoopTest, ACallThroughAPointerMayGoWhereverOnePoints) {
  const uint32_t callback = Line(1);
  graph.functions[callback].pointed = true;
  EXPECT_FALSE(Split().IsServing({callback, 0}));
  At(work_, 0).calls_any = true;
  EXPECT_TRUE(Split().IsServing({callback, 0}));
}

TEST_F(LoopTest, WhatFollowsACallThatNeverReturnsIsNotReached) {
  At(work_, 0).leaves = false;
  At(work_, 0).successors = {0};
  At(main_, 1).successors = {2};
  At(main_, 2).successors = {3};
  EXPECT_FALSE(Split().IsServing({main_, 3}));
  At(main_, 2).calls_any = true;  // it may call another function as well
  EXPECT_TRUE(Split().IsServing({main_, 3}));
}

TEST_F(LoopTest, LongjmpGoesBackToBeforeTheLoop) {
  At(main_, 0).returns_twice = true;
  At(main_, 0).callees = {};
  At(main_, 0).symbols = {0};
  EXPECT_THAT(NodesIn(Split().serving, main_), ElementsAre(1, 2, 3));
  const uint32_t again = Line(1);
  Append(main_, 1);
  At(main_, 0).successors = {1, 4};
  At(main_, 4).callees = {again};
  EXPECT_TRUE(Split().IsServing({again, 0}));
}

// The frame of a setjmp in a function that has returned is gone.
TEST_F(LoopTest, LongjmpDoesNotGoToAFunctionThatHasReturned) {
  const uint32_t more = Line(1);
  At(init_, 0).returns_twice = true;
  At(init_, Append(init_)).callees = {more};
  At(init_, 0).successors = {1};
  EXPECT_FALSE(Split().IsServing({more, 0}));
  EXPECT_TRUE(Split().IsStartup({more, 0}));
}

TEST_F(LoopTest, AContextThatWasLeftGoesOn) {
  const uint32_t more = Line(1);
  At(init_, 0).switches = true;
  At(init_, 0).symbols = {0};
  At(init_, Append(init_)).callees = {more};
  At(init_, 0).successors = {1};
  EXPECT_TRUE(Split().IsServing({more, 0}));
}

TEST_F(LoopTest, ACoroutineGoesOnWhereItWasSuspended) {
  const uint32_t more = Line(1);
  At(init_, Append(init_)).callees = {more};
  At(init_, 0).successors = {1};
  EXPECT_FALSE(Split().IsServing({more, 0}));
  graph.functions[init_].may_suspend = true;
  EXPECT_TRUE(Split().IsServing({more, 0}));
}

// main: 0, 1 calls serve, 2, 3 calls serve again, 4. serve: 0 loop.
class CalledTwiceTest : public ::testing::Test, protected GraphMaker {
 protected:
  CalledTwiceTest() {
    main_ = Line(5);
    serve_ = Line(2);
    At(serve_, 0).successors = {0, 1};
    At(main_, 1).callees = {serve_};
    At(main_, 3).callees = {serve_};
    graph.entries = {main_};
  }
  PhaseSets Split() { return SplitPhases(graph, {{serve_, 0}}); }
  uint32_t main_ = 0;
  uint32_t serve_ = 0;
};

TEST_F(CalledTwiceTest, WhatFollowsAnyCallServes) {
  const PhaseSets sets = Split();
  EXPECT_THAT(NodesIn(sets.serving, main_), ElementsAre(2, 3, 4));
  EXPECT_THAT(NodesIn(sets.startup, main_), ElementsAre(0, 1));
}

TEST_F(CalledTwiceTest, ACallerThatMayComeLaterCountsAsWell) {
  const uint32_t other = Line(2);
  At(other, 0).callees = {serve_};
  At(serve_, 1).calls_any = true;
  graph.functions[other].pointed = true;
  EXPECT_TRUE(Split().IsServing({other, 1}));
}

TEST_F(CalledTwiceTest, RecursionGoesBackToItself) {
  const uint32_t deeper = Line(2);
  At(serve_, 1).callees = {deeper};
  At(deeper, 0).callees = {serve_};
  EXPECT_TRUE(Split().IsServing({deeper, 1}));
}

TEST_F(CalledTwiceTest, AnExceptionGoesToTheLandingPadOfAnyCaller) {
  const uint32_t between = Line(2);
  const uint32_t handler = Line(1);
  At(serve_, 0).successors = {0};  // never returns
  At(main_, 1).callees = {between};
  At(main_, 3).callees = {};
  At(between, 0).callees = {serve_};
  At(main_, 1).successors = {2, 4};
  At(main_, 1).unwinds = {4};
  At(main_, 4).callees = {handler};
  EXPECT_FALSE(Split().IsServing({handler, 0}));
  graph.functions[serve_].may_throw = true;
  EXPECT_FALSE(Split().IsServing({handler, 0})) << "between stops it";
  graph.functions[between].may_throw = true;
  EXPECT_TRUE(Split().IsServing({handler, 0}));
  EXPECT_FALSE(Split().IsServing({between, 1}))
      << "it is left, not returned to";
}

// The switch point is passed in a signal handler: what it interrupted goes on.
TEST_F(CalledTwiceTest, WhatAHandlerInterruptedServes) {
  graph.functions[serve_].called_back = true;
  EXPECT_THAT(NodesIn(Split().serving, main_), ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(CalledTwiceTest, OfSeveralSwitchPointsTheFirstCounts) {
  const PhaseSets sets =
      SplitPhases(graph, {{main_, 4}, {serve_, 1}, {main_, 0}});
  EXPECT_THAT(NodesIn(sets.startup, main_), IsEmpty());
  EXPECT_THAT(NodesIn(sets.serving, main_), ElementsAre(0, 1, 2, 3, 4));
}

// --- Against other ways to say the same ---------------------------------

struct Random {
  std::mt19937 engine;
  uint32_t Below(size_t bound) {
    return static_cast<uint32_t>(engine() % std::max<size_t>(bound, 1));
  }
  bool OneIn(size_t n) { return Below(n) == 0; }
};

PhaseGraph RandomGraph(Random& random) {
  PhaseGraph graph;
  graph.functions.resize(2 + random.Below(5));
  for (PhaseFunction& function : graph.functions) {
    function.pointed = random.OneIn(4);
    function.called_back = random.OneIn(10);
    function.may_throw = random.OneIn(4);
    function.may_suspend = random.OneIn(20);
    function.nodes.resize(1 + random.Below(6));
    for (PhaseNode& node : function.nodes) {
      for (uint32_t i = random.Below(3); i > 0; --i)
        node.successors.push_back(random.Below(function.nodes.size()));
      if (random.OneIn(3))
        node.callees.push_back(random.Below(graph.functions.size()));
      if (!node.callees.empty() && random.OneIn(4))
        node.callees.push_back(random.Below(graph.functions.size()));
      if (!node.successors.empty() && random.OneIn(4))
        node.unwinds.push_back(node.successors.back());
      node.calls_any = random.OneIn(12);
      node.leaves = node.callees.empty() && !node.calls_any && random.OneIn(2);
      node.returns_twice = node.callees.empty() && random.OneIn(10);
      node.switches = random.OneIn(40);
    }
  }
  graph.entries = {0};
  return graph;
}

// The definition, rule by rule, over and over until nothing is added.
class NaivePhases {
 public:
  explicit NaivePhases(const PhaseGraph& graph) : graph_(graph) {
    for (const PhaseFunction& each : graph.functions) {
      fresh.emplace_back(each.nodes.size(), false);
      live.emplace_back(each.nodes.size(), false);
    }
    returns.assign(graph.functions.size(), false);
    throws_live.assign(graph.functions.size(), false);
  }

  bool Has(PhasePlace p) const {
    return fresh[p.function][p.node] || live[p.function][p.node];
  }

  void Run() {
    do {
      changed_ = false;
      for (uint32_t f = 0; f < fresh.size(); ++f)
        for (uint32_t n = 0; n < fresh[f].size(); ++n) Apply({f, n});
    } while (changed_);
  }

  void Set(std::vector<bool>& set, uint32_t index) {
    changed_ |= !set[index];
    set[index] = true;
  }
  void SetPlace(std::vector<std::vector<bool>>& set, PhasePlace p) {
    if (std::ranges::find(stops, p) == stops.end())
      Set(set[p.function], p.node);
  }

  std::vector<std::vector<bool>> fresh, live;
  std::vector<bool> returns, throws_live;
  std::vector<PhasePlace> stops;

 private:
  bool Calls(PhasePlace p, uint32_t callee) const {
    const PhaseNode& node = graph_.functions[p.function].nodes[p.node];
    return std::ranges::find(node.callees, callee) != node.callees.end() ||
           (node.calls_any && graph_.functions[callee].pointed);
  }

  void Apply(PhasePlace p) {
    if (!Has(p)) return ApplyWaiting(p);
    const PhaseFunction& function = graph_.functions[p.function];
    const PhaseNode& node = function.nodes[p.node];
    bool passes = node.callees.empty() || node.calls_any;
    for (uint32_t f = 0; f < fresh.size(); ++f)
      if (Calls(p, f)) {
        SetPlace(fresh, {f, 0});
        passes |= returns[f];
      }
    for (uint32_t next : node.successors)
      if (passes || std::ranges::find(node.unwinds, next) != node.unwinds.end())
        Copy(p, {p.function, next});
    if (function.may_suspend)
      for (uint32_t n = 0; n < function.nodes.size(); ++n)
        SetPlace(fresh, {p.function, n});
    if (node.leaves) Set(returns, p.function);
    if (live[p.function][p.node] && function.may_throw)
      Set(throws_live, p.function);
    ApplyWaiting(p);
  }

  void Copy(PhasePlace from, PhasePlace to) {
    if (fresh[from.function][from.node]) SetPlace(fresh, to);
    if (live[from.function][from.node]) SetPlace(live, to);
  }

  bool LeavesLive(uint32_t f) const {
    for (uint32_t n = 0; n < live[f].size(); ++n)
      if (live[f][n] && graph_.functions[f].nodes[n].leaves) return true;
    return false;
  }

  // Places that may be waiting for a function on the stack.
  void ApplyWaiting(PhasePlace p) {
    const PhaseNode& node = graph_.functions[p.function].nodes[p.node];
    for (uint32_t f = 0; f < fresh.size(); ++f) {
      const bool left = LeavesLive(f);
      if ((left || throws_live[f]) && graph_.functions[f].called_back)
        for (uint32_t entry : graph_.entries) SetPlace(fresh, {entry, 0});
      if (!Calls(p, f)) continue;
      if (left)
        for (uint32_t next : node.successors)
          SetPlace(live, {p.function, next});
      if (!throws_live[f]) continue;
      for (uint32_t next : node.unwinds) SetPlace(live, {p.function, next});
      if (graph_.functions[p.function].may_throw) Set(throws_live, p.function);
    }
  }

  const PhaseGraph& graph_;
  bool changed_ = false;
};

void EnterCalledBack(const PhaseGraph& graph, NaivePhases& walk) {
  for (uint32_t f = 0; f < graph.functions.size(); ++f)
    if (graph.functions[f].called_back) walk.SetPlace(walk.fresh, {f, 0});
}

// The transitive closure.
bool MayCall(const PhaseGraph& graph, uint32_t caller, uint32_t target) {
  std::set<uint32_t> called{caller};
  for (size_t round = 0; round < graph.functions.size(); ++round)
    for (uint32_t f : std::set<uint32_t>(called))
      for (const PhaseNode& node : graph.functions[f].nodes) {
        called.insert(node.callees.begin(), node.callees.end());
        for (uint32_t g = 0; node.calls_any && g < graph.functions.size(); ++g)
          if (graph.functions[g].pointed) called.insert(g);
      }
  return called.contains(target);
}

// A function that code outside calls interrupts any other.
bool MayWaitFor(const PhaseGraph& graph, uint32_t caller, uint32_t target) {
  if (MayCall(graph, caller, target)) return true;
  for (uint32_t f = 0; f < graph.functions.size(); ++f)
    if (graph.functions[f].called_back && MayCall(graph, f, target))
      return true;
  return false;
}

PhaseSets NaiveSplit(const PhaseGraph& graph, PhasePlace point) {
  NaivePhases startup(graph);
  startup.stops = {point};
  startup.SetPlace(startup.fresh, {graph.entries[0], 0});
  EnterCalledBack(graph, startup);
  startup.Run();
  NaivePhases serving(graph);
  serving.SetPlace(serving.live, point);
  EnterCalledBack(graph, serving);
  PhaseSets sets;
  for (uint32_t f = 0; f < graph.functions.size(); ++f) {
    const PhaseFunction& function = graph.functions[f];
    bool ran = false;
    for (uint32_t n = 0; n < function.nodes.size(); ++n) {
      ran |= startup.Has({f, n});
      if (function.nodes[n].switches || (function.nodes[n].returns_twice &&
                                         MayWaitFor(graph, f, point.function)))
        for (uint32_t next : function.nodes[n].successors)
          serving.SetPlace(serving.live, {f, next});
    }
    for (uint32_t n = 0;
         ran && function.may_suspend && n < function.nodes.size(); ++n)
      serving.SetPlace(serving.fresh, {f, n});
  }
  serving.Run();
  for (uint32_t f = 0; f < graph.functions.size(); ++f) {
    sets.startup.push_back(startup.fresh[f]);
    sets.serving.push_back(serving.fresh[f]);
    for (uint32_t n = 0; n < serving.live[f].size(); ++n)
      if (serving.live[f][n]) sets.serving[f][n] = true;
  }
  return sets;
}

TEST(PhasesOnRandomGraphsTest, EqualTheDefinition) {
  Random random{std::mt19937(5)};
  for (int round = 0; round < 1500; ++round) {
    const PhaseGraph graph = RandomGraph(random);
    const uint32_t f = random.Below(graph.functions.size());
    const PhasePlace point{f, random.Below(graph.functions[f].nodes.size())};
    const PhaseSets fast = SplitPhases(graph, {point});
    const PhaseSets slow = NaiveSplit(graph, point);
    ASSERT_EQ(fast.startup, slow.startup) << "round " << round;
    ASSERT_EQ(fast.serving, slow.serving) << "round " << round;
  }
}

// A program that runs: a stack of frames, each at a node, that calls, returns,
// throws, is interrupted and jumps as the graph lets it.
class Execution {
 public:
  Execution(const PhaseGraph& graph, PhasePlace point, Random& random)
      : graph_(graph), point_(point), random_(random) {
    Push(graph.entries[0]);
  }

  // Tells of every place that executes, and whether the point was passed.
  template <class Tell>
  void Go(int steps, Tell tell) {
    for (int i = 0; i < steps && !stack_.empty(); ++i) {
      MaybeInterrupt();
      const PhasePlace here = stack_.back().place;
      serving_ |= here == point_;
      tell(here, serving_);
      Execute(NodeAt(here));
    }
  }

 private:
  struct Frame {
    PhasePlace place;
    bool calling = false;
    uint64_t id = 0;
  };
  struct Jump {
    uint64_t frame;
    PhasePlace place;
  };

  const PhaseNode& NodeAt(PhasePlace p) const {
    return graph_.functions[p.function].nodes[p.node];
  }
  void Push(uint32_t function) {
    stack_.push_back({{function, 0}, false, ++ids_});
  }

  void MaybeInterrupt() {
    if (!random_.OneIn(15) || stack_.size() > 12) return;
    const uint32_t f = random_.Below(graph_.functions.size());
    if (!graph_.functions[f].called_back) return;
    interrupted_.push_back(stack_.size());
    Push(f);
  }

  void Execute(const PhaseNode& node) {
    if (node.returns_twice)
      jumps_.push_back({stack_.back().id, stack_.back().place});
    if (random_.OneIn(8) && LongJump()) return;
    if (graph_.functions[stack_.back().place.function].may_throw &&
        random_.OneIn(10))
      return Throw();
    if (stack_.size() < 12 && (!node.callees.empty() || node.calls_any)) {
      std::vector<uint32_t> targets = node.callees;
      for (uint32_t f = 0; node.calls_any && f < graph_.functions.size(); ++f)
        if (graph_.functions[f].pointed) targets.push_back(f);
      if (!targets.empty()) return Push(targets[random_.Below(targets.size())]);
    }
    if (!node.callees.empty()) return stack_.clear();  // too deep
    Next(node);
  }

  void Next(const PhaseNode& node) {
    const bool out =
        node.leaves && (node.successors.empty() || random_.OneIn(2));
    if (out) return Return();
    if (node.successors.empty()) return stack_.clear();  // exits
    stack_.back().place.node =
        node.successors[random_.Below(node.successors.size())];
  }

  bool PopFrame() {
    stack_.pop_back();
    while (!interrupted_.empty() && interrupted_.back() > stack_.size())
      interrupted_.pop_back();
    const bool was_interrupt =
        !interrupted_.empty() && interrupted_.back() == stack_.size();
    if (was_interrupt) interrupted_.pop_back();
    return was_interrupt;
  }

  // The caller goes on after its call; what was interrupted goes on as it was.
  void Return() {
    const bool was_interrupt = PopFrame();
    if (stack_.empty() || was_interrupt) return;
    // Its successors, not its end: the call is a node of its own.
    Next(NodeAt(stack_.back().place));
  }

  void Throw() {
    while (!stack_.empty()) {
      const bool may = graph_.functions[stack_.back().place.function].may_throw;
      if (!may || PopFrame() || stack_.empty()) return stack_.clear();
      const PhaseNode& node = NodeAt(stack_.back().place);
      if (node.unwinds.empty()) continue;
      stack_.back().place.node =
          node.unwinds[random_.Below(node.unwinds.size())];
      return;
    }
  }

  bool LongJump() {
    if (jumps_.empty()) return false;
    const Jump& jump = jumps_[random_.Below(jumps_.size())];
    const auto frame = std::ranges::find(stack_, jump.frame, &Frame::id);
    if (frame == stack_.end() || NodeAt(jump.place).successors.empty())
      return false;
    stack_.erase(frame + 1, stack_.end());
    while (!interrupted_.empty() && interrupted_.back() >= stack_.size())
      interrupted_.pop_back();
    const auto& next = NodeAt(jump.place).successors;
    stack_.back().place = {jump.place.function,
                           next[random_.Below(next.size())]};
    return true;
  }

  const PhaseGraph& graph_;
  const PhasePlace point_;
  Random& random_;
  std::vector<Frame> stack_;
  std::vector<size_t> interrupted_;  // depths that a handler stands on
  std::vector<Jump> jumps_;
  uint64_t ids_ = 0;
  bool serving_ = false;
};

TEST(PhasesOnRandomGraphsTest, HoldWhateverARunExecutes) {
  Random random{std::mt19937(7)};
  size_t served = 0;
  for (int round = 0; round < 800; ++round) {
    PhaseGraph graph = RandomGraph(random);
    const uint32_t f = random.Below(graph.functions.size());
    const PhasePlace point{f, random.Below(graph.functions[f].nodes.size())};
    const PhaseSets sets = SplitPhases(graph, {point});
    for (int run = 0; run < 5; ++run)
      Execution(graph, point, random)
          .Go(300, [&](PhasePlace place, bool serving) {
            served += serving;
            const bool known =
                serving ? sets.IsServing(place) : sets.IsStartup(place);
            EXPECT_TRUE(known) << "round " << round << ": " << place.function
                               << "/" << place.node << " serving " << serving;
          });
    if (HasFailure()) break;
  }
  EXPECT_GT(served, 1000u);
}

TEST(CalledFromTest, IsTheWorkOfTheNodesAlone) {
  GraphMaker maker;
  const uint32_t main = maker.Line(3);
  const uint32_t work = maker.Line(1);
  const uint32_t deep = maker.Line(1);
  const uint32_t after = maker.Line(1);
  maker.At(main, 1).callees = {work};
  maker.At(work, 0).callees = {deep};
  maker.At(main, 2).callees = {after};
  EXPECT_THAT(CalledFrom(maker.graph, main, {1}, false),
              ElementsAre(false, true, true, false));
}

}  // namespace
}  // namespace bailey::analyzer
