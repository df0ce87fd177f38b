#include "executor/agent/covered_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace bailey::executor {
namespace {

bool IsAtOrBelow(const std::string& path, const std::string& place) {
  return path == place || place == "/" || path.starts_with(place + "/");
}

UniqueFd OpenInside(int root, const std::string& path, uint64_t resolve) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | resolve;
  // SAFETY: openat2 reads `how` with the size given.
  return UniqueFd(static_cast<int>(
      syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
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
  for (const SpecFile& file : setup.files) {
    if (std::ranges::none_of(mounts, [&](const std::string& mount) {
          return IsAtOrBelow(file.path, mount);
        })) {
      continue;
    }
    ASSIGN_OR_RETURN(UniqueFd tree, MountOf(root, file.path));
    covered.kept_.push_back({file.path, std::move(tree)});
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
      fmt::format("`{}`, which the program is loaded with, cannot be shown "
                  "below a rule's path",
                  path),
      errno, "let the rule name a narrower path, or also where the link leads");
}

Result<> CoveredFiles::PutBack(int root,
                               const std::vector<std::string>& writable) const {
  for (const Kept& kept : kept_) {
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
