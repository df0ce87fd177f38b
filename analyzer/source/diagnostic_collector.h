// Clang's diagnostics as ours. Internal to source/.

#ifndef BAILEY_ANALYZER_SOURCE_DIAGNOSTIC_COLLECTOR_H_
#define BAILEY_ANALYZER_SOURCE_DIAGNOSTIC_COLLECTOR_H_

#include <clang/Basic/Diagnostic.h>

#include <string>

#include "common/diagnostics.h"

namespace bailey::analyzer {

// Keeps errors and their notes; warnings are the compiler's business.
class DiagnosticCollector : public clang::DiagnosticConsumer {
 public:
  // `unit` is the file that is compiled, relative to the root: where errors of
  // its command are.
  DiagnosticCollector(std::string root, Diagnostics& diagnostics,
                      std::string unit = "")
      : root_(std::move(root)),
        unit_(std::move(unit)),
        diagnostics_(diagnostics) {}

  void HandleDiagnostic(clang::DiagnosticsEngine::Level level,
                        const clang::Diagnostic& info) override;

 private:
  std::string root_;
  std::string unit_;
  Diagnostics& diagnostics_;
  bool after_error_ = false;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_SOURCE_DIAGNOSTIC_COLLECTOR_H_
