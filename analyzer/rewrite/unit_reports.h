// What is wrong with a written unit, said at the place of a declaration in it.
// Internal to rewrite/.

#ifndef BAILEY_ANALYZER_REWRITE_UNIT_REPORTS_H_
#define BAILEY_ANALYZER_REWRITE_UNIT_REPORTS_H_

#include <clang/AST/Decl.h>
#include <clang/Basic/SourceManager.h>

#include <string>

#include "analyzer/rewrite/written_check.h"
#include "common/diagnostics.h"

namespace bailey::analyzer {

class UnitReports {
 public:
  // All must outlive this.
  UnitReports(const WrittenUnit& written, const clang::SourceManager& sources,
              Diagnostics& diagnostics)
      : written_(written), sources_(sources), diagnostics_(diagnostics) {}

  void Error(const clang::Decl& at, std::string message,
             std::string hint) const;
  // That the plan does not put this definition here.
  void Definition(const clang::Decl& at, const std::string& name) const;

 private:
  const WrittenUnit& written_;
  const clang::SourceManager& sources_;
  Diagnostics& diagnostics_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_UNIT_REPORTS_H_
