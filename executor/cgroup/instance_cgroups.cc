// Makes, limits and removes the cgroups of an instance.
//
// In v1 each controller has a hierarchy of its own, and a cgroup may hold
// processes and children alike. In v2 a cgroup with processes cannot hand
// controllers to its children, the root excepted: where ours is not the root,
// and we are alone in it (`systemd-run --scope -p Delegate=yes`), we go to a
// child of our own first, and come back at the end. Never above our own cgroup:
// there its limits would not hold.

#include "executor/cgroup/instance_cgroups.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "executor/cgroup/limit_files.h"

namespace bailey::executor {
namespace {

constexpr std::string_view kPrefix = "bailey-run-";

// A process that has just been reaped may still be on its way out of its
// cgroup: rmdir says EBUSY until it is.
constexpr int kRemoveTries = 500;
constexpr useconds_t kRetryMicroseconds = 2000;

constexpr int kNameTries = 8;

bool IsNumber(std::string_view text) {
  return !text.empty() &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// bailey-run-PID-NUMBER. The process id is for people; the lock decides.
bool IsOurName(std::string_view name) {
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  const size_t dash = name.find('-');
  return dash != name.npos && IsNumber(name.substr(0, dash)) &&
         IsNumber(name.substr(dash + 1));
}

std::string NewName() {
  static unsigned number = 0;
  return fmt::format("{}{}-{}", kPrefix, getpid(), number++);
}

std::string Plus(const std::vector<Controller>& controllers, char sign) {
  std::string text;
  for (const Controller controller : controllers) {
    if (!text.empty()) text += ' ';
    text += fmt::format("{}{}", sign, ControllerName(controller));
  }
  return text;
}

// Those of `wanted` that a v2 file (cgroup.controllers, …) does not name.
std::vector<Controller> Missing(const std::vector<Controller>& wanted,
                                std::string_view text) {
  const std::vector<std::string_view> words = SplitWords(text, " \n");
  std::vector<Controller> missing;
  for (const Controller controller : wanted) {
    if (std::ranges::find(words, ControllerName(controller)) == words.end()) {
      missing.push_back(controller);
    }
  }
  return missing;
}

}  // namespace

std::vector<OwnCgroup> OwnCgroups(const CgroupFiles& files) {
  const auto mounts = files.Read("/proc/self/mountinfo");
  const auto own = files.Read("/proc/self/cgroup");
  if (!mounts.ok() || !own.ok()) return {};
  return FindOwnCgroups(*mounts, *own);
}

void SweepCgroups(CgroupFiles& files, const std::vector<OwnCgroup>& own) {
  for (const OwnCgroup& each : own) {
    for (const std::string& name : files.Children(each.directory)) {
      if (!IsOurName(name)) continue;
      files.RemoveAbandoned(each.directory + "/" + name);
    }
  }
}

std::string MechanismName(Controller controller, bool unified) {
  return fmt::format("cgroup {} {}", unified ? "v2" : "v1",
                     ControllerName(controller));
}

InstanceCgroups::InstanceCgroups(CgroupFiles& files, std::vector<OwnCgroup> own)
    : files_(files), own_(std::move(own)) {}

InstanceCgroups::~InstanceCgroups() { Remove(); }

// A v1 hierarchy has the controller, or else the v2 one whose file names it.
const OwnCgroup* InstanceCgroups::Hierarchy(Controller controller) const {
  for (const OwnCgroup& own : own_) {
    if (own.controller == controller) return &own;
  }
  for (const OwnCgroup& own : own_) {
    if (!own.unified()) continue;
    const auto names = files_.Read(own.directory + "/cgroup.controllers");
    if (names.ok() && Missing({controller}, *names).empty()) return &own;
  }
  return nullptr;
}

void InstanceCgroups::Place(const std::string& portion,
                            const PlanLimits& limits) {
  std::map<const OwnCgroup*, std::vector<Controller>> wanted;
  for (const Controller controller : kControllers) {
    if (!IsLimited(controller, limits)) continue;
    const OwnCgroup* own = Hierarchy(controller);
    if (own == nullptr) {
      gaps_[controller] = "no cgroup hierarchy here has this controller for us";
    } else {
      wanted[own].push_back(controller);
    }
  }
  for (const auto& [own, controllers] : wanted) {
    const Result<> placed = PlaceIn(*own, portion, controllers, limits);
    if (placed.ok()) continue;
    for (const Controller controller : controllers) {
      gaps_[controller] = placed.error().message;
    }
  }
}

Result<> InstanceCgroups::PlaceIn(const OwnCgroup& own,
                                  const std::string& portion,
                                  const std::vector<Controller>& controllers,
                                  const PlanLimits& limits) {
  if (own.unified()) RETURN_IF_ERROR(Enable(own, controllers));
  ASSIGN_OR_RETURN(Group group, MakeGroup(own, portion));
  group.controllers = controllers;
  const Result<> written = WriteLimits(group, limits);
  if (!written.ok()) {
    RemovePatiently(group.directory);
    return written;
  }
  groups_.push_back(std::move(group));
  return {};
}

Result<> InstanceCgroups::WriteLimits(const Group& group,
                                      const PlanLimits& limits) {
  for (const Controller controller : group.controllers) {
    for (const LimitFile& file :
         LimitFiles(controller, group.unified, limits)) {
      const std::string path = group.directory + "/" + file.name;
      if (!file.required && !files_.Exists(path)) continue;
      RETURN_IF_ERROR(files_.Write(path, file.value));
    }
  }
  return {};
}

Result<InstanceCgroups::Group> InstanceCgroups::MakeGroup(
    const OwnCgroup& own, const std::string& portion) {
  for (int tries = 1;; ++tries) {
    Group group{
        portion, own.directory + "/" + NewName(), own.unified(), {}, {}};
    auto lock = files_.MakeLocked(group.directory);
    if (lock.ok()) {
      group.lock = *std::move(lock);
      return group;
    }
    if (tries == kNameTries) return std::unexpected(lock.error());
  }
}

Result<> InstanceCgroups::Enable(const OwnCgroup& own,
                                 const std::vector<Controller>& controllers) {
  const std::string control = own.directory + "/cgroup.subtree_control";
  ASSIGN_OR_RETURN(const std::string enabled, files_.Read(control));
  const std::vector<Controller> missing = Missing(controllers, enabled);
  if (missing.empty()) return {};
  if (!files_.Write(control, Plus(missing, '+')).ok()) {
    RETURN_IF_ERROR(LeaveForLeaf(own));
    RETURN_IF_ERROR(files_.Write(control, Plus(missing, '+')));
  }
  if (!turned_on_.empty()) turned_on_ += ' ';
  turned_on_ += Plus(missing, '-');
  leaf_parent_ = own.directory;
  return {};
}

Result<> InstanceCgroups::LeaveForLeaf(const OwnCgroup& own) {
  ASSIGN_OR_RETURN(const std::string processes,
                   files_.Read(own.directory + "/cgroup.procs"));
  if (SplitWords(processes, "\n") !=
      std::vector<std::string_view>{std::to_string(getpid())}) {
    return Fail(
        "other processes are in our cgroup, so it cannot hand "
        "controllers to children: start within `systemd-run --user "
        "--scope -p Delegate=yes`");
  }
  ASSIGN_OR_RETURN(leaf_, MakeGroup(own, ""));
  leaf_parent_ = own.directory;
  return files_.Write(leaf_.directory + "/cgroup.procs", "0");
}

std::string InstanceCgroups::Gap(Controller controller) const {
  const auto found = gaps_.find(controller);
  return found == gaps_.end() ? "" : found->second;
}

bool InstanceCgroups::Limits(const std::string& portion,
                             Controller controller) const {
  return std::ranges::any_of(groups_, [&](const Group& group) {
    return group.portion == portion && Has(group, controller);
  });
}

bool InstanceCgroups::Has(const Group& group, Controller controller) {
  return std::ranges::find(group.controllers, controller) !=
         group.controllers.end();
}

std::string InstanceCgroups::Mechanism(Controller controller) const {
  const OwnCgroup* own = Hierarchy(controller);
  return own == nullptr ? "" : MechanismName(controller, own->unified());
}

Result<std::vector<UniqueFd>> InstanceCgroups::EntriesFor(
    const std::string& portion) {
  std::vector<UniqueFd> entries;
  for (const Group& group : groups_) {
    if (group.portion != portion) continue;
    ASSIGN_OR_RETURN(UniqueFd entry, files_.OpenEntry(group.directory));
    entries.push_back(std::move(entry));
  }
  return entries;
}

uint64_t InstanceCgroups::OomKills(const std::string& portion) const {
  for (const Group& group : groups_) {
    if (group.portion != portion || !Has(group, Controller::kMemory)) continue;
    const auto text = files_.Read(
        fmt::format("{}/{}", group.directory, OomFile(group.unified)));
    if (text.ok()) return CountOomKills(*text);
  }
  return 0;
}

void InstanceCgroups::RemovePatiently(const std::string& directory) {
  for (int tries = 0; tries < kRemoveTries; ++tries) {
    if (files_.Remove(directory).ok()) return;
    usleep(kRetryMicroseconds);
  }
}

void InstanceCgroups::Remove() {
  for (const Group& group : groups_) RemovePatiently(group.directory);
  groups_.clear();
  ReturnFromLeaf();
}

// Controllers first: until they are off nobody may come back.
void InstanceCgroups::ReturnFromLeaf() {
  if (!turned_on_.empty()) {
    (void)files_.Write(leaf_parent_ + "/cgroup.subtree_control", turned_on_);
    turned_on_.clear();
  }
  if (leaf_.directory.empty()) return;
  if (files_.Write(leaf_parent_ + "/cgroup.procs", "0").ok()) {
    RemovePatiently(leaf_.directory);
  }
  leaf_ = {};
}

}  // namespace bailey::executor
