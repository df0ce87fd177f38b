// What follows if nothing is loaded by a name that is computed, and what does
// not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/capture/capture.h"
#include "analyzer/report/analyze.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::Not;
using ::testing::StartsWith;

// What main does with what it loads is put in. Who is handed to the loaded code
// may be called by it, and so may what it finds by name.
std::string Host(const std::string& body) {
  return R"(
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/swap.h>
#include <unistd.h>
static int told(void) { return sethostname("x", 1); }
int wanted(void) { return chroot("x"); }
struct hooks { int (*run)(void); int (*other)(void); };
static struct hooks hooks = {told, 0};
int use(struct hooks *of) { return of->other ? of->other() : 0; }
int main(int argc, char **argv) {
  void *plugin = dlopen(argv[1], RTLD_NOW);
)" + body +
         "}";
}

Report ReportOf(const std::string& body, bool no_plugins) {
  const Scratch scratch;
  scratch.Write("host.c", Host(body));
  CaptureOptions capture;
  capture.command = {"cc", scratch.At("host.c"), "-o", scratch.At("host")};
  capture.output_directory = scratch.path();
  const auto built = Capture(capture);
  EXPECT_TRUE(built.ok() && *built == 0);
  AnalyzeOptions options;
  options.build_directory = scratch.path();
  options.no_plugins = no_plugins;
  auto analysis = Analyze(options);
  EXPECT_TRUE(analysis.ok()) << analysis.error().message;
  return analysis.ok() ? std::move(analysis->report) : Report();
}

testing::Matcher<const Report&> CallsOf(const std::string& name) {
  return Field(&Report::capabilities, Contains(Field(&Capability::name, name)));
}

testing::Matcher<const Report&> AssumesOf(const std::string& reason,
                                          const std::string& assumed) {
  return Field(
      &Report::unresolved,
      Contains(AllOf(Field(&Unresolved::reason, reason),
                     Field(&Unresolved::assumed, StartsWith(assumed)))));
}

constexpr char kStart[] = R"(
  int (*start)(struct hooks *) = (int (*)(struct hooks *))dlsym(plugin, "start");
  return start ? start(&hooks) : 0;
)";

TEST(NoPluginsTest, WhatWouldBeLoadedCallsNothing) {
  const Report open = ReportOf(kStart, false);
  EXPECT_THAT(open, CallsOf("sethostname"));
  EXPECT_THAT(open, AssumesOf("dlopen", "any system call"));
  const Report closed = ReportOf(kStart, true);
  EXPECT_THAT(closed, Not(CallsOf("sethostname")));
  EXPECT_THAT(closed, AssumesOf("dlopen", "no code"));
}

TEST(NoPluginsTest, TheProgramFindsItsOwnFunctions) {
  for (const char* handle : {"0", "RTLD_DEFAULT", "dlopen(0, 1)", "plugin"}) {
    const Report report =
        ReportOf(std::string("int (*own)(void) = (int (*)(void))dlsym(") +
                     handle + ", \"wanted\"); return own();",
                 true);
    EXPECT_THAT(report, CallsOf("chroot")) << handle;
  }
}

// It may find any function, of the program's too.
void ExpectThatAnythingIsFound(const std::string& body) {
  const Report report = ReportOf(body, true);
  EXPECT_THAT(report, CallsOf("sethostname"));
  EXPECT_THAT(report, AssumesOf("dlsym", "any system call"));
}

TEST(NoPluginsTest, AComputedNameMeansAnything) {
  ExpectThatAnythingIsFound(
      "int (*own)(struct hooks *) = (int (*)(struct hooks *))"
      "dlsym(0, argv[2]); return own(&hooks);");
}

TEST(NoPluginsTest, WhoHasTheAddressOfDlsymAsksForAnything) {
  const Report report = ReportOf(
      "void *(*volatile find)(void *, const char *) = dlsym;"
      "int (*own)(struct hooks *) = (int (*)(struct hooks *))"
      "find(0, argv[2]); return own(&hooks);",
      true);
  EXPECT_THAT(report, CallsOf("sethostname"));
}

// What libraries have under that name is no plugin.
TEST(NoPluginsTest, ALibraryIsFound) {
  const Report report = ReportOf(
      "int (*off)(const char *) = (int (*)(const char *))"
      "dlsym(0, \"swapoff\"); return off(argv[2]);",
      true);
  EXPECT_THAT(report, CallsOf("swapoff"));
}

// It says nothing of files whose names stand in the sources, whoever calls.
TEST(NoPluginsTest, ANameInTheSourcesIsNoComputedOne) {
  for (const char* load :
       {"dlopen(\"./plug.so\", 1);", "dlopen(\"$ORIGIN/plug.so\", 1);",
        "dlopen(argc > 1 ? argv[1] : \"./plug.so\", 1);"})
    EXPECT_THAT(ReportOf(load, true), AssumesOf("dlopen", "any system call"))
        << load;
  EXPECT_THAT(ReportOf("void *(*volatile open)(const char *, int) = dlopen;"
                       "open(\"./plug.so\", 1);",
                       true),
              AssumesOf("dlopen", "any system call"));
}

// Nobody knows what it is linked with.
TEST(NoPluginsTest, WithoutTheLinkCommandThereMayBeMore) {
  const Scratch scratch;
  scratch.Write("host.c", Host(kStart));
  const BuildFolder build({scratch.At("host.c")});
  AnalyzeOptions options;
  options.build_directory = build.path();
  options.no_plugins = true;
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok()) << analysis.error().message;
  EXPECT_THAT(analysis->report, CallsOf("sethostname"));
}

// Then anybody may find anything by it.
TEST(NoPluginsTest, WhoFindsDlsymAsksForAnything) {
  ExpectThatAnythingIsFound(
      "void *(*find)(void *, const char *) = (void *(*)(void *, const char *))"
      "dlsym(0, \"dlsym\");"
      "int (*own)(struct hooks *) = (int (*)(struct hooks *))"
      "find(0, argv[2]); return own(&hooks);");
}

}  // namespace
}  // namespace bailey::analyzer
