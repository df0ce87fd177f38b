#include "analyzer/outline/credential_calls.h"

namespace bailey::analyzer {
namespace {

// "file.c:name" or "name".
std::string NameOf(const std::string& id) {
  const size_t colon = id.rfind(':');
  return colon == std::string::npos ? id : id.substr(colon + 1);
}

}  // namespace

CredentialCalls CallsOf(const Flow& flow, const FlowFunction& function,
                        const std::vector<std::string>& declassified) {
  CredentialCalls calls;
  for (const FlowFunction& each : flow.functions)
    calls.defined.insert(each.name);
  for (const FlowExposure& each : flow.exposures) {
    if (each.caller != function.id) continue;
    const bool is_assumed = each.confidence == Confidence::kAssumed;
    (is_assumed ? calls.assumed : calls.exposed)
        .insert({NameOf(each.callee), each.parameter});
  }
  calls.declassified.insert(declassified.begin(), declassified.end());
  for (const FlowSource& each : flow.sources) {
    if (each.function != function.id || each.confidence != Confidence::kProved)
      continue;
    calls.sources.insert({each.site.line, each.site.column});
  }
  return calls;
}

}  // namespace bailey::analyzer
