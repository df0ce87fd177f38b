#include "analyzer/report/analyze.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/capture/capture.h"
#include "analyzer/report/render.h"
#include "common/fd.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kFolder = BAILEY_TESTDATA "/analyzer/";

Result<Analysis> AnalyzeFiles(const std::vector<std::string>& files) {
  const BuildFolder build(files);
  AnalyzeOptions options;
  options.build_directory = build.path();
  return Analyze(options);
}

TEST(AnalyzeTest, ShowsTheErrorsOfAllFilesAndNoReport) {
  const auto analysis =
      AnalyzeFiles({kFolder + "broken/first.c", kFolder + "broken/second.c"});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_TRUE(analysis->report.capabilities.empty());
  EXPECT_TRUE(analysis->flow.functions.empty());
  EXPECT_THAT(
      analysis->diagnostics.all(),
      Contains(AllOf(
          Field(&Diagnostic::file, "first.c"), Field(&Diagnostic::line, 2),
          Field(&Diagnostic::column, 10),
          Field(&Diagnostic::message, HasSubstr("undeclared_variable")),
          Field(&Diagnostic::source_line, "  return undeclared_variable;"))));
  EXPECT_THAT(analysis->diagnostics.all(),
              Contains(AllOf(Field(&Diagnostic::file, "second.c"),
                             Field(&Diagnostic::line, 2))));
  EXPECT_THAT(analysis->diagnostics.all(),
              Contains(AllOf(Field(&Diagnostic::file, "second.c"),
                             Field(&Diagnostic::message, "expected '}'"))));
}

TEST(AnalyzeTest, AMissingDatabaseIsAnErrorWithAWayOut) {
  const Scratch scratch;
  AnalyzeOptions options;
  options.build_directory = scratch.path();
  const auto analysis = Analyze(options);
  ASSERT_FALSE(analysis.ok());
  EXPECT_THAT(analysis.error().hint, HasSubstr("bailey capture"));
}

TEST(AnalyzeTest, AMissingSourceFileIsADiagnostic) {
  const auto analysis = AnalyzeFiles({"/nonexistent/a.c"});
  ASSERT_TRUE(analysis.ok());
  EXPECT_TRUE(analysis->diagnostics.has_errors());
}

TEST(AnalyzeTest, AProgramWithoutMainIsAnError) {
  const auto analysis = AnalyzeFiles({kFolder + "twins/other.c"});
  ASSERT_FALSE(analysis.ok());
  EXPECT_THAT(analysis.error().message, HasSubstr("`main`"));
}

TEST(AnalyzeTest, ASourceThatIsNotInTheDatabaseIsNamed) {
  const BuildFolder build({kFolder + "direct.c"});
  AnalyzeOptions options;
  options.build_directory = build.path();
  options.sources = {kFolder + "pointers.c"};
  const auto analysis = Analyze(options);
  ASSERT_FALSE(analysis.ok());
  EXPECT_THAT(analysis.error().message, HasSubstr("pointers.c"));
}

TEST(AnalyzeTest, OptionsThatOnlyGccHasAreLeftOutWithAWarning) {
  const BuildFolder build({kFolder + "direct.c"},
                          {"-fno-no-such-gcc-option", "-Wlogical-op", "-Werror",
                           "-pedantic-errors"});
  AnalyzeOptions options;
  options.build_directory = build.path();
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_FALSE(analysis->diagnostics.has_errors())
      << RenderText(analysis->diagnostics);
  EXPECT_THAT(analysis->diagnostics.all(),
              Contains(AllOf(Field(&Diagnostic::severity, Severity::kWarning),
                             Field(&Diagnostic::message,
                                   HasSubstr("`-fno-no-such-gcc-option`")))));
}

TEST(AnalyzeTest, AnotherArchitectureIsRefused) {
  const BuildFolder build({kFolder + "broken/../build/help.c"}, {"-m32"});
  AnalyzeOptions options;
  options.build_directory = build.path();
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok());
  EXPECT_THAT(analysis->diagnostics.all(),
              Contains(Field(&Diagnostic::message, HasSubstr("x86_64"))));
}

// Its header-less units parse for any target.
TEST(AnalyzeTest, AProgramOfTwoArchitecturesIsRefused) {
  const Scratch scratch;
  for (const char* name : {"a.c", "b.c"})
    ASSERT_TRUE(
        WriteFileAtomically(scratch.path() + "/" + name,
                            name[0] == 'a' ? "int main(void) {}" : "int b;")
            .ok());
  BuildRecord record;
  record.compiles = {
      {scratch.path(), "a.c", "", {"cc", "-c", "a.c"}},
      {scratch.path(), "b.c", "", {"aarch64-linux-gnu-gcc", "-c", "b.c"}}};
  ASSERT_TRUE(WriteBuildRecord(record, scratch.path()).ok());
  AnalyzeOptions options;
  options.build_directory = scratch.path();
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_THAT(analysis->diagnostics.all(),
              Contains(AllOf(Field(&Diagnostic::file, "b.c"),
                             Field(&Diagnostic::message,
                                   HasSubstr("is compiled for aarch64")))));
}

// The compiler's name says for what it compiles.
TEST(AnalyzeTest, ACrossCompilersProgramIsForItsTarget) {
  const Scratch scratch;
  ASSERT_TRUE(
      WriteFileAtomically(scratch.path() + "/a.c", "int main(void) {}").ok());
  BuildRecord record;
  record.compiles = {{scratch.path(),
                      "a.c",
                      "",
                      {"/usr/bin/aarch64-linux-gnu-gcc-12", "-c", "a.c"}}};
  ASSERT_TRUE(WriteBuildRecord(record, scratch.path()).ok());
  AnalyzeOptions options;
  options.build_directory = scratch.path();
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_EQ(analysis->report.target, "aarch64");
  // Nobody read what runs before main.
  EXPECT_FALSE(analysis->report.unresolved.empty());
}

TEST(AnalyzeTest, TheSameInputGivesTheSameBytes) {
  const auto first =
      AnalyzeFiles({kFolder + "twins/main.c", kFolder + "twins/other.c"});
  const auto second =
      AnalyzeFiles({kFolder + "twins/other.c", kFolder + "twins/main.c"});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(WriteReport(first->report), WriteReport(second->report));
  EXPECT_EQ(RenderReportText(first->report), RenderReportText(second->report));
}

TEST(AnalyzeTest, DocumentsComeBackThroughTheirReaders) {
  const auto analysis = AnalyzeFiles({kFolder + "pointers.c"});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  const std::string report = WriteReport(analysis->report);
  const auto read = ParseReport(report, "report.json");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(WriteReport(*read), report);
  const std::string flow = WriteFlow(analysis->flow);
  const auto graph = ParseFlow(flow, "flow.json");
  ASSERT_TRUE(graph.ok()) << graph.error().message;
  EXPECT_EQ(WriteFlow(*graph), flow);
}

TEST(AnalyzeTest, InputsHaveDigestsAndNameHeadersAndLibraries) {
  const auto analysis = AnalyzeFiles({kFolder + "direct.c"});
  ASSERT_TRUE(analysis.ok());
  const auto named = [&](const std::string& end) {
    return std::ranges::any_of(
        analysis->report.inputs, [&](const ReportInput& input) {
          return input.path.ends_with(end) && input.sha256.size() == 64;
        });
  };
  EXPECT_TRUE(named("direct.c"));
  EXPECT_TRUE(named("fcntl.h"));
  EXPECT_TRUE(named("libc.so.6"));
}

TEST(AnalyzeTest, StartupIsReportedWithoutSites) {
  const auto analysis = AnalyzeFiles({kFolder + "direct.c"});
  ASSERT_TRUE(analysis.ok());
  size_t startup = 0;
  for (const Capability& each : analysis->report.capabilities) {
    if (each.phase != Phase::kStartup) continue;
    ++startup;
    EXPECT_TRUE(each.sites.empty());
    ASSERT_FALSE(each.path.empty());
    EXPECT_EQ(each.path[0], "_start");
  }
  EXPECT_GT(startup, 5u);
}

// A captured build with several programs, an archive and C++.
class CapturedBuildTest : public ::testing::Test {
 protected:
  void SetUp() override {
    scratch_.Copy(BAILEY_TESTDATA "/analyzer/build");
    CaptureOptions options;
    options.command = {"make", "-s", "-C", scratch_.path()};
    options.output_directory = scratch_.path();
    const auto status = Capture(options);
    if (!status.ok() || *status != 0) GTEST_SKIP() << "make or g++ is missing";
  }

  Result<Analysis> AnalyzeProgram(const std::string& program) {
    AnalyzeOptions options;
    options.build_directory = scratch_.path();
    options.program = program;
    return Analyze(options);
  }

  Scratch scratch_;
};

TEST_F(CapturedBuildTest, SeveralProgramsMustBeChosenFrom) {
  const auto analysis = AnalyzeProgram("");
  ASSERT_FALSE(analysis.ok());
  EXPECT_THAT(analysis.error().message,
              AllOf(HasSubstr("`tool`"), HasSubstr("`step`")));
  EXPECT_THAT(analysis.error().hint, HasSubstr("--program"));
  EXPECT_FALSE(AnalyzeProgram("other").ok());
}

TEST_F(CapturedBuildTest, AProgramIsItsUnitsThroughArchives) {
  const auto analysis = AnalyzeProgram("tool");
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  ASSERT_EQ(analysis->flow.units.size(), 2u);
  EXPECT_THAT(analysis->flow.units[0].file, testing::EndsWith("/help.c"));
  EXPECT_EQ(analysis->flow.link_directory, scratch_.path());
  EXPECT_THAT(analysis->flow.link_command, Contains("-lhelp"));
  // What the archive holds was analyzed, so nothing is opaque.
  EXPECT_THAT(analysis->report.unresolved,
              Not(Contains(Field(&Unresolved::reason, HasSubstr("source")))));
}

TEST_F(CapturedBuildTest, AnObjectWithoutSourceIsUnresolved) {
  const std::string object = scratch_.At("help.o");
  ASSERT_EQ(system(("cd " + scratch_.path() +
                    " && cc -c -x assembler /dev/null -o foreign.o")
                       .c_str()),
            0);
  CaptureOptions options;
  options.command = {"cc",   scratch_.At("tool.o"),
                     object, scratch_.At("foreign.o"),
                     "-o",   scratch_.At("odd")};
  options.output_directory = scratch_.path();
  const auto status = Capture(options);
  ASSERT_TRUE(status.ok() && *status == 0);
  const auto analysis = AnalyzeProgram("odd");
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_THAT(analysis->report.unresolved,
              Contains(AllOf(
                  Field(&Unresolved::reason, HasSubstr("without its source")),
                  Field(&Unresolved::assumed, "any system call"))));
}

TEST_F(CapturedBuildTest, CxxIsAnalyzedToo) {
  const auto analysis = AnalyzeProgram("step");
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_FALSE(analysis->diagnostics.has_errors())
      << RenderText(analysis->diagnostics);
  EXPECT_THAT(analysis->flow.functions,
              Contains(Field(&FlowFunction::name, "More")));
}

TEST(RenderTest, GroupsByConfidenceAndCounts) {
  Report report;
  Capability capability;
  capability.name = "openat";
  capability.arguments = {{2, "flags", {{0, 0}, {2, 4}}}};
  capability.confidence = Confidence::kProved;
  capability.sites = {{"a.c", 3, 7, "main"}};
  capability.path = {"main", "open"};
  report.capabilities = {capability};
  report.unresolved = {{"indirect call", {"a.c", 9, 1, "main"}, "all"}};
  const std::string text = RenderReportText(report);
  EXPECT_THAT(text, StartsWith("proved (1)"));
  EXPECT_THAT(text, HasSubstr("openat(flags=0x0|0x2..0x4)"));
  EXPECT_THAT(text, HasSubstr("a.c:3:7"));
  EXPECT_THAT(text, HasSubstr("main > open"));
  EXPECT_THAT(text, HasSubstr("a.c:9:1: indirect call"));
  EXPECT_THAT(text, HasSubstr("1 capabilities: 1 proved"));
}

}  // namespace
}  // namespace bailey::analyzer
