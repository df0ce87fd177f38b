#include "policy-compiler/formats/minijail/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy-compiler/formats/minijail/frequencies.h"
#include "policy-compiler/language/evaluator.h"
#include "tests/policy-compiler/formats/minijail/evaluator.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

ImportedPolicy Import(const std::string& text,
                      MinijailImportOptions options = {}) {
  auto imported = ImportMinijail({"jail.policy", text}, options);
  EXPECT_TRUE(imported.ok()) << imported.error().message;
  return imported.ok() ? *std::move(imported) : ImportedPolicy{};
}

ImportedPolicy ImportFull(const std::string& text) {
  MinijailImportOptions options;
  options.full_widths = true;
  options.reader = MinijailReader::kCompiler;
  return Import(text, options);
}

Policy Load(const ImportedPolicy& imported) {
  ParsedPolicy parsed =
      LoadPolicy({"p.policy", imported.text}, LibraryLookup());
  EXPECT_TRUE(parsed.policy.has_value())
      << imported.text << RenderText(imported.diagnostics);
  return parsed.policy ? *std::move(parsed.policy) : Policy{};
}

std::string Ask(const Policy& policy, std::string_view call,
                std::vector<std::string> arguments = {}) {
  const auto data = ParseInvocation(policy.architecture, call, arguments);
  return ActionName(
      Evaluate(policy.architecture, policy.portions.at(0), *data).action);
}

std::vector<std::string> ErrorsOf(const std::string& text) {
  const ImportedPolicy imported = Import(text);
  EXPECT_EQ(imported.text, "");
  std::vector<std::string> errors;
  for (const Diagnostic& diagnostic : imported.diagnostics.all())
    errors.push_back(std::to_string(diagnostic.line) + ":" +
                     std::to_string(diagnostic.column) + " " +
                     diagnostic.message);
  return errors;
}

std::string ActionWords(const Action& action) {
  switch (action.kind) {
    case ActionKind::kAllow:
      return "allow";
    case ActionKind::kLog:
      return "log";
    case ActionKind::kErrno:
      return "return " + std::to_string(action.errno_value);
    case ActionKind::kTrap:
      return "trap";
    case ActionKind::kKillThread:
      return "kill";
    case ActionKind::kKillProcess:
      return "kill-process";
  }
  return "";
}

// With all widths the policy answers every call of the table as an evaluator of
// minijail's own language does.
class MinijailAnswers : public ::testing::TestWithParam<const char*> {};

TEST_P(MinijailAnswers, AsMinijail) {
  const Policy policy = Load(ImportFull(GetParam()));
  MinijailEvaluator minijail(GetParam());
  size_t asked = 0;
  for (const SeccompData& data : InterestingInputs(policy)) {
    if (data.architecture != 0xc000003e ||
        SyscallTable::For(policy.architecture).FindByNumber(data.number) ==
            nullptr)
      continue;
    ++asked;
    const Action answer =
        Evaluate(policy.architecture, policy.portions[0], data).action;
    ASSERT_EQ(ActionWords(answer), minijail.Answer(data))
        << data.number << " " << data.arguments[0] << " " << data.arguments[1]
        << "\n"
        << ImportFull(GetParam()).text;
  }
  EXPECT_GT(asked, 300u);
}

INSTANTIATE_TEST_SUITE_P(
    Policies, MinijailAnswers,
    ::testing::Values(
        "read: allow\nwrite: arg0 == 1 || arg0 == 2\n",
        "@default kill-process\nmmap: arg2 in ~4 || arg2 in ~2\n",
        "mmap: arg2 & 4 && arg3 & 0x22 || arg3 == 0x100000001\n",
        // The first filter that matches decides.
        "socket: { arg0 == 1, arg1 & 1; return 1, arg2 > 5; trap, log }\n",
        "socket: { arg0 <= 4; return 1, arg0 >= 3; return 2 }\n",
        "socket: { arg0 == 1; kill-process, arg0 < 9; allow, return 5 }\n",
        "socket: arg0 == 1\nsocket: arg0 == 2; return 7\n",
        "{ read, write }: { arg0 == -1; return 9, arg0 >= 0 }\n",
        "read: arg5 != 0x1 \\\n  && arg0 < 0x8000000000000000\n"
        "@default trap\n",
        "read: { arg1 == 4096, kill-thread }\n"));

TEST(MinijailImport, ReadsTheLinesOfBothReaders) {
  const ImportedPolicy imported =
      Import("read: 1\nwrite: arg0 == 1; return EBADF\nopen: return EPERM\n");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("read as libminijail reads it")));
  EXPECT_THAT(imported.differences, Contains(HasSubstr("`fstat`")));
  const Policy policy = Load(imported);
  EXPECT_EQ(Ask(policy, "read"), "allow");
  EXPECT_EQ(Ask(policy, "write", {"1"}), "allow");
  EXPECT_EQ(Ask(policy, "write", {"2"}), "errno EBADF");
  EXPECT_EQ(Ask(policy, "open"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "getpid"), "kill_thread");
}

// The same line for the offline compiler, which `allow` shows.
TEST(MinijailImport, ReadsTailsAsTheReaderThatIsMeant) {
  const std::string tail = "write: arg0 == 1; return EBADF\n";
  const Policy policy = Load(Import("read: allow\n" + tail));
  EXPECT_EQ(Ask(policy, "write", {"1"}), "errno EBADF");
  EXPECT_EQ(Ask(policy, "write", {"2"}), "kill_thread");
  MinijailImportOptions options;
  options.reader = MinijailReader::kCompiler;
  EXPECT_EQ(Ask(Load(Import(tail, options)), "write", {"1"}), "errno EBADF");
  options.reader = MinijailReader::kLibminijail;
  EXPECT_TRUE(Import("read: allow\n", options).diagnostics.has_errors());
}

TEST(MinijailImport, KeepsDenialsThatTheCompilerForgets) {
  const ImportedPolicy imported =
      Import("socket: { arg0 == 16; return EPERM, allow }\n");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("forgets these denials")));
  EXPECT_EQ(Ask(Load(imported), "socket", {"16"}), "errno EPERM");
  EXPECT_EQ(Ask(Load(imported), "socket", {"2"}), "allow");
}

TEST(MinijailImport, ReadsADenylist) {
  const ImportedPolicy imported =
      Import("@denylist\nbpf: return EPERM\nsocket: arg0 == 16; return 13\n");
  EXPECT_THAT(imported.differences, Contains(HasSubstr("answers EPERM")));
  const Policy policy = Load(imported);
  EXPECT_EQ(Ask(policy, "bpf"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "socket", {"16"}), "errno EACCES");
  EXPECT_EQ(Ask(policy, "socket", {"2"}), "allow");
  EXPECT_EQ(Ask(policy, "read"), "allow");
  EXPECT_FALSE(ErrorsOf("@denylist\nbpf: kill\n").empty());
}

TEST(MinijailImport, SaysWhatDiffers) {
  const ImportedPolicy imported = Import(
      "nosuchcall: allow\nread: trace\nopen: user-notify\nclose: return 0\n"
      "kill: arg1 == 9\n@frequency ./app.frequency\nmseal[arch=arm]: allow\n");
  for (const char* text :
       {"nosuchcall", "`trace` asks a tracer", "`user-notify` asks",
        "an error of 0", "`sig` of `kill`", "kills the thread"})
    EXPECT_THAT(imported.differences, Contains(HasSubstr(text)));
  EXPECT_THAT(imported.text, HasSubstr("# Its frequencies: ./app.frequency"));
  const Policy policy = Load(imported);
  EXPECT_EQ(Ask(policy, "kill", {"1", "9"}), "allow");
  EXPECT_EQ(Ask(policy, "mseal"), "kill_thread");
}

// minijail compares 64 bits; what programs pass as -100 has 32.
TEST(MinijailImport, TakesNegativeConstantsAsTheKernelReadsThem) {
  const ImportedPolicy imported = Import("openat: arg0 == AT_FDCWD\n");
  EXPECT_THAT(imported.text, HasSubstr("openat(dirfd == -100)"));
  EXPECT_THAT(imported.differences, Contains(HasSubstr("`dirfd`")));
}

TEST(MinijailImport, IncludesFiles) {
  MinijailImportOptions options;
  options.file = [](const std::string& path) -> Result<UsedFile> {
    if (path == "etc/base.policy") return UsedFile{path, "read: 1\n"};
    if (path == "etc/loop.policy")
      return UsedFile{path, "@include ./loop.policy\n"};
    return Fail("no such file");
  };
  const auto import = [&](const std::string& text) {
    return *ImportMinijail({"etc/jail.policy", text}, options);
  };
  EXPECT_EQ(Ask(Load(import("@include ./base.policy\nwrite: 1\n")), "read"),
            "allow");
  EXPECT_TRUE(import("@include ./loop.policy\n").diagnostics.has_errors());
  EXPECT_TRUE(import("@include ./none\n").diagnostics.has_errors());
}

TEST(MinijailImport, ReportsEveryErrorAtItsPlace) {
  const auto errors = ErrorsOf(
      "read 1\nwrite: arg6 == 1\nopen: arg0 = 1\nclose: maybe\n"
      "dup: NOSUCH\nkill: arg0 == NOSUCH\nbind: 1\nbind: 1\n"
      "@default allow\n0: 1\npipe: 1 extra\n");
  EXPECT_THAT(errors, Contains(HasSubstr("1:6 expected `:`")));
  EXPECT_THAT(errors, Contains(HasSubstr("2:8 a filter sees the arguments")));
  EXPECT_THAT(errors, Contains(HasSubstr("3:12 expected a comparison")));
  EXPECT_THAT(errors, Contains(HasSubstr("4:8 expected `1`, an action")));
  EXPECT_THAT(errors, Contains(HasSubstr("6:15 unknown constant `NOSUCH`")));
  EXPECT_THAT(errors, Contains(HasSubstr("8:1 `bind` has an action")));
  EXPECT_THAT(errors, Contains(HasSubstr("9:10 expected a denial")));
  EXPECT_THAT(errors, Contains(HasSubstr("10:1 expected a system call")));
  EXPECT_THAT(errors, Contains(HasSubstr("11:9 expected the end of the line")));
}

TEST(MinijailFrequencies, AddUp) {
  const auto counts =
      ParseFrequencies({"f",
                        "# of an hour\nread: 10\nwrite: 0x10\nread: \\\n 5\n"
                        "nosuchcall: 3\nopen[arch=arm]: 7\n"},
                       Architecture::kX8664);
  ASSERT_TRUE(counts.ok()) << counts.error().message;
  EXPECT_THAT(*counts, ElementsAre(Pair(0, 15), Pair(1, 16)));
  const auto broken =
      ParseFrequencies({"f", "read: -1\nwrite\n"}, Architecture::kX8664);
  ASSERT_FALSE(broken.ok());
  EXPECT_THAT(broken.error().message, HasSubstr("f:1:7"));
  EXPECT_THAT(broken.error().message, HasSubstr("f:2:"));
}

}  // namespace
}  // namespace bailey::policy
