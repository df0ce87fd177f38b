// How the verbs that join documents read them.

#ifndef BAILEY_CLI_POLICY_DOCUMENTS_H_
#define BAILEY_CLI_POLICY_DOCUMENTS_H_

#include <string>

#include "common/documents/flow.h"
#include "common/documents/report.h"
#include "common/fd.h"
#include "common/result.h"

namespace bailey::cli {

inline Result<Report> LoadReport(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseReport(text, path);
}

inline Result<Flow> LoadFlow(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseFlow(text, path);
}

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_DOCUMENTS_H_
