#include "cli/manual_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Words {
  explicit Words(std::vector<std::string> texts) : storage(std::move(texts)) {
    for (std::string& word : storage) pointers.push_back(word.data());
  }
  int argc() const { return static_cast<int>(pointers.size()); }
  char** argv() { return pointers.data(); }
  std::vector<std::string> storage;
  std::vector<char*> pointers;
};

TEST(ManualPageTest, HasTheSectionsOfAPage) {
  CLI::App app("Does a thing. And more.\n\n  bailey do --it .\\x", "bailey do");
  std::string value;
  app.add_option("-i,--it", value, "what to do");
  app.add_option("file", value, "a file")->required();
  const std::string page = ManualPage(app);
  EXPECT_THAT(page, HasSubstr(".TH \"BAILEY\\-DO\" 1"));
  EXPECT_THAT(page, HasSubstr("bailey\\-do \\- does a thing\n"));
  EXPECT_THAT(page, HasSubstr("\\fIfile\\fR"));
  EXPECT_THAT(page, HasSubstr(".EX\n  bailey do \\-\\-it .\\ex\n.EE"));
  EXPECT_THAT(page, HasSubstr("\\-i, \\-\\-it"));
}

TEST(ManualPageTest, NoTextBecomesARequest) {
  CLI::App app("first\n.so /etc/passwd\n'x", "bailey do");
  EXPECT_THAT(ManualPage(app), Not(HasSubstr("\n.so")));
  EXPECT_THAT(ManualPage(app), Not(HasSubstr("\n'x")));
}

TEST(ManualPageTest, PagesAreNamedByTheWordsOfTheirCommand) {
  EXPECT_EQ(PageName("bailey policy eval"), "bailey-policy-eval");
  EXPECT_EQ(PageName("bailey run --policy P"), "bailey-run");
}

TEST(ManualPageTest, OptionsAreALineEach) {
  CLI::App app("x", "bailey do");
  std::string value;
  app.add_option("-i,--it", value, "what to do");
  app.add_option("file", value, "a file");
  EXPECT_EQ(OptionNames(app), "--help\n--it\n");
}

TEST(ManualPageTest, WhatStandsBehindTheMarkIsNotAsked) {
  Words asked({"do", "a", "--complete"});
  EXPECT_EQ(AskedFor(asked.argc(), asked.argv()), kAskComplete);
  Words other({"do", "--", "a", "--complete"});
  EXPECT_EQ(AskedFor(other.argc(), other.argv()), "");
  Words none({"do"});
  EXPECT_EQ(AskedFor(none.argc(), none.argv()), "");
}

}  // namespace
}  // namespace bailey::cli
