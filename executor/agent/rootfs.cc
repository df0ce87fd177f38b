#include "executor/agent/rootfs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "common/documents/plan.h"
#include "executor/agent/covered_files.h"

namespace bailey::executor {
namespace {

// Where the new root is put together. It exists because the agent mounted it,
// and what it covers is reached no more: every host path is opened before.
constexpr const char* kStage = "/proc";

// Directories, the credential and rounding to pages, on top of the files.
constexpr uint64_t kRootSlackBytes = uint64_t{4} << 20;

constexpr std::array<const char*, 4> kDevices{"/dev/null", "/dev/zero",
                                              "/dev/random", "/dev/urandom"};

bool IsBelow(const std::string& path, const std::string& directory) {
  if (directory == "/") return true;
  return path.size() > directory.size() && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

bool IsProc(const std::string& path) {
  return path == "/proc" || IsBelow(path, "/proc");
}

bool IsDevice(const std::string& path) {
  return std::ranges::find(kDevices, path) != kDevices.end();
}

// Whether the bundle itself provides what a rule names.
bool IsProvided(const ContainerSetup& setup, const PlanFileRule& rule) {
  const auto provides = [&](const std::string& path) {
    return RuleCovers(rule, path);
  };
  return std::ranges::any_of(setup.files, provides, &SpecFile::path) ||
         std::ranges::any_of(setup.credential_files, provides,
                             &CredentialFile::path);
}

const PlanRule* RuleOf(const ContainerSetup& setup, const PlanFileRule& rule) {
  const auto found =
      std::ranges::find(setup.rule_texts, rule.rule, &PlanRule::index);
  return found == setup.rule_texts.end() ? nullptr : &*found;
}

// "`allow read "/x"` (notary.policy:7)", for messages.
std::string Describe(const ContainerSetup& setup, const PlanFileRule& rule) {
  const PlanRule* text = RuleOf(setup, rule);
  if (text == nullptr) return fmt::format("the rule for `{}`", rule.path);
  if (text->file.empty()) return fmt::format("`{}` (built in)", text->text);
  return fmt::format("`{}` ({}:{})", text->text, text->file, text->line);
}

bool IsBuiltIn(const ContainerSetup& setup, const PlanFileRule& rule) {
  const PlanRule* text = RuleOf(setup, rule);
  return text != nullptr && text->file.empty();
}

Result<> SetAttributes(int mount_fd, uint64_t attributes, unsigned flags) {
  mount_attr attr{};
  attr.attr_set = attributes;
  if (mount_setattr(mount_fd, "", AT_EMPTY_PATH | flags, &attr, sizeof attr) !=
      0) {
    return FailErrno("cannot set the attributes of a mount");
  }
  return {};
}

// None and errno on failure.
UniqueFd OpenPath(int directory, const std::string& path, uint64_t resolve) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = resolve;
  // SAFETY: openat2 reads `how` with the size given.
  return UniqueFd(static_cast<int>(
      syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how)));
}

std::unexpected<Error> LinkRefused(const std::string& path) {
  return Fail(fmt::format("`{}` passes a symbolic link", path),
              "name the place that the link leads to");
}

// The host's `path`. Links on the way are the host's and are followed, but not
// below a place that some portion may write: there an attacker who had one run
// would choose what the next is shown.
Result<UniqueFd> OpenHostPath(const std::string& path,
                              const std::vector<std::string>& writable) {
  const std::string* outermost = nullptr;
  for (const std::string& place : writable) {
    if (!IsBelow(path, place)) continue;
    if (outermost == nullptr || place.size() < outermost->size()) {
      outermost = &place;
    }
  }
  UniqueFd fd;
  if (outermost == nullptr) {
    fd = OpenPath(AT_FDCWD, path, 0);
  } else {
    ASSIGN_OR_RETURN(const UniqueFd base, OpenFile(*outermost, O_PATH));
    fd = OpenPath(base.get(), path.substr(outermost->size() + 1),
                  RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (!fd.valid() && errno == ELOOP) return LinkRefused(path);
  }
  if (!fd.valid()) return FailErrno(fmt::format("cannot open `{}`", path));
  return fd;
}

// A copy of the host's mount tree at `path`, attached nowhere yet. From here on
// nobody looks at the name again.
Result<UniqueFd> CloneTree(const std::string& path,
                           const std::vector<std::string>& writable = {}) {
  ASSIGN_OR_RETURN(const UniqueFd place, OpenHostPath(path, writable));
  const int fd = open_tree(
      place.get(), "",
      AT_EMPTY_PATH | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (fd < 0) return FailErrno(fmt::format("cannot mount `{}`", path));
  return UniqueFd(fd);
}

Result<bool> IsDirectory(int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0) return FailErrno("cannot stat a file");
  return S_ISDIR(status.st_mode);
}

uint64_t RuleRights(const PlanFileRule& rule) {
  return LandlockRightsFor({.read = rule.read,
                            .write = rule.write,
                            .execute = rule.execute,
                            .hierarchy = rule.hierarchy});
}

Result<> CopyBytes(int to, int from, uint64_t offset, uint64_t size,
                   const std::string& path) {
  off_t at = static_cast<off_t>(offset);
  const off_t end = at + static_cast<off_t>(size);
  while (at < end) {
    const ssize_t copied =
        sendfile(to, from, &at, static_cast<size_t>(end - at));
    if (copied < 0 && errno == EINTR) continue;
    if (copied < 0) return FailErrno(fmt::format("cannot write `{}`", path));
    if (copied == 0) return Fail(fmt::format("`{}` is cut short", path));
  }
  return {};
}

}  // namespace

Result<Rootfs> Rootfs::Build(const ContainerSetup& setup) {
  std::vector<std::string> notes;
  ASSIGN_OR_RETURN(std::vector<Bind> binds, CollectBinds(setup, notes));
  std::vector<Bind> devices;
  for (const char* path : kDevices) {
    ASSIGN_OR_RETURN(UniqueFd tree, CloneTree(path));
    devices.push_back({path, true, false, std::move(tree)});
  }
  uint64_t size = kRootSlackBytes;
  for (const SpecFile& file : setup.files) size += file.size_bytes + 4096;
  if (mount("tmpfs", kStage, "tmpfs", MS_NOSUID | MS_NODEV,
            fmt::format("mode=0755,size={}", size).c_str()) != 0) {
    return FailErrno("cannot mount a container's root");
  }
  ASSIGN_OR_RETURN(UniqueFd fd, OpenFile(kStage, O_PATH | O_DIRECTORY));
  Rootfs root(std::move(fd));
  root.notes_ = std::move(notes);
  RETURN_IF_ERROR(root.WriteFiles(setup));
  for (const Bind& device : devices) RETURN_IF_ERROR(root.MountTree(device));
  RETURN_IF_ERROR(root.MountProc(setup));
  std::vector<std::string> places;
  for (const Bind& bind : binds) places.push_back(bind.path);
  ASSIGN_OR_RETURN(const CoveredFiles covered,
                   CoveredFiles::Take(root.root_.get(), setup, places));
  for (const Bind& bind : binds) {
    const Result<> mounted = root.MountTree(bind);
    if (!mounted.ok()) {
      return std::unexpected(WithContext(
          fmt::format("the rules for `{}`", bind.path), mounted.error()));
    }
  }
  RETURN_IF_ERROR(covered.PutBack(root.root_.get(), setup.writable));
  return root;
}

// The host's paths that rules name, shorter ones first, so that a directory is
// mounted before what is mounted inside it.
Result<std::vector<Rootfs::Bind>> Rootfs::CollectBinds(
    const ContainerSetup& setup, std::vector<std::string>& notes) {
  std::vector<Bind> binds;
  for (const PlanFileRule& rule : setup.rules) {
    if (IsProc(rule.path) || IsDevice(rule.path)) continue;
    if (IsProvided(setup, rule) && !(setup.shows_host && rule.hierarchy)) {
      if (rule.hierarchy) {
        notes.push_back(
            fmt::format("{} shows the bundle's files only, none of the host's",
                        Describe(setup, rule)));
      }
      continue;
    }
    const auto same = std::ranges::find(binds, rule.path, &Bind::path);
    if (same != binds.end()) {
      same->write |= rule.write;
      same->execute |= rule.execute;
      continue;
    }
    auto tree = CloneTree(rule.path, setup.writable);
    if (!tree.ok() && IsBuiltIn(setup, rule)) continue;
    if (!tree.ok()) {
      return Fail(
          fmt::format("{}: {}", Describe(setup, rule), tree.error().message),
          "the path must exist on this host and be within the reach of "
          "the container's own user");
    }
    ASSIGN_OR_RETURN(const bool directory, IsDirectory(tree->get()));
    if (directory && !rule.hierarchy) {
      if (IsBuiltIn(setup, rule)) continue;
      return Fail(fmt::format("{}: `{}` is a directory", Describe(setup, rule),
                              rule.path),
                  fmt::format("write `{}/**`", rule.path));
    }
    binds.push_back(
        {rule.path, rule.write, rule.execute, std::move(tree).value()});
  }
  for (const SocketDirectory& directory : setup.socket_directories) {
    UniqueFd tree(fcntl(directory.from, F_DUPFD_CLOEXEC, 0));
    if (!tree.valid()) return FailErrno("cannot copy a descriptor");
    binds.push_back({directory.path, directory.serves, false, std::move(tree)});
  }
  std::ranges::sort(binds, {}, [](const Bind& bind) {
    return std::pair(bind.path.size(), bind.path);
  });
  return binds;
}

Result<> Rootfs::WriteFiles(const ContainerSetup& setup) {
  for (const SpecFile& file : setup.files) {
    RETURN_IF_ERROR(WriteBlob(file, setup.blobs_fd));
  }
  for (const CredentialFile& credential : setup.credential_files) {
    RETURN_IF_ERROR(WriteCredential(credential));
  }
  return {};
}

Result<> Rootfs::WriteBlob(const SpecFile& file, int blobs_fd) {
  ASSIGN_OR_RETURN(const UniqueFd fd, CreateFile(file.path));
  RETURN_IF_ERROR(
      CopyBytes(fd.get(), blobs_fd, file.offset, file.size_bytes, file.path));
  // Nobody writes to a file that was proved.
  if (fchmod(fd.get(), file.mode & 0555) != 0) {
    return FailErrno(fmt::format("cannot set the mode of `{}`", file.path));
  }
  return {};
}

Result<> Rootfs::WriteCredential(const CredentialFile& credential) {
  struct stat status{};
  if (fstat(credential.from, &status) != 0) {
    return FailErrno("cannot stat a credential");
  }
  ASSIGN_OR_RETURN(const UniqueFd fd, CreateFile(credential.path));
  RETURN_IF_ERROR(CopyBytes(fd.get(), credential.from, 0,
                            static_cast<uint64_t>(status.st_size),
                            credential.path));
  if (fchmod(fd.get(), 0400) != 0) {
    return FailErrno("cannot set the mode of a credential");
  }
  return {};
}

// Step by step: a link of the host's, in a directory that a rule has mounted,
// must not have directories made elsewhere.
Result<UniqueFd> Rootfs::MakeParents(const std::string& path) {
  UniqueFd at(fcntl(root_.get(), F_DUPFD_CLOEXEC, 0));
  if (!at.valid()) return FailErrno("cannot copy a descriptor");
  size_t begin = 1;
  for (size_t slash = path.find('/', begin); slash != std::string::npos;
       slash = path.find('/', begin)) {
    const std::string name = path.substr(begin, slash - begin);
    begin = slash + 1;
    if (mkdirat(at.get(), name.c_str(), 0755) != 0 && errno != EEXIST) {
      return FailErrno(fmt::format("cannot make a directory for `{}`", path));
    }
    at = OpenPath(at.get(), name, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    if (!at.valid()) {
      return FailErrno(fmt::format("cannot make a directory for `{}`", path));
    }
  }
  return at;
}

Result<UniqueFd> Rootfs::CreateFile(const std::string& path) {
  ASSIGN_OR_RETURN(const UniqueFd parent, MakeParents(path));
  const std::string name = path.substr(path.rfind('/') + 1);
  const int fd =
      openat(parent.get(), name.c_str(),
             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return FailErrno(fmt::format("cannot create `{}`", path));
  return UniqueFd(fd);
}

// Inside the new root, and exactly there: a link in a directory that a rule
// mounts must not move what another one mounts or allows.
Result<UniqueFd> Rootfs::Lookup(const std::string& path) const {
  UniqueFd fd =
      OpenPath(root_.get(), path, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
  if (fd.valid()) return fd;
  if (errno == ELOOP) return LinkRefused(path);
  return FailErrno(fmt::format("cannot find `{}`", path));
}

// Makes the place where it is missing.
Result<UniqueFd> Rootfs::PlaceFor(const Bind& bind) {
  const UniqueFd there =
      OpenPath(root_.get(), bind.path, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
  if (!there.valid() && errno == ENOENT) {
    ASSIGN_OR_RETURN(const bool directory, IsDirectory(bind.tree.get()));
    if (directory) {
      RETURN_IF_ERROR(MakeParents(bind.path + "/"));
    } else {
      RETURN_IF_ERROR(CreateFile(bind.path));
    }
  }
  return Lookup(bind.path);
}

Result<> Rootfs::MountTree(const Bind& bind) {
  uint64_t attributes = MOUNT_ATTR_NOSUID;
  if (!IsDevice(bind.path)) attributes |= MOUNT_ATTR_NODEV;
  if (!bind.write) attributes |= MOUNT_ATTR_RDONLY;
  if (!bind.execute) attributes |= MOUNT_ATTR_NOEXEC;
  RETURN_IF_ERROR(SetAttributes(bind.tree.get(), attributes, AT_RECURSIVE));
  ASSIGN_OR_RETURN(const UniqueFd target, PlaceFor(bind));
  if (move_mount(bind.tree.get(), "", target.get(), "",
                 MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0) {
    return FailErrno(fmt::format("cannot mount `{}`", bind.path));
  }
  return {};
}

Result<> Rootfs::MountProc(const ContainerSetup& setup) {
  if (!std::ranges::any_of(setup.rules, IsProc, &PlanFileRule::path)) return {};
  RETURN_IF_ERROR(MakeParents("/proc/"));
  const std::string path = fmt::format("{}/proc", kStage);
  if (mount("proc", path.c_str(), "proc",
            MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) != 0) {
    return FailErrno("cannot mount the container's /proc");
  }
  return {};
}

Result<> Rootfs::AddLandlockRules(const ContainerSetup& setup,
                                  LandlockRuleset& ruleset) const {
  const auto allow = [&](const std::string& path, uint64_t rights) -> Result<> {
    ASSIGN_OR_RETURN(const UniqueFd fd, Lookup(path));
    return ruleset.Allow(fd.get(), rights);
  };
  const auto allow_ours = [&](const std::string& path) -> Result<> {
    ASSIGN_OR_RETURN(const UniqueFd fd,
                     setup.shows_host
                         ? CoveredFiles::Find(root_.get(), path, setup.writable)
                         : Lookup(path));
    return ruleset.Allow(fd.get(), kLandlockReadFile);
  };
  for (const SpecFile& file : setup.files) {
    RETURN_IF_ERROR(allow_ours(file.path));
  }
  for (const CredentialFile& credential : setup.credential_files) {
    RETURN_IF_ERROR(allow_ours(credential.path));
  }
  for (const char* path : kDevices) {
    RETURN_IF_ERROR(allow(path, kLandlockReadFile | kLandlockWriteFile));
  }
  // Clients only connect, of which Landlock knows nothing.
  for (const SocketDirectory& directory : setup.socket_directories) {
    if (!directory.serves) continue;
    RETURN_IF_ERROR(allow(directory.path, kLandlockMakeSock |
                                              kLandlockRemoveFile |
                                              kLandlockReadDir));
  }
  for (const PlanFileRule& rule : setup.rules) {
    const Result<> allowed = allow(rule.path, RuleRights(rule));
    // What is not there cannot be opened either; rules of the policy itself
    // were checked when their paths were mounted.
    if (!allowed.ok() && !IsBuiltIn(setup, rule)) return allowed;
  }
  return {};
}

Result<> Rootfs::Enter() {
  RETURN_IF_ERROR(SetAttributes(
      root_.get(), MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
      0));
  if (fchdir(root_.get()) != 0) return FailErrno("cannot enter the root");
  // SAFETY: with "." twice the old root is stacked on the new one, and the
  // detach below takes it away (pivot_root(2), "pivot_root(".", ".")").
  if (syscall(SYS_pivot_root, ".", ".") != 0) {
    return FailErrno("cannot pivot into the container's root");
  }
  if (umount2(".", MNT_DETACH) != 0) {
    return FailErrno("cannot detach the host's root");
  }
  if (chdir("/") != 0) return FailErrno("cannot enter the root");
  root_.Reset();
  return {};
}

}  // namespace bailey::executor
