#include "analyzer/report/report_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace bailey::analyzer {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr uint32_t kRead = 0;
constexpr uint32_t kWrite = 1;
constexpr uint32_t kMmap = 9;

// A library that says what the test wants.
class FakeLibraries : public LibrarySummaries {
 public:
  const SymbolReach* Reach(const std::string& symbol) override {
    const auto found = known.find(symbol);
    return found == known.end() ? nullptr : &found->second;
  }
  SymbolReach Startup() override { return {}; }
  bool IsData(const std::string& symbol) const override {
    return symbol == "stdin";
  }
  std::set<std::string> CalledSymbols() const override { return called; }
  std::vector<std::string> Files() const override { return {}; }

  void Add(const std::string& symbol, uint32_t number,
           ReachConfidence confidence,
           std::array<MachineValue, 6> arguments = {}) {
    known[symbol].syscalls.push_back({number, confidence, arguments, {symbol}});
  }

  std::map<std::string, SymbolReach> known;
  std::set<std::string> called;
};

FlowFunction Function(const std::string& id) {
  FlowFunction function;
  function.id = id;
  function.name = id;
  return function;
}

class ReportBuilderTest : public ::testing::Test {
 protected:
  ReportBuilderTest() { program_.flow.functions = {Function("main")}; }

  void Call(const std::string& from, const std::string& to,
            std::vector<ValueFact> arguments = {}, int line = 1) {
    const SourceSite site{"a.c", line, 1, from};
    const bool external = to.starts_with("lib_");
    program_.flow.edges.push_back({EdgeKind::kCall, from, to, external, site});
    program_.calls.push_back({from, to, site, std::move(arguments)});
  }

  void Take(const std::string& from, const std::string& to) {
    program_.flow.edges.push_back({EdgeKind::kAddress,
                                   from,
                                   to,
                                   to.starts_with("lib_"),
                                   {"a.c", 2, 1, from}});
  }

  Report Build() {
    auto report = BuildReport(program_, libraries_, {});
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *report : Report();
  }

  Program program_;
  FakeLibraries libraries_;
};

TEST_F(ReportBuilderTest, OnlyAWrappersOwnCallIsProved) {
  libraries_.Add("lib_read", kRead, ReachConfidence::kDirect);
  libraries_.Add("lib_read", kWrite, ReachConfidence::kReachable);
  Call("main", "lib_read");
  EXPECT_THAT(
      Build().capabilities,
      ElementsAre(
          AllOf(Field(&Capability::name, "read"),
                Field(&Capability::confidence, Confidence::kProved),
                Field(&Capability::path, ElementsAre("main", "lib_read"))),
          AllOf(
              Field(&Capability::name, "write"),
              Field(&Capability::confidence, Confidence::kOverApproximated))));
}

TEST_F(ReportBuilderTest, ArgumentsComeFromTheCallSiteMaskedToWhatIsRead) {
  libraries_.Add(
      "lib_read", kRead, ReachConfidence::kDirect,
      {MachineValue::Parameter(0), {}, MachineValue::Parameter(1, 32)});
  const ValueFact minus_one{true, {~uint64_t{0}}, 32};
  Call("main", "lib_read", {minus_one, ValueFact{true, {7}, 64}});
  const Report report = Build();
  ASSERT_THAT(report.capabilities, SizeIs(1));
  // fd is read in 32 bits; of count only the low half is known to pass.
  ASSERT_THAT(report.capabilities[0].arguments, SizeIs(1));
  EXPECT_EQ(report.capabilities[0].arguments[0].name, "fd");
  EXPECT_THAT(report.capabilities[0].arguments[0].values,
              ElementsAre(ValueSet{0xffffffff, 0xffffffff}));
}

TEST_F(ReportBuilderTest, OfANarrowerArgumentTheLowBitsAreKnown) {
  libraries_.Add("lib_map", kMmap, ReachConfidence::kDirect,
                 {MachineValue(), MachineValue(),
                  MachineValue::Parameter(0, 32), MachineValue::Parameter(1)});
  ValueFact flags{true, {}, 32, {{2, 0xffffffff}}};
  flags.mask = 0xf;
  flags.bits = 0x2;
  Call("main", "lib_map", {ValueFact{true, {1, 3}, 32}, flags});
  const Report report = Build();
  ASSERT_THAT(report.capabilities, SizeIs(1));
  ASSERT_THAT(report.capabilities[0].arguments, SizeIs(2));
  constexpr uint64_t kLow = 0xffffffff;
  EXPECT_THAT(
      report.capabilities[0].arguments[0].values,
      ElementsAre(ValueSet::WithBits(kLow, 1), ValueSet::WithBits(kLow, 3)));
  EXPECT_THAT(report.capabilities[0].arguments[1].values,
              ElementsAre(ValueSet::WithBits(0xf, 0x2)));
}

TEST_F(ReportBuilderTest, ALibrarysAddressIsNoConstant) {
  libraries_.Add("lib_map", kMmap, ReachConfidence::kReachable,
                 {MachineValue::Constant(0x29000), MachineValue::Constant(64),
                  MachineValue::Constant(0x29000)});
  Call("main", "lib_map");
  const Report report = Build();
  ASSERT_THAT(report.capabilities, SizeIs(1));
  for (const ArgumentValues& each : report.capabilities[0].arguments)
    if (each.index == 0) ADD_FAILURE() << "addr is an address of the file";
  EXPECT_THAT(report.capabilities[0].arguments,
              Contains(Field(&ArgumentValues::index, 1)));
}

TEST_F(ReportBuilderTest, AnAddressIsNoConstantButNullIs) {
  libraries_.Add("lib_read", kRead, ReachConfidence::kDirect,
                 {MachineValue::Parameter(0), MachineValue::Parameter(1)});
  Call("main", "lib_read", {{true, {3}, 64}, {true, {0x2911d}, 64}}, 1);
  Call("main", "lib_read", {{true, {4}, 64}, {true, {0}, 64}}, 2);
  const Report report = Build();
  ASSERT_THAT(report.capabilities, SizeIs(2));
  EXPECT_THAT(report.capabilities[0].arguments, SizeIs(1));
  EXPECT_THAT(report.capabilities[1].arguments, SizeIs(2));
}

TEST_F(ReportBuilderTest, AProgramsFunctionWithALibrarysNameIsReached) {
  program_.flow.functions.push_back(Function("lib_puts"));
  Call("lib_puts", "lib_write");
  libraries_.Add("lib_puts", kWrite, ReachConfidence::kDirect);
  libraries_.Add("lib_write", kWrite, ReachConfidence::kDirect);
  EXPECT_THAT(Build().capabilities, SizeIs(1));
}

TEST_F(ReportBuilderTest, WhatIsNotReachedIsNotReported) {
  libraries_.Add("lib_read", kRead, ReachConfidence::kDirect);
  program_.flow.functions.push_back(Function("unused"));
  Call("unused", "lib_read");
  EXPECT_THAT(Build().capabilities, IsEmpty());
}

TEST_F(ReportBuilderTest, AFunctionWhoseAddressIsTakenIsReachedButNotProved) {
  libraries_.Add("lib_read", kRead, ReachConfidence::kDirect);
  program_.flow.functions.push_back(Function("handler"));
  Call("handler", "lib_read");
  Take("main", "handler");
  EXPECT_THAT(Build().capabilities,
              ElementsAre(AllOf(
                  Field(&Capability::confidence, Confidence::kOverApproximated),
                  Field(&Capability::path,
                        ElementsAre("main", "handler", "lib_read")))));
}

TEST_F(ReportBuilderTest, ALibrarysFunctionWhoseAddressIsTakenIsReached) {
  libraries_.Add("lib_read", kRead, ReachConfidence::kDirect);
  Take("main", "lib_read");
  EXPECT_THAT(Build().capabilities,
              ElementsAre(Field(&Capability::confidence,
                                Confidence::kOverApproximated)));
}

TEST_F(ReportBuilderTest, AFunctionThatLibrariesCallByNameIsReached) {
  libraries_.Add("lib_read", kRead, ReachConfidence::kDirect);
  program_.flow.functions.push_back(Function("malloc"));
  Call("malloc", "lib_read");
  EXPECT_THAT(Build().capabilities, IsEmpty());
  libraries_.called = {"malloc"};
  EXPECT_THAT(Build().capabilities, SizeIs(1));
}

TEST_F(ReportBuilderTest, SitesAreUnitedAndTheShortestPathStays) {
  libraries_.Add("lib_read", kRead, ReachConfidence::kDirect);
  program_.flow.functions.push_back(Function("inner"));
  Call("main", "inner", {}, 1);
  Call("inner", "lib_read", {}, 2);
  Call("main", "lib_read", {}, 3);
  Call("main", "lib_read", {}, 3);
  const Report report = Build();
  ASSERT_THAT(report.capabilities, SizeIs(1));
  EXPECT_THAT(report.capabilities[0].sites, SizeIs(2));
  EXPECT_THAT(report.capabilities[0].path, ElementsAre("main", "lib_read"));
}

TEST_F(ReportBuilderTest, AnUnknownSymbolIsUnresolvedAndDataIsNot) {
  Call("main", "lib_unknown");
  Take("main", "stdin");
  program_.flow.edges.back().external = true;
  EXPECT_THAT(
      Build().unresolved,
      ElementsAre(AllOf(Field(&Unresolved::reason, HasSubstr("`lib_unknown`")),
                        Field(&Unresolved::assumed, "any system call"))));
}

TEST_F(ReportBuilderTest, DlopenIsUnresolved) {
  libraries_.known["dlopen"] = {};
  const SourceSite site{"a.c", 4, 2, "main"};
  program_.calls.push_back({"main", "dlopen", site, {}});
  EXPECT_THAT(Build().unresolved,
              Contains(AllOf(Field(&Unresolved::reason, "dlopen"),
                             Field(&Unresolved::site, site))));
}

TEST_F(ReportBuilderTest, ANumberInAParameterIsTheCallers) {
  libraries_.known["lib_syscall"].parameter_syscalls = {
      {0, {MachineValue::Parameter(1)}}};
  Call("main", "lib_syscall",
       {ValueFact{true, {kRead}, 64}, ValueFact{true, {3}, 64}});
  Call("main", "lib_syscall", {ValueFact()}, 9);
  const Report report = Build();
  EXPECT_THAT(
      report.capabilities,
      ElementsAre(AllOf(Field(&Capability::name, "read"),
                        Field(&Capability::confidence, Confidence::kProved))));
  EXPECT_THAT(report.unresolved, ElementsAre(Field(&Unresolved::reason,
                                                   "computed syscall number")));
}

TEST_F(ReportBuilderTest, AProgramWithoutMainIsAnError) {
  program_.flow.functions.clear();
  EXPECT_FALSE(BuildReport(program_, libraries_, {}).ok());
}

}  // namespace
}  // namespace bailey::analyzer
