#include "analyzer/flow/call_targets.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "analyzer/flow/program.h"
#include "analyzer/source/front_end.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

constexpr int kHandlers = 60;

// A table of functions, all of which one call may lead to.
std::string Handlers() {
  std::string text;
  std::string table;
  for (int i = 0; i < kHandlers; ++i) {
    // Not in the order of their names.
    const std::string name = "handler" + std::to_string(i * 37 % kHandlers);
    text +=
        "static int " + name + "(void) { return " + std::to_string(i) + "; }\n";
    table += name + ", ";
  }
  return text + "int (*const table[])(void) = {" + table +
         "};\nint main(int n, char **v) { return table[n](); }\n";
}

std::vector<std::string> TargetsOf(const Program& program) {
  CallRoots roots;
  roots.functions = {"main"};
  std::vector<std::string> targets;
  for (const CallFact& each : FindCallTargets(program, roots).calls)
    targets.push_back(each.to);
  return targets;
}

// Leaves free pieces of such a size as a deque takes, in no order.
class HolesInMemory {
 public:
  HolesInMemory() {
    constexpr size_t kBlock = 512;
    constexpr size_t kCount = 4001;
    std::vector<std::unique_ptr<char[]>> all(kCount);
    for (auto& each : all) each = std::make_unique<char[]>(kBlock);
    for (size_t i = 0; i < kCount; i += 2)  // neighbours do not become one
      all[i * 1009 % kCount].reset();
    kept_ = std::move(all);
  }

 private:
  std::vector<std::unique_ptr<char[]>> kept_;
};

// Which path a report shows depends on the order: it is the same whatever was
// done with memory before.
TEST(CallTargetsTest, TheirOrderDoesNotDependOnAddresses) {
  const Scratch scratch;
  scratch.Write("a.c", Handlers());
  UnitOutcome unit = ParseUnit({scratch.path(), "a.c", "", {"cc", "-c", "a.c"}},
                               scratch.path());
  ASSERT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
  const Program program = JoinUnits({std::move(unit.facts)}, {});
  const std::vector<std::string> targets = TargetsOf(program);
  EXPECT_EQ(targets.size(), kHandlers);
  const HolesInMemory holes;
  EXPECT_EQ(TargetsOf(program), targets);
}

}  // namespace
}  // namespace bailey::analyzer
