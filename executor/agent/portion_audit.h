// The audit of a portion: which credentials to look for in its memory, and the
// tracer that stops it where they could be there.
//
//   const PortionAudit audit(spec, descriptors);
//   if (audit.MustTrace(portion)) {
//     ASSIGN_OR_RETURN(running.tracer, audit.Trace(portion, setup, container));
//   }

#ifndef BAILEY_EXECUTOR_AGENT_PORTION_AUDIT_H_
#define BAILEY_EXECUTOR_AGENT_PORTION_AUDIT_H_

#include <string>
#include <vector>

#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/container.h"
#include "executor/agent/given_credentials.h"
#include "executor/audit/elf_symbols.h"
#include "executor/audit/process_scanner.h"
#include "executor/audit/tracer.h"
#include "executor/spec.h"

namespace bailey::executor {

class PortionAudit {
 public:
  // Both must outlive this.
  PortionAudit(const InstanceSpec& spec,
               const std::vector<UniqueFd>& descriptors)
      : spec_(spec), descriptors_(descriptors), given_(spec, descriptors) {}

  // Whether an audit reads it: there is a credential that it does not use; or,
  // where holders are read (RunMode::kHolders), one that it does.
  bool MustTrace(const PlanPortion& portion) const;

  // Lets the container's portion go, traced, with its points armed.
  Result<Tracer> Trace(const PlanPortion& portion, const ContainerSetup& setup,
                       Container& container) const;

  // The one place where the agent reads a credential's bytes: an audit has to
  // know what it looks for. In a traced portion those that it does not use, in
  // the control all.
  Result<> LookForCredentials(const PlanPortion& portion,
                              ProcessScanner& scanner) const;

 private:
  bool IsLookedFor(const PlanPortion& portion,
                   const std::string& credential) const;
  // What else gives a credential away, as whoever asked for the audit says.
  Result<> LookForForms(const PlanPortion& portion,
                        ProcessScanner& scanner) const;
  Result<> LeaveOutBundle(ProcessScanner& scanner) const;
  Result<ElfSymbols> SymbolsOf(const ContainerSetup& setup) const;
  std::vector<std::string> TrustedFunctions() const;
  std::vector<std::string> PointsOf(const PlanPortion& portion) const;

  const InstanceSpec& spec_;
  const std::vector<UniqueFd>& descriptors_;
  const GivenCredentials given_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_PORTION_AUDIT_H_
