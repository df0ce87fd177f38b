// Hooks that are parameters, and null in all calls of their functions.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analyzer/report/analyze.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::Not;

// `told` has its address taken, and is called if the hook's call may lead
// anywhere.
std::set<std::string> CallsWith(const std::string& use) {
  const Scratch scratch;
  scratch.Write("hook.c", R"(
#include <unistd.h>
typedef int (*Hook)(void);
static int told(void) { return sethostname("x", 1); }
static int plain(void) { return chroot("x"); }
static Hook unused[] = {told};
static volatile unsigned long bits;
static int scan(Hook each, Hook bucket) {
  if (bucket) bucket();
  return each();
}
int main(int argc, char **argv) {
  if (argc > 100) bits = (unsigned long)unused[argc - 101] & 0xff;
)" + use + "}");
  const BuildFolder build({scratch.At("hook.c")});
  AnalyzeOptions options;
  options.build_directory = build.path();
  const auto analysis = Analyze(options);
  EXPECT_TRUE(analysis.ok()) << analysis.error().message;
  std::set<std::string> names;
  if (analysis.ok())
    for (const Capability& each : analysis->report.capabilities)
      names.insert(each.name);
  return names;
}

TEST(NullHooksTest, AHookThatIsAlwaysNullIsNotCalled) {
  const auto calls = CallsWith("return scan(plain, 0);");
  EXPECT_THAT(calls, Contains("chroot"));
  EXPECT_THAT(calls, Not(Contains("sethostname")));
}

// Put together out of numbers, it may be any.
TEST(NullHooksTest, AHookOutOfNumbersIsCalled) {
  EXPECT_THAT(
      CallsWith("return scan(plain, 0) + scan(plain, (Hook)(bits * 3));"),
      Contains("sethostname"));
}

// Data is no null, and may be code.
TEST(NullHooksTest, AHookThatIsDataIsCalled) {
  EXPECT_THAT(CallsWith("static const unsigned char code[] = {0xc3};"
                        "return scan(plain, 0) + scan(plain, (Hook)code);"),
              Contains("sethostname"));
}

TEST(NullHooksTest, ACallThroughAPointerMayPassAny) {
  EXPECT_THAT(CallsWith("int (*volatile other)(Hook, Hook) = scan;"
                        "return scan(plain, 0) + other(plain, told);"),
              Contains("sethostname"));
}

}  // namespace
}  // namespace bailey::analyzer
