// What a notified open names, and whether a file rule speaks of it. Advisory:
// the path is read from memory that the caller can change; Landlock and the
// mounts are what decides.
//
//   if (const PathArgument* path = FindPathArgument(SYS_openat)) ...
//   FileView view(plan, portion, bundle_paths);
//   if (!view.Allows("/etc/shadow", AccessOf(call))) ...

#ifndef BAILEY_EXECUTOR_AGENT_FILE_VIEW_H_
#define BAILEY_EXECUTOR_AGENT_FILE_VIEW_H_

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/documents/plan.h"
#include "executor/spec.h"

namespace bailey::executor {

// Where an x86_64 system call has a path, and the directory it starts from.
struct PathArgument {
  int path = 0;
  int directory = -1;  // -1: the working directory
  bool opens = false;  // open, openat, openat2, creat
};
std::optional<PathArgument> FindPathArgument(uint32_t syscall_number);

// What an open asks for. openat2's flags lie in memory: taken as a read.
struct OpenAccess {
  bool read = false;
  bool write = false;
};
OpenAccess AccessOf(const SeccompData& data);

// Absolute, with `.`, `..` and repeated slashes resolved by name alone.
std::string NormalPath(const std::string& path);

class FileView {
 public:
  FileView(const Plan& plan, const PlanPortion& portion,
           const std::vector<SpecFile>& files);

  bool Allows(const std::string& path, OpenAccess access) const;

  // The rules that cover the path, whatever they allow of it.
  std::vector<uint32_t> RulesFor(const std::string& path) const;

  // The credential whose source is at `path`, or "".
  std::string CredentialAt(const std::string& path) const;

 private:
  const Plan* plan_;
  const PlanPortion* portion_;
  std::set<std::string> readable_;   // bundle files, own credentials
  std::set<std::string> libraries_;  // names of bundle files: "libc.so.6"
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_FILE_VIEW_H_
