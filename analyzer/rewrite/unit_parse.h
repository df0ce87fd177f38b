// A unit's tree, as Clang reads it: of the source as it is, or of a text that
// is not written yet. Internal to rewrite/ and outline/.
//
//   ASSIGN_OR_RETURN(auto tree, ParseText(command, text, diagnostics));

#ifndef BAILEY_ANALYZER_REWRITE_UNIT_PARSE_H_
#define BAILEY_ANALYZER_REWRITE_UNIT_PARSE_H_

#include <clang/Frontend/ASTUnit.h>

#include <memory>
#include <string>

#include "analyzer/rewrite/portion_commands.h"
#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/result.h"

namespace bailey::analyzer {

// Null is never returned. A source that does not parse is an error, whose
// places are added to `diagnostics`.
Result<std::unique_ptr<clang::ASTUnit>> ParseSource(const FlowUnit& unit,
                                                    Diagnostics& diagnostics);
Result<std::unique_ptr<clang::ASTUnit>> ParseText(const BuildCommand& compile,
                                                  const std::string& text,
                                                  Diagnostics& diagnostics);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_UNIT_PARSE_H_
