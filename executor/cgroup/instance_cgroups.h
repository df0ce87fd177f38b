// The cgroups of one instance: for each portion that has limits a cgroup in
// each hierarchy that can enforce one, below the cgroup that we are in
// ourselves, so that what limits us limits the portion too.
//
//   CgroupFiles files;
//   InstanceCgroups cgroups(files, OwnCgroups(files));
//   cgroups.Place("main", limits);
//   ... the portion writes "0" to each of cgroups.EntriesFor("main") ...
//   if (cgroups.OomKills("main") > 0) ...
//
// What cannot be had is no error: Gap() says why, and the caller decides. The
// directories are removed with the object; those of a launcher that was killed
// by the next one that starts in the same cgroup (SweepCgroups).

#ifndef BAILEY_EXECUTOR_CGROUP_INSTANCE_CGROUPS_H_
#define BAILEY_EXECUTOR_CGROUP_INSTANCE_CGROUPS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/plan.h"
#include "common/fd.h"
#include "common/result.h"
#include "executor/cgroup/files.h"
#include "executor/cgroup/hierarchy.h"

namespace bailey::executor {

// Of this process, in the mounted hierarchies.
std::vector<OwnCgroup> OwnCgroups(const CgroupFiles& files);

// Removes what launchers that are dead have left below our own cgroups: only
// directories that have our form of name and a lock that nobody holds.
void SweepCgroups(CgroupFiles& files, const std::vector<OwnCgroup>& own);

// How a limit is enforced: "cgroup v1 memory".
std::string MechanismName(Controller controller, bool unified);

class InstanceCgroups {
 public:
  // `files` must outlive it.
  InstanceCgroups(CgroupFiles& files, std::vector<OwnCgroup> own);
  InstanceCgroups(const InstanceCgroups&) = delete;
  InstanceCgroups& operator=(const InstanceCgroups&) = delete;
  ~InstanceCgroups();

  // Makes the portion's cgroups for those of its limits that can be enforced.
  void Place(const std::string& portion, const PlanLimits& limits);

  // Why a controller limits nobody, or not every portion that it should; empty
  // if it does.
  std::string Gap(Controller controller) const;
  bool Limits(const std::string& portion, Controller controller) const;
  // Of the hierarchy that has the controller: "cgroup v2 cpu".
  std::string Mechanism(Controller controller) const;

  // One descriptor for each cgroup that the portion must enter.
  Result<std::vector<UniqueFd>> EntriesFor(const std::string& portion);
  // How many of its processes the kernel killed because memory ran out.
  uint64_t OomKills(const std::string& portion) const;

  // Removes everything; the processes must have ended.
  void Remove();

 private:
  struct Group {
    std::string portion;
    std::string directory;
    bool unified = false;
    std::vector<Controller> controllers;
    UniqueFd lock;
  };

  static bool Has(const Group& group, Controller controller);
  const OwnCgroup* Hierarchy(Controller controller) const;
  Result<> PlaceIn(const OwnCgroup& own, const std::string& portion,
                   const std::vector<Controller>& controllers,
                   const PlanLimits& limits);
  Result<> WriteLimits(const Group& group, const PlanLimits& limits);
  Result<Group> MakeGroup(const OwnCgroup& own, const std::string& portion);
  // v2: that our children have the controllers.
  Result<> Enable(const OwnCgroup& own,
                  const std::vector<Controller>& controllers);
  Result<> LeaveForLeaf(const OwnCgroup& own);
  void RemovePatiently(const std::string& directory);
  void ReturnFromLeaf();

  CgroupFiles& files_;
  std::vector<OwnCgroup> own_;
  std::vector<Group> groups_;
  std::map<Controller, std::string> gaps_;
  // v2: where we went ourselves, and what we turned on.
  Group leaf_;
  std::string leaf_parent_;
  std::string turned_on_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_CGROUP_INSTANCE_CGROUPS_H_
