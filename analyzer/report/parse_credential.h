// Credentials as the command line writes them.
//
//   ASSIGN_OR_RETURN(PlanCredential key, ParseCredential("key=file:/run/key"));

#ifndef BAILEY_ANALYZER_REPORT_PARSE_CREDENTIAL_H_
#define BAILEY_ANALYZER_REPORT_PARSE_CREDENTIAL_H_

#include <string>
#include <string_view>

#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::analyzer {

// A function of the program whose result, and what it writes behind its
// parameters, no longer counts as what it was made of.
struct DeclassifiedFunction {
  std::string name;
  bool gives_descriptors = false;  // what it returns may give the credential
};

// "NAME=file:/run/key", "NAME=env:KEY", "NAME=fd:3".
Result<PlanCredential> ParseCredential(std::string_view text);

// "sign=signature": one of mac, signature, ciphertext, verdict, descriptor,
// value and handle (docs/policy-language.md).
Result<DeclassifiedFunction> ParseDeclassified(std::string_view text);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_PARSE_CREDENTIAL_H_
