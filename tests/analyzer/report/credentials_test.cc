// Analyzes testdata/analyzer/credentials/* and checks what their comments
// expect of the credential; the form of the comments stands in the README
// there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "analyzer/report/analyze.h"
#include "analyzer/report/render.h"
#include "common/fd.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

const char kCredentialPrograms[] = BAILEY_TESTDATA "/analyzer/credentials/";

struct Expected {
  std::string kind;
  std::string text;
  int line = 0;
};

std::vector<Expected> ReadExpected(const std::string& path) {
  std::vector<Expected> all;
  std::istringstream lines(ReadFile(path).value_or(""));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number)
    for (const char* kind :
         {"CREDENTIAL:", "KEY:", "NO-KEY-AT-ALL", "NO-KEY"}) {
      const std::string mark = std::string("// ") + kind;
      const size_t at = line.find(mark);
      if (at == std::string::npos) continue;
      std::string text = line.substr(at + mark.size());
      text.erase(0, text.find_first_not_of(' '));
      all.push_back({kind, text, number});
      break;
    }
  return all;
}

bool IsAt(const Capability& capability, int line) {
  return std::ranges::any_of(capability.sites, [&](const SourceSite& site) {
    return site.line == line;
  });
}

std::string Joined(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& each : path)
    text += (text.empty() ? "" : " > ") + each;
  return text;
}

// "sink", "sink assumed" or "path a > b".
bool IsAsExpected(const Capability& capability, const std::string& text) {
  if (text.starts_with("path "))
    return Joined(capability.path) == text.substr(5);
  std::istringstream words(text);
  std::string access;
  std::string confidence;
  words >> access >> confidence;
  return capability.access == std::vector{access} &&
         (confidence.empty() ||
          ConfidenceName(capability.confidence) == confidence);
}

std::vector<Capability> CredentialsOf(const Report& report) {
  std::vector<Capability> all;
  for (const Capability& each : report.capabilities)
    if (each.kind == CapabilityKind::kCredential) all.push_back(each);
  return all;
}

void CheckExpected(const Expected& expected, const std::string& file,
                   const std::vector<Capability>& found) {
  SCOPED_TRACE(file + ":" + std::to_string(expected.line) + ": " +
               expected.kind + " " + expected.text);
  const auto any = [&](const auto& predicate) {
    return std::ranges::any_of(found, [&](const Capability& each) {
      return IsAt(each, expected.line) && predicate(each);
    });
  };
  if (expected.kind == "KEY:") {
    EXPECT_TRUE(any([&](const Capability& each) {
      return IsAsExpected(each, expected.text);
    }));
  }
  if (expected.kind == "NO-KEY") {
    EXPECT_FALSE(any([](const Capability& each) {
      return each.confidence != Confidence::kAssumed;
    }));
  }
  if (expected.kind == "NO-KEY-AT-ALL") {
    EXPECT_FALSE(any([](const Capability&) { return true; }));
  }
}

Result<Analysis> AnalyzeWith(const std::string& path, const std::string& source,
                             bool decisions = false) {
  const BuildFolder build({path});
  EXPECT_TRUE(build.written());
  AnalyzeOptions options;
  options.build_directory = build.path();
  options.root = kCredentialPrograms;
  ASSIGN_OR_RETURN(PlanCredential credential, ParseCredential("key=" + source));
  options.credentials.credentials = {std::move(credential)};
  options.credentials.decisions = decisions;
  return Analyze(options);
}

class CredentialsTest : public ::testing::TestWithParam<std::string> {};

TEST_P(CredentialsTest, AreFollowed) {
  const std::string path = kCredentialPrograms + GetParam();
  const std::vector<Expected> expected = ReadExpected(path);
  ASSERT_GT(expected.size(), 1u);
  ASSERT_EQ(expected[0].kind, "CREDENTIAL:");
  const auto analysis =
      AnalyzeWith(path, expected[0].text, GetParam() == "decisions.c");
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  ASSERT_FALSE(analysis->diagnostics.has_errors())
      << RenderText(analysis->diagnostics);
  const std::vector<Capability> found = CredentialsOf(analysis->report);
  for (const Expected& each : expected) CheckExpected(each, GetParam(), found);
  if (HasFailure()) {
    Report shown;
    shown.capabilities = found;
    ADD_FAILURE() << RenderReportText(shown);
  }
}

std::vector<std::string> CredentialPrograms() {
  std::vector<std::string> names;
  for (const auto& each :
       std::filesystem::directory_iterator(kCredentialPrograms))
    if (each.path().extension() == ".c" || each.path().extension() == ".cc")
      names.push_back(each.path().filename().string());
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(
    Programs, CredentialsTest, ::testing::ValuesIn(CredentialPrograms()),
    [](const auto& program) {
      return std::filesystem::path(program.param).stem().string();
    });

// What is decided is followed only on request.
TEST(CredentialDecisionsTest, AreNotData) {
  const auto analysis = AnalyzeWith(
      std::string(kCredentialPrograms) + "decisions.c", "file:/run/key");
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  for (const Capability& each : CredentialsOf(analysis->report)) {
    if (each.access != std::vector<std::string>{"sink"}) continue;
    for (const SourceSite& site : each.sites)
      EXPECT_EQ(site.line, 29) << "only what is selected by it is sent";
  }
}

// Functions and globals that hold the credential for what the code shows, not
// by an assumption.
std::set<std::string> Holders(const Analysis& analysis) {
  std::set<std::string> holders;
  for (const Capability& each : CredentialsOf(analysis.report))
    if (each.confidence != Confidence::kAssumed)
      for (const SourceSite& site : each.sites) holders.insert(site.function);
  return holders;
}

// examples/notary as its Makefile builds it.
bool WriteNotary(const Scratch& scratch, const std::string& folder) {
  BuildRecord record;
  LinkCommand link;
  link.directory = scratch.path();
  link.output = "notary";
  link.libraries = {"sodium"};
  link.arguments = {"cc", "-o", "notary"};
  for (const std::string name :
       {"main", "document", "transform", "receipt", "signer", "bytes"}) {
    const std::string source = folder + "/" + name + ".c";
    record.compiles.push_back(
        {scratch.path(),
         source,
         name + ".o",
         {"cc", "-D_GNU_SOURCE", "-c", source, "-o", name + ".o"}});
    link.inputs.push_back(name + ".o");
    link.arguments.push_back(name + ".o");
  }
  link.arguments.emplace_back("-lsodium");
  record.links = {link};
  return WriteBuildRecord(record, scratch.path()).ok();
}

// All that the policy, written by hand, puts into the trusted portion because
// of the key; and not what parses documents.
TEST(CredentialsOfNotaryTest, AreWhereThePolicyHasThem) {
  const std::string folder = std::filesystem::canonical(
      std::string(BAILEY_TESTDATA) + "/../examples/notary");
  const Scratch scratch;
  ASSERT_TRUE(WriteNotary(scratch, folder));
  AnalyzeOptions options;
  options.build_directory = scratch.path();
  options.root = folder;
  options.credentials.credentials = {
      *ParseCredential("signing_key=file:/run/secrets/notary.key")};
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  ASSERT_FALSE(analysis->diagnostics.has_errors())
      << RenderText(analysis->diagnostics);
  const std::set<std::string> holders = Holders(*analysis);
  for (const char* trusted :
       {"signer.c:read_file", "signer.c:use_key", "signer_load_key",
        "signer_public_key", "signer.c:sign_digest", "signer_sign",
        "signer_sign_labelled", "signer_forget"})
    EXPECT_TRUE(holders.contains(trusted)) << trusted;
  for (const char* untrusted :
       {"document_read", "transform_apply", "transform_parse",
        "document.c:read_block", "document_free"})
    EXPECT_FALSE(holders.contains(untrusted)) << untrusted;
  // And how it comes there.
  const auto has_edge = [&](const char* from, const char* to) {
    return std::ranges::any_of(analysis->flow.edges, [&](const FlowEdge& each) {
      return each.kind == EdgeKind::kData && each.from == from &&
             each.to == to && each.label == "signing_key";
    });
  };
  EXPECT_TRUE(has_edge("signer.c:use_key", "signer.c:secret_key"));
  EXPECT_TRUE(has_edge("signer.c:secret_key", "signer.c:sign_digest"));
  EXPECT_FALSE(has_edge("document_read", "signer.c:secret_key"));
}

TEST(ParseCredentialTest, TakesNamesAndSources) {
  const auto file = ParseCredential("key=file:/run/a=b:c");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->name, "key");
  EXPECT_EQ(file->path, "/run/a=b:c");
  EXPECT_EQ(ParseCredential("k=env:KEY")->variable, "KEY");
  EXPECT_EQ(ParseCredential("k=fd:7")->descriptor, 7);
  for (const char* wrong : {"", "key", "=file:/x", "key=file", "key=file:",
                            "key=disk:/x", "k=fd:-1", "k=fd:200", "k=fd:7x"})
    EXPECT_FALSE(ParseCredential(wrong).ok()) << wrong;
}

// They would be found nowhere, which would look well.
TEST(ParseCredentialTest, RefusesWhatNothingCanMatch) {
  for (const char* wrong :
       {"k=file:run/key", "k=file:/run//key", "k=file://run/key",
        "k=file:/run/./key", "k=file:/run/x/../key", "k=file:/run/key/",
        "k=file:/", "k=file:/run/..", "k=file:/run/.", "k=fd:1", "k=fd:2",
        "k=env:A=B", "k=env:="})
    EXPECT_FALSE(ParseCredential(wrong).ok()) << wrong;
  EXPECT_TRUE(ParseCredential("k=file:/run/..key").ok());
  EXPECT_TRUE(ParseCredential("k=fd:3").ok());
  EXPECT_TRUE(ParseCredential("k=fd:0").ok());
}

}  // namespace
}  // namespace bailey::analyzer
