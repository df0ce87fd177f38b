// Splits examples/notary around its key, as its policy says, and lets both
// forms sign the sample documents.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "tests/analyzer/rewrite/split_project.h"
#include "tests/analyzer/rewrite/test_agent.h"

namespace bailey::analyzer {
namespace {

const std::string kNotary = BAILEY_SOURCE_ROOT "/examples/notary";

class NotarySplitTest : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Compilers, NotarySplitTest,
                         ::testing::Values("cc", "clang-19"),
                         [](const auto& each) {
                           return each.param == std::string("cc") ? "cc"
                                                                  : "clang";
                         });

// Analyzed, split and built, with the unsplit program, in a directory of its
// own.
std::unique_ptr<SplitProject> BuildNotary(const std::string& compiler) {
  auto project = std::make_unique<SplitProject>(
      kNotary,
      std::vector<std::string>{"main.c", "document.c", "transform.c",
                               "receipt.c", "signer.c", "bytes.c"},
      compiler,
      std::vector<std::string>{"-std=c11", "-D_GNU_SOURCE", "-fPIE", "-O2",
                               "-g", "-Wall", "-Wextra", "-Werror"},
      std::vector<std::string>{"-pie", "-Wl,-z,relro", "-Wl,-z,now",
                               "-lsodium"});
  project->Seed({"signer_load_key", "signer_public_key", "signer_sign",
                 "signer_sign_labelled", "signer_forget",
                 "signer_last_status"});
  EXPECT_TRUE(project->Split() && project->Build()) << project->problems();
  return project;
}

bool IsThere(const std::string& compiler) {
  return RunProgram({compiler, "--version"}, "/").status == 0;
}

TEST_P(NotarySplitTest, SignsAsTheUnsplitProgramDoes) {
  if (!IsThere(GetParam()))
    GTEST_SKIP() << "no compiler `" << GetParam() << "`";
  const auto built = BuildNotary(GetParam());
  SplitProject& project = *built;
  EXPECT_EQ(project.plan.crossings.size(), 6u);
  const std::vector<std::string> arguments = {"--key",
                                              kNotary + "/documents/test.key"};
  const std::string input = kNotary + "/documents/correspondence.mbox";
  std::vector<std::string> command = {project.Unsplit()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const ProgramOutput unsplit = RunProgram(command, "/", input);
  const ProgramOutput split =
      RunPortions(project.Client(), project.Server(), arguments, input);
  EXPECT_EQ(split.status, unsplit.status);
  EXPECT_EQ(split.text, unsplit.text);
  EXPECT_TRUE(unsplit.text.contains("summary-signature: ")) << unsplit.text;
}

TEST_P(NotarySplitTest, TwoBuildsGiveTheSameBytes) {
  if (!IsThere(GetParam()))
    GTEST_SKIP() << "no compiler `" << GetParam() << "`";
  const auto first = BuildNotary(GetParam());
  const auto second = BuildNotary(GetParam());
  ASSERT_NE(first->directory(), second->directory());
  for (const char* portion : {"keeper", "worker"}) {
    const std::string one = SplitProject::Text(first->OutputOf(portion, true));
    const std::string two = SplitProject::Text(second->OutputOf(portion, true));
    ASSERT_FALSE(one.empty());
    EXPECT_TRUE(one == two) << portion;
    EXPECT_FALSE(one.contains(first->directory())) << portion;
  }
}

// Of what the signer has, the parser's program has stubs under the same names.
TEST_P(NotarySplitTest, TheParserHasNoCodeOrDataOfTheSigner) {
  if (!IsThere(GetParam()))
    GTEST_SKIP() << "no compiler `" << GetParam() << "`";
  const auto project = BuildNotary(GetParam());
  const auto symbols = [](const std::string& program) {
    return RunProgram({"nm", program}, "/").text;
  };
  const std::string unsplit = symbols(project->Unsplit());
  const std::string parser = symbols(project->Client());
  const std::string signer = symbols(project->Server());
  for (const char* symbol :
       {" secret_key\n", " key_status\n", "U crypto_sign_detached",
        "U crypto_sign_final_create", "U crypto_sign_seed_keypair"}) {
    EXPECT_TRUE(unsplit.contains(symbol)) << symbol << unsplit;
    EXPECT_TRUE(signer.contains(symbol)) << symbol;
    EXPECT_FALSE(parser.contains(symbol)) << symbol;
  }
  EXPECT_TRUE(parser.contains("T signer_sign\n"));
}

}  // namespace
}  // namespace bailey::analyzer
