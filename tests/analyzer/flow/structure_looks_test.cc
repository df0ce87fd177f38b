// testdata/analyzer/looks: each function's name says whether it looks into a
// `struct key`.
#include "analyzer/flow/structure_looks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/flow/program.h"
#include "analyzer/source/front_end.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kFolder = BAILEY_TESTDATA "/analyzer/looks";

Flow LoadLookers(const std::vector<std::string>& files) {
  std::vector<UnitFacts> units;
  for (const std::string& file : files) {
    UnitOutcome unit =
        ParseUnit({kFolder, file, "", {"gcc", "-O0", "-c", file}}, kFolder);
    EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
    units.push_back(std::move(unit.facts));
  }
  return JoinUnits(std::move(units), {}).flow;
}

const FlowFunction& Function(const Flow& flow, const std::string& id) {
  static const FlowFunction kNone;
  const auto found = std::ranges::find(flow.functions, id, &FlowFunction::id);
  EXPECT_NE(found, flow.functions.end()) << id;
  return found == flow.functions.end() ? kNone : *found;
}

TEST(StructureLooksTest, AreAsTheNamesSay) {
  const Flow flow = LoadLookers({"program.c", "key.c"});
  int looking = 0;
  int keeping = 0;
  for (const FlowFunction& each : flow.functions) {
    const bool looks = std::ranges::count(each.looks_into, "struct key") == 1;
    if (each.name.starts_with("yes_")) {
      ++looking;
      EXPECT_TRUE(looks) << each.name;
    } else if (each.name.starts_with("no_") || each.name == "main") {
      ++keeping;
      EXPECT_FALSE(looks) << each.name;
    }
  }
  EXPECT_EQ(looking, 25);
  EXPECT_EQ(keeping, 7);
}

TEST(StructureLooksTest, OnlyStructuresThatSomeFunctionReturnsAreNamed) {
  const Flow flow = LoadLookers({"program.c", "key.c"});
  EXPECT_THAT(Function(flow, "key_load").looks_into, ElementsAre("struct key"));
  EXPECT_THAT(Function(flow, "key_drop").looks_into, ElementsAre("struct key"));
  EXPECT_THAT(Function(flow, "seal_a").looks_into, IsEmpty());
  EXPECT_THAT(Function(flow, "yes_two_steps").looks_into,
              ElementsAre("struct box", "struct key"));
}

// A handle of the one would be one of the other.
TEST(StructureLooksTest, TwoStructuresOfOneNameAreLookedIntoByAll) {
  const Flow flow = LoadLookers({"program.c", "key.c", "twin.c"});
  for (const FlowFunction& each : flow.functions)
    EXPECT_EQ(std::ranges::count(each.looks_into, "struct key"), 1)
        << each.name;
}

TEST(StructureLooksTest, OneNameOfTwoStructuresIsLookedIntoByAll) {
  Flow flow;
  for (const char* structure : {"struct a", "struct b"}) {
    FlowFunction& function = flow.functions.emplace_back();
    function.id = structure;
    function.return_type.kind = TypeKind::kPointer;
    function.return_type.pointee.kind = TypeKind::kStruct;
    function.return_type.pointee.spelling = "S";
    function.looks_into = {std::string("S=") + structure};
  }
  Flow one = flow;
  SettleLooks(flow);
  EXPECT_THAT(flow.functions[0].looks_into, ElementsAre("S"));
  one.functions[1].looks_into = {"S=struct a", "struct a#4", "struct a"};
  SettleLooks(one);
  EXPECT_THAT(one.functions[0].looks_into, IsEmpty());
  // By whichever name it is returned.
  EXPECT_THAT(one.functions[1].looks_into, ElementsAre("S"));
}

// The same call, once to code of the program and once to code outside.
TEST(StructureLooksTest, WhatGoesOutsideIsLookedInto) {
  EXPECT_THAT(
      Function(LoadLookers({"program.c"}), "no_calls_its_own").looks_into,
      ElementsAre("struct key"));
  Flow flow;
  FlowFunction function;
  function.id = "f";
  function.return_type.kind = TypeKind::kPointer;
  function.return_type.pointee.kind = TypeKind::kStruct;
  function.return_type.pointee.spelling = "struct s";
  function.looks_into = {"struct s@g"};
  flow.functions.push_back(function);
  Flow whole = flow;
  SettleLooks(flow);
  EXPECT_THAT(flow.functions[0].looks_into, ElementsAre("struct s"));
  function.id = "g";
  function.looks_into = {};
  whole.functions.push_back(function);
  SettleLooks(whole);
  EXPECT_THAT(whole.functions[0].looks_into, IsEmpty());
}

TEST(StructureLooksTest, TheDocumentKeepsThem) {
  const Flow flow = LoadLookers({"program.c", "key.c"});
  const auto read = ParseFlow(WriteFlow(flow), "flow.json");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(Function(*read, "key_drop").looks_into,
            Function(flow, "key_drop").looks_into);
}

}  // namespace
}  // namespace bailey::analyzer
