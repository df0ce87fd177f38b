#include "policy-compiler/formats/systemd/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy-compiler/formats/systemd/export.h"
#include "policy-compiler/formats/systemd/groups.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/policy_diff.h"
#include "tests/policy-compiler/formats/table_policy.h"

namespace bailey::policy {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

ImportedPolicy Import(const std::vector<std::string>& texts,
                      SystemdImportOptions options = {}) {
  std::vector<SourceText> files;
  for (const std::string& text : texts) files.push_back({"a.service", text});
  auto imported = ImportSystemdUnit(files, options);
  EXPECT_TRUE(imported.ok()) << imported.error().message;
  return imported.ok() ? *std::move(imported) : ImportedPolicy{};
}

class Unit {
 public:
  explicit Unit(const std::string& lines, SystemdImportOptions options = {})
      : imported(Import({"[Service]\n" + lines}, options)) {
    EXPECT_FALSE(imported.diagnostics.has_errors())
        << RenderText(imported.diagnostics);
    ParsedPolicy parsed =
        LoadPolicy({"p.policy", imported.text}, LibraryLookup());
    EXPECT_TRUE(parsed.policy.has_value()) << imported.text;
    if (parsed.policy) policy_ = *std::move(parsed.policy);
  }

  std::string Ask(std::string_view call,
                  const std::vector<std::string>& arguments = {}) const {
    const auto data = ParseInvocation(policy_.architecture, call, arguments);
    return ActionName(
        Evaluate(policy_.architecture, policy_.portions.at(0), *data).action);
  }

  const ImportedPolicy imported;

 private:
  Policy policy_;
};

TEST(SystemdGroups, AllOfThemExpand) {
  EXPECT_THAT(*SystemdGroup("@basic-io"), Contains("pwritev2"));
  EXPECT_THAT(*SystemdGroup("@system-service"), Contains("openat"));
  EXPECT_THAT(*SystemdGroup("@system-service"), Not(Contains(HasSubstr("@"))));
  EXPECT_GT(SystemdGroup("@known")->size(), 400u);
  EXPECT_FALSE(SystemdGroup("@nothing").has_value());
}

TEST(SystemdImport, AnAllowListKillsTheRestAndHasTheDefaults) {
  const Unit unit("SystemCallFilter=read @timer\n");
  EXPECT_EQ(unit.Ask("read"), "allow");
  EXPECT_EQ(unit.Ask("timer_create"), "allow");
  EXPECT_EQ(unit.Ask("execve"), "allow");  // @default
  EXPECT_EQ(unit.Ask("write"), "kill_process");
}

TEST(SystemdImport, ADenyListAllowsTheRest) {
  const Unit unit(
      "SystemCallFilter=~read write:EIO @swap:kill\n"
      "SystemCallErrorNumber=EACCES\n");
  EXPECT_EQ(unit.Ask("read"), "errno EACCES");
  EXPECT_EQ(unit.Ask("write"), "errno EIO");
  EXPECT_EQ(unit.Ask("swapon"), "kill_process");
  EXPECT_EQ(unit.Ask("close"), "allow");
}

// As systemd 252's own parser answers to these lines.
TEST(SystemdImport, LinesMergeInOrder) {
  const Unit removed("SystemCallFilter=read write\nSystemCallFilter=~write\n");
  EXPECT_EQ(removed.Ask("write"), "kill_process");
  const Unit error("SystemCallFilter=read write\nSystemCallFilter=~write:EIO");
  EXPECT_EQ(error.Ask("write"), "errno EIO");
  const Unit taken_back(
      "SystemCallFilter=~write:EIO\nSystemCallFilter=write\n");
  EXPECT_EQ(taken_back.Ask("write"), "allow");
  const Unit last("SystemCallFilter=~write:EIO\nSystemCallFilter=~write:kill");
  EXPECT_EQ(last.Ask("write"), "kill_process");
  const Unit reset(
      "SystemCallFilter=read\nSystemCallFilter=\n"
      "SystemCallFilter=~write\n");
  EXPECT_EQ(reset.Ask("write"), "kill_process");
  EXPECT_EQ(reset.Ask("close"), "allow");
}

// Where it seems to go on and does not, the next line is a setting: to lose it
// would be to lose a filter.
TEST(SystemdImport, LinesGoOnWhereSystemdLetsThem) {
  const std::string filter = "SystemCallFilter=~write\n";
  for (const char* before :
       {"Environment=A\\\\\n", "Environment=A \\ \n", "Environment=A \\\t\n",
        "Environment=A \\\\\\\\\r\n"})
    EXPECT_EQ(Unit(before + filter).Ask("write"), "kill_process") << before;
  for (const char* before :
       {"Environment=A \\\n", "Environment=A \\\r\n", "Environment=A\\\\\\\n"})
    EXPECT_EQ(Unit(before + filter).Ask("write"), "allow") << before;
}

TEST(SystemdImport, RefusesWhatEndsALineForSystemdAlone) {
  for (const char end : {'\r', '\0'}) {
    const ImportedPolicy imported =
        Import({std::string("[Service]\nEnvironment=A") + end +
                "SystemCallFilter=~write\n"});
    EXPECT_TRUE(imported.diagnostics.has_errors());
  }
}

TEST(SystemdImport, ReadsUnitsAsSystemdDoes) {
  const ImportedPolicy imported = Import(
      {"# a comment\n[Unit]\nSystemCallFilter=~read\n; another\n"
       "[Service]\n SystemCallFilter = ~write \\\n# in between\n  close\n"
       "Nice=5\n",
       "[Service]\nSystemCallFilter=~dup\n"});
  const ParsedPolicy parsed =
      LoadPolicy({"p.policy", imported.text}, LibraryLookup());
  ASSERT_TRUE(parsed.policy.has_value()) << imported.text;
  const auto ask = [&](std::string_view call) {
    const auto data = ParseInvocation(Architecture::kX8664, call, {});
    return Evaluate(Architecture::kX8664, parsed.policy->portions[0], *data)
        .action.kind;
  };
  for (const char* denied : {"write", "close", "dup"})
    EXPECT_EQ(ask(denied), ActionKind::kKillProcess) << denied;
  EXPECT_EQ(ask("read"), ActionKind::kAllow);
  EXPECT_THAT(imported.differences, Contains(HasSubstr("carried over: Nice")));
}

TEST(SystemdImport, ReportsEveryErrorWithItsPlace) {
  const ImportedPolicy imported = Import(
      {"SystemCallFilter=read\n[Service]\nSystemCallFilter=@nothing re-ad\n"
       "SystemCallFilter=~read:EFOO\nSystemCallErrorNumber=5000\n"
       "RestrictNamespaces=moon\nRestrictAddressFamilies=AF_MOON\n"
       "LockPersonality=perhaps\nSystemCallArchitectures=z80\nnothing\n"
       "SystemCallFilter=read:EIO\n"});
  EXPECT_TRUE(imported.text.empty());
  EXPECT_EQ(imported.diagnostics.error_count(), 11u)
      << RenderText(imported.diagnostics);
  std::vector<int> lines;
  for (const Diagnostic& diagnostic : imported.diagnostics.all())
    lines.push_back(diagnostic.line);
  EXPECT_THAT(lines, ::testing::UnorderedElementsAre(1, 3, 3, 4, 5, 6, 7, 8, 9,
                                                     10, 11));
}

TEST(SystemdImport, RestrictsAddressFamilies) {
  const Unit allowed(
      "RestrictAddressFamilies=AF_UNIX AF_INET\n"
      "RestrictAddressFamilies=~AF_INET\n");
  EXPECT_EQ(allowed.Ask("socket", {"AF_UNIX"}), "allow");
  for (const char* family : {"AF_INET", "0", "AF_NETLINK", "200", "-1"})
    EXPECT_EQ(allowed.Ask("socket", {family}), "errno EAFNOSUPPORT") << family;
  const Unit denied("RestrictAddressFamilies=~AF_PACKET\n");
  EXPECT_EQ(denied.Ask("socket", {"AF_PACKET"}), "errno EAFNOSUPPORT");
  EXPECT_EQ(denied.Ask("socket", {"AF_UNIX"}), "allow");
  const Unit none("RestrictAddressFamilies=none\n");
  EXPECT_EQ(none.Ask("socket", {"AF_UNIX"}), "errno EAFNOSUPPORT");
}

TEST(SystemdImport, RestrictsNamespaces) {
  const Unit all("RestrictNamespaces=yes\n");
  EXPECT_EQ(all.Ask("clone", {"CLONE_NEWUSER"}), "errno EPERM");
  EXPECT_EQ(all.Ask("clone", {"CLONE_VM"}), "allow");
  EXPECT_EQ(all.Ask("clone3"), "errno ENOSYS");
  EXPECT_EQ(all.Ask("setns"), "errno EPERM");
  const Unit some("RestrictNamespaces=~user net\n");
  EXPECT_EQ(some.Ask("unshare", {"CLONE_NEWUSER"}), "errno EPERM");
  EXPECT_EQ(some.Ask("unshare", {"CLONE_NEWPID"}), "allow");
  EXPECT_EQ(some.Ask("setns", {"3", "0"}), "errno EPERM");
  EXPECT_EQ(some.Ask("setns", {"3", "CLONE_NEWPID"}), "allow");
}

TEST(SystemdImport, RestrictsMemoryAndModes) {
  const Unit unit(
      "MemoryDenyWriteExecute=yes\nLockPersonality=1\nRestrictRealtime=on\n"
      "RestrictSUIDSGID=true\nProtectHostname=t\nProtectClock=y\n");
  EXPECT_EQ(unit.Ask("mmap", {"0", "1", "PROT_WRITE|PROT_EXEC"}),
            "errno EPERM");
  EXPECT_EQ(unit.Ask("mmap", {"0", "1", "PROT_EXEC"}), "allow");
  EXPECT_EQ(unit.Ask("mprotect", {"0", "1", "PROT_EXEC"}), "errno EPERM");
  EXPECT_EQ(unit.Ask("shmat", {"0", "0", "SHM_EXEC"}), "errno EPERM");
  EXPECT_EQ(unit.Ask("personality", {"0"}), "allow");
  EXPECT_EQ(unit.Ask("personality", {"8"}), "errno EPERM");
  EXPECT_EQ(unit.Ask("sched_setscheduler", {"0", "SCHED_FIFO"}), "errno EPERM");
  EXPECT_EQ(unit.Ask("sched_setscheduler", {"0", "SCHED_IDLE"}), "allow");
  EXPECT_EQ(unit.Ask("sched_setscheduler", {"0", "6"}), "errno EPERM");
  EXPECT_EQ(unit.Ask("chmod", {"0", "04755"}), "errno EPERM");
  EXPECT_EQ(unit.Ask("openat", {"0", "0", "O_CREAT", "02644"}), "errno EPERM");
  EXPECT_EQ(unit.Ask("openat", {"0", "0", "0", "02644"}), "allow");
  EXPECT_EQ(unit.Ask("openat2"), "errno ENOSYS");
  EXPECT_EQ(unit.Ask("sethostname"), "errno EPERM");
  EXPECT_EQ(unit.Ask("clock_settime"), "errno EPERM");
}

// SystemCallFilter='s filter is installed last: of two errors its own is seen.
TEST(SystemdImport, TheListsAnswerGoesBeforeARestrictions) {
  const Unit unit(
      "SystemCallFilter=~socket:EIO sethostname\n"
      "RestrictAddressFamilies=AF_UNIX\nProtectHostname=yes\n");
  EXPECT_EQ(unit.Ask("socket", {"AF_INET"}), "errno EIO");
  EXPECT_EQ(unit.Ask("sethostname"), "kill_process");
}

TEST(SystemdImport, Logs) {
  const Unit listed("SystemCallLog=read @clock\nSystemCallFilter=read write\n");
  EXPECT_EQ(listed.Ask("read"), "log");
  EXPECT_EQ(listed.Ask("write"), "allow");
  EXPECT_EQ(listed.Ask("clock_settime"), "kill_process");
  const Unit others("SystemCallLog=~read\n");
  EXPECT_EQ(others.Ask("read"), "allow");
  EXPECT_EQ(others.Ask("write"), "log");
}

TEST(SystemdImport, SaysWhatDiffers) {
  const Unit unit(
      "SystemCallFilter=~read clock_gettime64\n"
      "RestrictAddressFamilies=AF_UNIX\n");
  EXPECT_THAT(unit.imported.differences,
              Contains(HasSubstr("does not have are skipped")));
  EXPECT_THAT(unit.imported.differences,
              Contains(HasSubstr("where systemd compares 64")));
  EXPECT_THAT(unit.imported.differences,
              Contains(HasSubstr("answer errno ENOSYS here, and allow")));
  EXPECT_THAT(unit.imported.differences,
              Contains(HasSubstr("restricts no architectures")));
}

TEST(SystemdImport, FullWidthsCompareAllBits) {
  SystemdImportOptions full;
  full.full_widths = true;
  const Unit unit("RestrictAddressFamilies=AF_UNIX\n", full);
  EXPECT_EQ(unit.Ask("socket", {"1"}), "allow");
  EXPECT_EQ(unit.Ask("socket", {"0x100000001"}), "errno EAFNOSUPPORT");
}

// Policies of whole calls with answers that systemd has.
Policy RandomListPolicy(uint64_t seed) {
  Policy policy = RandomTablePolicy(seed);
  PortionPolicy& portion = policy.portions[0];
  const auto adapt = [](Action& action) {
    if (action.kind > ActionKind::kErrno)
      action.kind = ActionKind::kKillProcess;
  };
  adapt(portion.otherwise);
  for (SyscallRule& rule : portion.syscalls) {
    rule.when = {};
    adapt(rule.action);
  }
  return policy;
}

TEST(SystemdExport, RandomListsComeBackEqual) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Policy policy = RandomListPolicy(seed);
    const auto exported = ExportSystemd(policy, policy.portions[0]);
    ASSERT_TRUE(exported.ok());
    EXPECT_TRUE(exported->losses.empty());
    const ImportedPolicy imported = Import({exported->text});
    ParsedPolicy parsed =
        LoadPolicy({"p.policy", imported.text}, LibraryLookup());
    ASSERT_TRUE(parsed.policy.has_value()) << exported->text << imported.text;
    const auto diff = DiffPolicies(policy, *parsed.policy, {});
    ASSERT_TRUE(diff.ok());
    EXPECT_EQ(diff->relation(), Relation::kEqual)
        << RenderDiffText(*diff, {}) << exported->text;
  }
}

// What systemd cannot say is denied: never is more let through.
TEST(SystemdExport, LossesAreStricter) {
  int lossy = 0;
  for (uint64_t seed = 0; seed < 50; ++seed) {
    SCOPED_TRACE(seed);
    const Policy policy = RandomTablePolicy(seed);
    const auto exported = ExportSystemd(policy, policy.portions[0]);
    ASSERT_TRUE(exported.ok());
    lossy += !exported->losses.empty();
    const ImportedPolicy imported = Import({exported->text});
    ParsedPolicy parsed =
        LoadPolicy({"p.policy", imported.text}, LibraryLookup());
    ASSERT_TRUE(parsed.policy.has_value()) << exported->text << imported.text;
    const auto diff = DiffPolicies(policy, *parsed.policy,
                                   {.order = ActionOrder::kPermission});
    ASSERT_TRUE(diff.ok());
    EXPECT_EQ(diff->exit_code(), 0) << RenderDiffText(*diff, {});
  }
  EXPECT_GT(lossy, 25);
}

TEST(SystemdExport, NamesTheRulesThatDoNotFit) {
  const ParsedPolicy parsed =
      LoadPolicy({"p.policy",
                  "policy p { allow syscall socket(family == AF_UNIX), read; "
                  "deny syscall ptrace then trap; otherwise errno EPERM; }"},
                 LibraryLookup());
  const auto exported =
      ExportSystemd(*parsed.policy, parsed.policy->portions[0]);
  ASSERT_TRUE(exported.ok());
  ASSERT_EQ(exported->losses.size(), 2u);
  EXPECT_THAT(exported->losses[0].rule, HasSubstr("socket(family == AF_UNIX)"));
  EXPECT_THAT(exported->losses[1].rule, HasSubstr("ptrace then trap"));
  EXPECT_THAT(exported->notes, Contains(HasSubstr("will not start")));
}

}  // namespace
}  // namespace bailey::policy
