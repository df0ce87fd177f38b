// Runs the programs of testdata/analyzer/calls and looks for each call through
// a pointer that was seen in what the points-to analysis says.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tuple>
#include <vector>

#include "analyzer/flow/call_targets.h"
#include "analyzer/flow/program.h"
#include "analyzer/source/front_end.h"
#include "common/fd.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

const std::string kCallsFolder = BAILEY_TESTDATA "/analyzer/calls";

// The name in `file.c:name`.
std::string Plain(const std::string& id) {
  return id.substr(id.rfind(':') + 1);
}

std::string Output(const std::string& command, const Scratch& scratch) {
  const std::string path = scratch.path() + "/output";
  EXPECT_EQ(std::system((command + " >" + path).c_str()), 0) << command;
  return ReadFile(path).value_or("");
}

// An address of the program: its function and line; no line outside of it.
struct Spot {
  std::string function;
  int line = 0;
};

struct Seen {
  bool is_call = false;  // else an entry
  std::string at;
  std::string to;
};

class Recording {
 public:
  explicit Recording(const std::string& name) {
    const std::string program = scratch_.path() + "/program";
    const std::string record = scratch_.path() + "/record";
    Output(
        "clang-19 -w -g -O0 -no-pie -fno-pie -finstrument-functions "
        "-fsanitize-coverage=trace-pc-guard,indirect-calls -pthread "
        "-D_GNU_SOURCE -x c " +
            kCallsFolder + "/" + name + " " + kCallsFolder + "/record.inc -o " +
            program,
        scratch_);
    // A program may end as it likes.
    std::ignore = std::system(("CALLS_RECORD=" + record + " timeout 20 " +
                               program + " >/dev/null 2>&1")
                                  .c_str());
    std::istringstream lines(ReadFile(record).value_or(""));
    std::string kind, at, to;
    std::set<std::string> addresses;
    while (lines >> kind >> at >> to) {
      seen_.push_back({kind == "I", at, to});
      addresses.insert({at, to});
    }
    Name(program, addresses);
  }

  const std::vector<Seen>& seen() const { return seen_; }
  const Spot& At(const std::string& address) const {
    return spots_.at(address);
  }

 private:
  void Name(const std::string& program, const std::set<std::string>& all) {
    std::string command = "addr2line -f -e " + program;
    for (const std::string& each : all) command += " 0x" + each;
    std::istringstream lines(Output(command, scratch_));
    std::string function, place;
    for (const std::string& each : all) {
      std::getline(lines, function);
      std::getline(lines, place);
      const std::string line = place.substr(place.rfind(':') + 1);
      spots_[each] = {function, std::atoi(line.c_str())};
    }
  }

  Scratch scratch_;
  std::vector<Seen> seen_;
  std::map<std::string, Spot> spots_;
};

// What the analysis says, by function and line.
class Answer {
 public:
  explicit Answer(const std::string& name) {
    UnitOutcome unit =
        ParseUnit({kCallsFolder,
                   name,
                   "",
                   {"clang-19", "-D_GNU_SOURCE", "-w", "-c", name}},
                  kCallsFolder);
    EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
    const Program program = JoinUnits({std::move(unit.facts)}, {});
    CallRoots roots;
    roots.functions = {"main"};
    roots.functions.insert(program.constructors.begin(),
                           program.constructors.end());
    roots.functions.insert(program.destructors.begin(),
                           program.destructors.end());
    const CallTargets found = FindCallTargets(program, roots);
    for (const CallFact& each : found.calls) Add(each);
    for (const CallFact& each : program.calls) Add(each);
    for (const IndirectCall& each : program.indirect_calls)
      if (!found.resolved.contains({each.unit, each.call}))
        unresolved_.emplace(Plain(each.fact.from), each.fact.site.line);
    for (const std::string& each : found.called_from_outside)
      outside_.insert(Plain(each));
  }

  bool HasCall(const Spot& from, const std::string& to) const {
    return calls_.contains({from.function, from.line, to});
  }
  bool IsOpen(const Spot& from) const {
    return unresolved_.contains({from.function, from.line});
  }
  bool IsCalledFromOutside(const std::string& function) const {
    return outside_.contains(function);
  }

 private:
  void Add(const CallFact& call) {
    calls_.emplace(Plain(call.from), call.site.line, Plain(call.to));
  }

  std::set<std::tuple<std::string, int, std::string>> calls_;
  std::set<std::pair<std::string, int>> unresolved_;
  std::set<std::string> outside_;
};

class CalledProgramsTest : public ::testing::TestWithParam<std::string> {};

TEST_P(CalledProgramsTest, EveryCallThatIsSeenIsFound) {
  const Recording recording(GetParam());
  const Answer answer(GetParam());
  size_t calls = 0;
  for (const Seen& each : recording.seen()) {
    const Spot& from = recording.At(each.at);
    const Spot& to = recording.At(each.to);
    if (to.line == 0) continue;  // a library's
    const bool outside = answer.IsCalledFromOutside(to.function);
    if (each.is_call) {
      ++calls;
      EXPECT_TRUE(answer.HasCall(from, to.function) ||
                  (answer.IsOpen(from) && outside))
          << from.function << ":" << from.line << " calls " << to.function;
    } else if (from.line == 0 && to.function != "main") {
      EXPECT_TRUE(outside) << to.function << " is entered from outside";
    }
  }
  EXPECT_GT(calls, 0u) << "nothing was called through a pointer";
}

std::vector<std::string> Programs() {
  std::vector<std::string> names;
  for (const auto& each : std::filesystem::directory_iterator(kCallsFolder))
    if (each.path().extension() == ".c")
      names.push_back(each.path().filename().string());
  std::ranges::sort(names);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, CalledProgramsTest,
                         ::testing::ValuesIn(Programs()), [](const auto& test) {
                           return test.param.substr(0, test.param.find('.'));
                         });

}  // namespace
}  // namespace bailey::analyzer
