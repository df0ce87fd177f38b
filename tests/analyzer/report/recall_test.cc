// Whatever a program really calls must be in its report: it is built, run under
// strace, and compared.
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "analyzer/capture/capture.h"
#include "analyzer/report/analyze.h"
#include "common/fd.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

// Names of the calls in a log of `strace -o`, without -f: what the program's
// children do after an exec is not its own.
std::set<std::string> CallsIn(const std::string& log) {
  std::set<std::string> names;
  std::istringstream lines(log);
  std::string line;
  while (std::getline(lines, line)) {
    const size_t end = line.find('(');
    if (end != std::string::npos && end > 0 && line[0] >= 'a' && line[0] <= 'z')
      names.insert(line.substr(0, end));
  }
  return names;
}

TEST(RecallTest, EveryCallThatIsMadeIsReported) {
  if (system("strace -V >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "strace is not installed";
  const Scratch scratch;
  const std::string program = scratch.At("recall");
  CaptureOptions capture;
  capture.command = {"cc", "-O2", BAILEY_TESTDATA "/analyzer/recall/recall.c",
                     "-o", program};
  capture.output_directory = scratch.path();
  const auto built = Capture(capture);
  ASSERT_TRUE(built.ok() && *built == 0);
  const std::string log = scratch.At("log");
  if (system(("strace -o " + log + " " + program + " >/dev/null").c_str()) != 0)
    GTEST_SKIP() << "strace cannot trace here";
  AnalyzeOptions options;
  options.build_directory = scratch.path();
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  std::set<std::string> reported;
  for (const Capability& each : analysis->report.capabilities)
    reported.insert(each.name);
  const std::set<std::string> made = CallsIn(ReadFile(log).value_or(""));
  EXPECT_GT(made.size(), 15u) << "the log was not read";
  for (const std::string& name : made) {
    // The tracer's execve starts the program; it is not the program's call.
    if (name == "execve") continue;
    EXPECT_TRUE(reported.contains(name)) << name;
  }
}

}  // namespace
}  // namespace bailey::analyzer
