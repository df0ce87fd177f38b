// What is wrong with a bundle, a credential or the host is said, with exit 125,
// and nothing has run.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

class BundleErrorTest : public LaunchTest {
 protected:
  void ExpectRefused(const Ran& ran, const std::string& text) {
    EXPECT_EQ(ran.exit_code, 125) << ran.error;
    EXPECT_EQ(ran.output, "");
    EXPECT_EQ(ran.outcome.kind, OutcomeKind::kFailed);
    EXPECT_THAT(ran.error, HasSubstr(text));
  }
};

TEST_P(BundleErrorTest, TruncatedAnywhere) {
  const std::string bundle = TestPlan().Bundle();
  for (size_t part = 0; part < 16; ++part) {
    SCOPED_TRACE(part);
    ExpectRefused(
        Launch(bundle.substr(0, bundle.size() * part / 16), {"status", "0"}),
        "probe.bailey");
  }
}

TEST_P(BundleErrorTest, AnAlteredByte) {
  const std::string bundle = TestPlan().Bundle();
  for (size_t part = 0; part < 8; ++part) {
    SCOPED_TRACE(part);
    std::string altered = bundle;
    altered[bundle.size() * part / 8 + 3] ^= 1;
    ExpectRefused(Launch(altered, {"status", "0"}), "probe.bailey");
  }
}

TEST_P(BundleErrorTest, AnotherDigest) {
  RunSettings settings;
  settings.options = {"--digest", std::string(64, 'a')};
  ExpectRefused(Launch(TestPlan().Bundle(), {"status", "0"}, settings),
                "has the digest");
}

TEST_P(BundleErrorTest, TheRightDigestRuns) {
  const std::string bundle = TestPlan().Bundle();
  const std::string digest =
      Launch(bundle, {"status", "0"}).outcome.bundle_digest;
  RunSettings settings;
  settings.options = {"--digest", digest};
  EXPECT_EQ(Launch(bundle, {"status", "6"}, settings).exit_code, 6);
}

TEST_P(BundleErrorTest, AMissingCredential) {
  RunSettings settings;
  settings.key_is_there = false;
  const Ran ran = Launch(TestPlan().Bundle(), {"status", "0"}, settings);
  ExpectRefused(ran, "credential `key` is missing: the file `/run/probe/key`");
  EXPECT_THAT(ran.error, HasSubstr("--credential key=file:PATH"));
}

TEST_P(BundleErrorTest, ACredentialThatTheBundleDoesNotHave) {
  RunSettings settings;
  settings.options = {"--credential", "other=env:HOME"};
  ExpectRefused(Launch(TestPlan().Bundle(), {"status", "0"}, settings),
                "no credential `other`");
}

TEST_P(BundleErrorTest, BadUsage) {
  RunSettings settings;
  settings.options = {"--no-such-option"};
  const Ran ran = Launch(TestPlan().Bundle(), {}, settings);
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("usage: bailey run "));
}

TEST_P(BundleErrorTest, HelpShowsAnExample) {
  RunSettings settings;
  settings.options = {"--help"};
  const Ran ran = Launch(TestPlan().Bundle(), {}, settings);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_THAT(ran.output, HasSubstr("\n  bailey run "));
}

// In a user namespace of the test's own, where no more may be made.
TEST_P(BundleErrorTest, AHostWithoutUserNamespaces) {
  RunSettings settings;
  settings.before_exec = [] {
    const uid_t user = geteuid();
    const gid_t group = getegid();
    if (unshare(CLONE_NEWUSER) != 0) _exit(123);
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/gid_map") << group << " " << group << " 1";
    std::ofstream("/proc/self/uid_map") << user << " " << user << " 1";
    std::ofstream("/proc/sys/user/max_user_namespaces") << "0";
  };
  if (user() == User::kRoot) {
    GTEST_SKIP() << "root in a namespace of one id is refused before";
  }
  const Ran ran = Launch(TestPlan().Bundle(), {"status", "0"}, settings);
  if (ran.exit_code == 123) GTEST_SKIP() << "no user namespaces here at all";
  ExpectRefused(ran, "cannot create namespaces");
  EXPECT_THAT(ran.error, HasSubstr("max_user_namespaces"));
}

INSTANTIATE_TEST_SUITE_P(As, BundleErrorTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
