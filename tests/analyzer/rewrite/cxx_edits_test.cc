#include "analyzer/rewrite/cxx_edits.h"

#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

struct CxxDefinition {
  const char* text;
  const char* declared;
};

class ExternDeclarationCxxTest
    : public ::testing::TestWithParam<CxxDefinition> {};

TEST_P(ExternDeclarationCxxTest, KeepsTheTypeAndDropsTheInitializer) {
  EXPECT_EQ(ExternDeclarationCxx(GetParam().text, "name"), GetParam().declared);
}

INSTANTIATE_TEST_SUITE_P(
    Definitions, ExternDeclarationCxxTest,
    ::testing::Values(
        CxxDefinition{"int name;", "extern int name;"},
        CxxDefinition{"static int name = 1;", "extern  int name;"},
        CxxDefinition{"Key name(1, f(2));", "extern Key name;"},
        CxxDefinition{"Key name{1};", "extern Key name;"},
        CxxDefinition{"std::map<int, Key<3>> name = {{1, 2}};",
                      "extern std::map<int, Key<3>> name;"},
        CxxDefinition{"static const char* const name[2] [3] = {};",
                      "extern  const char* const name[2] [3];"},
        CxxDefinition{"extern int name = 2;", "extern int name;"},
        // A class declares it.
        CxxDefinition{"int Key::name = 3;", ";"},
        // A pointer to a function: not understood, so refused.
        CxxDefinition{"int (*name)(int) = f;", ""}));

TEST(CxxEditsTest, SymbolsAreWhatTheLinkerSees) {
  FlowFunction function;
  function.id = "a.cc:_ZN3key12_GLOBAL__N_14readEv";
  function.name = "read";
  EXPECT_EQ(SymbolOf(function), "read");  // of C
  function.qualified_name = "key::read";
  EXPECT_EQ(SymbolOf(function), "_ZN3key12_GLOBAL__N_14readEv");
}

TEST(CxxEditsTest, WhatIsAroundOthersComesFirst) {
  Flow flow;
  for (const auto& [begin, end] : {std::pair{5, 9}, {0, 20}, {4, 10}}) {
    FlowFunction& each = flow.functions.emplace_back();
    each.id = std::to_string(begin);
    each.extent = {"a.cc", static_cast<uint64_t>(begin),
                   static_cast<uint64_t>(end)};
  }
  flow.functions.emplace_back().extent = {"b.cc", 0, 100};
  const auto found = FunctionsOf(flow, "a.cc");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0]->id, "0");
  EXPECT_EQ(found[1]->id, "4");
  EXPECT_EQ(found[2]->id, "5");
}

TEST(CxxEditsTest, OnlyInlineFunctionsOfCxxMayBeInHeaders) {
  FlowFunction function;
  function.is_inline = true;
  EXPECT_FALSE(MayBeInHeader(function));  // of C
  function.qualified_name = "key::read";
  EXPECT_TRUE(MayBeInHeader(function));
  function.is_inline = false;
  EXPECT_FALSE(MayBeInHeader(function));
}

TEST(CxxEditsTest, AConstantOfTypesStays) {
  FlowGlobal global;
  global.id = "a.cc:_ZL5kSize";
  global.is_constant = true;
  const auto is_kept = [&](const std::string& text) {
    global.extent = {"a.cc", 0, text.size()};
    return IsConstexpr({"a.cc", text}, global);
  };
  EXPECT_TRUE(is_kept("constexpr int kSize = 3;"));
  EXPECT_FALSE(is_kept("const char kSize[] = \"constexpr\";"));
}

}  // namespace
}  // namespace bailey::analyzer
