// Programs of several link units, built for real: what the project's own
// archives, shared libraries and plugins hold is analyzed from its sources.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/capture/capture.h"
#include "analyzer/report/analyze.h"
#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

class WholeProgramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(scratch_.At("lib"));
    scratch_.Write("main.c",
                   "int work(void);\nint main(void) { return work(); }");
    scratch_.Write("lib/work.c",
                   "#include <sys/utsname.h>\nint helper(void);\n"
                   "int work(void) { struct utsname u; return uname(&u) + "
                   "helper(); }");
    scratch_.Write("lib/helper.c",
                   "#include <unistd.h>\nint helper(void) { return "
                   "(int)getppid(); }");
  }

  // `commands`: of a shell.
  void Build(const std::string& commands) {
    CaptureOptions options;
    options.command = {"sh", "-ec", "cd " + scratch_.path() + "\n" + commands};
    options.output_directory = scratch_.path();
    const auto status = Capture(options);
    ASSERT_TRUE(status.ok() && *status == 0);
  }

  Analysis AnalyzeProgram(const std::vector<std::string>& plugins = {},
                          const std::string& program = "prog") {
    AnalyzeOptions options;
    options.build_directory = scratch_.path();
    options.program = program;
    for (const std::string& each : plugins)
      options.plugins.push_back(scratch_.At(each));
    auto analysis = Analyze(options);
    EXPECT_TRUE(analysis.ok()) << analysis.error().message;
    if (!analysis.ok()) return {};
    EXPECT_FALSE(analysis->diagnostics.has_errors())
        << RenderText(analysis->diagnostics);
    return std::move(*analysis);
  }

  static std::vector<std::string> Calls(const Analysis& analysis,
                                        Confidence confidence) {
    std::vector<std::string> names;
    for (const Capability& each : analysis.report.capabilities)
      if (each.confidence == confidence) names.push_back(each.name);
    return names;
  }

  static std::vector<std::string> Proved(const Analysis& analysis) {
    return Calls(analysis, Confidence::kProved);
  }

  static bool LeavesOpen(const Analysis& analysis, const std::string& reason) {
    return std::ranges::any_of(
        analysis.report.unresolved,
        [&](const Unresolved& each) { return each.reason == reason; });
  }

  static void ExpectNothingOpaque(const Analysis& analysis) {
    EXPECT_THAT(
        analysis.report.unresolved,
        Not(Contains(Field(&Unresolved::reason, HasSubstr("its source")))));
    EXPECT_THAT(
        analysis.report.unresolved,
        Not(Contains(Field(&Unresolved::reason, HasSubstr("in no library")))));
  }

  Scratch scratch_;
};

TEST_F(WholeProgramTest, ASharedLibraryOfTheBuildIsItsSources) {
  Build(
      "cc -fPIC -c lib/work.c -o lib/work.o\n"
      "cc -fPIC -c lib/helper.c -o lib/helper.o\n"
      "cc -shared -Wl,-soname,libwork.so.1 lib/work.o lib/helper.o "
      "-o lib/libwork.so.1.0\n"
      "ln -s libwork.so.1.0 lib/libwork.so.1\n"
      "ln -s libwork.so.1 lib/libwork.so\n"
      "cc main.c -Llib -lwork -o prog\n"
      "cc main.c ./lib/libwork.so -o by-path");
  for (const char* program : {"prog", "by-path"}) {
    const Analysis analysis = AnalyzeProgram({}, program);
    EXPECT_THAT(Proved(analysis), Contains("uname")) << program;
    EXPECT_THAT(Proved(analysis), Contains("getppid")) << program;
    ExpectNothingOpaque(analysis);
    EXPECT_EQ(analysis.flow.units.size(), 3u);
    EXPECT_THAT(analysis.report.inputs,
                Not(Contains(Field(&ReportInput::path, HasSubstr("libwork")))));
  }
}

TEST_F(WholeProgramTest, ALibrarysOwnLibrariesAreLoadedToo) {
  scratch_.Write("lib/work.c",
                 "double cbrt(double);\nint helper(void);\nint work(void) { "
                 "volatile double x = 8; return (int)cbrt(x) + helper(); }");
  scratch_.Write("lib/helper.c", "int helper(void) { return 1; }");
  Build(
      "cc -fPIC -shared lib/helper.c -o lib/libhelper.so\n"
      "cc -fPIC -shared lib/work.c -Llib -lhelper -lm -o lib/libwork.so\n"
      "cc main.c -Llib -lwork -Wl,-rpath-link,lib -o prog");
  const Analysis analysis = AnalyzeProgram();
  EXPECT_EQ(analysis.flow.units.size(), 3u);
  ExpectNothingOpaque(analysis);
}

TEST_F(WholeProgramTest, ALibraryCopiedToAnotherFolderIsItself) {
  Build(
      "cc -fPIC -shared lib/work.c lib/helper.c -o lib/libwork.so\n"
      "mkdir staging && cp lib/libwork.so staging/libwork.so\n"
      "cc main.c -Lstaging -lwork -o prog");
  EXPECT_THAT(Proved(AnalyzeProgram()), Contains("uname"));
}

// What is not C or C++ shows in the library's file alone.
TEST_F(WholeProgramTest, ALibraryWithAssemblyIsReadAsItsFile) {
  scratch_.Write("lib/helper.s",
                 ".globl helper\n.type helper,@function\nhelper:\n mov "
                 "$110,%eax\n syscall\n ret\n.size helper,.-helper\n"
                 ".section .note.GNU-stack,\"\"\n");
  Build(
      "cc -fPIC -c lib/work.c -o lib/work.o\n"
      "cc -c lib/helper.s -o lib/helper.o\n"
      "cc -shared lib/work.o lib/helper.o -o lib/libwork.so\n"
      "cc main.c ./lib/libwork.so -o prog");
  const Analysis analysis = AnalyzeProgram();
  EXPECT_EQ(analysis.flow.units.size(), 1u);
  for (const char* name : {"uname", "getppid"})
    EXPECT_THAT(Calls(analysis, Confidence::kOverApproximated), Contains(name));
  ExpectNothingOpaque(analysis);
}

TEST_F(WholeProgramTest, ArchivesAreFollowedHoweverTheyWereMade) {
  const std::string compile =
      "cc -c lib/work.c -o lib/work.o\ncc -c lib/helper.c -o lib/helper.o\n";
  const std::pair<const char*, std::string> ways[] = {
      {"plain", "ar rcs lib/libwork.a lib/work.o lib/helper.o\n"},
      {"two steps",
       "ar q lib/libwork.a lib/work.o\nar r lib/libwork.a lib/helper.o\n"
       "ranlib lib/libwork.a\n"},
      {"thin", "ar rcsT lib/libwork.a lib/work.o lib/helper.o\n"},
      {"partial link",
       "ld -r lib/work.o lib/helper.o -o lib/all.o\n"
       "ar rcs lib/libwork.a lib/all.o\n"},
      {"response file",
       "echo lib/work.o lib/helper.o > members\n"
       "ar rcs lib/libwork.a @members\n"},
      {"unpacked, as libtool does",
       "ar rcs lib/libinner.a lib/helper.o\nmkdir lib/unpacked\n"
       "(cd lib/unpacked && ar x ../libinner.a)\n"
       "ar rcs lib/libwork.a lib/work.o lib/unpacked/helper.o\n"
       "rm -r lib/unpacked\n"}};
  for (const auto& [name, archive] : ways) {
    Build("rm -f lib/*.a lib/*.o prog\n" + compile + archive +
          "cc main.c -Llib -lwork -o prog");
    const Analysis analysis = AnalyzeProgram();
    EXPECT_THAT(Proved(analysis), Contains("uname")) << name;
    EXPECT_THAT(Proved(analysis), Contains("getppid")) << name;
    ExpectNothingOpaque(analysis);
  }
}

TEST_F(WholeProgramTest, AnArchiveHandedToTheLinkerIsFollowed) {
  Build(
      "cc -c lib/work.c -o lib/work.o\ncc -c lib/helper.c -o lib/helper.o\n"
      "ar rcs lib/libwork.a lib/work.o lib/helper.o\n"
      "cc main.c -Wl,--whole-archive,lib/libwork.a,--no-whole-archive -o prog");
  EXPECT_THAT(Proved(AnalyzeProgram()), Contains("uname"));
}

// A name that a library hides is somebody else's for the program.
TEST_F(WholeProgramTest, AHiddenNameDoesNotHideTheCLibrarys) {
  scratch_.Write("main.c",
                 "#include <unistd.h>\nint work(void);\nint main(void) { "
                 "return work() + acct(\"x\"); }");
  scratch_.Write(
      "lib/helper.c",
      "__attribute__((visibility(\"hidden\"))) int acct(const char* "
      "p) { return p != 0; }\nint helper(void) { return acct(\"y\"); "
      "}");
  Build(
      "cc -fPIC -shared lib/work.c lib/helper.c -o lib/libwork.so\n"
      "cc main.c ./lib/libwork.so -o prog");
  const Analysis analysis = AnalyzeProgram();
  EXPECT_THAT(analysis.report.capabilities,
              Contains(Field(&Capability::name, "acct")));
}

TEST_F(WholeProgramTest, ADeclaredPluginOfTheBuildIsItsSources) {
  scratch_.Write("main.c",
                 "#include <dlfcn.h>\nint main(int c, char** v) { void* h = "
                 "dlopen(v[1], RTLD_NOW); int (*f)(void) = (int "
                 "(*)(void))dlsym(h, v[2]); return f(); }");
  Build(
      "cc -fPIC -shared lib/work.c lib/helper.c -o lib/plugin.so\n"
      "cc main.c -o prog");
  const Analysis without = AnalyzeProgram();
  EXPECT_THAT(without.report.capabilities,
              Not(Contains(Field(&Capability::name, "getppid"))));
  const Analysis with = AnalyzeProgram({"lib/*.so"});
  EXPECT_EQ(with.flow.units.size(), 3u);
  const auto found =
      std::ranges::find(with.report.capabilities, "getppid", &Capability::name);
  ASSERT_NE(found, with.report.capabilities.end());
  ASSERT_FALSE(found->sites.empty());
  EXPECT_EQ(found->sites[0].file, "lib/helper.c");
  EXPECT_THAT(with.report.unresolved,
              Contains(Field(&Unresolved::assumed,
                             HasSubstr("1 declared plugins, and no other"))));
}

TEST_F(WholeProgramTest, AFileThatDoesNotCompileIsAnErrorForTheWholeAnswer) {
  Build(
      "cc -fPIC -shared lib/work.c lib/helper.c -o lib/libwork.so\n"
      "cc main.c ./lib/libwork.so -o prog");
  scratch_.Write("lib/helper.c", "int helper(void) { return undeclared; }");
  AnalyzeOptions options;
  options.build_directory = scratch_.path();
  options.program = "prog";
  const auto analysis = Analyze(options);
  ASSERT_TRUE(analysis.ok());
  EXPECT_TRUE(analysis->diagnostics.has_errors());
  EXPECT_TRUE(analysis->report.capabilities.empty());
}

// The project's plugin, by the name that it will be installed under.
TEST_F(WholeProgramTest, APluginThatSourcesNameIsAnalyzedFromItsSources) {
  scratch_.Write("main.c",
                 "#include <dlfcn.h>\nint main(void) {\n"
                 "  void *first = dlopen(\"/usr/lib/prog/first.so\", 1);\n"
                 "  return ((int (*)(void))dlsym(first, \"work\"))(); }");
  scratch_.Write("first.c",
                 "#include <dlfcn.h>\n#include <unistd.h>\n"
                 "int work(void) { dlopen(\"second.so.1\", 1);"
                 " return acct(\"x\"); }");
  scratch_.Write("second.c",
                 "#include <sys/swap.h>\n"
                 "static void __attribute__((constructor)) load(void)"
                 "{ swapoff(\"x\"); }");
  Build(
      "cc -c main.c\ncc main.o -o prog\n"
      "cc -fPIC -c first.c second.c\ncc -shared first.o -o first.so\n"
      "cc -shared -Wl,-soname,second.so.1 second.o -o libsecond.so");
  const Analysis analysis = AnalyzeProgram();
  EXPECT_THAT(Calls(analysis, Confidence::kOverApproximated), Contains("acct"));
  for (const char* file : {"first.c", "second.c"})
    EXPECT_THAT(analysis.report.inputs,
                Contains(Field(&ReportInput::path, file)));
  EXPECT_FALSE(LeavesOpen(analysis, "dlopen"));
  EXPECT_FALSE(LeavesOpen(analysis, "dlsym"));
  EXPECT_THAT(
      analysis.report.modelled,
      Contains(testing::AllOf(
          Field(&Modelled::what, "dlopen of `second.so.1`"),
          Field(&Modelled::loaded, testing::ElementsAre("libsecond.so")))));
  std::vector<std::string> names;
  for (const Capability& each : analysis.report.capabilities)
    names.push_back(each.name);
  EXPECT_THAT(names, Contains("swapoff"));
}

// What is found by name is not what was declared: a computed name stays open.
TEST_F(WholeProgramTest, AFoundPluginIsNoDeclaredOne) {
  scratch_.Write("main.c",
                 "#include <dlfcn.h>\nint main(int argc, char **argv) {\n"
                 "  return !dlopen(\"./work.so\", 1) + "
                 "!dlopen(argv[1], 1); }");
  Build(
      "cc -c main.c\ncc main.o -o prog\n"
      "cc -fPIC -c lib/work.c lib/helper.c\n"
      "cc -shared work.o helper.o -o work.so");
  const Analysis analysis = AnalyzeProgram();
  EXPECT_THAT(analysis.report.inputs,
              Contains(Field(&ReportInput::path, "lib/work.c")));
  EXPECT_THAT(
      analysis.report.unresolved,
      Contains(testing::AllOf(Field(&Unresolved::reason, "dlopen"),
                              Field(&Unresolved::assumed, "any system call"))));
}

TEST_F(WholeProgramTest, APluginsConstructorMayRunWhileServing) {
  scratch_.Write(
      "main.c",
      "#include <dlfcn.h>\n#include <poll.h>\nint main(void) {\n"
      "  for (;;) { poll(0, 0, -1); dlopen(\"./plugin.so\", 1); } }");
  scratch_.Write("plugin.c",
                 "#include <unistd.h>\n"
                 "static void __attribute__((constructor)) load(void)"
                 "{ acct(\"x\"); }");
  Build(
      "cc -c main.c\ncc main.o -o prog\n"
      "cc -fPIC -c plugin.c\ncc -shared plugin.o -o plugin.so");
  const Analysis analysis = AnalyzeProgram();
  ASSERT_FALSE(analysis.report.switch_points.empty());
  EXPECT_THAT(
      analysis.report.capabilities,
      Contains(testing::AllOf(Field(&Capability::name, "acct"),
                              Field(&Capability::phase, Phase::kServing))));
}

}  // namespace
}  // namespace bailey::analyzer
