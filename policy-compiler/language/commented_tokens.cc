#include "policy-compiler/language/commented_tokens.h"

#include <algorithm>

namespace bailey::policy {
namespace {

std::string_view WithoutTrailingBlanks(std::string_view text) {
  const size_t last = text.find_last_not_of(" \t\r");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// `gap` holds white space and comments alone: it is what the lexer skipped.
void ReadGap(std::string_view gap, bool at_text_begin, CommentedToken& piece) {
  int newlines = at_text_begin ? 1 : 0;
  for (size_t i = 0; i < gap.size();) {
    if (gap[i] != '#' && gap[i] != '/') {
      newlines += gap[i++] == '\n' ? 1 : 0;
      continue;
    }
    const size_t end = std::min(gap.find('\n', i), gap.size());
    piece.comments.push_back({WithoutTrailingBlanks(gap.substr(i, end - i)),
                              newlines == 0, newlines > 1});
    newlines = 0;
    i = end;
  }
  piece.blank_before = newlines > 1;
}

}  // namespace

std::vector<CommentedToken> CommentedTokens(const SourceText& text) {
  DiagnosticSink sink(text.name);
  TextReporter report(text, sink);
  const std::string_view bytes = text.text;
  std::vector<CommentedToken> pieces;
  size_t end = 0;
  for (const Token& token : Lex(text, report)) {
    CommentedToken& piece = pieces.emplace_back();
    piece.kind = token.kind;
    piece.text = bytes.substr(token.offset, token.length);
    ReadGap(bytes.substr(end, token.offset - end), end == 0, piece);
    end = token.offset + token.length;
  }
  return pieces;
}

}  // namespace bailey::policy
