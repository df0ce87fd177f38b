// The root of a container: a private tmpfs with the portion's files, the three
// harmless devices and the host's files that its rules name; then nothing of
// the host is left, and it cannot be written.
//
//   ASSIGN_OR_RETURN(Rootfs root, Rootfs::Build(setup));
//   RETURN_IF_ERROR(root.AddLandlockRules(setup, ruleset));
//   RETURN_IF_ERROR(root.Enter());
//   // root.notes() says what a rule could not show
//
// For the first process of a container, in its new user and mount namespaces.

#ifndef BAILEY_EXECUTOR_AGENT_ROOTFS_H_
#define BAILEY_EXECUTOR_AGENT_ROOTFS_H_

#include <string>
#include <vector>

#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/container_setup.h"
#include "executor/agent/landlock.h"

namespace bailey::executor {

class Rootfs {
 public:
  static Result<Rootfs> Build(const ContainerSetup& setup);

  // Bundle files can be read, rules give what they say, credentials can be
  // read.
  Result<> AddLandlockRules(const ContainerSetup& setup,
                            LandlockRuleset& ruleset) const;

  // Makes it read-only, pivots into it and detaches the old root.
  Result<> Enter();

  const std::vector<std::string>& notes() const { return notes_; }

 private:
  explicit Rootfs(UniqueFd root) : root_(std::move(root)) {}

  // A rule whose host path is to be mounted, with its rights merged.
  struct Bind {
    std::string path;
    bool write = false;
    bool execute = false;
    UniqueFd tree;
  };

  Result<> WriteFiles(const ContainerSetup& setup);
  Result<> WriteBlob(const SpecFile& file, int blobs_fd);
  Result<> WriteCredential(const CredentialFile& credential);
  Result<> MountTree(const Bind& bind);
  Result<> MountProc(const ContainerSetup& setup);
  Result<UniqueFd> Lookup(const std::string& path) const;
  Result<UniqueFd> PlaceFor(const Bind& bind);
  // The directory that `path`, or what stands behind its last slash, is in.
  Result<UniqueFd> MakeParents(const std::string& path);
  Result<UniqueFd> CreateFile(const std::string& path);

  static Result<std::vector<Bind>> CollectBinds(
      const ContainerSetup& setup, std::vector<std::string>& notes);

  UniqueFd root_;
  std::vector<std::string> notes_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_ROOTFS_H_
