// A portion's policy as one of Kafel (google/kafel, commit 18f2074 of
// 2026-04-04).
//
//   ASSIGN_OR_RETURN(ExportedPolicy exported, ExportKafel(policy, portion));
//
// The first rule that matches decides there, so the stronger actions come
// first. Arguments are declared, which makes Kafel compare all 64 bits, and
// masked to what the policy compares. Numbers that the table does not have, and
// x32's, are named where the default would answer them otherwise.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_KAFEL_EXPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_KAFEL_EXPORT_H_

#include "common/result.h"
#include "policy-compiler/formats/exported_policy.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

Result<ExportedPolicy> ExportKafel(const Policy& policy,
                                   const PortionPolicy& portion);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_KAFEL_EXPORT_H_
