#include "executor/inject/exec_filter.h"

#include <elf.h>
#include <gmock/gmock.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

#include "executor/process.h"
#include "tests/executor/inject/traced_child.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

// A number gets `value`, every other call is allowed.
BpfProgram Filter(uint32_t number, uint32_t value) {
  return {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
          BPF_STMT(BPF_RET | BPF_K, value),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
}

BpfProgram NoUname() {
  return Filter(SYS_uname, SECCOMP_RET_ERRNO | static_cast<uint32_t>(EPERM));
}

// The parameter is how the program is linked.
class ExecFilterTest : public testing::TestWithParam<const char*> {
 protected:
  static std::string Program() {
    return std::string(BAILEY_BINARY_DIR) + "/executor-inject-" + GetParam();
  }

  static Result<> RunUnder(TracedChild& child, const BpfProgram& filter) {
    ASSIGN_OR_RETURN(ExecFilter injection, ExecFilter::Attach(child.pid()));
    child.LetExec();
    RETURN_IF_ERROR(injection.AwaitExec());
    RETURN_IF_ERROR(injection.Install(filter));
    return injection.Release();
  }

  static Result<UniqueFd> Listen(TracedChild& child, const BpfProgram& filter) {
    ASSIGN_OR_RETURN(ExecFilter injection, ExecFilter::Attach(child.pid()));
    child.LetExec();
    RETURN_IF_ERROR(injection.AwaitExec());
    ASSIGN_OR_RETURN(UniqueFd listener, injection.InstallListening(filter));
    RETURN_IF_ERROR(injection.Release());
    return listener;
  }
};

TEST_P(ExecFilterTest, TheFilterIsInForceFromTheStart) {
  TracedChild child({Program(), "uname"});
  const Result<> ran = RunUnder(child, NoUname());
  ASSERT_TRUE(ran.ok()) << ran.error().message;
  EXPECT_EQ(child.Output(), "uname: errno 1\n");
  EXPECT_EQ(WEXITSTATUS(child.Status()), 7);
}

TEST_P(ExecFilterTest, WithoutItTheCallSucceeds) {
  TracedChild child({Program(), "uname"});
  child.LetExec();
  EXPECT_EQ(child.Output(), "uname: ok\n");
}

TEST_P(ExecFilterTest, AnExecKeepsIt) {
  TracedChild child({Program(), "exec", "uname"});
  ASSERT_TRUE(RunUnder(child, NoUname()).ok());
  EXPECT_EQ(child.Output(), "uname: errno 1\n");
}

TEST_P(ExecFilterTest, TheExecItselfIsNotFiltered) {
  TracedChild child({Program(), "exec", "uname"});
  ASSERT_TRUE(
      RunUnder(child, Filter(SYS_execve, SECCOMP_RET_ERRNO | uint32_t{EACCES}))
          .ok());
  EXPECT_EQ(child.Output(), "exec: errno 13\n");
}

TEST_P(ExecFilterTest, ArgumentsAndEnvironmentAreAsTheyWere) {
  TracedChild child({Program(), "arguments", "a b", ""});
  ASSERT_TRUE(RunUnder(child, NoUname()).ok());
  EXPECT_EQ(child.Output(), "argument: a b\nargument: \nvariable: kept\n");
}

TEST_P(ExecFilterTest, AKillKills) {
  TracedChild child({Program(), "uname"});
  ASSERT_TRUE(
      RunUnder(child, Filter(SYS_uname, SECCOMP_RET_KILL_PROCESS)).ok());
  EXPECT_EQ(WTERMSIG(child.Status()), SIGSYS);
}

TEST_P(ExecFilterTest, TheListenerIsNotTheProgramsAndItsNumberIsFree) {
  for (const char* what : {"listeners", "descriptors"}) {
    TracedChild child({Program(), what});
    const auto listener =
        Listen(child, Filter(SYS_uname, SECCOMP_RET_USER_NOTIF));
    ASSERT_TRUE(listener.ok()) << listener.error().message;
    EXPECT_EQ(child.Output(), std::string(what) + ": 0\n");
  }
}

TEST_P(ExecFilterTest, AProgramFindsAListenerThatItHas) {
  TracedChild child({Program(), "own-listener"});
  child.LetExec();
  EXPECT_EQ(child.Output(), "listeners: 1\n");
}

TEST_P(ExecFilterTest, AnotherListenerIsRefusedByTheKernel) {
  TracedChild child({Program(), "own-listener"});
  const auto listener =
      Listen(child, Filter(SYS_uname, SECCOMP_RET_USER_NOTIF));
  ASSERT_TRUE(listener.ok());
  EXPECT_EQ(child.Output(), "seccomp: errno 16\n");
}

TEST_P(ExecFilterTest, APolicyThatNotifiesCloseCanBeInstalled) {
  TracedChild child({Program(), "arguments"});
  const auto listener =
      Listen(child, Filter(SYS_close, SECCOMP_RET_USER_NOTIF));
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  // By now the number may be that of a file of the program's loader.
  std::error_code gone;
  const std::filesystem::path descriptor = std::filesystem::read_symlink(
      "/proc/" + std::to_string(child.pid()) + "/fd/3", gone);
  EXPECT_EQ(descriptor.string().find("seccomp"), std::string::npos);
}

TEST_P(ExecFilterTest, APolicyThatTrapsCloseIsRefusedAndNothingRuns) {
  TracedChild child({Program(), "uname"});
  const auto listener = Listen(child, Filter(SYS_close, SECCOMP_RET_TRAP));
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(listener.error().message, HasSubstr("`close`"));
  EXPECT_EQ(WTERMSIG(child.Status()), SIGKILL);
}

TEST_P(ExecFilterTest, WithoutNoNewPrivsNothingRuns) {
  TracedChild child({Program(), "uname"}, /*no_new_privs=*/false);
  const Result<> ran = RunUnder(child, NoUname());
  EXPECT_FALSE(ran.ok());
  EXPECT_EQ(WTERMSIG(child.Status()), SIGKILL);
}

TEST_P(ExecFilterTest, AFilterThatTheKernelRefusesRunsNothing) {
  TracedChild child({Program(), "uname"});
  EXPECT_FALSE(RunUnder(child, {}).ok());
  EXPECT_EQ(WTERMSIG(child.Status()), SIGKILL);
}

TEST_P(ExecFilterTest, GivenUpItDies) {
  TracedChild child({Program(), "uname"});
  {
    auto injection = ExecFilter::Attach(child.pid());
    ASSERT_TRUE(injection.ok());
    child.LetExec();
    ASSERT_TRUE(injection->AwaitExec().ok());
  }
  EXPECT_EQ(WTERMSIG(child.Status()), SIGKILL);
}

TEST_P(ExecFilterTest, AStopMeanwhileIsSentAgain) {
  TracedChild child({Program(), "uname"});
  auto injection = ExecFilter::Attach(child.pid());
  ASSERT_TRUE(injection.ok());
  child.LetExec();
  ASSERT_TRUE(injection->AwaitExec().ok());
  ASSERT_EQ(kill(child.pid(), SIGSTOP), 0);
  const Result<> installed = injection->Install(NoUname());
  ASSERT_TRUE(installed.ok()) << installed.error().message;
  ASSERT_TRUE(injection->Release().ok());
  int status = 0;
  ASSERT_EQ(waitpid(child.pid(), &status, WUNTRACED), child.pid());
  EXPECT_TRUE(WIFSTOPPED(status));
  ASSERT_EQ(kill(child.pid(), SIGCONT), 0);
  EXPECT_EQ(child.Output(), "uname: errno 1\n");
}

TEST_P(ExecFilterTest, AProgramThatCannotBeRunIsAnError) {
  TracedChild child({"/no/such/program"});
  EXPECT_FALSE(RunUnder(child, NoUname()).ok());
}

// Its entry is where nothing can be executed.
std::string WithoutABeginning(std::string program) {
  Elf64_Ehdr header;
  std::memcpy(&header, program.data(), sizeof header);
  for (size_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment;
    std::memcpy(&segment,
                program.data() + header.e_phoff + i * header.e_phentsize,
                sizeof segment);
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) != 0) continue;
    header.e_entry = segment.p_vaddr;
  }
  std::memcpy(program.data(), &header, sizeof header);
  return program;
}

// Each of our calls faults there, for ever.
TEST(ExecFilterFaultTest, AProgramThatFaultsAtItsBeginningIsGivenUp) {
  auto program =
      ReadFile(std::string(BAILEY_BINARY_DIR) + "/executor-inject-static");
  ASSERT_TRUE(program.ok());
  const std::string path = testing::TempDir() + "bailey-no-beginning";
  ASSERT_TRUE(
      WriteFileAtomically(path, WithoutABeginning(*program), 0755).ok());
  TracedChild child({path, "uname"});
  auto injection = ExecFilter::Attach(child.pid());
  ASSERT_TRUE(injection.ok());
  child.LetExec();
  ASSERT_TRUE(injection->AwaitExec().ok());
  const Result<> installed = injection->Install(NoUname());
  ASSERT_FALSE(installed.ok());
  EXPECT_THAT(installed.error().message, HasSubstr("signal"));
  unlink(path.c_str());
}

INSTANTIATE_TEST_SUITE_P(Linked, ExecFilterTest,
                         testing::Values("static", "static-pie", "pie",
                                         "no-pie"),
                         [](const auto& linked) {
                           std::string name = linked.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace bailey::executor
