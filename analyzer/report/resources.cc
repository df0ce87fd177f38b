#include "analyzer/report/resources.h"

#include <fcntl.h>

#include <algorithm>
#include <optional>
#include <set>

namespace bailey::analyzer {
namespace {

// What is done with what is named. A creation is also a change.
enum class Use {
  kRead,
  kWrite,
  kCreate,
  kExecute,
  kLoad,      // read, and its code runs
  kFlags,     // as open's flags say, at `how`
  kMode,      // as fopen's mode says, at `how`
  kTruncate,  // creat
  kBind,      // an address of a socket
  kConnect,
  kShell,  // /bin/sh, whatever the argument is
};

struct Naming {
  std::string_view function;
  size_t place = 0;  // of the argument that names it
  Use use = Use::kRead;
  size_t how = 0;  // see Use
};

// By the manual pages of sections 2 and 3. `__open_2` and its like are what
// _FORTIFY_SOURCE calls.
constexpr Naming kNamings[] = {
    {"__open64_2", 0, Use::kFlags, 1},
    {"__open_2", 0, Use::kFlags, 1},
    {"__openat64_2", 1, Use::kFlags, 2},
    {"__openat_2", 1, Use::kFlags, 2},
    {"access", 0, Use::kRead},
    {"bind", 1, Use::kBind},
    {"chmod", 0, Use::kWrite},
    {"chown", 0, Use::kWrite},
    {"chdir", 0, Use::kRead},
    {"chroot", 0, Use::kRead},
    {"connect", 1, Use::kConnect},
    {"creat", 0, Use::kTruncate},
    {"creat64", 0, Use::kTruncate},
    {"dlopen", 0, Use::kLoad},
    {"execl", 0, Use::kExecute},
    {"execle", 0, Use::kExecute},
    {"execlp", 0, Use::kExecute},
    {"execv", 0, Use::kExecute},
    {"execve", 0, Use::kExecute},
    {"execvp", 0, Use::kExecute},
    {"execvpe", 0, Use::kExecute},
    {"fopen", 0, Use::kMode, 1},
    {"fopen64", 0, Use::kMode, 1},
    {"freopen", 0, Use::kMode, 1},
    {"freopen64", 0, Use::kMode, 1},
    {"lchown", 0, Use::kWrite},
    {"link", 0, Use::kRead},
    {"link", 1, Use::kCreate},
    {"lstat", 0, Use::kRead},
    {"lstat64", 0, Use::kRead},
    {"mkdir", 0, Use::kCreate},
    {"mkdirat", 1, Use::kCreate},
    {"mkfifo", 0, Use::kCreate},
    {"mknod", 0, Use::kCreate},
    {"open", 0, Use::kFlags, 1},
    {"open64", 0, Use::kFlags, 1},
    {"openat", 1, Use::kFlags, 2},
    {"openat64", 1, Use::kFlags, 2},
    {"opendir", 0, Use::kRead},
    {"popen", 0, Use::kShell},
    {"posix_spawn", 1, Use::kExecute},
    {"posix_spawnp", 1, Use::kExecute},
    {"readlink", 0, Use::kRead},
    {"remove", 0, Use::kWrite},
    {"rename", 0, Use::kWrite},
    {"rename", 1, Use::kCreate},
    {"renameat", 1, Use::kWrite},
    {"renameat", 3, Use::kCreate},
    {"rmdir", 0, Use::kWrite},
    {"scandir", 0, Use::kRead},
    {"sendto", 4, Use::kConnect},
    {"stat", 0, Use::kRead},
    {"stat64", 0, Use::kRead},
    {"symlink", 1, Use::kCreate},
    {"system", 0, Use::kShell},
    {"truncate", 0, Use::kWrite},
    {"unlink", 0, Use::kWrite},
    {"unlinkat", 1, Use::kWrite},
    {"utime", 0, Use::kWrite},
    {"utimes", 0, Use::kWrite},
};

using Access = std::vector<std::string>;

const Access& AllOfFile() {
  static const auto* const kAll = new Access{"create", "read", "write"};
  return *kAll;
}

// O_PATH gives no right to the content, but a name for it: as if read.
Access AccessOfFlags(uint64_t flags) {
  std::set<std::string> access;
  const uint64_t mode = flags & O_ACCMODE;
  if (mode != O_WRONLY) access.insert("read");
  if (mode != O_RDONLY || (flags & O_TRUNC) != 0) access.insert("write");
  if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE)
    access.insert("create");
  return {access.begin(), access.end()};
}

Access Merged(const std::vector<Access>& all) {
  std::set<std::string> merged;
  for (const Access& each : all) merged.insert(each.begin(), each.end());
  return {merged.begin(), merged.end()};
}

Access AccessOfFlags(const std::optional<ValueFact>& flags) {
  if (!flags || !flags->known || flags->values.empty()) return AllOfFile();
  std::vector<Access> all;
  for (const uint64_t value : flags->values)
    all.push_back(AccessOfFlags(value));
  return Merged(all);
}

// ISO C and glibc: the first letter says it, and a `+` somewhere behind it.
Access AccessOfMode(const Texts& modes) {
  if (modes.any || modes.patterns.empty()) return AllOfFile();
  std::vector<Access> all;
  for (const std::string& pattern : modes.patterns) {
    const std::string mode = Unescaped(pattern.substr(0, pattern.find(',')));
    if (IsPattern(pattern) || mode.empty()) return AllOfFile();
    const bool both = mode.contains('+');
    if (mode[0] == 'r')
      all.push_back(both ? Access{"read", "write"} : Access{"read"});
    else
      all.push_back(both ? AllOfFile() : Access{"create", "write"});
  }
  return Merged(all);
}

class Namer {
 public:
  Namer(const CallContext& context, const std::vector<ValueFact>& local)
      : context_(context), local_(local) {}

  void Add(const Naming& naming, std::vector<Resource>& resources) const {
    Resource resource;
    resource.kind = KindOf(naming.use);
    resource.access = AccessOf(naming);
    if (naming.use == Use::kShell) {
      resource.name = "/bin/sh";
      resource.exact = true;
      return resources.push_back(std::move(resource));
    }
    if (IsNull(naming.place)) return;
    const AbstractValue value = At(naming.place);
    const Texts& names =
        resource.kind == CapabilityKind::kNet ? value.endpoints : value.texts;
    if (names.any || names.patterns.empty()) {
      resource.name = "*";
      return resources.push_back(std::move(resource));
    }
    resource.exact =
        names.patterns.size() == 1 && !IsPattern(*names.patterns.begin());
    for (const std::string& name : names.patterns) {
      resource.name = name;
      resources.push_back(resource);
    }
  }

 private:
  AbstractValue At(size_t place) const {
    return place < context_.size() ? context_[place] : AbstractValue();
  }

  std::optional<ValueFact> FactAt(size_t place) const {
    if (place < local_.size() && local_[place].known) return local_[place];
    if (place < context_.size()) return context_[place].numbers.ToFact();
    return std::nullopt;
  }

  bool IsNull(size_t place) const {
    const auto fact = FactAt(place);
    return fact && fact->known && fact->values == std::vector<uint64_t>{0};
  }

  static CapabilityKind KindOf(Use use) {
    if (use == Use::kBind || use == Use::kConnect) return CapabilityKind::kNet;
    const bool runs = use == Use::kExecute || use == Use::kShell;
    return runs ? CapabilityKind::kExec : CapabilityKind::kFile;
  }

  Access AccessOf(const Naming& naming) const {
    switch (naming.use) {
      case Use::kRead:
        return {"read"};
      case Use::kWrite:
        return {"write"};
      case Use::kCreate:
      case Use::kTruncate:
        return {"create", "write"};
      case Use::kExecute:
      case Use::kShell:
        return {"execute"};
      case Use::kLoad:
        return {"execute", "read"};
      case Use::kFlags:
        return AccessOfFlags(FactAt(naming.how));
      case Use::kMode:
        return AccessOfMode(At(naming.how).texts);
      case Use::kBind:
        return {"bind"};
      case Use::kConnect:
        return {"connect"};
    }
    return AllOfFile();
  }

  const CallContext& context_;
  const std::vector<ValueFact>& local_;
};

}  // namespace

std::vector<Resource> ResourcesOf(std::string_view function,
                                  const CallContext& context,
                                  const std::vector<ValueFact>& local) {
  std::vector<Resource> resources;
  const Namer namer(context, local);
  for (const Naming& naming : kNamings)
    if (naming.function == function) namer.Add(naming, resources);
  return resources;
}

}  // namespace bailey::analyzer
