#include "policy-compiler/split/strict_crossings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/policy-compiler/split/flow_builder.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

// `main` calls `verify` across, which tells something of `key`.
class StrictCrossingsTest : public ::testing::Test {
 protected:
  StrictCrossingsTest() {
    program_.Function("main").Function("verify").Function("count");
    for (const char* name : {"verify", "count"}) {
      Crossing& crossing = crossings_.emplace_back();
      crossing.function = crossing.name = name;
    }
    program_.flow.functions[1].parameters.push_back(
        {"text", PointerTo(TypeKind::kInteger, "char", 1, true)});
    program_.flow.functions[1].parameters.push_back(
        {"out", PointerTo(TypeKind::kInteger, "char", 1, false)});
    policy_.strict = {"key"};
  }

  // What is said if a call of `verify` tells its caller that, by what.
  std::string Tells(const std::string& credential, int parameter) {
    FlowExposure exposure;
    exposure.label = credential;
    exposure.caller = "main";
    exposure.callee = "verify";
    exposure.parameter = parameter;
    exposure.confidence = confidence_;
    exposure.site.file = "a.c";
    exposure.site.line = 7;
    program_.flow.exposures = {exposure};
    Diagnostics diagnostics;
    const ProgramGraph graph(program_.flow);
    CheckStrict(policy_, graph, crossings_, diagnostics);
    return RenderText(diagnostics);
  }

  FlowBuilder program_;
  Policy policy_;
  std::vector<Crossing> crossings_;
  Confidence confidence_ = Confidence::kOverApproximated;
};

TEST_F(StrictCrossingsTest, WhatTellsOfAStrictCredentialHasToBeDeclassified) {
  const std::string said = Tells("key", -1);
  EXPECT_THAT(said, HasSubstr("`verify` is called across, and tells `main` "
                              "what depends on, or is decided by, `key`"));
  EXPECT_THAT(said, HasSubstr("a.c:7"));
  EXPECT_THAT(said, HasSubstr("declassify verify -> verdict, at most"));
  policy_.declassified.emplace_back().function = "verify";
  EXPECT_EQ(Tells("key", -1), "");
}

TEST_F(StrictCrossingsTest, SoHasWhatIsOnlyAssumedToTell) {
  confidence_ = Confidence::kAssumed;
  EXPECT_THAT(Tells("key", -1), HasSubstr("is assumed to depend on `key`"));
}

TEST_F(StrictCrossingsTest, WhatGoesInAloneTellsNothing) {
  EXPECT_EQ(Tells("key", 0), "");
  EXPECT_THAT(Tells("key", 1), HasSubstr("`verify`"));
}

TEST_F(StrictCrossingsTest, ParametersThatCannotBeToldApartAllTell) {
  TypeInfo floating = IntegerType("double", 8);
  floating.kind = TypeKind::kFloating;
  program_.flow.functions[1].parameters.insert(
      program_.flow.functions[1].parameters.begin(), {"weight", floating});
  EXPECT_THAT(Tells("key", 0), HasSubstr("`verify`"));
}

TEST_F(StrictCrossingsTest, OtherCredentialsAreTheAuthorsWord) {
  EXPECT_EQ(Tells("other", -1), "");
  policy_.strict.clear();
  EXPECT_EQ(Tells("key", -1), "");
}

TEST_F(StrictCrossingsTest, WhatMayThrowOutOfAStrictPortionTells) {
  PortionPolicy& keeper = policy_.portions.emplace_back();
  keeper.name = "keeper";
  keeper.credentials = {"other"};
  crossings_[1].to = "keeper";
  crossings_[1].throws = true;
  EXPECT_EQ(Tells("other", -1), "");
  keeper.credentials.push_back("key");
  EXPECT_THAT(Tells("other", -1),
              HasSubstr("`count` is called across and may throw"));
  policy_.declassified.emplace_back().function = "count";
  EXPECT_EQ(Tells("other", -1), "");
}

TEST_F(StrictCrossingsTest, WhoIsNotCalledAcrossTellsNobodyElse) {
  crossings_.erase(crossings_.begin());
  EXPECT_EQ(Tells("key", -1), "");
}

}  // namespace
}  // namespace bailey::policy
