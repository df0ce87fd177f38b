// Files, programs and endpoints that a call of a library's function names.
//
//   for (const Resource& each : ResourcesOf("open", arguments, values)) …
//   // file "/etc/app.conf", read

#ifndef BAILEY_ANALYZER_REPORT_RESOURCES_H_
#define BAILEY_ANALYZER_REPORT_RESOURCES_H_

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/flow/value_propagation.h"
#include "common/documents/report.h"

namespace bailey::analyzer {

struct Resource {
  CapabilityKind kind = CapabilityKind::kFile;
  std::string name;                 // `*`: any; a pattern (text_pattern.h)
  std::vector<std::string> access;  // as Capability has it
  bool exact = false;               // no pattern, and the only one there
};

// `context` may have fewer values than the call has arguments: the rest is
// unknown, and then so is what is named. `local` are numbers that the calling
// function alone says. Of a function that names nothing: empty.
std::vector<Resource> ResourcesOf(std::string_view function,
                                  const CallContext& context,
                                  const std::vector<ValueFact>& local);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_RESOURCES_H_
