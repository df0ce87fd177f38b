// Where this process's own cgroups are: for each controller the directory of
// the hierarchy, v1 or v2, that has it.
//
//   ASSIGN_OR_RETURN(std::string mounts, ReadFile("/proc/self/mountinfo"));
//   ASSIGN_OR_RETURN(std::string own, ReadFile("/proc/self/cgroup"));
//   for (const OwnCgroup& each : FindOwnCgroups(mounts, own)) ...
//
// Sources: cgroups(7), proc(5); Documentation/admin-guide/cgroup-v1 and
// cgroup-v2.rst.

#ifndef BAILEY_EXECUTOR_CGROUP_HIERARCHY_H_
#define BAILEY_EXECUTOR_CGROUP_HIERARCHY_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::executor {

enum class Controller { kMemory, kCpu, kPids };

inline constexpr std::array<Controller, 3> kControllers{
    Controller::kMemory, Controller::kCpu, Controller::kPids};

// As the kernel spells it: "memory".
std::string_view ControllerName(Controller controller);

// The cgroup that we are in, in one hierarchy.
struct OwnCgroup {
  // v1: the controller of the hierarchy. v2: none, its files name them.
  std::optional<Controller> controller;
  std::string directory;  // absolute, without a slash at its end

  bool unified() const { return !controller.has_value(); }
  bool operator==(const OwnCgroup&) const = default;
};

// From the texts of /proc/self/mountinfo and /proc/self/cgroup. A cgroup that
// lies outside of what is mounted here is left out.
std::vector<OwnCgroup> FindOwnCgroups(std::string_view mounts,
                                      std::string_view own);

// The words between separators, without empty ones.
std::vector<std::string_view> SplitWords(std::string_view text,
                                         std::string_view separators);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_CGROUP_HIERARCHY_H_
