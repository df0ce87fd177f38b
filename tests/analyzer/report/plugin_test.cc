// Code that is loaded at run time, and programs of which there is no source.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "analyzer/report/analyze.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

// The plugin calls back a function that nothing of the program calls.
constexpr char kHost[] = R"(
#include <dlfcn.h>
#include <unistd.h>
int host_callback(void) { return sethostname("x", 1); }
int main(int argc, char **argv) {
  void *plugin = dlopen(argv[1], RTLD_NOW);
  int (*start)(void) = (int (*)(void))dlsym(plugin, "start");
  return start();
})";

constexpr char kPlugin[] = R"(
#include <sys/reboot.h>
#include <sys/swap.h>
#include <unistd.h>
int host_callback(void);
static int hidden(void) { return swapoff("x"); }
const struct { int (*run)(void); } table = {hidden};
static void __attribute__((constructor)) load(void) { acct("x"); }
int start(void) { return host_callback() + reboot(0); })";

class PluginTest : public ::testing::Test {
 protected:
  PluginTest() : build_({scratch_.At("host.c")}) {
    scratch_.Write("host.c", kHost);
    scratch_.Write("plugin.c", kPlugin);
    Compile("-shared -fPIC -o " + scratch_.At("plugin.so") + " " +
            scratch_.At("plugin.c"));
  }

  static void Compile(const std::string& arguments) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the test has one thread.
    ASSERT_EQ(std::system(("cc " + arguments).c_str()), 0);
  }

  Result<Analysis> AnalyzeWith(std::vector<std::string> plugins) const {
    AnalyzeOptions options;
    options.build_directory = build_.path();
    options.plugins = std::move(plugins);
    return Analyze(options);
  }

  const Scratch scratch_;
  const BuildFolder build_;
};

testing::Matcher<const Report&> Calls(const std::string& name) {
  return Field(&Report::capabilities, Contains(Field(&Capability::name, name)));
}

testing::Matcher<const Report&> Assumes(const std::string& reason,
                                        const std::string& assumed) {
  return Field(&Report::unresolved,
               Contains(AllOf(Field(&Unresolved::reason, reason),
                              Field(&Unresolved::assumed, assumed))));
}

TEST_F(PluginTest, WhatIsLoadedMayDoAnythingUnlessItIsDeclared) {
  const auto analysis = AnalyzeWith({});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_THAT(analysis->report, Assumes("dlopen", "any system call"));
  for (const char* name : {"reboot", "swapoff", "acct"})
    EXPECT_THAT(analysis->report, Not(Calls(name))) << name;
}

TEST_F(PluginTest, ADeclaredPluginIsAnalyzedAsIfItWereLinked) {
  const auto analysis = AnalyzeWith({scratch_.At("*.so")});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  for (const char* name : {"reboot", "swapoff", "acct", "sethostname"})
    EXPECT_THAT(analysis->report, Calls(name)) << name;
  EXPECT_THAT(
      analysis->report,
      Assumes("dlopen", "code of the 1 declared plugins, and no other"));
  EXPECT_THAT(analysis->report.inputs,
              Contains(Field(&ReportInput::path, "plugin.so")));
}

TEST_F(PluginTest, WhatAPluginFindsInTheProgramIsNotMissing) {
  const auto analysis = AnalyzeWith({scratch_.At("plugin.so")});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_THAT(
      analysis->report.unresolved,
      Not(Contains(Field(&Unresolved::reason, HasSubstr("host_callback")))));
}

TEST_F(PluginTest, APatternThatMatchesNothingIsAnError) {
  const auto analysis = AnalyzeWith({scratch_.At("*.dll")});
  ASSERT_FALSE(analysis.ok());
  EXPECT_THAT(analysis.error().message, HasSubstr("*.dll"));
}

TEST_F(PluginTest, ABinaryIsAnalyzedWithoutItsSources) {
  Compile("-o " + scratch_.At("host") + " " + scratch_.At("host.c"));
  ASSERT_TRUE(IsBinary(scratch_.At("host")));
  ASSERT_FALSE(IsBinary(scratch_.At("host.c")));
  AnalyzeOptions options;
  options.sources = {scratch_.At("host")};
  const auto alone = AnalyzeBinary(options);
  ASSERT_TRUE(alone.ok()) << alone.error().message;
  EXPECT_THAT(alone->report, Calls("exit_group"));
  EXPECT_THAT(alone->report,
              Assumes("dlopen of a name that is computed in `main` of host",
                      "any system call"));
  EXPECT_THAT(alone->report, Not(Calls("reboot")));
  options.plugins = {scratch_.At("plugin.so")};
  const auto both = AnalyzeBinary(options);
  ASSERT_TRUE(both.ok()) << both.error().message;
  EXPECT_THAT(both->report, Calls("reboot"));
}

TEST_F(PluginTest, ALibraryThatABinaryNamesToDlopenIsAnalyzed) {
  scratch_.Write("named.c",
                 "#include <dlfcn.h>\n"
                 "static __attribute__((noinline)) void *load(const char *name)"
                 "{ return dlopen(name, RTLD_NOW); }\n"
                 "int main(void) { return load(\"" +
                     scratch_.At("plugin.so") +
                     "\") == load(\"/nowhere/libnone.so\"); }");
  Compile("-O1 -s -o " + scratch_.At("named") + " " + scratch_.At("named.c"));
  AnalyzeOptions options;
  options.sources = {scratch_.At("named")};
  const auto analysis = AnalyzeBinary(options);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  for (const char* name : {"reboot", "swapoff", "acct"})
    EXPECT_THAT(analysis->report, Calls(name)) << name;
  EXPECT_THAT(analysis->report.unresolved,
              Not(Contains(Field(&Unresolved::reason, HasSubstr("dlopen")))));
  EXPECT_THAT(analysis->report.modelled,
              Contains(AllOf(
                  Field(&Modelled::what, "dlopen of `/nowhere/libnone.so`"),
                  Field(&Modelled::follows, HasSubstr("nothing is loaded")))));
}

// --- Names that sources give
// ---------------------------------------------------------------

testing::Matcher<const Report&> LeavesOpen(const std::string& function) {
  return Field(&Report::unresolved,
               Contains(Field(&Unresolved::reason, function)));
}

TEST_F(PluginTest, ALibraryThatSourcesNameToDlopenIsAnalyzed) {
  scratch_.Write(
      "host.c",
      "#include <dlfcn.h>\n"
      "static const char *const name = \"" +
          scratch_.At("plugin.so") +
          "\";\n"
          "static __attribute__((noinline)) void *load(const char *n)"
          "{ return dlopen(n, RTLD_NOW); }\n"
          "int main(int argc, char **argv) {\n"
          "  load(\"/nowhere/libnone.so\");\n"
          "  int (*start)(void) = dlsym(load(name), \"start\");\n"
          "  return start(); }");
  const auto analysis = AnalyzeWith({});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  for (const char* name : {"reboot", "swapoff", "acct"})
    EXPECT_THAT(analysis->report, Calls(name)) << name;
  EXPECT_THAT(analysis->report, Not(LeavesOpen("dlopen")));
  EXPECT_THAT(analysis->report, Not(LeavesOpen("dlsym")));
  EXPECT_THAT(
      analysis->report.modelled,
      Contains(AllOf(Field(&Modelled::what,
                           "dlopen of `" + scratch_.At("plugin.so") + "`"),
                     Field(&Modelled::loaded,
                           testing::ElementsAre(scratch_.At("plugin.so"))))));
  EXPECT_THAT(analysis->report.modelled,
              Contains(AllOf(
                  Field(&Modelled::what, "dlopen of `/nowhere/libnone.so`"),
                  Field(&Modelled::follows, HasSubstr("nothing is loaded")))));
  EXPECT_THAT(analysis->report.inputs,
              Contains(Field(&ReportInput::path, HasSubstr("plugin.so"))));
}

// A library's functions are found by dlsym alone.
TEST_F(PluginTest, OnlyWhatIsAskedForIsCalledWhereAllNamesAreKnown) {
  const auto host = [this](const std::string& symbol) {
    return "#include <dlfcn.h>\nint main(int argc, char **argv) {\n"
           "  int (*f)(void) = dlsym(dlopen(\"" +
           scratch_.At("plugin.so") + "\", RTLD_NOW), " + symbol +
           ");\n  return f(); }";
  };
  scratch_.Write("host.c", host("\"nothing\""));
  const auto named = AnalyzeWith({});
  ASSERT_TRUE(named.ok()) << named.error().message;
  EXPECT_THAT(named->report, Not(Calls("reboot")));
  // Its constructor, and what its tables hold, need no name.
  EXPECT_THAT(named->report, AllOf(Calls("acct"), Calls("swapoff")));
  scratch_.Write("host.c", host("argv[1]"));
  const auto computed = AnalyzeWith({});
  ASSERT_TRUE(computed.ok()) << computed.error().message;
  EXPECT_THAT(computed->report, AllOf(Calls("reboot"), LeavesOpen("dlsym")));
}

TEST_F(PluginTest, AProgramFindsItsOwnFunctionsByName) {
  scratch_.Write("host.c",
                 "#include <dlfcn.h>\n#include <unistd.h>\n"
                 "int own(void) { return acct(\"x\"); }\n"
                 "int other(void) { return sethostname(\"x\", 1); }\n"
                 "int main(void) {\n"
                 "  int (*f)(void) = dlsym(dlopen(0, RTLD_NOW), \"own\");\n"
                 "  return f(); }");
  const auto analysis = AnalyzeWith({});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_THAT(analysis->report,
              AllOf(Calls("acct"), Not(Calls("sethostname"))));
  EXPECT_THAT(analysis->report, Not(LeavesOpen("dlsym")));
}

TEST_F(PluginTest, NamesThatAreComputedOrDependOnTheFolderStayOpen) {
  for (const char* name :
       {"argv[1]", "getenv(\"P\")", "buffer", "\"./plugin.so\"",
        "\"$ORIGIN/plugin.so\"", "argc ? argv[1] : \"libm.so.6\""}) {
    scratch_.Write("host.c",
                   "#include <dlfcn.h>\n#include <stdio.h>\n"
                   "#include <stdlib.h>\n"
                   "int main(int argc, char **argv) { char buffer[99];\n"
                   "  snprintf(buffer, 99, \"/lib/mod_%s.so\", argv[1]);\n"
                   "  return dlopen(" +
                       std::string(name) + ", RTLD_NOW) == 0; }");
    const auto analysis = AnalyzeWith({});
    ASSERT_TRUE(analysis.ok()) << analysis.error().message;
    EXPECT_THAT(analysis->report, Assumes("dlopen", "any system call")) << name;
    EXPECT_THAT(analysis->report, Not(Calls("acct"))) << name;
  }
}

TEST_F(PluginTest, MainIsToldFromWhatRunsBeforeItInAStrippedBinary) {
  scratch_.Write("phases.c",
                 "#include <sys/swap.h>\n#include <unistd.h>\n"
                 "static void __attribute__((constructor)) early(void)"
                 "{ acct(\"x\"); }\n"
                 "int main(void) { return swapoff(\"x\"); }");
  for (const char* flags : {"-s", "-static -s", "-static-pie -s", "-no-pie"}) {
    Compile(std::string("-O1 ") + flags + " -o " + scratch_.At("phases") + " " +
            scratch_.At("phases.c"));
    AnalyzeOptions options;
    options.sources = {scratch_.At("phases")};
    const auto analysis = AnalyzeBinary(options);
    ASSERT_TRUE(analysis.ok()) << analysis.error().message;
    const auto in = [](const char* name, Phase phase) {
      return Contains(AllOf(Field(&Capability::name, name),
                            Field(&Capability::phase, phase)));
    };
    const auto& all = analysis->report.capabilities;
    EXPECT_THAT(all, in("acct", Phase::kStartup)) << flags;
    EXPECT_THAT(all, Not(in("swapoff", Phase::kStartup))) << flags;
    EXPECT_THAT(all, in("swapoff", Phase::kServing)) << flags;
    EXPECT_THAT(all, in("exit_group", Phase::kServing)) << flags;
  }
}

// On this host they may be systemd's, which ask the kernel for capabilities.
TEST_F(PluginTest, ModulesOfTheNameServiceAreCodeThatIsLoaded) {
  scratch_.Write(
      "host.c",
      "#include <pwd.h>\nint main(void) { return !getpwnam(\"x\"); }");
  const auto analysis = AnalyzeWith({});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_THAT(
      analysis->report.modelled,
      Contains(AllOf(Field(&Modelled::what, AllOf(HasSubstr("name service: "),
                                                  HasSubstr("passwd"))),
                     Field(&Modelled::read, Contains("/etc/nsswitch.conf")))));
}

TEST_F(PluginTest, TheKernelsOwnCallIsInEveryReport) {
  const auto analysis = AnalyzeWith({});
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_THAT(analysis->report, Calls("restart_syscall"));
}

}  // namespace
}  // namespace bailey::analyzer
