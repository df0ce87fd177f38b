// Text that is written as it is made is the text of the same value.
#include "common/json_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace bailey {
namespace {

std::string TextOf(const Json& value) {
  JsonText out;
  out.Value(value);
  return std::move(out).Take();
}

Json AnyValue(std::mt19937& random, int depth) {
  const auto below = [&](uint32_t count) {
    return static_cast<uint32_t>(random() % count);
  };
  switch (below(depth > 0 ? 8 : 6)) {
    case 0:
      return Json(below(2) == 1);
    case 1:
      return Json(-static_cast<int64_t>(random()));
    case 2:
      return Json(uint64_t{random()} << 32 | random());
    case 3:
      return Json(nullptr);
    case 4:
    case 5: {
      std::string text;
      for (uint32_t i = below(6); i > 0; --i)
        text += static_cast<char>(below(256));
      return Json(text);
    }
    case 6: {
      Json list = Json::array();
      for (uint32_t i = below(4); i > 0; --i)
        list.push_back(AnyValue(random, depth - 1));
      return list;
    }
    default: {
      Json object = Json::object();
      for (uint32_t i = below(4); i > 0; --i)
        object["k\"" + std::to_string(i)] = AnyValue(random, depth - 1);
      return object;
    }
  }
}

TEST(JsonTextTest, IsWhatTheWriterWrites) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const Json value = AnyValue(random, 4);
    ASSERT_EQ(TextOf(value), WriteJson(value));
  }
}

TEST(JsonTextTest, EveryByteIsEscapedAsTheWriterDoes) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = {'a', static_cast<char>(byte), 'z'};
    EXPECT_EQ(TextOf(Json(text)), WriteJson(Json(text))) << byte;
  }
  EXPECT_EQ(TextOf(Json("é\xff€")), WriteJson(Json("é\xff€")));
}

TEST(JsonTextTest, MembersAndListsByHand) {
  JsonText out;
  out.Object([&] {
    out.Member("name", "n");
    out.Member("most", std::numeric_limits<uint64_t>::max());
    out.Member("least", std::numeric_limits<int64_t>::min());
    out.Member("yes", true);
    out.Member("texts", std::vector<std::string>{"a", "b"});
    out.Member("none", std::vector<std::string>());
    out.List("squares", std::vector<int>{1, 2},
             [&](int each) { out.Object([&] { out.Member("n", each); }); });
    out.Key("empty");
    out.Object([] {});
    out.Member("last", 0);
  });
  const Json same = {{"name", "n"},
                     {"most", std::numeric_limits<uint64_t>::max()},
                     {"least", std::numeric_limits<int64_t>::min()},
                     {"yes", true},
                     {"texts", {"a", "b"}},
                     {"none", Json::array()},
                     {"squares", {{{"n", 1}}, {{"n", 2}}}},
                     {"empty", Json::object()},
                     {"last", 0}};
  EXPECT_EQ(std::move(out).Take(), WriteJson(same));
}

}  // namespace
}  // namespace bailey
