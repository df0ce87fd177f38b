#include "analyzer/source/source_extents.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/Attr.h>
#include <clang/AST/Decl.h>
#include <clang/AST/Stmt.h>
#include <clang/Lex/Lexer.h>

#include <algorithm>

#include "analyzer/ir/extract.h"

namespace bailey::analyzer {
namespace {

// Offset of the `__attribute__` or `[[` that holds what stands at `offset`.
unsigned AttributeBegin(llvm::StringRef text, unsigned offset) {
  const llvm::StringRef before = text.substr(0, offset);
  const auto place = [&](llvm::StringRef word) {
    const size_t at = before.rfind(word);
    return at == llvm::StringRef::npos ? -1 : static_cast<long>(at);
  };
  const long found =
      std::max({place("__attribute__"), place("__attribute"), place("[[")});
  return found < 0 ? offset : static_cast<unsigned>(found);
}

// The earliest byte of the declaration, its leading attributes included.
unsigned BeginOf(const clang::Decl& declaration,
                 const clang::SourceManager& sources, clang::FileID file,
                 unsigned begin) {
  for (const clang::Attr* attribute : declaration.attrs()) {
    const clang::SourceLocation where = attribute->getLocation();
    if (where.isInvalid() || attribute->isInherited()) continue;
    const auto [in, offset] =
        sources.getDecomposedLoc(sources.getExpansionLoc(where));
    if (in != file || offset >= begin) continue;
    begin = where.isMacroID()
                ? offset
                : AttributeBegin(sources.getBufferData(file), offset);
  }
  return begin;
}

SourceExtent Make(const clang::SourceManager& sources, clang::FileID file,
                  unsigned begin, unsigned end) {
  SourceExtent extent;
  extent.file = AbsolutePathOf(sources, file);
  extent.begin = begin;
  extent.end = end;
  extent.line = static_cast<int>(sources.getLineNumber(file, begin));
  extent.column = static_cast<int>(sources.getColumnNumber(file, begin));
  extent.end_line = static_cast<int>(
      sources.getLineNumber(file, end > begin ? end - 1 : begin));
  return extent;
}

// One past the last byte of the token, or of the macro call, that ends `range`.
unsigned EndOffset(clang::SourceRange range,
                   const clang::SourceManager& sources,
                   const clang::LangOptions& language) {
  const clang::SourceLocation end =
      sources.getExpansionRange(range.getEnd()).getEnd();
  return sources.getFileOffset(end) +
         clang::Lexer::MeasureTokenLength(end, sources, language);
}

SourceExtent ExtentOfRange(clang::SourceRange range,
                           const clang::SourceManager& sources,
                           const clang::LangOptions& language) {
  const auto [file, begin] =
      sources.getDecomposedLoc(sources.getExpansionLoc(range.getBegin()));
  return Make(sources, file, begin, EndOffset(range, sources, language));
}

}  // namespace

std::string AbsolutePathOf(const clang::SourceManager& sources,
                           clang::FileID file) {
  const auto entry = sources.getFileEntryRefForID(file);
  if (!entry) return "<generated>";
  llvm::SmallString<256> path = entry->getName();
  sources.getFileManager().makeAbsolutePath(path);
  return NormalPath(path.str().str());
}

SourceExtent ExtentOf(const clang::Decl& declaration,
                      const clang::SourceManager& sources,
                      const clang::LangOptions& language) {
  const clang::SourceRange range = declaration.getSourceRange();
  const auto [file, begin] =
      sources.getDecomposedLoc(sources.getExpansionLoc(range.getBegin()));
  return Make(sources, file, BeginOf(declaration, sources, file, begin),
              EndOffset(range, sources, language));
}

SourceExtent ExtentOfBody(const clang::FunctionDecl& function,
                          const clang::SourceManager& sources,
                          const clang::LangOptions& language) {
  return ExtentOfRange(function.getBody()->getSourceRange(), sources, language);
}

SourceExtent ExtentWithSemicolon(const clang::Decl& declaration,
                                 const clang::SourceManager& sources,
                                 const clang::LangOptions& language) {
  SourceExtent extent = ExtentOf(declaration, sources, language);
  const auto file = sources.getFileID(
      sources.getExpansionLoc(declaration.getSourceRange().getBegin()));
  // Attributes may follow the declarator, so it is not the next token always.
  const llvm::StringRef text = sources.getBufferData(file);
  clang::Lexer lexer(sources.getLocForStartOfFile(file), language, text.begin(),
                     text.begin() + extent.end, text.end());
  clang::Token token;
  while (!lexer.LexFromRawLexer(token)) {
    if (token.isNot(clang::tok::semi)) continue;
    extent.end = sources.getFileOffset(token.getLocation()) + 1;
    break;
  }
  return extent;
}

}  // namespace bailey::analyzer
