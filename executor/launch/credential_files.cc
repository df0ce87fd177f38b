#include "executor/launch/credential_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace bailey::executor {
namespace {

namespace fs = std::filesystem;

// The path without links, or as it is where it leads nowhere.
std::string RealPath(const std::string& path) {
  std::error_code error;
  const std::string real = fs::canonical(path, error).string();
  return error ? path : real;
}

std::string PathOf(int fd) {
  std::error_code error;
  return fs::read_symlink(fmt::format("/proc/self/fd/{}", fd), error).string();
}

// Rules are bound by what their paths lead to.
bool Shows(const PlanFileRule& rule, std::string_view path) {
  PlanFileRule real = rule;
  real.path = RealPath(rule.path);
  return RuleCovers(rule, path) || RuleCovers(real, path);
}

bool Uses(const PlanPortion& portion, const PlanCredential& credential) {
  return std::ranges::find(portion.credentials, credential.name) !=
         portion.credentials.end();
}

Result<> CheckRule(const PlanPortion& portion, const PlanFileRule& rule,
                   const PlanCredential& credential, std::string_view path,
                   nlink_t names) {
  // The agent hides the policy's own path.
  const bool is_hidden = credential.source == CredentialSource::kFile &&
                         path == RealPath(credential.path);
  if (!is_hidden && Shows(rule, path)) {
    return Fail(fmt::format("credential `{}`: a file rule of portion `{}` "
                            "shows `{}`",
                            credential.name, portion.name, path),
                "keep it where no rule of another portion reaches");
  }
  if (names > 1 && rule.hierarchy) {
    return Fail(
        fmt::format("credential `{}`: `{}` has {} names (hard links), and "
                    "portion `{}` may read below `{}`, where one may be",
                    credential.name, path, names, portion.name, rule.path),
        "keep it in a file of its own, with one name");
  }
  return {};
}

}  // namespace

Result<> CheckCredentialFile(const Plan& plan, const PlanCredential& credential,
                             int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0) return FailErrno("cannot look at a credential");
  // Without a name nobody opens it.
  if (!S_ISREG(status.st_mode) || status.st_nlink == 0) return {};
  const std::string path = PathOf(fd);
  for (const PlanPortion& portion : plan.portions) {
    if (Uses(portion, credential)) continue;
    for (const PlanFileRule& rule : portion.files) {
      RETURN_IF_ERROR(
          CheckRule(portion, rule, credential, path, status.st_nlink));
    }
  }
  return {};
}

}  // namespace bailey::executor
