// Analyzes testdata/analyzer/typed/files.cc: what its comments say is among the
// capabilities, at that line.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "analyzer/report/analyze.h"
#include "common/fd.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

std::string AccessText(const Capability& capability) {
  std::string text;
  for (const std::string& each : capability.access)
    text += (text.empty() ? "" : ",") + each;
  return text;
}

// "NAME ACCESS" of every file that is named at the line.
std::vector<std::string> FilesAt(const Report& report, int line) {
  std::vector<std::string> files;
  for (const Capability& each : report.capabilities)
    if (each.kind == CapabilityKind::kFile &&
        std::ranges::any_of(each.sites, [&](const SourceSite& site) {
          return site.line == line;
        }))
      files.push_back(each.name + " " + AccessText(each));
  return files;
}

TEST(TypedCallsTest, FilesOfStreamsAndFilesystemAreCapabilities) {
  const std::string folder = BAILEY_TESTDATA "/analyzer/typed/";
  const BuildFolder build({folder + "files.cc"}, {"-std=c++17"});
  ASSERT_TRUE(build.written());
  AnalyzeOptions options;
  options.build_directory = build.path();
  options.root = folder;
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  ASSERT_FALSE(analysis->diagnostics.has_errors());
  std::istringstream lines(ReadFile(folder + "files.cc").value_or(""));
  std::string line;
  int count = 0;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::vector<std::string> found = FilesAt(analysis->report, number);
    constexpr std::string_view kMark = "// FILE: ";
    if (const size_t at = line.find(kMark); at != std::string::npos) {
      ++count;
      const std::string wanted = line.substr(at + kMark.size());
      EXPECT_NE(std::ranges::find(found, wanted), found.end())
          << number << ": " << wanted
          << (found.empty() ? ", nothing is" : ", found " + found[0]);
    }
    if (line.contains("// NO-FILE")) {
      EXPECT_TRUE(found.empty()) << number;
    }
  }
  EXPECT_EQ(count, 12);
}

}  // namespace
}  // namespace bailey::analyzer
