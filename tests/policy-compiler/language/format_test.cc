// The canonical form: what it is, that it is stable, and that nothing is lost.

#include "policy-compiler/language/format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/fd.h"
#include "tests/policy-compiler/language/policy_testing.h"
#include "tests/policy-compiler/language/same_policy.h"

namespace bailey::policy {
namespace {

namespace fs = std::filesystem;

std::string Formatted(const std::string& text) {
  const auto formatted = FormatPolicy({"test.policy", text});
  EXPECT_TRUE(formatted.has_value()) << text << formatted.error().message;
  return formatted.has_value() ? *formatted : "";
}

TEST(FormatTest, OneStatementALine) {
  EXPECT_EQ(Formatted("policy p{target linux x86_64;use \"runtime/c\";"
                      "portion a trusted{function f,g;}"
                      "allow  syscall read(fd==1 and count<=0x10),write;"
                      "limit cpu 50%,memory 1 MiB ;otherwise errno EPERM;}"),
            "policy p {\n"
            "  target linux x86_64;\n"
            "  use \"runtime/c\";\n"
            "  portion a trusted {\n"
            "    function f, g;\n"
            "  }\n"
            "  allow syscall read(fd == 1 and count <= 0x10), write;\n"
            "  limit cpu 50 %, memory 1 MiB;\n"
            "  otherwise errno EPERM;\n"
            "}\n");
}

TEST(FormatTest, SymbolsVersionsAndSigils) {
  EXPECT_EQ(Formatted("policy p {version  2;use \"a\"version 1;widths full;"
                      "allow syscall @a-b,group c,read(!(fd==1)&&fd!=2||! fd "
                      "not   in{3,-1}) ;}"),
            "policy p {\n"
            "  version 2;\n"
            "  use \"a\" version 1;\n"
            "  widths full;\n"
            "  allow syscall @a-b, group c,\n"
            "      read(!(fd == 1) && fd != 2 || !fd not in {3, -1});\n"
            "}\n");
}

TEST(FormatTest, Expressions) {
  EXPECT_EQ(Formatted("policy p { allow syscall fcntl ( not(cmd in{ 1..-2 ,A } "
                      ")or (arg&(~B|C)) ==- 1, ( fd )==~( 1<<2 )) ; }"),
            "policy p {\n"
            "  allow syscall fcntl(not (cmd in {1..-2, A}) or (arg & (~B | C)) "
            "== -1,\n"
            "      (fd) == ~(1 << 2));\n"
            "}\n");
}

TEST(FormatTest, CommentsStayWhereTheyAre) {
  EXPECT_EQ(Formatted("\n\n# first\n\n\n//second  \npolicy p { # of p\n\n"
                      "# a\n\n\n# b\nallow syscall read,# r\n  write # w\n"
                      " # own\n ,close;# end\n\n# last\n\n}# after\n# eof"),
            "# first\n"
            "\n"
            "//second\n"
            "policy p {  # of p\n"
            "  # a\n"
            "\n"
            "  # b\n"
            "  allow syscall read,  # r\n"
            "      write  # w\n"
            "      # own\n"
            "      , close;  # end\n"
            "\n"
            "  # last\n"
            "}  # after\n"
            "# eof\n");
}

TEST(FormatTest, GroupsAndTests) {
  EXPECT_EQ(Formatted("policy p{group g{read,# r\n\n# why\nwrite(fd in{1,2}),"
                      "group h,};\n\n\n\ngroup h{dup}"
                      "test \"t\" in q{in q read(-1 ,A|B)=>errno EPERM;\n"
                      "close()=>denied;}}"),
            "policy p {\n"
            "  group g {\n"
            "    read,  # r\n"
            "\n"
            "    # why\n"
            "    write(fd in {1, 2}), group h,\n"
            "  };\n"
            "\n"
            "  group h {\n"
            "    dup\n"
            "  }\n"
            "  test \"t\" in q {\n"
            "    in q read(-1, A | B) => errno EPERM;\n"
            "    close() => denied;\n"
            "  }\n"
            "}\n");
}

TEST(FormatTest, LongStatementsGoOn) {
  EXPECT_EQ(
      Formatted(
          "policy p { allow file read \"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\", "
          "\"/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\", \"/c\"; }"),
      "policy p {\n"
      "  allow file read \"/aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",\n"
      "      \"/bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\", \"/c\";\n"
      "}\n");
}

TEST(FormatTest, ATextWithErrorsIsRefused) {
  for (const char* text :
       {"", "policy p {", "policy p { allow syscall ; }", "policy p { \xff }",
        "policy p { } x", "policy p { allow file read \"/a; }"})
    EXPECT_FALSE(FormatPolicy({"t", text}).has_value()) << text;
}

std::vector<fs::path> AllPolicies() {
  std::vector<fs::path> paths;
  const fs::path root = BAILEY_SOURCE_ROOT;
  for (const char* folder : {"testdata/policies", "policies", "examples",
                             "fuzz/corpus/policy_parser"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.is_regular_file()) paths.push_back(entry.path());
  return paths;
}

// Every text that there is: formatting twice is formatting once, and the
// policy is the same.
TEST(FormatTest, IsStableAndKeepsTheMeaning) {
  int formatted_texts = 0;
  for (const fs::path& path : AllPolicies()) {
    const auto text = ReadFile(path);
    ASSERT_TRUE(text.has_value());
    const auto once = FormatPolicy({"t", *text});
    if (!once.has_value()) continue;
    ++formatted_texts;
    EXPECT_EQ(Formatted(*once), *once) << path;
    const auto before = LoadPolicy({"t", *text}, NoLibrary);
    const auto after = LoadPolicy({"t", *once}, NoLibrary);
    ASSERT_EQ(before.policy.has_value(), after.policy.has_value()) << path;
    if (!before.policy) continue;
    EXPECT_EQ(DifferenceBetween(*before.policy, *after.policy), "") << path;
  }
  EXPECT_GE(formatted_texts, 10);
}

}  // namespace
}  // namespace bailey::policy
