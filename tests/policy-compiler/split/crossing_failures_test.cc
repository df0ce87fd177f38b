#include "policy-compiler/split/crossing_failures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/policy-compiler/split/flow_builder.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

class CrossingFailuresTest : public ::testing::Test {
 protected:
  CrossingFailuresTest() {
    program_.Function("sign").Function("load").Function("hash");
    for (const char* name : {"sign", "load"}) {
      Crossing& crossing = crossings_.emplace_back();
      crossing.function = crossing.name = name;
      crossing.from = "worker";
      crossing.to = "signer";
    }
  }

  void Returns(const TypeInfo& type) {
    program_.flow.functions.front().return_type = type;
  }

  // What was said of these words.
  std::string Add(
      std::vector<std::pair<std::string, CrossingFailure>> failures) {
    Policy policy;
    for (auto& [function, failure] : failures)
      policy.failures.push_back({function, failure, {0, 6}});
    Diagnostics diagnostics;
    const SourceText text{"a.policy", "policy\n"};
    const ProgramGraph graph(program_.flow);
    AddFailures(policy, text, graph, crossings_, diagnostics);
    has_errors_ = diagnostics.has_errors();
    return RenderText(diagnostics);
  }

  // Whether a result of `sign` can be `value`.
  bool MayBe(const TypeInfo& type, int64_t value) {
    Returns(type);
    Add({{"sign", {value, 5}}});
    return !has_errors_;
  }

  FlowBuilder program_;
  std::vector<Crossing> crossings_;
  bool has_errors_ = false;
};

TEST_F(CrossingFailuresTest, EachCallGetsItsOwn) {
  EXPECT_EQ(Add({{"load", {-1, 5}}, {"sign", {0, 12}}}), "");
  EXPECT_EQ(crossings_[0].failure->value, 0);
  EXPECT_EQ(crossings_[0].failure->error, 12);
  EXPECT_EQ(crossings_[1].failure->value, -1);
}

TEST_F(CrossingFailuresTest, WhatIsNotCalledAcrossIsWarnedOf) {
  EXPECT_THAT(Add({{"hash", {0, 5}}}), HasSubstr("not called across"));
  EXPECT_FALSE(has_errors_);
}

TEST_F(CrossingFailuresTest, OneOfTwoIsWarnedOf) {
  EXPECT_THAT(Add({{"sign", {0, 5}}}), HasSubstr("of `load` it is not said"));
  EXPECT_FALSE(has_errors_);
}

TEST_F(CrossingFailuresTest, TheResultMustHoldTheValue) {
  const int64_t least = std::numeric_limits<int64_t>::min();
  const int64_t most = std::numeric_limits<int64_t>::max();
  const TypeInfo byte = IntegerType("signed char", 1);
  EXPECT_TRUE(MayBe(byte, 127) && MayBe(byte, -128));
  EXPECT_FALSE(MayBe(byte, 128) || MayBe(byte, -129));
  const TypeInfo word = IntegerType("unsigned", 4, false);
  EXPECT_TRUE(MayBe(word, 4294967295));
  EXPECT_FALSE(MayBe(word, -1) || MayBe(word, 4294967296));
  const TypeInfo wide = IntegerType("long", 8);
  EXPECT_TRUE(MayBe(wide, least) && MayBe(wide, most));
  const TypeInfo size = IntegerType("unsigned long", 8, false);
  EXPECT_TRUE(MayBe(size, most));
  EXPECT_FALSE(MayBe(size, -1));
  EXPECT_FALSE(MayBe(IntegerType("__int128", 16), 0));
}

TEST_F(CrossingFailuresTest, NotEveryResultIsANumber) {
  TypeInfo boolean = IntegerType("_Bool", 1, false);
  boolean.kind = TypeKind::kBool;
  EXPECT_TRUE(MayBe(boolean, 0) && MayBe(boolean, 1));
  EXPECT_FALSE(MayBe(boolean, 2));
  const TypeInfo pointer = PointerTo(TypeKind::kStruct, "struct key", 0, false);
  EXPECT_TRUE(MayBe(pointer, 0));
  EXPECT_FALSE(MayBe(pointer, -1));
  EXPECT_FALSE(MayBe(StructType("struct s", 8, true), 0));
  TypeInfo nothing;
  EXPECT_FALSE(MayBe(nothing, 0));
  EXPECT_THAT(Add({{"sign", {0, 5}}}), HasSubstr("could not tell"));
}

}  // namespace
}  // namespace bailey::policy
