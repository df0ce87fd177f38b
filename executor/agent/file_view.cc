#include "executor/agent/file_view.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/documents/plan.h"

namespace bailey::executor {
namespace {

struct KnownPath {
  uint32_t number;
  PathArgument argument;
};

// The first path of each call that has one (manual pages, section 2).
constexpr std::array<KnownPath, 37> kPaths{{{SYS_open, {0, -1, true}},
                                            {SYS_creat, {0, -1, true}},
                                            {SYS_openat, {1, 0, true}},
                                            {SYS_openat2, {1, 0, true}},
                                            {SYS_stat, {0}},
                                            {SYS_lstat, {0}},
                                            {SYS_access, {0}},
                                            {SYS_execve, {0}},
                                            {SYS_truncate, {0}},
                                            {SYS_chdir, {0}},
                                            {SYS_rename, {0}},
                                            {SYS_mkdir, {0}},
                                            {SYS_rmdir, {0}},
                                            {SYS_link, {0}},
                                            {SYS_unlink, {0}},
                                            {SYS_symlink, {0}},
                                            {SYS_readlink, {0}},
                                            {SYS_chmod, {0}},
                                            {SYS_chown, {0}},
                                            {SYS_lchown, {0}},
                                            {SYS_mknod, {0}},
                                            {SYS_statfs, {0}},
                                            {SYS_chroot, {0}},
                                            {SYS_umount2, {0}},
                                            {SYS_execveat, {1, 0, false}},
                                            {SYS_newfstatat, {1, 0, false}},
                                            {SYS_statx, {1, 0, false}},
                                            {SYS_faccessat, {1, 0, false}},
                                            {SYS_faccessat2, {1, 0, false}},
                                            {SYS_mkdirat, {1, 0, false}},
                                            {SYS_mknodat, {1, 0, false}},
                                            {SYS_unlinkat, {1, 0, false}},
                                            {SYS_renameat, {1, 0, false}},
                                            {SYS_renameat2, {1, 0, false}},
                                            {SYS_readlinkat, {1, 0, false}},
                                            {SYS_fchmodat, {1, 0, false}},
                                            {SYS_fchownat, {1, 0, false}}}};

constexpr std::array<std::string_view, 4> kDevices{
    "/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"};

}  // namespace

std::optional<PathArgument> FindPathArgument(uint32_t syscall_number) {
  const auto found =
      std::ranges::find(kPaths, syscall_number, &KnownPath::number);
  if (found == kPaths.end()) return std::nullopt;
  return found->argument;
}

OpenAccess AccessOf(const SeccompData& data) {
  uint64_t flags = O_RDONLY;
  if (data.number == SYS_creat) flags = O_WRONLY;
  if (data.number == SYS_open) flags = data.arguments[1];
  if (data.number == SYS_openat) flags = data.arguments[2];
  const uint64_t mode = flags & O_ACCMODE;
  const bool changes = (flags & (O_CREAT | O_TRUNC)) != 0;
  return {mode != O_WRONLY, mode != O_RDONLY || changes};
}

std::string NormalPath(const std::string& path) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < path.size();) {
    const size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  std::string normal;
  for (const std::string& part : parts) normal += "/" + part;
  return normal.empty() ? "/" : normal;
}

FileView::FileView(const Plan& plan, const PlanPortion& portion,
                   const std::vector<SpecFile>& files)
    : plan_(&plan), portion_(&portion) {
  for (const SpecFile& file : files) {
    if (file.portion != portion.name) continue;
    readable_.insert(file.path);
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (name.contains(".so")) libraries_.insert(name);
  }
  for (const PlanCredential& credential : plan.credentials) {
    if (credential.source == CredentialSource::kFile &&
        std::ranges::find(portion.credentials, credential.name) !=
            portion.credentials.end()) {
      readable_.insert(credential.path);
    }
  }
}

bool FileView::Allows(const std::string& path, OpenAccess access) const {
  if (std::ranges::find(kDevices, path) != kDevices.end()) return true;
  if (!access.write && readable_.contains(path)) return true;
  // The loader looks for a library of the program in one place after another;
  // where it is not, nothing is denied.
  if (!access.write && libraries_.contains(path.substr(path.rfind('/') + 1))) {
    return true;
  }
  // Several rules may speak of one path: what they allow adds up.
  bool read = !access.read;
  bool write = !access.write;
  for (const PlanFileRule& rule : portion_->files) {
    if (!RuleCovers(rule, path)) continue;
    read |= rule.read || rule.execute;
    write |= rule.write;
  }
  return read && write;
}

std::vector<uint32_t> FileView::RulesFor(const std::string& path) const {
  std::vector<uint32_t> rules;
  for (const PlanFileRule& rule : portion_->files) {
    if (RuleCovers(rule, path)) rules.push_back(rule.rule);
  }
  return rules;
}

std::string FileView::CredentialAt(const std::string& path) const {
  for (const PlanCredential& credential : plan_->credentials) {
    if (credential.source == CredentialSource::kFile &&
        NormalPath(credential.path) == path) {
      return credential.name;
    }
  }
  return "";
}

}  // namespace bailey::executor
