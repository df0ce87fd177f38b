// What libraries do while a program serves: less than at startup where that can
// be shown, and never less than they may.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "analyzer/elf/c_library_facts.h"
#include "analyzer/report/analyze.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::Not;

class LibraryPhasesTest : public ::testing::Test {
 protected:
  LibraryPhasesTest() : build_({scratch_.At("server.c")}) {}

  // The facts are of one version of the C library, and need its symbols.
  void SetUp() override {
    const auto libc = ElfImage::Load("/lib/x86_64-linux-gnu/libc.so.6");
    if (!libc.ok() || !HasKnownFacts(*libc) || libc->debug_file().empty())
      GTEST_SKIP() << "another C library, or one without symbols";
  }

  std::set<std::string> Serving(const std::string& startup,
                                const std::string& loop) {
    scratch_.Write("server.c",
                   "#include <locale.h>\n#include <netdb.h>\n"
                   "#include <poll.h>\n#include <pthread.h>\n#include <pwd.h>\n"
                   "#include <string.h>\n#include <unistd.h>\n"
                   "int main(void) { char text[9] = {0}; " +
                       startup +
                       "\n  for (;;) { poll(0, 0, -1); write(1, text, 1);" +
                       loop + " } }");
    AnalyzeOptions options;
    options.build_directory = build_.path();
    const auto analysis = Analyze(options);
    EXPECT_TRUE(analysis.ok()) << analysis.error().message;
    std::set<std::string> calls;
    if (!analysis.ok()) return calls;
    for (const Capability& each : analysis->report.capabilities)
      if (each.phase == Phase::kServing) calls.insert(each.name);
    return calls;
  }

  const Scratch scratch_;
  const BuildFolder build_;
};

constexpr char kLookUp[] =
    "struct addrinfo *found; getaddrinfo(\"x\", 0, 0, &found);";

TEST_F(LibraryPhasesTest, TheNameServiceServesWhereServingAsksIt) {
  EXPECT_THAT(Serving("", kLookUp), Contains("sendmmsg"));
  EXPECT_THAT(Serving(kLookUp, kLookUp), Contains("sendmmsg"));
  EXPECT_THAT(Serving(kLookUp, ""), Not(Contains("sendmmsg")));
}

// Each looks functions up in what may be loaded already.
TEST_F(LibraryPhasesTest, OtherQuestionsToModulesThatStartupLoadedCount) {
  const auto asked = Serving(kLookUp, "gethostbyname(\"x\");");
  EXPECT_THAT(asked, Contains("sendmmsg"));
  EXPECT_THAT(asked, Contains("connect"));
}

TEST_F(LibraryPhasesTest, MessagesAreLookedUpOnceThereIsALocale) {
  EXPECT_THAT(Serving("", "strerror(3);"), Not(Contains("sysinfo")));
  EXPECT_THAT(Serving("setlocale(LC_ALL, \"\");", "strerror(3);"),
              Contains("sysinfo"));
}

TEST_F(LibraryPhasesTest, WhatTheLoaderStartsWithIsOver) {
  const auto serving = Serving("", "");
  EXPECT_THAT(serving, Not(Contains("arch_prctl")));
  EXPECT_THAT(serving, Contains("exit_group"));
  EXPECT_THAT(serving, Contains("rt_sigreturn"));
}

}  // namespace
}  // namespace bailey::analyzer
