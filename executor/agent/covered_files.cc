#include "executor/agent/covered_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "common/documents/plan.h"

namespace bailey::executor {
namespace {

// A device: on a mount without devices it cannot be opened.
constexpr const char* kNothing = "/dev/null";

UniqueFd OpenInside(int root, const std::string& path, uint64_t resolve) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | resolve;
  // SAFETY: openat2 reads `how` with the size given.
  return UniqueFd(static_cast<int>(
      syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

// For the portion, too, which has no more rights than we have here.
bool IsOutOfReach(int root, const std::string& path) {
  return !OpenInside(root, path, 0).valid() &&
         (errno == ENOENT || errno == ENOTDIR || errno == EACCES);
}

// By its other name, without links; the same where that cannot be told, to the
// portion as little as to us.
std::string OnTheHost(const std::string& path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

Result<UniqueFd> MountOf(int root, const std::string& path) {
  const UniqueFd file = OpenInside(root, path, RESOLVE_NO_SYMLINKS);
  const int tree =
      file.valid()
          ? open_tree(file.get(), "",
                      AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)
          : -1;
  if (tree < 0) return FailErrno(fmt::format("cannot keep `{}`", path));
  return UniqueFd(tree);
}

}  // namespace

Result<CoveredFiles> CoveredFiles::Take(int root, const ContainerSetup& setup,
                                        std::span<const std::string> mounts) {
  CoveredFiles covered;
  const auto is_covered = [&](const std::string& path) {
    return std::ranges::any_of(mounts, [&](const std::string& mount) {
      return IsAtOrBelow(path, mount);
    });
  };
  const auto take = [&](const std::string& path, const std::string& shown,
                        bool must_be_there) -> Result<> {
    if (!is_covered(path)) return {};
    ASSIGN_OR_RETURN(UniqueFd tree, MountOf(root, shown));
    covered.kept_.push_back({path, must_be_there, std::move(tree)});
    return {};
  };
  for (const SpecFile& file : setup.files) {
    RETURN_IF_ERROR(take(file.path, file.path, true));
  }
  for (const CredentialFile& credential : setup.credential_files) {
    RETURN_IF_ERROR(take(credential.path, credential.path, true));
    if (is_covered(credential.path)) continue;
    RETURN_IF_ERROR(take(OnTheHost(credential.path), kNothing, false));
  }
  for (const std::string& path : setup.hidden_files) {
    RETURN_IF_ERROR(take(path, kNothing, false));
    RETURN_IF_ERROR(take(OnTheHost(path), kNothing, false));
  }
  return covered;
}

Result<UniqueFd> CoveredFiles::Find(int root, const std::string& path,
                                    const std::vector<std::string>& writable) {
  const bool ours = std::ranges::any_of(
      writable,
      [&](const std::string& place) { return IsAtOrBelow(path, place); });
  UniqueFd fd = OpenInside(root, path, ours ? RESOLVE_NO_SYMLINKS : 0);
  if (fd.valid()) return fd;
  return FailErrno(
      fmt::format("`{}`, which the program gets from us, cannot be shown "
                  "below a rule's path",
                  path),
      errno, "let the rule name a narrower path, or also where the link leads");
}

Result<> CoveredFiles::PutBack(int root,
                               const std::vector<std::string>& writable) const {
  for (const Kept& kept : kept_) {
    if (!kept.must_be_there && IsOutOfReach(root, kept.path)) continue;
    ASSIGN_OR_RETURN(const UniqueFd target, Find(root, kept.path, writable));
    mount_attr attributes{};
    attributes.attr_set =
        MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
    if (mount_setattr(kept.tree.get(), "", AT_EMPTY_PATH, &attributes,
                      sizeof attributes) != 0 ||
        move_mount(kept.tree.get(), "", target.get(), "",
                   MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
      return FailErrno(fmt::format("cannot show `{}`", kept.path));
    }
  }
  return {};
}

}  // namespace bailey::executor
