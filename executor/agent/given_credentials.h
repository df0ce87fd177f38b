// The credentials that a run was given, and how each reaches the portions that
// use it: as a file of a private file system, a descriptor, or a variable.
//
//   const GivenCredentials credentials(spec, descriptors);
//   RETURN_IF_ERROR(credentials.AddTo(portion, has_runtime, setup, extras));
//
// Only descriptors pass through here: no byte is read.

#ifndef BAILEY_EXECUTOR_AGENT_GIVEN_CREDENTIALS_H_
#define BAILEY_EXECUTOR_AGENT_GIVEN_CREDENTIALS_H_

#include <string>
#include <vector>

#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/container.h"
#include "executor/spec.h"

namespace bailey::executor {

// What a portion gets beyond its place in the plan, kept while it starts.
struct StartExtras {
  std::vector<UniqueFd> owned;
  std::vector<std::string> variables;  // that its runtime is to set
};

// Whether the plan says that the portion uses it.
bool UsesCredential(const PlanPortion& portion, const std::string& credential);

class GivenCredentials {
 public:
  // Both must outlive this.
  GivenCredentials(const InstanceSpec& spec,
                   const std::vector<UniqueFd>& descriptors)
      : spec_(spec), descriptors_(descriptors) {}

  // Whether this run has it.
  bool Has(const std::string& credential) const;
  // Whether the portion gets it. An audit's control is the whole program, and
  // gets all.
  bool IsGiven(const PlanPortion& portion,
               const PlanCredential& credential) const;
  // Whether the path is that of a credential that this run does not have.
  bool IsOfAbsent(const std::string& path) const;

  Result<int> DescriptorOf(const std::string& credential) const;

  // All that IsGiven. Without a runtime a variable comes with exec.
  Result<> AddTo(const PlanPortion& portion, bool has_runtime,
                 ContainerSetup& setup, StartExtras& extras) const;

 private:
  Result<> Add(const PlanCredential& credential, bool has_runtime,
               ContainerSetup& setup, StartExtras& extras) const;

  const InstanceSpec& spec_;
  const std::vector<UniqueFd>& descriptors_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_GIVEN_CREDENTIALS_H_
