// The text of a unit's main file, by what the tree says stands where, and edits
// of it. Internal to outline/.
//
//   SourceView view(context);
//   auto range = view.StatementRange(*statement);  // with its `;`
//   TextEdits edits;
//   edits.Replace(view.RangeOf(*reference), "(*x)");
//   std::string text = edits.Text(view.text(), *range);

#ifndef BAILEY_ANALYZER_OUTLINE_FUNCTION_TEXT_H_
#define BAILEY_ANALYZER_OUTLINE_FUNCTION_TEXT_H_

#include <clang/AST/ASTContext.h>
#include <clang/AST/Stmt.h>
#include <clang/Lex/Preprocessor.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/rewrite/splice.h"

namespace bailey::analyzer {

// Bytes of the main file: [begin, end).
struct TextRange {
  unsigned begin = 0;
  unsigned end = 0;
};

class SourceView {
 public:
  SourceView(const clang::ASTContext& context,
             clang::Preprocessor& preprocessor);

  std::string_view text() const;
  int LineOf(unsigned offset) const;
  // In the order of the text: numbers of locations are not in it where macros
  // are expanded.
  bool IsBefore(clang::SourceLocation a, clang::SourceLocation b) const {
    return sources().isBeforeInTranslationUnit(a, b);
  }
  const clang::SourceManager& sources() const;
  const clang::LangOptions& language() const;

  // None where it begins or ends inside a macro, or is of another file.
  std::optional<TextRange> RangeOf(clang::SourceRange range) const;
  // With the `;` that ends it.
  std::optional<TextRange> StatementRange(const clang::Stmt& s) const;
  // A name, also as an argument of a macro that does not make a text of it.
  std::optional<TextRange> NameRange(const clang::Expr& name) const;
  // Whether what stands there is nowhere else by the same text: each macro on
  // the way that has it as an argument has that once, and makes no text or
  // other token of any.
  bool StandsOnce(clang::SourceLocation where) const;

 private:
  bool KeepsTokens(clang::SourceLocation where) const;
  const clang::MacroInfo* MacroAt(clang::SourceLocation argument) const;
  bool HasOnce(const clang::MacroInfo& macro,
               clang::SourceLocation argument) const;

  const clang::ASTContext& context_;
  clang::Preprocessor& preprocessor_;
};

class TextEdits {
 public:
  // What was replaced inside the range before is gone with it.
  void Replace(TextRange range, std::string text);
  std::string Text(std::string_view whole, TextRange range) const;
  std::vector<Splice> All() const;

 private:
  struct Edit {
    unsigned end = 0;
    std::string text;
  };
  std::map<unsigned, Edit> edits_;  // by where they begin; none overlap
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_FUNCTION_TEXT_H_
