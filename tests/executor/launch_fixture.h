// Runs bailey-launch as a person would, as root or as an ordinary user.
//
//   class MyTest : public LaunchTest {};
//   Ran ran = Launch(bundle_bytes, {"open", "/etc/shadow"});
//   EXPECT_EQ(ran.output, "open: errno 2\n");

#ifndef BAILEY_TESTS_EXECUTOR_LAUNCH_FIXTURE_H_
#define BAILEY_TESTS_EXECUTOR_LAUNCH_FIXTURE_H_

#include <gtest/gtest.h>
#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "executor/outcome.h"
#include "tests/executor/test_plan.h"

namespace bailey::executor {

// An id that no account has.
inline constexpr uid_t kOrdinaryUser = 54321;

struct Ran {
  int exit_code = -1;
  std::string output;
  std::string error;
  Outcome outcome;  // from --outcome
};

enum class User { kRoot, kOrdinary };

struct RunSettings {
  std::vector<std::string> options;  // of bailey-launch
  std::string input;
  bool key_is_there = true;
  std::vector<std::string> environment;
  // In the child, before exec.
  std::function<void()> before_exec;
  // With the launcher's process id, once it has begun to print.
  std::function<void(pid_t)> while_running;
};

// The parameter says who runs it. Programs and bundles lie in a directory of
// the test's own that everybody can read.
class LaunchTest : public testing::TestWithParam<User> {
 protected:
  void SetUp() override;
  void TearDown() override;

  Ran Launch(const std::string& bundle,
             const std::vector<std::string>& arguments,
             const RunSettings& settings = {});
  // The same without Bailey: the probe as it is, as the same user.
  std::string RunBare(const std::vector<std::string>& arguments,
                      const std::string& input = "");
  std::string RunBareWith(const std::vector<std::string>& arguments,
                          const RunSettings& settings);

  User user() const { return GetParam(); }
  const std::string& directory() const { return directory_; }
  std::string WriteFileFor(const std::string& name, const std::string& bytes,
                           mode_t mode);

 private:
  Ran Run(const std::vector<std::string>& command, const RunSettings& settings);

  std::string directory_;
};

// All that `ancestor` started, directly or not, as the host numbers it.
std::vector<pid_t> DescendantsOf(pid_t ancestor);

std::string UserName(const testing::TestParamInfo<User>& info);

}  // namespace bailey::executor

#endif  // BAILEY_TESTS_EXECUTOR_LAUNCH_FIXTURE_H_
