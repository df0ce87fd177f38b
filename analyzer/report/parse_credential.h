// Credentials as the command line writes them.
//
//   ASSIGN_OR_RETURN(PlanCredential key, ParseCredential("key=file:/run/key"));

#ifndef BAILEY_ANALYZER_REPORT_PARSE_CREDENTIAL_H_
#define BAILEY_ANALYZER_REPORT_PARSE_CREDENTIAL_H_

#include <string_view>

#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::analyzer {

// "NAME=file:/run/key", "NAME=env:KEY", "NAME=fd:3".
Result<PlanCredential> ParseCredential(std::string_view text);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_PARSE_CREDENTIAL_H_
