// Every testdata/policies/NAME.policy against NAME.expected: the diagnostics as
// an author sees them, or "no errors" and what was resolved.
//
// BAILEY_UPDATE_GOLDENS=1 policy_language_test writes the expectations anew.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "common/fd.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(BAILEY_TESTDATA) / "policies";

std::optional<std::string> TestLibrary(std::string_view name) {
  auto text = ReadFile(kFolder / "library" / (std::string(name) + ".policy"));
  if (!text.has_value()) return std::nullopt;
  return *std::move(text);
}

std::string Describe(const Policy& policy) {
  std::string out = "policy " + policy.name + "\n";
  for (const PlanCredential& credential : policy.credentials)
    out += "  credential " + credential.name + "\n";
  for (const PluginPattern& plugin : policy.plugins)
    out += "  plugin " + plugin.pattern + "\n";
  for (const PolicyTest& test : policy.tests)
    for (const Expectation& expectation : test.expectations)
      out += "  test " + test.name + ":" + std::to_string(expectation.line) +
             " " + expectation.text + "\n";
  for (const RuleInfo& rule : policy.rules) {
    out += "  rule " + std::to_string(rule.index) + " " + rule.file + ":" +
           std::to_string(rule.line) + ":" + std::to_string(rule.column) + " " +
           rule.text + "\n";
  }
  for (const PortionPolicy& portion : policy.portions) {
    out += "  portion " + portion.name +
           (portion.trusted ? " trusted, " : " untrusted, ") +
           std::to_string(portion.syscalls.size()) + " syscall rules, " +
           std::to_string(portion.files.size()) + " file rules, otherwise " +
           ActionName(portion.otherwise) + "\n";
  }
  return out;
}

std::string AnswerTo(const fs::path& path) {
  const auto text = ReadFile(path);
  EXPECT_TRUE(text.has_value()) << path;
  const ParsedPolicy parsed = LoadPolicy({path.filename(), *text}, TestLibrary);
  std::string out = RenderText(parsed.diagnostics);
  if (parsed.policy) out += "no errors\n" + Describe(*parsed.policy);
  return out;
}

std::vector<std::string> GoldenNames() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder))
    if (entry.path().extension() == ".policy")
      names.push_back(entry.path().stem());
  std::ranges::sort(names);
  return names;
}

class GoldenTest : public testing::TestWithParam<std::string> {};

TEST_P(GoldenTest, DiagnosticsAreAsExpected) {
  const std::string found = AnswerTo(kFolder / (GetParam() + ".policy"));
  const fs::path expected_path = kFolder / (GetParam() + ".expected");
  if (std::getenv("BAILEY_UPDATE_GOLDENS") != nullptr) {
    ASSERT_TRUE(WriteFileAtomically(expected_path, found).has_value());
    GTEST_SKIP() << "wrote " << expected_path;
  }
  const auto expected = ReadFile(expected_path);
  ASSERT_TRUE(expected.has_value()) << expected_path;
  EXPECT_EQ(found, *expected);
}

INSTANTIATE_TEST_SUITE_P(Policies, GoldenTest, testing::ValuesIn(GoldenNames()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace bailey::policy
