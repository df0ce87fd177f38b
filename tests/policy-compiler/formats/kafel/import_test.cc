#include "policy-compiler/formats/kafel/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy-compiler/language/evaluator.h"
#include "tests/policy-compiler/formats/kafel/evaluator.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

ImportedPolicy Import(const std::string& text, bool full_widths = false,
                      FileLookup file = {}) {
  KafelImportOptions options;
  options.full_widths = full_widths;
  options.file = std::move(file);
  auto imported = ImportKafel({"jail.kafel", text}, options);
  EXPECT_TRUE(imported.ok()) << imported.error().message;
  return imported.ok() ? *std::move(imported) : ImportedPolicy{};
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
      return "ALLOW";
    case ActionKind::kLog:
      return "LOG";
    case ActionKind::kErrno:
      return "ERRNO(" + std::to_string(action.errno_value) + ")";
    case ActionKind::kTrap:
      return "TRAP(0)";
    case ActionKind::kKillThread:
      return "KILL";
    case ActionKind::kKillProcess:
      return "KILL_PROCESS";
  }
  return "";
}

// With all widths the policy answers every call of the table as an evaluator of
// Kafel's own language does.
class KafelAnswers : public ::testing::TestWithParam<const char*> {};

TEST_P(KafelAnswers, AsKafel) {
  const Policy policy = Load(Import(GetParam(), true));
  KafelEvaluator kafel(GetParam());
  size_t asked = 0;
  for (const SeccompData& data : InterestingInputs(policy)) {
    if (data.architecture != 0xc000003e ||
        SyscallTable::For(policy.architecture).FindByNumber(data.number) ==
            nullptr)
      continue;
    ++asked;
    const Action answer =
        Evaluate(policy.architecture, policy.portions[0], data).action;
    ASSERT_EQ(ActionWords(answer), kafel.Answer(data))
        << data.number << " " << data.arguments[0] << " " << data.arguments[1]
        << " " << data.arguments[2] << "\n"
        << Import(GetParam(), true).text;
  }
  EXPECT_GT(asked, 300u);
}

INSTANTIATE_TEST_SUITE_P(
    Policies, KafelAnswers,
    ::testing::Values(
        "ALLOW { read, write { fd == 1 }, mmap { (prot & 4) == 0 } }",
        // The first that matches decides, the weaker one, too.
        "ALLOW { write { fd == 1 } }, ERRNO(1) { write } DEFAULT KILL_PROCESS",
        "ERRNO(1) { write { fd == 1 } }, ALLOW { write } DEFAULT KILL",
        "ERRNO(1) { write { fd <= 4 } }, ERRNO(2) { write { fd >= 3 } }, "
        "LOG { write { count > 9 } } DEFAULT ALLOW",
        "ALLOW { write }, KILL { write { fd == 1 } } DEFAULT ERRNO(38)",
        // Widths: 4 bytes by the table, 8 declared, 8 by a large number.
        "ALLOW { write { fd < 0x80000000 && !(count == 0xffffffffffffffff) } }",
        "ALLOW { write(fd) { fd == 1 } }",
        "ALLOW { write { fd == 0x100000001 || 3 > fd } }",
        "ALLOW { write { fd & 0x7f == 7, fd == -1 } }",
        // Bits, precedence, and a comma that binds least.
        "#define BITS 0b101\n"
        "ALLOW { mmap { (prot | BITS) == 7 && flags & 0x22 != 0x2, fd == 5 } }",
        "ALLOW { mmap { (prot & 7 | 8) > 9 && (flags | 1) <= 0x13 } }"
        " DEFAULT LOG",
        // Policies in policies, the first use counts.
        "POLICY a { ALLOW { read, write { fd == 1 } } }\n"
        "POLICY b { ERRNO(5) { write }, USE a }\n"
        "USE b, USE a, LOG { SYSCALL[39] } DEFAULT TRAP(0)",
        "/* nothing */ DEFAULT ALLOW // at all\n"));

TEST(KafelImport, SaysWhatDiffers) {
  const ImportedPolicy imported = Import(
      "TRACE(1) { read }, USER_NOTIF { open }, ERRNO(0) { close }, TRAP(7) { "
      "dup }, ALLOW { nosuchcall, SYSCALL[9999], mmap { fd == 3 } , read ON "
      "arm } "
      "DEFAULT ALLOW");
  for (const char* text :
       {"TRACE asks a tracer", "USER_NOTIF asks a supervisor",
        "an error of 0 pretends success", "the value 7 of TRAP", "nosuchcall",
        "9999", "`fd` of `mmap`", "`ON` other architectures",
        "another architecture kill the process", "x32 numbers"})
    EXPECT_THAT(imported.differences, Contains(HasSubstr(text)));
  const Policy policy = Load(imported);
  EXPECT_EQ(Ask(policy, "read"), "errno ENOSYS");
  EXPECT_EQ(Ask(policy, "close"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "dup"), "trap");
  EXPECT_EQ(Ask(policy, "getpid"), "allow");
}

TEST(KafelImport, SaysThatADenialBehindAnAllowIsWithoutEffect) {
  const ImportedPolicy imported =
      Import("ALLOW { ptrace } DENY { ptrace } DEFAULT KILL");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("`ptrace` (kill_thread) is without effect")));
  EXPECT_EQ(Ask(Load(imported), "ptrace"), "allow");
}

TEST(KafelImport, ComparesWhatTheKernelReadsAndSaysWhere) {
  const ImportedPolicy imported = Import(
      "ALLOW { write { fd == 1 && count <= 9 }, kill(pid, sig) { sig == 9 } }");
  EXPECT_THAT(imported.text, HasSubstr("write(fd == 1 and count <= 9)"));
  EXPECT_THAT(imported.differences, Contains(HasSubstr("`sig` of `kill`")));
  EXPECT_THAT(imported.differences, Not(Contains(HasSubstr("`fd`"))));
  EXPECT_THAT(Import("ALLOW { kill(pid, sig) { sig == 9 } }", true).text,
              HasSubstr("widths full;"));
}

// An argument against another is no condition: the strict side decides.
TEST(KafelImport, DecidesWhatItCannotSayToTheStrictSide) {
  const std::string deny = "ERRNO(1) { write { fd == count } } DEFAULT ALLOW";
  EXPECT_EQ(Ask(Load(Import(deny)), "write", {"1", "0", "2"}), "errno EPERM");
  const std::string allow =
      "ALLOW { write { fd == count } }, LOG { write { fd == 2 } } DEFAULT KILL";
  const Policy policy = Load(Import(allow));
  EXPECT_EQ(Ask(policy, "write", {"1", "0", "1"}), "kill_thread");
  EXPECT_EQ(Ask(policy, "write", {"2", "0", "2"}), "kill_thread");
  EXPECT_THAT(Import(allow).differences,
              Contains(HasSubstr("two arguments against each other")));
  const std::string pointer = "ALLOW { write { buf == 4096 } } DEFAULT KILL";
  EXPECT_EQ(Ask(Load(Import(pointer)), "write", {"1", "4096", "1"}),
            "kill_thread");
  EXPECT_EQ(Ask(Load(Import(pointer, true)), "write", {"1", "4096", "1"}),
            "allow");
}

TEST(KafelImport, KeepsClone3FromGoingAroundLimitsOfClone) {
  const ImportedPolicy imported =
      Import("ALLOW { clone { (clone_flags & 0x7e020000) == 0 }, clone3 }");
  EXPECT_EQ(Ask(Load(imported), "clone3"), "errno ENOSYS");
  EXPECT_THAT(imported.differences, Contains(HasSubstr("`clone3`")));
}

TEST(KafelImport, ReadsKafelsNames) {
  const Policy policy = Load(Import(
      "ALLOW { newstat, newfstat, newlstat, newuname, sendfile64, umount } "
      "DEFAULT KILL"));
  for (const char* call :
       {"stat", "fstat", "lstat", "uname", "sendfile", "umount2"})
    EXPECT_EQ(Ask(policy, call), "allow") << call;
}

TEST(KafelImport, IncludesFiles) {
  const FileLookup files = [](const std::string& path) -> Result<UsedFile> {
    if (path == "net.kafel")
      return UsedFile{path, "POLICY n { ALLOW { bind } }"};
    if (path == "loop.kafel")
      return UsedFile{path, "#include \"loop.kafel\"\n"};
    return Fail("no such file");
  };
  const ImportedPolicy imported =
      Import("#include \"net.kafel\"\nUSE n DEFAULT KILL", false, files);
  EXPECT_EQ(Ask(Load(imported), "bind"), "allow");
  EXPECT_TRUE(Import("#include \"loop.kafel\"\nDEFAULT KILL", false, files)
                  .diagnostics.has_errors());
  EXPECT_TRUE(Import("#include \"none\"\nDEFAULT KILL", false, files)
                  .diagnostics.has_errors());
}

TEST(KafelImport, ReportsEveryErrorAtItsPlace) {
  const auto errors = ErrorsOf(
      "ALLOW { read { fd = 1 }, write { fdd == 1 } }\n"
      "USE nothing\n"
      "ERRNO(70000) { open }\n"
      "ALLOW { 5, close { fd } }\n"
      "DEFAULT KILL DEFAULT ALLOW\n"
      "#define A 09\n");
  EXPECT_THAT(errors, Contains(HasSubstr("1:34 the call has no argument and")));
  EXPECT_THAT(errors, Contains(HasSubstr("2:5 there is no policy `nothing`")));
  EXPECT_THAT(errors, Contains(HasSubstr("3:7 the value of an action")));
  EXPECT_THAT(errors, Contains(HasSubstr("4:9 expected a system call")));
  EXPECT_THAT(errors, Contains(HasSubstr("4:20 expected a comparison")));
  EXPECT_THAT(errors, Contains(HasSubstr("5:14 `DEFAULT` stands twice")));
  EXPECT_THAT(errors, Contains(HasSubstr("6:11 the number is ill-formed")));
}

TEST(KafelImport, RefusesWhatIsNoKafel) {
  for (const char* text :
       {"", "ALLOW", "ALLOW {", "ALLOW { read, }", "ALLOW { read } ,",
        "POLICY a {", "POLICY a { USE a }", "/* open", "#include \"x",
        "ALLOW { read { ((((1 == 1 } }", "DEFAULT ERRNO", "#define ALLOW 1",
        "ALLOW { read { 1 == 1 && 2 } }",
        "ALLOW { read { (fd == 1) & 1 == 1 } }"})
    EXPECT_FALSE(ErrorsOf(text).empty()) << text;
}

}  // namespace
}  // namespace bailey::policy
