// Reads where our own cgroups are out of two files of /proc.

#include "executor/cgroup/hierarchy.h"

#include <algorithm>

namespace bailey::executor {
namespace {

// One cgroup mount of a line of mountinfo.
struct CgroupMount {
  std::string_view root;   // which part of the hierarchy is mounted
  std::string_view point;  // and where
  bool unified = false;
  std::vector<std::string_view> controllers;
};

// `36 35 98:0 /root /point options [tags…] - type source super-options`
std::optional<CgroupMount> ParseMount(std::string_view line) {
  const std::vector<std::string_view> words = SplitWords(line, " ");
  const auto mark = std::ranges::find(words, "-");
  if (words.size() < 6 || words.end() - mark < 4) return std::nullopt;
  CgroupMount mount{words[3], words[4], mark[1] == "cgroup2", {}};
  if (!mount.unified && mark[1] != "cgroup") return std::nullopt;
  // Blanks and the like are escaped with a backslash: no distribution has them.
  if (mount.point.contains('\\')) return std::nullopt;
  mount.controllers = SplitWords(mark[3], ",");
  return mount;
}

// A line of /proc/self/cgroup: `4:memory:/path`, and for v2 `0::/path`.
struct OwnLine {
  std::vector<std::string_view> controllers;
  std::string_view path;
};

std::optional<OwnLine> ParseOwn(std::string_view line) {
  const size_t first = line.find(':');
  if (first == line.npos) return std::nullopt;
  const size_t second = line.find(':', first + 1);
  if (second == line.npos) return std::nullopt;
  return OwnLine{SplitWords(line.substr(first + 1, second - first - 1), ","),
                 line.substr(second + 1)};
}

// Nothing where the path is not below what is mounted: in another cgroup
// namespace's part it begins with "/..".
std::optional<std::string> DirectoryOf(const CgroupMount& mount,
                                       std::string_view path) {
  if (path.contains("/..") || !path.starts_with('/')) return std::nullopt;
  if (mount.root != "/") {
    if (!path.starts_with(mount.root)) return std::nullopt;
    path.remove_prefix(mount.root.size());
    if (!path.empty() && path[0] != '/') return std::nullopt;
  }
  if (path == "/") path = "";
  return std::string(mount.point) + std::string(path);
}

bool Names(const std::vector<std::string_view>& words, Controller controller) {
  return std::ranges::find(words, ControllerName(controller)) != words.end();
}

class Finder {
 public:
  Finder(std::string_view mounts, std::string_view own) {
    for (const std::string_view line : SplitWords(mounts, "\n")) {
      if (auto mount = ParseMount(line)) mounts_.push_back(*std::move(mount));
    }
    for (const std::string_view line : SplitWords(own, "\n")) {
      if (auto parsed = ParseOwn(line)) own_.push_back(*std::move(parsed));
    }
  }

  std::vector<OwnCgroup> Find() {
    for (const Controller controller : kControllers) AddOld(controller);
    AddUnified();
    return std::move(found_);
  }

 private:
  void AddOld(Controller controller) {
    for (const OwnLine& line : own_) {
      if (!Names(line.controllers, controller)) continue;
      for (const CgroupMount& mount : mounts_) {
        if (mount.unified || !Names(mount.controllers, controller)) continue;
        if (Add(controller, mount, line.path)) return;
      }
    }
  }

  void AddUnified() {
    for (const OwnLine& line : own_) {
      if (!line.controllers.empty()) continue;
      for (const CgroupMount& mount : mounts_) {
        if (mount.unified && Add(std::nullopt, mount, line.path)) return;
      }
    }
  }

  bool Add(std::optional<Controller> controller, const CgroupMount& mount,
           std::string_view path) {
    auto directory = DirectoryOf(mount, path);
    if (!directory) return false;
    found_.push_back({controller, *std::move(directory)});
    return true;
  }

  std::vector<CgroupMount> mounts_;
  std::vector<OwnLine> own_;
  std::vector<OwnCgroup> found_;
};

}  // namespace

std::string_view ControllerName(Controller controller) {
  switch (controller) {
    case Controller::kMemory:
      return "memory";
    case Controller::kCpu:
      return "cpu";
    case Controller::kPids:
      return "pids";
  }
  return "";
}

std::vector<OwnCgroup> FindOwnCgroups(std::string_view mounts,
                                      std::string_view own) {
  return Finder(mounts, own).Find();
}

std::vector<std::string_view> SplitWords(std::string_view text,
                                         std::string_view separators) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(separators), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace bailey::executor
