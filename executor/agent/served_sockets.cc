#include "executor/agent/served_sockets.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "executor/agent/container_setup.h"

namespace bailey::executor {
namespace {

// The agent mounted it, so it is there, and it is covered for a moment only.
constexpr const char* kStage = "/proc";

std::string DirectoryOf(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

bool IsClient(const PlanSocket& socket, std::string_view portion) {
  return std::ranges::find(socket.clients, portion) != socket.clients.end();
}

// Another mount of what lies at the stage, attached nowhere: a container can
// take it into its own tree, once.
Result<UniqueFd> CloneStage() {
  // SAFETY: open_tree reads the string that it is given.
  UniqueFd tree(static_cast<int>(syscall(SYS_open_tree, AT_FDCWD, kStage,
                                         OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
  if (!tree.valid()) return FailErrno("cannot mount a socket's directory");
  return tree;
}

// Room for sockets, and for no files.
Result<std::vector<UniqueFd>> MakeDirectory(uint32_t owner, size_t mounts) {
  const std::string options = fmt::format(
      "mode=0755,uid={},gid={},size=64k,nr_inodes=256", owner, owner);
  if (mount("tmpfs", kStage, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
            options.c_str()) != 0)
    return FailErrno("cannot make a socket's directory");
  std::vector<UniqueFd> trees;
  Result<> made;
  while (made.ok() && trees.size() < mounts) {
    auto tree = CloneStage();
    if (tree.ok())
      trees.push_back(std::move(tree).value());
    else
      made = std::unexpected(tree.error());
  }
  if (umount2(kStage, MNT_DETACH) != 0)
    return FailErrno("cannot uncover the instance's /proc");
  RETURN_IF_ERROR(made);
  return trees;
}

Result<bool> IsSocket(const AwaitedSocket& socket, int fd) {
  struct stat status{};
  if (fstat(fd, &status) != 0)
    return FailErrno(fmt::format("cannot look at `{}`", socket.path));
  return S_ISSOCK(status.st_mode);
}

// Bound beside the place and moved to it, which the kernel does not note: what
// it was bound as is in the directory no more.
bool WasMoved(const AwaitedSocket& socket, std::string_view bound) {
  if (bound.starts_with('@')) return false;  // a socket without a file
  const size_t slash = bound.rfind('/');
  if (slash != std::string_view::npos &&
      bound.substr(0, slash) != DirectoryOf(socket.path))
    return false;
  const std::string name(bound.substr(slash + 1));
  struct stat status{};
  return fstatat(socket.directory.get(), name.c_str(), &status,
                 AT_SYMLINK_NOFOLLOW) != 0 &&
         errno == ENOENT;
}

bool IsOpenLine(const AwaitedSocket& socket, std::string_view line) {
  if (IsOpenSocket(line, socket.name)) return true;
  const std::string_view bound = OpenSocketName(line);
  return !bound.empty() && WasMoved(socket, bound);
}

// As the kernel shows the sockets of the server's network namespace. Between
// bind(2) and listen(2) a client would be refused.
Result<bool> IsOpen(const AwaitedSocket& socket, pid_t server) {
  auto text = ReadFile(fmt::format("/proc/{}/net/unix", server));
  if (!text.ok()) return false;  // it has ended, which is seen elsewhere
  std::string_view rest = *text;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    if (IsOpenLine(socket, rest.substr(0, end))) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace

Result<ServedSockets> ServedSockets::Create(
    const Plan& plan, const std::vector<const PlanPortion*>& order,
    bool own_identities) {
  ServedSockets result;
  result.sockets_ = plan.sockets;
  for (const PlanSocket& socket : plan.sockets) {
    const auto server =
        std::ranges::find(order, socket.server, &PlanPortion::name);
    if (server == order.end()) return Fail("a socket has no server");
    const uint32_t identity =
        own_identities ? static_cast<uint32_t>(server - order.begin()) + 1 : 0;
    RETURN_IF_ERROR(result.AddDirectory(plan, socket, identity));
  }
  return result;
}

// A directory once, for all of its sockets.
Result<> ServedSockets::AddDirectory(const Plan& plan, const PlanSocket& socket,
                                     uint32_t owner) {
  const std::string path = DirectoryOf(socket.path);
  if (std::ranges::find(mounted_, path, &Mounted::path) != mounted_.end())
    return {};
  std::vector<std::string> portions{socket.server};
  for (const PlanPortion& portion : plan.portions) {
    const auto is_client = [&](const PlanSocket& each) {
      return DirectoryOf(each.path) == path && IsClient(each, portion.name);
    };
    if (std::ranges::any_of(plan.sockets, is_client))
      portions.push_back(portion.name);
  }
  ASSIGN_OR_RETURN(std::vector<UniqueFd> trees,
                   MakeDirectory(owner, portions.size()));
  for (size_t i = 0; i < portions.size(); ++i)
    mounted_.push_back({path, portions[i], i == 0, std::move(trees[i])});
  return {};
}

std::vector<SocketDirectory> ServedSockets::DirectoriesOf(
    std::string_view portion) const {
  std::vector<SocketDirectory> directories;
  for (const Mounted& each : mounted_)
    if (each.portion == portion)
      directories.push_back({each.path, each.tree.get(), each.serves});
  return directories;
}

Result<std::vector<AwaitedSocket>> ServedSockets::AwaitedBy(
    std::string_view portion) const {
  std::vector<AwaitedSocket> awaited;
  for (const PlanSocket& socket : sockets_) {
    if (!IsClient(socket, portion)) continue;
    const auto mounted = std::ranges::find_if(mounted_, [&](const auto& each) {
      return each.serves && each.path == DirectoryOf(socket.path);
    });
    if (mounted == mounted_.end()) return Fail("a socket has no directory");
    UniqueFd directory(fcntl(mounted->tree.get(), F_DUPFD_CLOEXEC, 0));
    if (!directory.valid()) return FailErrno("cannot copy a descriptor");
    awaited.push_back({socket.path, socket.server,
                       socket.path.substr(socket.path.rfind('/') + 1),
                       std::move(directory)});
  }
  return awaited;
}

// "Num: RefCount Protocol Flags Type St Inode Path", numbers in hexadecimal.
std::string_view OpenSocketName(std::string_view line) {
  constexpr unsigned long kAccepts = 1u << 16;  // __SO_ACCEPTCON
  const std::string text(line);
  unsigned long flags = 0;
  unsigned type = 0;
  int path = 0;
  if (std::sscanf(text.c_str(), "%*[^:]: %*x %*x %lx %x %*x %*u %n", &flags,
                  &type, &path) != 2 ||
      path == 0)
    return {};
  const bool is_open = type == SOCK_DGRAM || (flags & kAccepts) != 0;
  return is_open ? line.substr(static_cast<size_t>(path)) : std::string_view();
}

bool IsOpenSocket(std::string_view line, std::string_view name) {
  const std::string_view bound = OpenSocketName(line);
  return !bound.empty() && bound.substr(bound.rfind('/') + 1) == name;
}

Result<bool> IsServed(const AwaitedSocket& socket, pid_t server) {
  const UniqueFd fd(openat(socket.directory.get(), socket.name.c_str(),
                           O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.valid() && errno == ENOENT) return false;
  if (!fd.valid())
    return FailErrno(fmt::format("cannot look at `{}`", socket.path));
  ASSIGN_OR_RETURN(const bool is_socket, IsSocket(socket, fd.get()));
  if (!is_socket) return false;
  ASSIGN_OR_RETURN(const bool is_open, IsOpen(socket, server));
  if (!is_open) return false;
  const std::string place = fmt::format("/proc/self/fd/{}", fd.get());
  if (chmod(place.c_str(), 0777) != 0)
    return FailErrno(fmt::format("cannot let clients use `{}`", socket.path));
  return true;
}

}  // namespace bailey::executor
