// Whatever is kept of earlier runs, a report has the same bytes.

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "analyzer/report/analyze.h"
#include "common/documents/report.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

class KeptImagesTest : public ::testing::Test {
 protected:
  // NOLINTBEGIN(concurrency-mt-unsafe): the test has one thread here.
  KeptImagesTest() { setenv("BAILEY_CACHE", scratch_.At("cache").c_str(), 1); }
  ~KeptImagesTest() override { unsetenv("BAILEY_CACHE"); }

  std::string Build(const std::string& compiler, const std::string& name,
                    const std::string& text, const std::string& options) const {
    scratch_.Write(name, text);
    const std::string program = scratch_.At(name + ".out");
    const std::string command =
        compiler + " -o " + program + " " + scratch_.At(name) + " " + options;
    EXPECT_EQ(std::system(command.c_str()), 0);
    return program;
  }
  // NOLINTEND(concurrency-mt-unsafe)

  static std::string ReportOf(const std::string& program, bool cache) {
    AnalyzeOptions options;
    options.sources = {program};
    options.cache = cache;
    const auto analysis = AnalyzeBinary(options);
    EXPECT_TRUE(analysis.ok()) << analysis.error().message;
    return analysis.ok() ? WriteReport(analysis->report) : "";
  }

  std::vector<fs::path> Entries() const {
    std::vector<fs::path> entries;
    for (const auto& each : fs::directory_iterator(scratch_.At("cache")))
      entries.push_back(each.path());
    return entries;
  }

  void ExpectSameBytes(const std::string& program) const {
    const std::string without = ReportOf(program, false);
    ASSERT_FALSE(without.empty());
    EXPECT_EQ(ReportOf(program, true), without) << program << ", cold";
    EXPECT_FALSE(Entries().empty());
    EXPECT_EQ(ReportOf(program, true), without) << program << ", warm";
  }

  const Scratch scratch_;
};

constexpr char kHello[] = "#include <stdio.h>\nint main(void) { puts(\"x\"); }";

TEST_F(KeptImagesTest, DynamicAndStaticProgramsInC) {
  for (const char* options : {"", "-static", "-s"})
    ExpectSameBytes(Build("cc", "hello.c", kHello, options));
}

TEST_F(KeptImagesTest, AProgramInCxx) {
  ExpectSameBytes(Build("g++", "hello.cc",
                        "#include <iostream>\n#include <stdexcept>\n"
                        "int main(int argc, char**) { try { if (argc > 1) "
                        "throw std::runtime_error(\"x\"); } catch (const "
                        "std::exception& e) { std::cout << e.what(); } }",
                        ""));
}

TEST_F(KeptImagesTest, ProgramsOfTheSystem) {
  size_t seen = 0;
  for (const char* program : {"/usr/bin/gzip", "/usr/bin/curl"}) {
    if (!fs::exists(program)) continue;
    ++seen;
    ExpectSameBytes(program);
  }
  if (seen == 0) GTEST_SKIP() << "neither gzip nor curl is installed";
}

TEST_F(KeptImagesTest, NoCacheNeitherReadsNorWrites) {
  const std::string program = Build("cc", "hello.c", kHello, "");
  ReportOf(program, false);
  EXPECT_FALSE(fs::exists(scratch_.At("cache")));
}

// The libraries of a program with sources, and its own files loaded by name.
TEST_F(KeptImagesTest, AProgramWithSources) {
  scratch_.Write("main.c", kHello);
  const BuildFolder build({scratch_.At("main.c")});
  std::vector<std::string> reports;
  for (const bool cache : {false, true, true}) {
    AnalyzeOptions options;
    options.build_directory = build.path();
    options.cache = cache;
    const auto analysis = Analyze(options);
    ASSERT_TRUE(analysis.ok()) << analysis.error().message;
    reports.push_back(WriteReport(analysis->report));
  }
  EXPECT_EQ(reports[1], reports[0]);
  EXPECT_EQ(reports[2], reports[0]);
}

}  // namespace
}  // namespace bailey::analyzer
