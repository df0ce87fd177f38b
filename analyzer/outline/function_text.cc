#include "analyzer/outline/function_text.h"

#include <clang/AST/Expr.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Lex/Lexer.h>
#include <clang/Lex/MacroInfo.h>
#include <llvm/ADT/SmallString.h>

#include <algorithm>

namespace bailey::analyzer {
namespace {

bool EndsWithSemicolon(const clang::Stmt& s) {
  if (const auto* choice = clang::dyn_cast<clang::IfStmt>(&s))
    return EndsWithSemicolon(choice->getElse() ? *choice->getElse()
                                               : *choice->getThen());
  if (const auto* loop = clang::dyn_cast<clang::WhileStmt>(&s))
    return EndsWithSemicolon(*loop->getBody());
  if (const auto* loop = clang::dyn_cast<clang::ForStmt>(&s))
    return EndsWithSemicolon(*loop->getBody());
  if (const auto* cases = clang::dyn_cast<clang::SwitchStmt>(&s))
    return EndsWithSemicolon(*cases->getBody());
  // The range of a declaration has it.
  return !clang::isa<clang::CompoundStmt, clang::DeclStmt, clang::NullStmt>(s);
}

bool MakesTokens(const clang::MacroInfo& macro) {
  return std::ranges::any_of(macro.tokens(), [](const clang::Token& token) {
    return token.isOneOf(clang::tok::hash, clang::tok::hashhash);
  });
}

}  // namespace

SourceView::SourceView(const clang::ASTContext& context,
                       clang::Preprocessor& preprocessor)
    : context_(context), preprocessor_(preprocessor) {}

const clang::SourceManager& SourceView::sources() const {
  return context_.getSourceManager();
}

const clang::LangOptions& SourceView::language() const {
  return context_.getLangOpts();
}

std::string_view SourceView::text() const {
  const llvm::StringRef text =
      sources().getBufferData(sources().getMainFileID());
  return {text.data(), text.size()};
}

int SourceView::LineOf(unsigned offset) const {
  return static_cast<int>(
      sources().getLineNumber(sources().getMainFileID(), offset));
}

std::optional<TextRange> SourceView::RangeOf(clang::SourceRange range) const {
  const clang::CharSourceRange found = clang::Lexer::makeFileCharRange(
      clang::CharSourceRange::getTokenRange(range), sources(), language());
  if (found.isInvalid()) return std::nullopt;
  const auto [file, begin] = sources().getDecomposedLoc(found.getBegin());
  const auto [end_file, end] = sources().getDecomposedLoc(found.getEnd());
  if (file != sources().getMainFileID() || end_file != file || end < begin)
    return std::nullopt;
  return TextRange{begin, end};
}

std::optional<TextRange> SourceView::StatementRange(
    const clang::Stmt& s) const {
  std::optional<TextRange> range = RangeOf(s.getSourceRange());
  if (!range || !EndsWithSemicolon(s)) return range;
  const clang::SourceLocation last =
      sources()
          .getLocForStartOfFile(sources().getMainFileID())
          .getLocWithOffset(static_cast<int>(range->end) - 1);
  const auto next = clang::Lexer::findNextToken(last, sources(), language());
  if (!next || next->isNot(clang::tok::semi)) return std::nullopt;
  range->end = sources().getFileOffset(next->getLocation()) + 1;
  return range;
}

std::optional<TextRange> SourceView::NameRange(const clang::Expr& name) const {
  clang::SourceLocation where = name.getBeginLoc();
  if (!where.isMacroID()) return RangeOf(name.getSourceRange());
  if (!KeepsTokens(where)) return std::nullopt;
  where = sources().getSpellingLoc(where);
  return RangeOf({where, where});
}

// Each macro on the way has it as an argument, and makes no text or other token
// of any.
bool SourceView::KeepsTokens(clang::SourceLocation where) const {
  while (where.isMacroID()) {
    if (!sources().isMacroArgExpansion(where)) return false;
    const clang::MacroInfo* macro = MacroAt(where);
    if (!macro || MakesTokens(*macro)) return false;
    where = sources().getImmediateSpellingLoc(where);
  }
  return true;
}

bool SourceView::StandsOnce(clang::SourceLocation where) const {
  while (where.isMacroID()) {
    if (!sources().isMacroArgExpansion(where)) {
      // The macro's call as a whole stands for it.
      where = sources().getImmediateExpansionRange(where).getBegin();
      continue;
    }
    const clang::MacroInfo* macro = MacroAt(where);
    if (!macro || MakesTokens(*macro) || !HasOnce(*macro, where)) return false;
    where = sources().getImmediateSpellingLoc(where);
  }
  return true;
}

// The macro by whose argument it is there; null: it is not known any more.
const clang::MacroInfo* SourceView::MacroAt(
    clang::SourceLocation argument) const {
  if (sources().getImmediateExpansionRange(argument).getBegin().isInvalid())
    return nullptr;
  const llvm::StringRef name =
      clang::Lexer::getImmediateMacroName(argument, sources(), language());
  return preprocessor_
      .getMacroDefinitionAtLoc(preprocessor_.getIdentifierInfo(name),
                               sources().getFileLoc(argument))
      .getMacroInfo();
}

bool SourceView::HasOnce(const clang::MacroInfo& macro,
                         clang::SourceLocation argument) const {
  llvm::SmallString<32> buffer;
  const llvm::StringRef name = clang::Lexer::getSpelling(
      sources().getSpellingLoc(
          sources().getImmediateExpansionRange(argument).getBegin()),
      buffer, sources(), language());
  return std::ranges::count_if(macro.tokens(), [&](const clang::Token& token) {
           const clang::IdentifierInfo* word = token.getIdentifierInfo();
           return word && word->getName() == name;
         }) == 1;
}

void TextEdits::Replace(TextRange range, std::string text) {
  for (auto it = edits_.lower_bound(range.begin);
       it != edits_.end() && it->first < range.end;)
    it = edits_.erase(it);
  edits_[range.begin] = {range.end, std::move(text)};
}

std::vector<Splice> TextEdits::All() const {
  std::vector<Splice> all;
  for (const auto& [begin, edit] : edits_)
    all.push_back({begin, edit.end, edit.text});
  return all;
}

std::string TextEdits::Text(std::string_view whole, TextRange range) const {
  std::string out;
  unsigned at = range.begin;
  for (auto it = edits_.lower_bound(range.begin);
       it != edits_.end() && it->first < range.end; ++it) {
    out.append(whole.substr(at, it->first - at)).append(it->second.text);
    at = it->second.end;
  }
  return out.append(whole.substr(at, range.end - at));
}

}  // namespace bailey::analyzer
