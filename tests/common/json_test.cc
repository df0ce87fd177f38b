#include "common/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey {
namespace {

using ::testing::HasSubstr;

std::string ErrorOf(std::string_view text, const JsonLimits& limits = {}) {
  const Result<Json> json = ParseJson(text, "t");
  if (!json.ok()) return json.error().message;
  const Result<Json> limited = ParseJson(text, "t", limits);
  return limited.ok() ? "accepted" : limited.error().message;
}

TEST(JsonTest, KeepsTheOrderOfMembers) {
  const std::string text = R"({"b":1,"a":[true,null,-2.5,"x"]})";
  EXPECT_EQ(WriteJson(ParseJson(text, "t").value(), -1), text + "\n");
}

TEST(JsonTest, RefusesDuplicateKeysAtAnyDepth) {
  EXPECT_THAT(ErrorOf(R"({"a":1,"a":2})"), HasSubstr("duplicate key `a`"));
  EXPECT_THAT(ErrorOf(R"([{"b":{"c":1,"c":1}}])"),
              HasSubstr("duplicate key `c`"));
  EXPECT_EQ(ErrorOf(R"([{"a":1},{"a":2}])"), "accepted");
}

TEST(JsonTest, RefusesDepthAndSizeOverTheLimits) {
  EXPECT_THAT(ErrorOf("[[[0]]]", {.depth = 2}),
              HasSubstr("nested deeper than 2"));
  EXPECT_EQ(ErrorOf("[[0]]", {.depth = 2}), "accepted");
  EXPECT_THAT(ErrorOf("[1,2]", {.size_bytes = 4}), HasSubstr("5 bytes"));
  EXPECT_THAT(ErrorOf(std::string(100000, '[')), HasSubstr("nested deeper"));
}

TEST(JsonTest, RefusesWhatIsNotUtf8) {
  EXPECT_THAT(ErrorOf("\"\xff\""), HasSubstr("not valid JSON"));
  EXPECT_THAT(ErrorOf("\"\\ud800\""), HasSubstr("not valid JSON"));
}

TEST(JsonTest, RefusesNumbersThatDoNotFit) {
  EXPECT_THAT(ErrorOf("18446744073709551616"), HasSubstr("64 bits"));
  EXPECT_THAT(ErrorOf("1e999"), HasSubstr("not valid JSON"));
  EXPECT_EQ(ErrorOf("18446744073709551615"), "accepted");
}

TEST(JsonTest, EveryTruncationIsAnErrorWithAPosition) {
  const std::string text = R"({"a":[1,{"b":"c"}],"d":false})";
  for (size_t length = 0; length < text.size(); ++length)
    EXPECT_THAT(ErrorOf(text.substr(0, length)), HasSubstr("byte")) << length;
  EXPECT_THAT(ErrorOf(text + "x"), HasSubstr("byte"));
}

class JsonObjectTest : public ::testing::Test {
 protected:
  Json json_ = ParseJson(R"({"s":"x","n":-1,"u":300,"b":true,"l":["a","b"],
                             "o":{"k":1},"os":[{},{}],"big":18446744073709551615})",
                         "t")
                   .value();
  JsonObject object_{json_, "t"};
};

TEST_F(JsonObjectTest, ReadsTypedMembers) {
  EXPECT_EQ(object_.String("s").value(), "x");
  EXPECT_EQ(object_.Int("n").value(), -1);
  EXPECT_EQ(object_.Unsigned("big").value(), UINT64_MAX);
  EXPECT_TRUE(object_.Bool("b").value());
  EXPECT_THAT(object_.Strings("l").value(), ::testing::ElementsAre("a", "b"));
  EXPECT_EQ(object_.Object("o").value().where(), "t.o");
  EXPECT_EQ(object_.Objects("os").value().at(1).where(), "t.os[1]");
}

TEST_F(JsonObjectTest, NamesWhatIsMissingOrWrong) {
  EXPECT_EQ(object_.String("absent").error().message, "t: `absent` is missing");
  EXPECT_EQ(object_.String("n").error().message, "t.n: expected a string");
  EXPECT_FALSE(object_.Unsigned("n").ok());
  EXPECT_FALSE(object_.Int("big").ok());
  EXPECT_FALSE(object_.UnsignedAtMost("u", 299).ok());
  EXPECT_TRUE(object_.UnsignedAtMost("u", 300).ok());
  EXPECT_EQ(object_.Unsigned32("u").value(), 300u);
  EXPECT_FALSE(object_.Unsigned32("big").ok());
  EXPECT_EQ(object_.NonNegative("u").value(), 300);
  EXPECT_FALSE(object_.NonNegative("n").ok());
  EXPECT_FALSE(object_.Objects("l").ok());
  EXPECT_FALSE(object_.Object("l").ok());
}

TEST_F(JsonObjectTest, RefusesUnknownMembers) {
  EXPECT_EQ(object_.Object("o").value().RefuseUnknown({"j"}).error().message,
            "t.o: unknown member `k`");
  EXPECT_TRUE(object_.Object("o").value().RefuseUnknown({"k", "j"}).ok());
}

TEST(JsonObjectTypeTest, WhatIsNoObjectIsAnErrorNotACrash) {
  const Json list = Json::array({1});
  const JsonObject object(list, "t");
  EXPECT_FALSE(object.Check().ok());
  EXPECT_FALSE(object.String("a").ok());
  EXPECT_FALSE(object.Has("a"));
}

}  // namespace
}  // namespace bailey
