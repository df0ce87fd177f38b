#include "analyzer/rewrite/unit_reports.h"

#include <fmt/format.h>

#include <utility>

namespace bailey::analyzer {

void UnitReports::Error(const clang::Decl& at, std::string message,
                        std::string hint) const {
  // The generated text has #line directives.
  const clang::PresumedLoc place =
      sources_.getPresumedLoc(sources_.getExpansionLoc(at.getLocation()));
  Diagnostic diagnostic;
  diagnostic.message = std::move(message);
  diagnostic.hint = std::move(hint);
  diagnostic.file = written_.unit.file;
  diagnostic.line = static_cast<int>(place.getLine());
  diagnostic.column = static_cast<int>(place.getColumn());
  diagnostic.length = 1;
  diagnostics_.Add(std::move(diagnostic));
}

void UnitReports::Definition(const clang::Decl& at,
                             const std::string& name) const {
  Error(at,
        fmt::format("`{}` would be defined in portion `{}`, where the plan "
                    "does not put this definition",
                    name, written_.portion),
        "define it once in the program, in a declaration of its own whose "
        "initializer no macro hides");
}

}  // namespace bailey::analyzer
