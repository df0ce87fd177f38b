// Texts that nobody means well: no crash, no policy, a bounded answer.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/fd.h"
#include "tests/policy-compiler/language/policy_testing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace bailey::policy {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

std::string Repeat(std::string_view piece, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += piece;
  return out;
}

std::vector<std::string> ErrorsOfText(std::string text) {
  const ParsedPolicy parsed =
      LoadPolicy({"test.policy", std::move(text)}, NoLibrary);
  EXPECT_FALSE(parsed.policy.has_value());
  return Messages(parsed.diagnostics, Severity::kError);
}

TEST(HostileInputTest, DeepNestingIsAnError) {
  for (const std::string& test :
       {Repeat("(", 100'000) + "fd == 1" + Repeat(")", 100'000),
        Repeat("not ", 100'000) + "fd == 1", "fd == " + Repeat("-", 100'000),
        "fd == " + Repeat("(", 100'000), "fd == " + Repeat("~(", 100'000),
        "fd & " + Repeat("(", 100'000)}) {
    EXPECT_THAT(ErrorsOf("allow syscall read(" + test + ");"),
                ElementsAre(HasSubstr("nests more than 200")));
  }
  const std::string fits = Repeat("(", 190) + "fd == 1" + Repeat(")", 190);
  EXPECT_THAT(ErrorsOf("allow syscall read(" + fits + ");"), ElementsAre());
}

TEST(HostileInputTest, PortionsInPortionsAreErrors) {
  const auto errors = ErrorsOf(Repeat("portion p trusted {\n", 20'000));
  EXPECT_EQ(errors.size(), 101u);
  EXPECT_THAT(std::vector(errors.begin(), errors.begin() + 50),
              Each(HasSubstr("portion")));
}

TEST(HostileInputTest, LongExpressionsAreNotDeep) {
  EXPECT_THAT(
      ErrorsOf("allow syscall read(fd == 1" + Repeat(" + 1", 20'000) + ");"),
      ElementsAre());
  EXPECT_THAT(ErrorsOf("allow syscall read(fd == 1" +
                       Repeat(" or fd == 1", 5'000) + ");"),
              ElementsAre());
}

TEST(HostileInputTest, TooMuchOfAnythingIsAnError) {
  EXPECT_THAT(
      ErrorsOf("allow syscall read(fd in {1" + Repeat(",1", 100'000) + "});"),
      ElementsAre(HasSubstr("parts of expressions")));
  EXPECT_THAT(ErrorsOf("allow syscall read" + Repeat(",read", 100'000) + ";"),
              ElementsAre(HasSubstr("more than 10000 system calls")));
  EXPECT_THAT(ErrorsOf(Repeat("allow syscall read;", 6'000)),
              ElementsAre(HasSubstr("more than 5000 rules")));
  EXPECT_THAT(
      ErrorsOf("allow file read \"/a\"" + Repeat(",\"/a\"", 3'000) + ";"),
      ElementsAre(HasSubstr("more than 2000 paths")));
}

// Without bounds each of these would take time or memory by the square.
TEST(HostileInputTest, ManyDeclarationsAreBounded) {
  std::string portions, functions, credentials, uses;
  for (int i = 0; i < 20'000; ++i) {
    const std::string n = std::to_string(i);
    portions += "portion p" + n + " trusted {}\n";
    functions += ",f" + n;
    credentials += "credential c" + n + " from file \"/" + n + "\";\n";
    uses += ",c" + n;
  }
  EXPECT_THAT(ErrorsOf(portions + Repeat("allow syscall read;", 4'000)),
              ElementsAre("the policy has more than 32 portions"));
  EXPECT_THAT(ErrorsOf("portion p trusted { function f" + functions + "; }"),
              ElementsAre());
  EXPECT_THAT(ErrorsOf(credentials + "portion p trusted { uses c0; }"),
              ElementsAre("the policy has more than 64 credentials"));
  EXPECT_EQ(ErrorsOf("portion p trusted { uses x" + uses + "; }").size(), 101u);
  EXPECT_EQ(WarningsOf(Repeat("allow syscall read(fd < 0);\n", 4'000)).size(),
            100u);
}

TEST(HostileInputTest, ATextOfMoreThanOneMebibyteIsRefused) {
  const std::string text = "policy a { }";
  const size_t limit = size_t{1} << 20;
  EXPECT_TRUE(
      LoadPolicy({"a", text + Repeat(" ", limit - text.size())}, NoLibrary)
          .policy.has_value());
  EXPECT_THAT(ErrorsOfText(text + Repeat(" ", limit + 1 - text.size())),
              ElementsAre(HasSubstr("larger than 1048576 bytes")));
}

TEST(HostileInputTest, EveryPrefixOfAPolicyIsAnswered) {
  const auto text =
      ReadFile(std::string(BAILEY_TESTDATA) + "/policies/complete.policy");
  ASSERT_TRUE(text.has_value());
  const size_t end = text->rfind('}');
  for (size_t length = 0; length <= end; ++length) {
    const auto parsed =
        LoadPolicy({"cut.policy", text->substr(0, length)}, NoLibrary);
    ASSERT_FALSE(parsed.policy.has_value()) << length;
    ASSERT_TRUE(parsed.diagnostics.has_errors()) << length;
  }
}

TEST(HostileInputTest, BytesThatAreNoText) {
  EXPECT_THAT(ErrorsOf(std::string("allow \0syscall read;", 20)),
              ElementsAre("a NUL byte cannot stand here"));
  EXPECT_THAT(ErrorsOf("allow syscall \xff\xfe read;"),
              ElementsAre("the byte 0xff cannot stand here"));
  EXPECT_THAT(ErrorsOf("allow syscall \xc3\xa9 read;"),
              ElementsAre(HasSubstr("letters outside ASCII")));
  EXPECT_THAT(ErrorsOf("allow file read \"/\xff\";"),
              ElementsAre("the byte 0xff cannot stand in a string"));
  EXPECT_THAT(ErrorsOf("allow file read \"/\xed\xa0\x80\";"),
              Each(HasSubstr("cannot stand in a string")));
  EXPECT_THAT(ErrorsOf(std::string("allow file read \"/\0\";", 21)),
              ElementsAre("a NUL byte cannot stand in a string"));
  EXPECT_THAT(ErrorsOf("allow file read \"/\xc3\xa9\"; # \xff\xfe"),
              ElementsAre());
}

TEST(HostileInputTest, StringsEndOnTheirLine) {
  EXPECT_THAT(ErrorsOf("allow file read \"/a;\nallow syscall read;"),
              ElementsAre(HasSubstr("no closing")));
  EXPECT_THAT(ErrorsOf("allow file read \"/a\\n\";"),
              ElementsAre("unknown escape in a string"));
}

TEST(HostileInputTest, LongNamesAreClippedAndLongLinesNotShown) {
  const ParsedPolicy parsed =
      LoadBody("allow syscall " + Repeat("x", 500'000) + ";");
  ASSERT_EQ(parsed.diagnostics.error_count(), 1u);
  EXPECT_LT(RenderText(parsed.diagnostics).size(), 500u);
}

TEST(HostileInputTest, TheFuzzersCorpusHolds) {
  const std::filesystem::path corpus =
      std::filesystem::path(BAILEY_SOURCE_ROOT) / "fuzz/corpus/policy_parser";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(corpus)) {
    const auto text = ReadFile(entry.path());
    ASSERT_TRUE(text.has_value()) << entry.path();
    // SAFETY: char and uint8_t have the same representation.
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(text->data()),
                           text->size());
    ++count;
  }
  EXPECT_GE(count, 10);
}

}  // namespace
}  // namespace bailey::policy
