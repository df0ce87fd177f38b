#include "policy-compiler/split/outlined_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/split/flow_builder.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

class OutlinedReachTest : public ::testing::Test {
 protected:
  // `make_tag(const unsigned char text[static 32], size_t length)`.
  std::string Check(InferredExtent inferred,
                    MarshalMode mode = MarshalMode::kFixedArray,
                    const std::string& outlined = "make_tag") {
    FlowBuilder program;
    program.Function("make_tag");
    FlowFunction& function = program.flow.functions.front();
    function.parameters = {
        {"text", PointerTo(TypeKind::kInteger, "unsigned char", 1, true)},
        {"length", IntegerType("size_t", 8, false)}};
    function.parameters[0].inferred = std::move(inferred);
    Crossing crossing;
    crossing.function = crossing.name = "make_tag";
    crossing.parameters.resize(2);
    crossing.parameters[0].name = "text";
    crossing.parameters[0].mode = mode;
    crossing.parameters[0].element_bytes = 1;
    crossing.parameters[0].count = 32;
    crossing.parameters[1].name = "length";
    Diagnostics diagnostics;
    CheckOutlinedReach({{outlined, "main", {}}}, ProgramGraph(program.flow),
                       {crossing}, diagnostics);
    return RenderText(diagnostics);
  }

  static InferredExtent Reaches(ExtentKind kind, uint64_t bytes = 0) {
    InferredExtent inferred;
    inferred.kind = kind;
    inferred.bytes = bytes;
    return inferred;
  }
};

TEST_F(OutlinedReachTest, WithinTheArrayIsFine) {
  EXPECT_EQ(Check(Reaches(ExtentKind::kConstant, 32)), "");
  EXPECT_EQ(Check(Reaches(ExtentKind::kNothing)), "");
}

// The attack: 32 bytes come over, and a length of 10,000 beside them.
TEST_F(OutlinedReachTest, ALengthOfTheAttackersIsRefused) {
  InferredExtent inferred = Reaches(ExtentKind::kParameter);
  inferred.factor = 1;
  inferred.parameter = 1;
  EXPECT_THAT(Check(inferred), HasSubstr("can make it reach past `text`"));
}

TEST_F(OutlinedReachTest, WhatIsNotSeenToStayWithinIsRefused) {
  for (const InferredExtent& each :
       {Reaches(ExtentKind::kConstant, 33), Reaches(ExtentKind::kString),
        Reaches(ExtentKind::kUnknown), Reaches(ExtentKind::kNotInferred)})
    EXPECT_THAT(Check(each), HasSubstr("error: "));
}

TEST_F(OutlinedReachTest, WhatIsCheckedWhenItComesInIsFine) {
  EXPECT_EQ(Check(Reaches(ExtentKind::kUnknown), MarshalMode::kBuffer), "");
  EXPECT_EQ(Check(Reaches(ExtentKind::kString), MarshalMode::kCString), "");
}

TEST_F(OutlinedReachTest, OthersFunctionsAreTheirAuthors) {
  EXPECT_EQ(
      Check(Reaches(ExtentKind::kUnknown), MarshalMode::kFixedArray, "another"),
      "");
}

}  // namespace
}  // namespace bailey::policy
