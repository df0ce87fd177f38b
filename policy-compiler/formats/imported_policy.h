// What every importer yields: a policy's text, and what it says otherwise than
// the profile's own tools would enforce.
//
//   ASSIGN_OR_RETURN(ImportedPolicy imported, ImportOciProfile(...));
//   std::cout << imported.text;
//
// Where the language cannot say what a profile says, the policy is stricter.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_IMPORTED_POLICY_H_
#define BAILEY_POLICY_COMPILER_FORMATS_IMPORTED_POLICY_H_

#include <string>
#include <vector>

#include "common/diagnostics.h"

namespace bailey::policy {

struct ImportedPolicy {
  std::string text;                      // loads without an error
  std::vector<std::string> differences;  // a line each
  Diagnostics diagnostics;               // warnings about the text
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_IMPORTED_POLICY_H_
