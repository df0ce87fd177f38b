// Starts portions: from the instance's specification to a portion whose filter
// is in force and which waits in the sentinel call.
//
//   PortionStarter starter(spec, descriptors);
//   ASSIGN_OR_RETURN(std::vector<RunningPortion> portions, starter.StartAll());
//   ... RETURN_IF_ERROR(portion.supervisor->Release()) ...

#ifndef BAILEY_EXECUTOR_AGENT_PORTION_STARTER_H_
#define BAILEY_EXECUTOR_AGENT_PORTION_STARTER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/channels.h"
#include "executor/agent/container.h"
#include "executor/agent/supervisor.h"
#include "executor/audit/process_scanner.h"
#include "executor/audit/tracer.h"
#include "executor/spec.h"

namespace bailey::executor {

struct RunningPortion {
  std::string name;
  bool holds_main = false;
  uint64_t wall_ms = 0;
  Container container;
  std::optional<Supervisor> supervisor;  // none for an audit's control
  std::optional<Tracer> tracer;
  ProcessScanner scanner;  // used with the tracer
};

class PortionStarter {
 public:
  // `descriptors` are those of the start message (enum SpecDescriptor). Both
  // must outlive the starter and what it starts.
  PortionStarter(const InstanceSpec& spec,
                 const std::vector<UniqueFd>& descriptors)
      : spec_(spec), descriptors_(descriptors) {}

  // On failure everything that was started has been killed.
  Result<std::vector<RunningPortion>> StartAll();

 private:
  // What a portion gets beyond its place in the plan, kept while it starts.
  struct Extras {
    std::vector<UniqueFd> owned;
    std::vector<std::string> variables;
    UniqueFd control;
  };

  Result<RunningPortion> StartPortion(const PlanPortion& portion,
                                      uint32_t identity, Channels& channels);
  // A program as it is: no runtime, so no channels and no start-up messages.
  Result<RunningPortion> StartUnmodified(const PlanPortion& portion,
                                         uint32_t identity);
  Learner MakeLearner(const PlanPortion& enforced) const;
  Result<RunningPortion> StartControl();
  Result<ContainerSetup> BasicSetup(const PlanPortion& portion,
                                    std::string_view files_of, Extras& extras);
  Result<> AddStdio(bool holds_main, ContainerSetup& setup, Extras& extras);
  Result<> AddCredential(const PlanCredential& credential, bool has_runtime,
                         ContainerSetup& setup, Extras& extras);
  Result<> AddRuntime(const PlanPortion& portion, Channels& channels,
                      ContainerSetup& setup, Extras& extras);
  Result<Supervisor> FollowStart(const PlanPortion& portion,
                                 const Container& container,
                                 const UniqueFd& control, Channels& channels);
  Result<> Trace(const PlanPortion& portion, const ContainerSetup& setup,
                 RunningPortion& running);
  Result<> LookForCredentials(const PlanPortion& portion,
                              ProcessScanner& scanner);
  // What else gives a credential away, as whoever asked for the audit says.
  Result<> LookForForms(const PlanPortion& portion, ProcessScanner& scanner);
  std::vector<std::string> TrustedFunctions() const;
  // Whether an audit reads it: there is a credential that it does not use.
  bool MustTrace(const PlanPortion& portion) const;
  Result<ElfSymbols> SymbolsOf(const ContainerSetup& setup) const;
  // Whether this run has it.
  bool Has(const std::string& credential) const;
  bool IsGiven(const PlanPortion& portion,
               const PlanCredential& credential) const;
  // Whether the path is that of a credential that this run does not have.
  bool IsOfAbsent(const std::string& path) const;
  Result<> AddCgroups(ContainerSetup& setup) const;
  Result<int> CredentialFd(const std::string& name) const;

  const InstanceSpec& spec_;
  const std::vector<UniqueFd>& descriptors_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_PORTION_STARTER_H_
