// One program, two answers: from its sources, and from the file that they are
// linked to. Neither knows of the other, so where they differ, one of them is
// wrong, or a rule below says why they may.
//
// bench/analysis.py --against-binary asks the same of real programs.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "analyzer/capture/capture.h"
#include "analyzer/report/analyze.h"
#include "common/diagnostics.h"
#include "common/fd.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

const std::string kFolder = BAILEY_TESTDATA "/analyzer/";
constexpr size_t kFewest = 30;  // what starting and ending alone calls

struct Linked {
  std::string name;
  std::vector<std::string> sources;  // below kFolder
  std::string level;                 // of optimization
  // Where the file holds more than the sources call, or less, and why.
  std::map<std::string, std::string> more = {};
  std::map<std::string, std::string> less = {};
};

void PrintTo(const Linked& program, std::ostream* out) { *out << program.name; }

std::vector<Linked> Programs() {
  std::vector<Linked> programs;
  const auto add = [&](const std::string& name,
                       const std::vector<std::string>& sources,
                       const std::string& level) {
    programs.push_back({name + "_" + level.substr(1), sources, level});
  };
  for (const auto& each : fs::directory_iterator(kFolder)) {
    const std::string file = each.path().filename().string();
    if (!file.ends_with(".c")) continue;
    add(each.path().stem().string(), {file}, "-O0");
    // Its templates name symbols by operands that GCC has in registers then.
    if (file != "assembly.c") add(each.path().stem().string(), {file}, "-O2");
  }
  for (const std::string folder : {"twins", "values", "weak"})
    add(folder, {folder + "/main.c", folder + "/other.c"}, "-O2");
  add("virtual", {"virtual/virtual.cc"}, "-O2");
  for (Linked& each : programs) {
    if (each.name == "pointers_O0")
      each.more["chroot"] = "a table that nothing refers to counts as used";
    if (each.name == "weak_O2")
      each.less["getppid"] = "a name with two definitions stands for both";
  }
  std::ranges::sort(programs, {}, &Linked::name);
  return programs;
}

std::vector<std::string> OptionsIn(const std::string& source) {
  std::istringstream lines(ReadFile(kFolder + source).value_or(""));
  std::string line;
  constexpr std::string_view kMark = "// BUILD: ";
  while (std::getline(lines, line)) {
    const size_t at = line.find(kMark);
    if (at == std::string::npos) continue;
    std::istringstream words(line.substr(at + kMark.size()));
    return {std::istream_iterator<std::string>(words), {}};
  }
  return {};
}

std::set<std::string> Calls(const Report& report) {
  std::set<std::string> names;
  for (const Capability& each : report.capabilities)
    if (each.kind == CapabilityKind::kSyscall) names.insert(each.name);
  return names;
}

// Whether a place in the program's own code may make any call: then the other
// answer may well name some.
bool OwnCodeIsOpen(const Report& report, const std::string& own_mark) {
  constexpr std::string_view kReasons[] = {"number", "assembly", "int 0x80"};
  return std::ranges::any_of(report.unresolved, [&](const Unresolved& each) {
    return each.assumed == "any system call" &&
           each.reason.find(own_mark) != std::string::npos &&
           std::ranges::any_of(kReasons, [&](std::string_view reason) {
             return each.reason.find(reason) != std::string::npos;
           });
  });
}

class SourceAndBinaryTest : public ::testing::TestWithParam<Linked> {
 protected:
  void Build() {
    CaptureOptions options;
    const Linked& program = GetParam();
    options.command = {program.sources[0].ends_with(".cc") ? "g++" : "cc"};
    for (const std::string& source : program.sources) {
      const auto own = OptionsIn(source);
      options.command.insert(options.command.end(), own.begin(), own.end());
      options.command.push_back(kFolder + source);
    }
    for (const char* word : {program.level.c_str(), "-w", "-pthread", "-o"})
      options.command.emplace_back(word);
    options.command.push_back(scratch_.At("prog"));
    options.output_directory = scratch_.path();
    const auto built = Capture(options);
    ASSERT_TRUE(built.ok() && *built == 0);
  }

  Report FromSources() const {
    AnalyzeOptions options;
    options.build_directory = scratch_.path();
    const auto analysis = Analyze(options);
    EXPECT_TRUE(analysis.ok()) << analysis.error().message;
    return analysis.ok() ? analysis->report : Report();
  }

  Report FromBinary() const {
    AnalyzeOptions options;
    options.sources = {scratch_.At("prog")};
    const auto analysis = AnalyzeBinary(options);
    EXPECT_TRUE(analysis.ok()) << analysis.error().message;
    return analysis.ok() ? analysis->report : Report();
  }

  const Scratch scratch_;
};

TEST_P(SourceAndBinaryTest, AgreeOrSayWhyNot) {
  ASSERT_NO_FATAL_FAILURE(Build());
  const Report sources = FromSources();
  const Report binary = FromBinary();
  const std::set<std::string> in_sources = Calls(sources);
  const std::set<std::string> in_binary = Calls(binary);
  ASSERT_GT(in_sources.size(), kFewest);
  ASSERT_GT(in_binary.size(), kFewest);
  // Sources are over-approximated before the compiler leaves out what it sees
  // is not called, and the linker what is defined twice.
  std::set<std::string> proved;
  for (const Capability& each : sources.capabilities)
    if (each.confidence == Confidence::kProved) proved.insert(each.name);
  for (const std::string& name : in_sources) {
    EXPECT_TRUE(in_binary.contains(name) || !proved.contains(name) ||
                GetParam().less.contains(name) ||
                OwnCodeIsOpen(binary, " of prog"))
        << name << " is proved in the sources, and not in the file";
  }
  // What is in the file came from the sources.
  for (const std::string& name : in_binary) {
    EXPECT_TRUE(in_sources.contains(name) || GetParam().more.contains(name) ||
                OwnCodeIsOpen(sources, ""))
        << name << " is in the file, and not in the sources";
  }
}

INSTANTIATE_TEST_SUITE_P(Programs, SourceAndBinaryTest,
                         ::testing::ValuesIn(Programs()),
                         [](const auto& program) {
                           return program.param.name;
                         });

}  // namespace
}  // namespace bailey::analyzer
