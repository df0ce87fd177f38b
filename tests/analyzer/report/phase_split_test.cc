// The phase of each capability, with a library of the test's own.
#include "analyzer/report/phase_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "analyzer/report/report_builder.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr uint32_t kPoll = 7;
constexpr uint32_t kSignalReturn = 15;
constexpr uint32_t kListen = 50;
constexpr uint32_t kSend = 44;
constexpr uint32_t kExit = 231;

// Each function makes one system call; whoever calls `sigaction` leaves behind
// that the kernel has the process return from handlers.
class Libraries : public LibrarySummaries {
 public:
  Libraries() {
    Add("poll", kPoll);
    Add("listen", kListen);
    Add("send", kSend);
    known_["sigaction"] = {};
  }
  const SymbolReach* Reach(const std::string& symbol) override {
    const auto found = known_.find(symbol);
    return found == known_.end() ? nullptr : &found->second;
  }
  SymbolReach Startup() override { return {}; }
  SymbolReach LeftBehind(const std::set<std::string>& symbols,
                         const std::set<std::string>&) override {
    SymbolReach reach = One(kExit, "exit");
    if (symbols.contains("sigaction"))
      reach.syscalls.push_back(One(kSignalReturn, "restore").syscalls[0]);
    return reach;
  }
  bool TellsWhatIsLeftBehind() const override { return is_read; }
  bool IsData(const std::string&) const override { return false; }
  std::set<std::string> CalledSymbols() const override { return {}; }
  std::vector<std::string> Files() const override { return {}; }

  bool is_read = true;

 private:
  static SymbolReach One(uint32_t number, const std::string& name) {
    SymbolReach reach;
    reach.syscalls.push_back({number, ReachConfidence::kDirect, {}, {name}});
    return reach;
  }
  void Add(const std::string& symbol, uint32_t number) {
    known_[symbol] = One(number, symbol);
  }
  std::map<std::string, SymbolReach> known_;
};

// main: line 1 listen, line 2 send, then the loop: line 3 poll, line 4 send.
class PhaseSplitTest : public ::testing::Test {
 protected:
  PhaseSplitTest() {
    FlowFunction main;
    main.id = main.name = "main";
    program_.flow.functions = {main};
    ControlFlow flow;
    flow.function = "main";
    flow.files = {"a.c"};
    flow.nodes.resize(5);
    for (uint32_t i = 0; i < 4; ++i) {
      flow.nodes[i].positions = {{0, i + 1, 1}};
      flow.nodes[i].successors = {i + 1};
    }
    flow.nodes[3].successors = {2, 4};
    flow.nodes[4].leaves = true;
    flow.loops = {{2, {2, 3}, false, {"a.c", 3, 1, "main"}}};
    program_.control = {flow};
    Call("listen", 1);
    Call("send", 2);
    Call("poll", 3);
    Call("send", 4);
  }

  void Call(const std::string& to, int line) {
    const SourceSite site{"a.c", line, 1, "main"};
    program_.flow.edges.push_back({EdgeKind::kCall, "main", to, true, site});
    CallFact call;
    call.from = "main";
    call.to = to;
    call.site = site;
    program_.calls.push_back(call);
  }

  Report Build() {
    auto report = BuildReport(program_, libraries_, {});
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *report : Report();
  }

  static std::vector<std::string> Names(const Report& report, Phase phase) {
    std::vector<std::string> names;
    for (const Capability& each : report.capabilities)
      if (each.phase == phase) names.push_back(each.name);
    return names;
  }

  Program program_;
  Libraries libraries_;
};

TEST_F(PhaseSplitTest, WhatBothDoIsInBothAndTheEndIsServing) {
  const Report report = Build();
  EXPECT_THAT(Names(report, Phase::kStartup),
              UnorderedElementsAre("listen", "sendto"));
  EXPECT_THAT(Names(report, Phase::kServing),
              UnorderedElementsAre("poll", "sendto", "exit_group"));
  ASSERT_THAT(report.switch_points, SizeIs(1));
  const SwitchPoint& point = report.switch_points[0];
  EXPECT_TRUE(point.chosen);
  EXPECT_EQ(point.site.line, 3);
  EXPECT_EQ(point.kind, "loop");
  EXPECT_THAT(point.chain, ElementsAre("main"));
  EXPECT_THAT(point.waits, ElementsAre("poll"));
  EXPECT_EQ(point.startup_calls, 2);
  EXPECT_EQ(point.serving_calls, 3);
}

TEST_F(PhaseSplitTest, WhatStartupLeavesBehindInLibrariesServes) {
  program_.control[0].nodes[0].positions.push_back({0, 9, 1});
  Call("sigaction", 9);
  EXPECT_THAT(
      Names(Build(), Phase::kServing),
      UnorderedElementsAre("poll", "sendto", "exit_group", "rt_sigreturn"));
}

// A call of which nobody knows where it stands may be anywhere.
TEST_F(PhaseSplitTest, WhatHasNoPositionIsInBothPhases) {
  Call("listen", 77);
  EXPECT_THAT(Names(Build(), Phase::kServing),
              UnorderedElementsAre("listen", "poll", "sendto", "exit_group"));
}

TEST_F(PhaseSplitTest, WithoutAWaitingLoopAllServes) {
  program_.control[0].loops.clear();
  const Report report = Build();
  EXPECT_THAT(report.switch_points, IsEmpty());
  EXPECT_THAT(Names(report, Phase::kStartup), IsEmpty());
  EXPECT_THAT(Names(report, Phase::kServing),
              UnorderedElementsAre("listen", "sendto", "poll"));
}

TEST_F(PhaseSplitTest, LibrariesThatNobodyReadGiveNoSwitchPoint) {
  libraries_.is_read = false;
  const Report report = Build();
  EXPECT_THAT(report.switch_points, IsEmpty());
  EXPECT_THAT(Names(report, Phase::kStartup), IsEmpty());
}

}  // namespace
}  // namespace bailey::analyzer
