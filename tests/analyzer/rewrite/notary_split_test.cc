// Splits examples/notary around its key, as its policy says, and lets both
// forms sign the sample documents.

#include <gtest/gtest.h>

#include <algorithm>

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

TEST_P(NotarySplitTest, SignsAsTheUnsplitProgramDoes) {
  if (RunProgram({GetParam(), "--version"}, "/").status != 0) {
    GTEST_SKIP() << "there is no compiler `" << GetParam() << "`";
  }
  SplitProject project(kNotary,
                       {"main.c", "document.c", "transform.c", "receipt.c",
                        "signer.c", "bytes.c"},
                       GetParam(),
                       {"-std=c11", "-D_GNU_SOURCE", "-fPIE", "-O2", "-g",
                        "-Wall", "-Wextra", "-Werror"},
                       {"-pie", "-Wl,-z,relro", "-Wl,-z,now", "-lsodium"});
  project.Seed({"signer_load_key", "signer_public_key", "signer_sign",
                "signer_sign_labelled", "signer_forget", "signer_last_status"});
  ASSERT_TRUE(project.Split()) << project.problems();
  ASSERT_TRUE(project.Build()) << project.problems();
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

}  // namespace
}  // namespace bailey::analyzer
