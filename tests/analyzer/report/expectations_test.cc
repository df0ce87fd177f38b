// Analyzes testdata/analyzer/*.c and checks what their comments expect; the
// form of the comments stands in testdata/analyzer/README.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>

#include "analyzer/report/analyze.h"
#include "analyzer/report/render.h"
#include "analyzer/switched_off.h"
#include "common/diagnostics.h"
#include "common/fd.h"
#include "common/syscalls/constants.h"
#include "common/syscalls/syscall_table.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

const char kFolder[] = BAILEY_TESTDATA "/analyzer/";

struct Expectation {
  std::string kind;  // EXPECT, EXPECT-ABSENT, EXPECT-UNRESOLVED, BUILD
  std::string text;
  int line = 0;
};

std::vector<Expectation> ReadExpectations(const std::string& path) {
  std::vector<Expectation> all;
  std::istringstream lines(ReadFile(path).value_or(""));
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    for (const char* kind : {"BUILD", "EXPECT", "EXPECT-ABSENT", "EXPECT-NAMED",
                             "EXPECT-UNRESOLVED", "EXPECT-RESOLVED"}) {
      const std::string mark = std::string("// ") + kind + ": ";
      const size_t at = line.find(mark);
      if (at != std::string::npos)
        all.push_back({kind, line.substr(at + mark.size()), number});
    }
  }
  return all;
}

std::vector<std::string> Split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  std::string part;
  while (std::getline(stream, part, separator)) {
    part.erase(0, part.find_first_not_of(' '));
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

// "O_RDONLY|0x40" as the kernel reads it.
uint64_t ValueOf(Architecture architecture, const std::string& text,
                 uint8_t width_bits) {
  uint64_t value = 0;
  for (const std::string& word : Split(text, '|')) {
    const auto named = FindConstant(architecture, word);
    value |= named ? *named : std::stoull(word, nullptr, 0);
  }
  return width_bits == 64 ? value : value & ((uint64_t{1} << width_bits) - 1);
}

// "0x40", "0x40..0x50", or "O_APPEND/0x400": bits, and the mask that they are
// known in.
ValueSet SetOf(Architecture architecture, const std::string& text,
               uint8_t width_bits) {
  const size_t slash = text.find('/');
  const size_t dots = text.find("..");
  const uint64_t first =
      ValueOf(architecture, text.substr(0, std::min(slash, dots)), width_bits);
  if (slash != std::string::npos)
    return ValueSet::WithBits(
        ValueOf(architecture, text.substr(slash + 1), width_bits), first);
  if (dots == std::string::npos) return {first, first};
  return {first, ValueOf(architecture, text.substr(dots + 2), width_bits)};
}

std::vector<ValueSet> SetsOf(Architecture architecture, std::string text,
                             uint8_t width_bits) {
  std::vector<ValueSet> sets;
  if (text == "any") return sets;
  const bool listed = text.starts_with("{");
  if (listed) text = text.substr(1, text.size() - 2);
  for (const std::string& each :
       listed ? Split(text, ',') : std::vector<std::string>{text})
    sets.push_back(SetOf(architecture, each, width_bits));
  std::ranges::sort(sets, {}, &ValueSet::min);
  return sets;
}

// "name arg=value … confidence", taken apart; values may hold ", " in braces.
struct Wanted {
  std::string name;
  std::vector<ArgumentValues> arguments;
  std::optional<Confidence> confidence;
};

Wanted ParseWanted(Architecture architecture, const std::string& text) {
  Wanted wanted;
  std::string joined;
  bool in_set = false;
  for (const char c : text) {
    in_set = c == '{' || (in_set && c != '}');
    if (!(in_set && c == ' ')) joined += c;
  }
  std::vector<std::string> words = Split(joined, ' ');
  wanted.name = words[0];
  const Syscall* call = SyscallTable::For(architecture).FindByName(wanted.name);
  EXPECT_NE(call, nullptr) << wanted.name;
  for (size_t i = 1; call != nullptr && i < words.size(); ++i) {
    const size_t equals = words[i].find('=');
    if (words[i] == "proved") wanted.confidence = Confidence::kProved;
    if (words[i] == "over-approximated")
      wanted.confidence = Confidence::kOverApproximated;
    if (words[i] == "assumed") wanted.confidence = Confidence::kAssumed;
    if (equals == std::string::npos) continue;
    const auto index = FindArgument(*call, words[i].substr(0, equals));
    EXPECT_TRUE(index.has_value()) << words[i];
    if (!index) continue;
    wanted.arguments.push_back(
        {*index, "",
         SetsOf(architecture, words[i].substr(equals + 1),
                call->arguments[static_cast<size_t>(*index)].width_bits)});
  }
  return wanted;
}

std::vector<ValueSet> ValuesAt(const Capability& capability, int index) {
  const auto found =
      std::ranges::find(capability.arguments, index, &ArgumentValues::index);
  return found == capability.arguments.end() ? std::vector<ValueSet>()
                                             : found->values;
}

bool HasSite(const std::vector<SourceSite>& sites, const std::string& file,
             int line) {
  return std::ranges::any_of(sites, [&](const SourceSite& site) {
    return site.file == file && site.line == line;
  });
}

bool Matches(const Capability& capability, const Wanted& wanted) {
  return capability.name == wanted.name &&
         (!wanted.confidence || capability.confidence == *wanted.confidence) &&
         std::ranges::all_of(wanted.arguments, [&](const ArgumentValues& each) {
           return ValuesAt(capability, each.index) == each.values;
         });
}

template <class Predicate>
bool HasCapability(const Report& report, const Predicate& predicate) {
  return std::ranges::any_of(report.capabilities, predicate);
}

void Check(const Expectation& expectation, const std::string& file,
           const Report& report) {
  const std::string where =
      file + ":" + std::to_string(expectation.line) + ": " + expectation.text;
  if (expectation.kind == "EXPECT") {
    const Wanted wanted =
        ParseWanted(*ParseArchitecture(report.target), expectation.text);
    EXPECT_TRUE(HasCapability(report, [&](const Capability& each) {
      return Matches(each, wanted) &&
             HasSite(each.sites, file, expectation.line);
    })) << where;
  }
  if (expectation.kind == "EXPECT-NAMED") {
    const std::vector<std::string> words = Split(expectation.text, ' ');
    ASSERT_GE(words.size(), 3u) << where;
    EXPECT_TRUE(HasCapability(report, [&](const Capability& each) {
      return CapabilityKindName(each.kind) == words[0] &&
             each.name == words[1] && each.access == Split(words[2], ',') &&
             (words.size() < 4 ||
              ConfidenceName(each.confidence) == words[3]) &&
             HasSite(each.sites, file, expectation.line);
    })) << where;
  }
  if (expectation.kind == "EXPECT-ABSENT") {
    EXPECT_FALSE(HasCapability(report, [&](const Capability& each) {
      return each.name == expectation.text &&
             (each.confidence == Confidence::kProved ||
              HasSite(each.sites, file, expectation.line));
    })) << where;
  }
  if (expectation.kind.ends_with("RESOLVED")) {
    const bool unresolved =
        std::ranges::any_of(report.unresolved, [&](const Unresolved& each) {
          return each.reason.find(expectation.text) != std::string::npos &&
                 HasSite({each.site}, file, expectation.line);
        });
    EXPECT_EQ(unresolved, expectation.kind == "EXPECT-UNRESOLVED") << where;
  }
}

// What holds without points-to must hold with it: it takes away, and must take
// away nothing that happens.
bool IsAboutPointsTo(const Expectation& expectation) {
  return expectation.kind == "EXPECT-RESOLVED" ||
         expectation.kind == "EXPECT-ABSENT" ||
         expectation.kind == "EXPECT-UNRESOLVED";
}

void CheckReport(const std::vector<std::string>& files, const Report& report,
                 bool with_points_to) {
  size_t count = 0;
  for (const std::string& file : files)
    for (const Expectation& each : ReadExpectations(kFolder + file)) {
      ++count;
      if (with_points_to || !IsAboutPointsTo(each)) Check(each, file, report);
    }
  EXPECT_GT(count, 0u) << "no expectation was read";
  if (::testing::Test::HasFailure())
    ADD_FAILURE() << (with_points_to ? "with" : "without") << " points-to\n"
                  << RenderReportText(report);
}

void CheckProgram(const std::vector<std::string>& files,
                  bool with_points_to = true) {
  std::vector<std::string> paths;
  std::vector<std::string> options;
  for (const std::string& file : files) {
    paths.push_back(kFolder + file);
    for (const Expectation& each : ReadExpectations(paths.back()))
      if (each.kind == "BUILD") options = Split(each.text, ' ');
  }
  const BuildFolder build(paths, options);
  ASSERT_TRUE(build.written());
  AnalyzeOptions analyze;
  analyze.build_directory = build.path();
  analyze.root = kFolder;
  ASSERT_TRUE(
      (with_points_to ? SwitchOn("points-to") : SwitchOff("points-to")).ok());
  const auto analysis = Analyze(analyze);
  ASSERT_TRUE(SwitchOn("points-to").ok());
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  ASSERT_FALSE(analysis->diagnostics.has_errors())
      << RenderText(analysis->diagnostics);
  CheckReport(files, analysis->report, with_points_to);
  if (with_points_to) CheckProgram(files, false);
}

class ExpectationsTest : public ::testing::TestWithParam<std::string> {};

TEST_P(ExpectationsTest, Hold) { CheckProgram({GetParam()}); }

std::vector<std::string> Programs() {
  std::vector<std::string> names;
  for (const auto& each : std::filesystem::directory_iterator(kFolder))
    if (each.path().extension() == ".c")
      names.push_back(each.path().filename().string());
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(
    Programs, ExpectationsTest, ::testing::ValuesIn(Programs()),
    [](const auto& program) {
      return std::filesystem::path(program.param).stem().string();
    });

TEST(ExpectationsOfSeveralFilesTest, Hold) {
  CheckProgram({"twins/main.c", "twins/other.c"});
}

TEST(ExpectationsOfSharedValuesTest, Hold) {
  CheckProgram({"values/main.c", "values/other.c"});
}

TEST(ExpectationsOfOverridesTest, Hold) {
  CheckProgram({"weak/main.c", "weak/other.c"});
}

// Cross-compiled: the libraries are not read, the program's own calls are.
TEST(ExpectationsOfAarch64Test, Hold) {
  if (!std::filesystem::exists("/usr/aarch64-linux-gnu/include/fcntl.h"))
    GTEST_SKIP() << "libc6-dev-arm64-cross is not installed";
  CheckProgram({"aarch64/calls.c"});
}

TEST(ExpectationsOfCxxTest, Hold) { CheckProgram({"virtual/virtual.cc"}); }

TEST(ExpectationsOfCoroutinesTest, Hold) {
  CheckProgram({"virtual/coroutine.cc"});
}

}  // namespace
}  // namespace bailey::analyzer
