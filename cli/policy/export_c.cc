// bailey policy export --to c: no proof, no header.

#include "cli/policy/export.h"
#include "policy-compiler/formats/c_header.h"
#include "policy-compiler/plan/filters.h"

namespace bailey::cli {

Result<policy::ExportedPolicy> ExportCHeader(
    const policy::Policy& policy, const policy::PortionPolicy& portion) {
  ASSIGN_OR_RETURN(
      const policy::FilterProof made,
      policy::CompileAndProvePlain(policy, portion, policy::kProofTimeoutMs));
  if (!made.proof.proved())
    return Fail(made.proof.counterexample
                    ? "the filter differs from the policy: this is a fault of "
                      "the compiler"
                    : "the filter is not proved: " + made.proof.reason,
                "`bailey policy prove` says more");
  return policy::ExportedPolicy{
      policy::CHeaderText({.policy = &policy,
                           .portion = &portion,
                           .program = made.filter.program,
                           .solver = made.proof.solver}),
      {}};
}

}  // namespace bailey::cli
