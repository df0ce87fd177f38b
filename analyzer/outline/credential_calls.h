// What flow.json tells of one function's credentials, as it is needed to find
// the statements that hold them.
//
//   CredentialCalls calls = CallsOf(flow, function, {"hmac"});
//   if (calls.exposed.contains({"load", 1})) …  // load's second argument

#ifndef BAILEY_ANALYZER_OUTLINE_CREDENTIAL_CALLS_H_
#define BAILEY_ANALYZER_OUTLINE_CREDENTIAL_CALLS_H_

#include <compare>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/documents/flow.h"

namespace bailey::analyzer {

// A call of a program's function by its C name; the parameter, or -1: what it
// returns.
using ExposedPlace = std::pair<std::string, int>;
// Line and column in the function's own file.
using SourcePlace = std::pair<int, int>;

struct CredentialCalls {
  std::set<std::string> defined;   // functions of the program
  std::set<ExposedPlace> exposed;  // give a credential to this function
  // May do so where code that is not known does what it likes: counted where a
  // call takes a credential anyway.
  std::set<ExposedPlace> assumed;
  std::set<std::string> declassified;  // give none to anybody
  std::set<SourcePlace> sources;       // calls here that get one for certain
};

CredentialCalls CallsOf(const Flow& flow, const FlowFunction& function,
                        const std::vector<std::string>& declassified);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_CREDENTIAL_CALLS_H_
