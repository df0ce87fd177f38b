// testdata/analyzer/global_values: each global's name says how many values of
// it can be told.
#include "analyzer/flow/global_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/flow/never_written.h"
#include "analyzer/flow/program.h"
#include "analyzer/source/front_end.h"

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;

const std::string kGlobalValues = BAILEY_TESTDATA "/analyzer/global_values";

Flow LoadChooser(const std::string& level,
                 const ProgramSelection& selection = {}) {
  std::vector<UnitFacts> units;
  for (const char* file : {"program.c", "other.c"}) {
    UnitOutcome unit =
        ParseUnit({kGlobalValues, file, "", {"gcc", level, "-w", "-c", file}},
                  kGlobalValues);
    EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
    units.push_back(std::move(unit.facts));
  }
  return JoinUnits(std::move(units), selection).flow;
}

std::vector<GlobalValue> ValuesOf(const Flow& flow, const std::string& name) {
  const auto found = std::ranges::find(flow.globals, name, &FlowGlobal::name);
  EXPECT_NE(found, flow.globals.end()) << name;
  return found == flow.globals.end() ? std::vector<GlobalValue>()
                                     : found->values;
}

GlobalValue Number(int64_t number) {
  return {GlobalValueKind::kNumber, number, {}};
}
GlobalValue Function(std::string id) {
  return {GlobalValueKind::kFunction, 0, std::move(id)};
}
GlobalValue Text(std::string text) {
  return {GlobalValueKind::kText, 0, std::move(text)};
}

class GlobalValuesTest : public ::testing::TestWithParam<const char*> {
 protected:
  const Flow flow_ = LoadChooser(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Levels, GlobalValuesTest,
                         ::testing::Values("-O0", "-O2"), [](const auto& each) {
                           return std::string(each.param + 1);
                         });

TEST_P(GlobalValuesTest, AreAsManyAsTheNamesSay) {
  int told = 0;
  int untold = 0;
  for (const FlowGlobal& each : flow_.globals) {
    if (each.name[0] != 'n' || each.name[2] != '_') continue;
    EXPECT_EQ(each.values.size(), static_cast<size_t>(each.name[1] - '0'))
        << each.name;
    ++(each.name[1] == '0' ? untold : told);
  }
  EXPECT_EQ(told, 11);
  EXPECT_EQ(untold, 15);
}

TEST_P(GlobalValuesTest, ColumnsOfATable) {
  EXPECT_THAT(
      ValuesOf(flow_, "n3_function"),
      ElementsAre(Number(0), Function("minus"), Function("program.c:plus")));
  EXPECT_THAT(ValuesOf(flow_, "n3_text"),
              ElementsAre(Number(0), Text("one"), Text("two")));
  EXPECT_THAT(ValuesOf(flow_, "n3_number"),
              ElementsAre(Number(-1), Number(0), Number(22)));
}

TEST_P(GlobalValuesTest, WhatTheCodeStores) {
  EXPECT_THAT(ValuesOf(flow_, "n3_given"),
              ElementsAre(Text(""), Text("a"), Text("b")));
  EXPECT_THAT(ValuesOf(flow_, "n4_wide"),
              ElementsAre(Number(-2147483648), Number(-1), Number(0),
                          Number(2147483647)));
  EXPECT_THAT(ValuesOf(flow_, "n2_static"), ElementsAre(Number(5), Number(6)));
}

// Code outside the program may store by the name.
TEST_P(GlobalValuesTest, WhatLibrariesShareIsNotTold) {
  Flow flow = flow_;
  UnmarkShared([](const std::string& id) { return id == "n3_level"; }, flow);
  EXPECT_THAT(ValuesOf(flow, "n3_level"), ElementsAre());
  EXPECT_THAT(ValuesOf(flow, "n2_shared"), ElementsAre(Number(0), Number(1)));
}

}  // namespace
}  // namespace bailey::analyzer
