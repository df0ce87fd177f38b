// Diagnostics at places of the program, which the policy compiler knows by name
// and line only: it does not read the sources.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLACES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLACES_H_

#include <string>
#include <utility>

#include "common/diagnostics.h"
#include "common/documents/flow.h"

namespace bailey::policy {

inline Diagnostic AtPlace(Severity severity, const std::string& file, int line,
                          int column, std::string message, std::string hint) {
  Diagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  diagnostic.file = file;
  diagnostic.line = line;
  diagnostic.column = column;
  diagnostic.length = line > 0 ? 1 : 0;
  return diagnostic;
}

inline Diagnostic ErrorAtSite(const SourceSite& site, std::string message,
                              std::string hint) {
  return AtPlace(Severity::kError, site.file, site.line, site.column,
                 std::move(message), std::move(hint));
}

inline Diagnostic ErrorAtExtent(const SourceExtent& extent, std::string message,
                                std::string hint) {
  return AtPlace(Severity::kError, extent.file, extent.line, extent.column,
                 std::move(message), std::move(hint));
}

inline Diagnostic WarningAtSite(const SourceSite& site, std::string message,
                                std::string hint) {
  return AtPlace(Severity::kWarning, site.file, site.line, site.column,
                 std::move(message), std::move(hint));
}

inline Diagnostic WarningAtExtent(const SourceExtent& extent,
                                  std::string message, std::string hint) {
  return AtPlace(Severity::kWarning, extent.file, extent.line, extent.column,
                 std::move(message), std::move(hint));
}

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PLACES_H_
