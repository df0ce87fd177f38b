// Portions that are programs as they are.

#include "policy-compiler/language/program_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kWorker = "portion w untrusted { program \"worker\"; } ";

std::string With(const std::string& signer) {
  return "credential k from file \"/run/secrets/k\"; " + std::string(kWorker) +
         "portion s trusted { program \"signer\"; uses k; " + signer + " }";
}

TEST(ProgramWordsTest, APortionMayBeAProgram) {
  const Policy policy = MustLoad(With("serves \"/run/vault/socket\" to w;"));
  const PortionPolicy& signer = *FindPortion(policy, "s");
  ASSERT_TRUE(signer.program);
  EXPECT_EQ(signer.program->name, "signer");
  EXPECT_THAT(signer.program->arguments, IsEmpty());
  ASSERT_EQ(signer.sockets.size(), 1u);
  EXPECT_EQ(signer.sockets[0].path, "/run/vault/socket");
  EXPECT_THAT(signer.sockets[0].clients, ElementsAre("w"));
  EXPECT_TRUE(HasPrograms(policy));
  EXPECT_EQ(MainProgram(policy)->name, "w");
}

TEST(ProgramWordsTest, ArgumentsKeepTheirOrder) {
  const Policy policy = MustLoad(
      "portion w untrusted { program \"/opt/worker\", \"-v\", \"\", \"a b\"; "
      "}");
  EXPECT_THAT(policy.portions[0].program->arguments,
              ElementsAre("-v", "", "a b"));
}

TEST(ProgramWordsTest, APolicyWithoutOneIsOfASplit) {
  EXPECT_FALSE(HasPrograms(MustLoad("")));
  EXPECT_FALSE(HasPrograms(MustLoad("portion s trusted { function f; }")));
}

TEST(ProgramWordsTest, WherePortionsAreProgramsEachIs) {
  EXPECT_THAT(ErrorsOf(std::string(kWorker) + "portion s trusted { }"),
              Contains(HasSubstr("has no `program`")));
  EXPECT_THAT(ErrorsOf(With("function f;")),
              Contains(HasSubstr("and names functions")));
  for (const char* word : {"separate g;", "pass g;", "declassify f -> mac;",
                           "failure f -> 0 errno EIO;", "outline a from main;"})
    EXPECT_THAT(ErrorsOf(std::string(kWorker) + word),
                Contains(HasSubstr("said of a program that is split")))
        << word;
  EXPECT_THAT(ErrorsOf("portion s trusted { program \"s\"; }"),
              Contains(HasSubstr("no portion is untrusted")));
}

TEST(ProgramWordsTest, WordsBelongToPortions) {
  EXPECT_THAT(ErrorsOf("program \"w\";"),
              Contains(HasSubstr("belongs to a portion")));
  EXPECT_THAT(ErrorsOf("serves \"/run/v/s\" to w;"),
              Contains(HasSubstr("belongs to a portion")));
  EXPECT_THAT(ErrorsOf(std::string(kWorker) +
                       "portion s untrusted { program \"a\"; program \"b\"; }"),
              Contains(HasSubstr("stands twice")));
}

TEST(ProgramWordsTest, ASocketHasADirectoryOfItsOwn) {
  for (const char* path : {"/socket", "/run/socket", "run/v/s", "/run/v/../s",
                           "/proc/v/s", "/dev/shm/s", "/run/secrets/s"})
    EXPECT_THAT(ErrorsOf(With("serves \"" + std::string(path) + "\" to w;")),
                testing::Not(IsEmpty()))
        << path;
  const std::string longest = "/run/v/" + std::string(100, 'a');
  EXPECT_THAT(ErrorsOf(With("serves \"" + longest + "\" to w;")), IsEmpty());
  EXPECT_THAT(ErrorsOf(With("serves \"" + longest + "a\" to w;")),
              Contains(HasSubstr("107 bytes")));
}

TEST(ProgramWordsTest, DirectoriesOfTwoServersDoNotOverlap) {
  const std::string second =
      "portion t trusted { program \"t\"; serves \"/run/v/PLACE\" to w; }";
  const auto errors = [&](const std::string& place) {
    std::string text = second;
    text.replace(text.find("PLACE"), 5, place);
    return ErrorsOf(With("serves \"/run/v/s\" to w;") + text);
  };
  EXPECT_THAT(errors("other"), Contains(HasSubstr("overlaps")));
  EXPECT_THAT(errors("below/other"), Contains(HasSubstr("overlaps")));
  EXPECT_THAT(errors("s"), Contains(HasSubstr("one path")));
  EXPECT_THAT(ErrorsOf(With("serves \"/run/v/s\" to w; "
                            "serves \"/run/v/t\" to w;")),
              IsEmpty());
}

TEST(ProgramWordsTest, ClientsAreOtherPortionsThatStartLater) {
  EXPECT_THAT(ErrorsOf(With("serves \"/run/v/s\" to nobody;")),
              Contains(HasSubstr("unknown portion")));
  EXPECT_THAT(ErrorsOf(With("serves \"/run/v/s\" to s;")),
              Contains(HasSubstr("to itself")));
  EXPECT_THAT(ErrorsOf(With("serves \"/run/v/s\" to w, w;")),
              Contains(HasSubstr("stands twice")));
  EXPECT_THAT(
      ErrorsOf("portion a untrusted { program \"a\"; serves \"/run/a/s\" to b; "
               "} portion b trusted { program \"b\"; serves \"/run/b/s\" to a; "
               "}"),
      Contains(HasSubstr("wait for each other")));
}

TEST(ProgramWordsTest, WhatIsMissingIsSaid) {
  for (const char* text :
       {"program;", "program w;", "program \"\";", "program \"w\",;", "serves;",
        "serves \"/run/v/s\";", "serves \"/run/v/s\" to;"})
    EXPECT_THAT(ErrorsOf("portion w untrusted { " + std::string(text) + " }"),
                testing::Not(IsEmpty()))
        << text;
  EXPECT_THAT(ErrorsOf("portion w untrusted { serves \"/run/v/s\" to x; } "
                       "portion x untrusted { }"),
              Contains(HasSubstr("only a portion that is a `program`")));
}

}  // namespace
}  // namespace bailey::policy
