// Splits testdata/split in two programs, builds them with the compilers that
// are here, and compares what they do with the program that they were.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "analyzer/rewrite/write_portions.h"
#include "common/fd.h"
#include "runtime/channel.h"
#include "tests/analyzer/rewrite/split_project.h"
#include "tests/analyzer/rewrite/test_agent.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kUnits = {"main.c", "keeper.c", "tools.c",
                                         "journal.c"};
const std::vector<std::string> kSeeds = {"keeper_open", "keeper_digest",
                                         "open_vault"};

class SplitProjectTest : public ::testing::TestWithParam<const char*> {
 protected:
  SplitProjectTest()
      : project_(BAILEY_TESTDATA "/split", kUnits, GetParam(),
                 {"-g", "-O1", "-Wall", "-Werror", "-MMD"}, {}) {}

  void SetUp() override {
    if (RunProgram({GetParam(), "--version"}, "/").status != 0) {
      GTEST_SKIP() << "there is no compiler `" << GetParam() << "`";
    }
    project_.Seed(kSeeds);
    ASSERT_TRUE(project_.Split()) << project_.problems();
  }

  void Build() { ASSERT_TRUE(project_.Build()) << project_.problems(); }

  ProgramOutput Run(std::vector<std::string> arguments = {}) {
    return RunPortions(project_.Client(), project_.Server(), arguments);
  }

  SplitProject project_;
};

INSTANTIATE_TEST_SUITE_P(Compilers, SplitProjectTest,
                         ::testing::Values("cc", "clang-19"),
                         [](const auto& each) {
                           return each.param == std::string("cc") ? "cc"
                                                                  : "clang";
                         });

TEST_P(SplitProjectTest, DoesWhatTheUnsplitProgramDoes) {
  Build();
  const ProgramOutput unsplit =
      RunProgram({project_.Unsplit()}, project_.directory());
  const ProgramOutput split = Run();
  EXPECT_EQ(split.status, 0);
  EXPECT_EQ(split.text, unsplit.text);
  EXPECT_THAT(unsplit.text, HasSubstr("after at main.c:"));
}

TEST_P(SplitProjectTest, EveryModeCrosses) {
  std::set<std::pair<MarshalMode, Direction>> modes;
  for (const Crossing& crossing : project_.plan.crossings) {
    for (const CrossingParameter& parameter : crossing.parameters) {
      modes.emplace(parameter.mode, parameter.direction);
    }
  }
  const std::set<std::pair<MarshalMode, Direction>> expected = {
      {MarshalMode::kScalar, Direction::kIn},
      {MarshalMode::kStruct, Direction::kIn},
      {MarshalMode::kStruct, Direction::kInOut},
      {MarshalMode::kStruct, Direction::kOut},
      {MarshalMode::kCString, Direction::kIn},
      {MarshalMode::kFixedArray, Direction::kIn},
      {MarshalMode::kFixedArray, Direction::kInOut},
      {MarshalMode::kFixedArray, Direction::kOut},
      {MarshalMode::kBuffer, Direction::kIn},
      {MarshalMode::kBuffer, Direction::kOut},
      {MarshalMode::kBuffer, Direction::kInOut}};
  EXPECT_EQ(modes, expected);
  for (const char* type : {"enum mood", "bool", "double", "float",
                           "struct pair", "struct ledger", "long long"}) {
    EXPECT_TRUE(std::ranges::any_of(project_.plan.crossings,
                                    [&](const Crossing& crossing) {
                                      return std::ranges::find(
                                                 crossing.parameters, type,
                                                 &CrossingParameter::type) !=
                                             crossing.parameters.end();
                                    }))
        << type;
  }
}

TEST_P(SplitProjectTest, TheOtherPortionsBytesAreNotInTheProgram) {
  Build();
  const std::string unsplit = SplitProject::Text(project_.Unsplit());
  const std::string client = SplitProject::Text(project_.Client());
  for (const char* secret : {"secret-key-bytes", "the keeper's own constant"}) {
    EXPECT_TRUE(unsplit.contains(secret)) << secret;
    EXPECT_FALSE(client.contains(secret)) << secret;
    EXPECT_TRUE(SplitProject::Text(project_.Server()).contains(secret));
  }
  EXPECT_FALSE(SplitProject::Text(project_.Server()).contains("after at %s"));
}

// The server's structures are full of 0x5a between their members.
TEST_P(SplitProjectTest, PaddingDoesNotCross) {
  Build();
  const ProgramOutput split = Run({"pad"});
  EXPECT_EQ(split.status, 0);
  EXPECT_FALSE(split.last_reply.contains('\x5a'));
  EXPECT_TRUE(split.last_reply.contains(std::string("\x1\0\0\0", 4)));
}

TEST_P(SplitProjectTest, KeptFunctionsAreByteForByteTheSource) {
  size_t kept = 0;
  for (const PlanPortion& portion : project_.plan.portions) {
    for (const PlacedSymbol& symbol : portion.symbols) {
      if (symbol.role != "placed" && symbol.role != "replica") continue;
      const auto function = std::ranges::find(project_.flow.functions,
                                              symbol.id, &FlowFunction::id);
      if (function == project_.flow.functions.end()) continue;
      const SourceExtent& extent = function->extent;
      if (extent.file.ends_with(".h")) continue;
      const std::string source =
          SplitProject::Text(extent.file)
              .substr(extent.begin, extent.end - extent.begin);
      const std::string name = std::filesystem::path(extent.file).filename();
      EXPECT_THAT(SplitProject::Text(project_.OutputOf(portion.name, false) +
                                     "/" + name),
                  HasSubstr(source));
      ++kept;
    }
  }
  EXPECT_GT(kept, 20u);
}

TEST_P(SplitProjectTest, UnitsWithoutAPartAreLeftOut) {
  const std::string server = project_.OutputOf("keeper", false);
  EXPECT_NE(SplitProject::Text(server + "/keeper.c"), "");
  EXPECT_EQ(SplitProject::Text(server + "/journal.c"), "");
  EXPECT_NE(
      SplitProject::Text(project_.OutputOf("worker", false) + "/journal.c"),
      "");
}

// open_vault is of main.c, and the portion that answers has its own main.
TEST_P(SplitProjectTest, MainIsRenamedWhereItIsNot) {
  EXPECT_THAT(
      SplitProject::Text(project_.OutputOf("keeper", false) + "/main.c"),
      HasSubstr("int bailey_absent_main(int argc, char** argv) { "
                "bailey_absent(\"main\"); }"));
}

TEST_P(SplitProjectTest, TheCrossingPointIsAmongTheSymbols) {
  Build();
  const ProgramOutput symbols = RunProgram({"nm", project_.Client()}, "/");
  EXPECT_THAT(symbols.text, HasSubstr("T bailey_crossing_point"));
}

TEST_P(SplitProjectTest, WhatCannotBeCarriedAborts) {
  Build();
  for (const auto& [argument, reason] :
       {std::pair{"overlap", "two arguments overlap"},
        std::pair{"large", "crossing too large"},
        std::pair{"null", "`bytes` is null, but its count is not 0"}}) {
    const ProgramOutput split = Run({argument});
    EXPECT_TRUE(WIFSIGNALED(split.status) && WTERMSIG(split.status) == SIGABRT);
    EXPECT_THAT(split.text, HasSubstr(reason));
  }
}

// A client whose stub was tampered with: it claims elements without a buffer.
TEST_P(SplitProjectTest, ACountWithoutABufferIsRefusedByTheServer) {
  const std::string path = project_.OutputOf("worker", false) + "/keeper.c";
  std::string text = SplitProject::Text(path);
  const std::string honest =
      "bailey_put_buffer(bailey_m, bytes, (unsigned long)(size), \"bytes\")";
  const size_t at = text.find(honest);
  ASSERT_NE(at, std::string::npos) << text;
  text.replace(at, honest.size(), "bailey_put_presence(bailey_m, bytes)");
  ASSERT_TRUE(WriteFileAtomically(path, text).ok());
  Build();
  const ProgramOutput split = Run({"null"});
  EXPECT_TRUE(WIFSIGNALED(split.status));
  EXPECT_THAT(split.text, HasSubstr("found the request malformed"));
}

// Whoever made a macro of the name after the definition cannot redirect a call.
TEST(RewritePortionsTest, AMacroOfAFunctionsNameDoesNotRedirectTheGlue) {
  SplitProject project(BAILEY_TESTDATA "/split", kUnits, "cc", {}, {});
  project.Seed(kSeeds);
  const std::string path = project.directory() + "/keeper.c";
  ASSERT_TRUE(
      WriteFileAtomically(
          path, SplitProject::Text(path) + "\n#define keeper_fail keeper_sum\n")
          .ok());
  ASSERT_TRUE(project.Split() && project.Build()) << project.problems();
  const ProgramOutput split =
      RunPortions(project.Client(), project.Server(), {});
  EXPECT_EQ(split.status, 0);
  EXPECT_EQ(split.text,
            RunProgram({project.Unsplit()}, project.directory()).text);
}

// The agent numbers channels by the crossings that first mention them.
TEST(RewritePortionsTest, EachTrustedPortionHasAChannelOfItsOwn) {
  SplitProject project(BAILEY_TESTDATA "/split", kUnits, "cc", {}, {});
  project.Seed({"keeper_open", "keeper_digest"});
  project.SeedVault({"open_vault"});
  ASSERT_TRUE(project.Split()) << project.problems();
  const std::string worker = project.OutputOf("worker", false);
  EXPECT_THAT(SplitProject::Text(worker + "/keeper.c"),
              HasSubstr("bailey_begin(0, "));
  EXPECT_THAT(SplitProject::Text(worker + "/main.c"),
              HasSubstr("bailey_begin(1, "));
  EXPECT_EQ(SplitProject::Text(project.OutputOf("vault", false) + "/keeper.c"),
            "");
  EXPECT_TRUE(project.Build()) << project.problems();
}

// The errors of the rewriter, each on a copy of the project that has one.
class RewriteErrorTest : public ::testing::Test {
 protected:
  RewriteErrorTest()
      : project_(BAILEY_TESTDATA "/split", kUnits, "cc", {}, {}) {
    project_.Seed(kSeeds);
  }

  void Replace(const std::string& file, const std::string& from,
               const std::string& to) {
    const std::string path = project_.directory() + "/" + file;
    std::string text = SplitProject::Text(path);
    const size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, from.size(), to);
    ASSERT_TRUE(WriteFileAtomically(path, text).ok());
  }

  void Plan() {
    ASSERT_TRUE(project_.Analyze()) << project_.problems();
    ASSERT_TRUE(project_.Place()) << project_.problems();
  }

  // What writing says, which must fail and leave nothing.
  std::string WriteError() {
    const size_t before = project_.problems().size();
    EXPECT_FALSE(project_.Write());
    EXPECT_FALSE(std::filesystem::exists(project_.directory() + "/out"));
    return project_.problems().substr(before);
  }

  SplitProject project_;
};

TEST_F(RewriteErrorTest, ASourceThatChangedSince) {
  Plan();
  Replace("keeper.c", "#include <errno.h>", "#include <errno.h>\n\n");
  EXPECT_THAT(WriteError(), HasSubstr("is not the file that was analyzed"));
}

// Everything is where flow.json says, and means something else.
TEST_F(RewriteErrorTest, ASourceThatChangedInPlace) {
  Plan();
  Replace("journal.c", "++journal_notes;", "--journal_notes;");
  EXPECT_THAT(WriteError(), HasSubstr("is not the file that was analyzed"));
}

TEST_F(RewriteErrorTest, AnInitializerThatAMacroHides) {
  Replace("keeper.c", "static unsigned char secret[16] = {",
          "#define LETTERS = {'h', 'i', 'd', 'd', 'e', 'n'}\n"
          "unsigned char hidden[16] LETTERS;\n"
          "static unsigned char secret[16] = {");
  Replace("keeper.c", "memset(secret, 0, sizeof secret);",
          "memset(secret, hidden[0], sizeof secret);");
  Plan();
  EXPECT_THAT(WriteError(),
              HasSubstr("`hidden` would be defined in portion `worker`"));
}

TEST_F(RewriteErrorTest, AGlobalThatIsDeclaredTwice) {
  Replace("keeper.c", "static long total = 100",
          "static long more;\nstatic long more = 5;\n"
          "static long total = 100");
  Replace("keeper.c", "last = amount;", "last = amount + more;");
  Replace("keeper.c", "static void remember",
          "static long more;\n"
          "static void remember");
  Plan();
  EXPECT_NE(WriteError(), "");
}

// Both are `keeper_open` to the analysis, which keeps one.
TEST_F(RewriteErrorTest, ASecondDefinitionOfAFunctionThatIsElsewhere) {
  Replace("keeper.c", "int keeper_open(const char* name) {",
          "__attribute__((weak)) int keeper_open(const char* name) {");
  Replace("tools.c", "static long once",
          "int keeper_open(const char* name) { return name != 0; }\n"
          "static long once");
  Plan();
  EXPECT_THAT(WriteError(), HasSubstr("`keeper_open` would be defined"));
}

TEST_F(RewriteErrorTest, AssemblyOutsideOfFunctions) {
  Replace("journal.c", "int journal_notes;",
          "int journal_notes;\n"
          "__asm__(\".data\\nspare: .ascii \\\"spare key\\\"\\n.text\");");
  Plan();
  EXPECT_THAT(WriteError(), HasSubstr("assembly outside of functions"));
}

TEST_F(RewriteErrorTest, TrustedCodeInAHeader) {
  Replace("tools.h", "static inline int limit(int value) {",
          "int keeper_calls;\n"
          "static inline int limit(int value) { ++keeper_calls;");
  Replace("tools.c", "#include \"tools.h\"", "long mix(long, long);");
  Replace("main.c", "#include \"tools.h\"", "long mix(long, long);");
  project_.Seed({"keeper_open", "open_vault", "limit"});
  Plan();
  EXPECT_THAT(WriteError(), HasSubstr("is defined in a header"));
}

TEST_F(RewriteErrorTest, OneDeclarationForTwoPortions) {
  Replace("journal.c", "int journal_notes;", "int journal_notes, uses;");
  Replace("main.c", "static int vault[4]",
          "extern int uses;\nstatic int vault[4]");
  Replace("main.c", "const int before = vault[index];",
          "const int before = vault[index] + 0 * ++uses;");
  Plan();
  EXPECT_THAT(WriteError(), HasSubstr("declared together"));
}

// As if an extent had been taken for another function's.
TEST_F(RewriteErrorTest, ABodyThatLandsInAnotherFunction) {
  Replace("keeper.c", "void keeper_close(void) {",
          "static int first(void) { return 1; }\n"
          "static int second(void) { return 2; }\n"
          "void keeper_close(void) { if (first() == second()) return;");
  Plan();
  const auto find = [&](std::string_view name) {
    return std::ranges::find(project_.flow.functions, name,
                             &FlowFunction::name);
  };
  ASSERT_NE(find("first"), project_.flow.functions.end());
  std::swap(find("first")->extent, find("second")->extent);
  std::swap(find("first")->body, find("second")->body);
  EXPECT_THAT(WriteError(),
              HasSubstr("the body of `first` in portion `worker` is not"));
}

// A library's own names are often made so.
TEST_F(RewriteErrorTest, NoneForANameThatAMacroGives) {
  Replace("keeper.c", "int keeper_open(const char* name) {",
          "#define opener keeper_open\n#define helper keeper_helper\n"
          "int helper(void);\n"
          "int helper(void) { return 0; }\n"
          "int opener(const char* name) { if (helper()) return 0;");
  Plan();
  EXPECT_TRUE(project_.Write()) << project_.problems();
  EXPECT_TRUE(project_.Build()) << project_.problems();
}

// It goes with the function whose other name it is.
TEST_F(RewriteErrorTest, NoneForAnAliasOfAFunctionOfTheFile) {
  Replace("keeper.c", "void keeper_close(void) {",
          "static int half(int whole) { return whole / 2; }\n"
          "int keeper_half(int) __attribute__((alias(\"half\")));\n"
          "int keeper_start(const char* name) "
          "__attribute__((alias(\"keeper_open\")));\n"
          "void keeper_close(void) { if (keeper_half(1)) return;");
  Plan();
  EXPECT_TRUE(project_.Write()) << project_.problems();
  EXPECT_TRUE(project_.Build()) << project_.problems();
}

TEST_F(RewriteErrorTest, NoLinkCommand) {
  Plan();
  project_.flow.link_command.clear();
  EXPECT_THAT(WriteError(), HasSubstr("no command that links"));
}

TEST_F(RewriteErrorTest, AnObjectThatNobodyAnalyzed) {
  Plan();
  project_.flow.link_command.push_back("blob.o");
  EXPECT_THAT(WriteError(), HasSubstr("links `blob.o`"));
}

TEST_F(RewriteErrorTest, AConstructorOfAnotherPortion) {
  Replace("keeper.c", "void keeper_close(void)",
          "__attribute__((constructor)) static void early(void) { total++; }\n"
          "void keeper_close(void)");
  Plan();
  EXPECT_THAT(WriteError(), HasSubstr("runs before or after `main`"));
}

TEST_F(RewriteErrorTest, APlanOfAnotherProgram) {
  Plan();
  const ::bailey::Plan plan = project_.plan;
  project_.plan.portions[0].symbols.pop_back();
  EXPECT_THAT(WriteError(), HasSubstr("does not say what portion `keeper`"));
  project_.plan = plan;
  project_.plan.portions[0].name = "../keeper";
  EXPECT_THAT(WriteError(), HasSubstr("cannot be a file's name"));
  for (const auto& change : std::vector<void (*)(Crossing&)>{
           [](Crossing& crossing) { crossing.name = "main"; },
           [](Crossing& crossing) { crossing.to = "nobody"; },
           [](Crossing& crossing) { crossing.parameters.pop_back(); },
           [](Crossing& crossing) {
             crossing.parameters[0].mode = MarshalMode::kBuffer;
             crossing.parameters[0].length_parameter = 100;
           }}) {
    project_.plan = plan;
    change(*std::ranges::find(project_.plan.crossings, "keeper_add",
                              &Crossing::function));
    EXPECT_THAT(WriteError(), HasSubstr("the plan's crossing"));
  }
}

}  // namespace
}  // namespace bailey::analyzer
