// Reads tokens one after the other, and says what was expected where the text
// goes wrong. Shared by the statement and the expression parser.
//
//   TokenCursor cursor(text, tokens, report);
//   if (!cursor.ExpectSymbol(";")) return false;  // reported

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_TOKEN_CURSOR_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_TOKEN_CURSOR_H_

#include <optional>
#include <span>
#include <string_view>

#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/lexer.h"

namespace bailey::policy {

// Parentheses, sets, `not` and unary operators that stand in each other. What
// walks an expression recursively may rely on it.
inline constexpr int kMaxDepth = 200;
// Parts of expressions in one text: bounds memory, far above any filter's size.
inline constexpr size_t kMaxExpressionParts = 50'000;

// Borrows all three, which must outlive it. `tokens` ends with kEnd.
class TokenCursor {
 public:
  TokenCursor(const SourceText& text, std::span<const Token> tokens,
              TextReporter& report)
      : text_(text.text), tokens_(tokens), report_(report) {}

  const Token& Peek(size_t ahead = 0) const;
  const Token& Previous() const;
  // Stays at the end once it is there.
  const Token& Next();
  size_t position() const { return position_; }
  bool AtEnd() const { return Peek().kind == TokenKind::kEnd; }

  std::string_view TextOf(const Token& token) const {
    return text_.substr(token.offset, token.length);
  }
  std::string_view PeekText(size_t ahead = 0) const {
    return TextOf(Peek(ahead));
  }
  bool AtSymbol(std::string_view symbol, size_t ahead = 0) const;
  bool AtWord(std::string_view word, size_t ahead = 0) const;
  bool AcceptSymbol(std::string_view symbol);
  bool AcceptWord(std::string_view word);

  // Each reports what it missed. `what` completes "expected ...".
  bool ExpectSymbol(std::string_view symbol, std::string_view hint = "");
  bool ExpectWord(std::string_view word);
  std::optional<Name> ExpectName(std::string_view what,
                                 std::string_view hint = "");
  // The same of a function, `open` or `vault::open`, written without spaces.
  std::optional<Name> ExpectFunction(std::string_view what);
  // A string that the lexer accepted; a broken one was reported there.
  std::optional<Name> ExpectString(std::string_view what);
  std::optional<uint64_t> ExpectNumber(std::string_view what);
  // The name behind the `@` of a kGroupName, which is next: `@a-b` is `a_b`.
  Name TakeGroupName();
  // One of `words`, with the nearest of them as a hint; its index.
  std::optional<size_t> ExpectOneOf(std::string_view what,
                                    std::span<const std::string_view> words);
  // "expected WHAT, found `TOKEN`" at the token that is next.
  void Unexpected(std::string_view what, std::string hint = "");

  TextReporter& report() { return report_; }

  // The tokens from `begin` to the position, one space where there was white
  // space or a comment; clipped when very long.
  std::string TextSince(size_t begin) const;
  SourceSpan SpanSince(size_t begin) const;

  // Sets that were opened and not closed, for recovery inside one.
  int open_sets = 0;

 private:
  std::string_view text_;
  std::span<const Token> tokens_;
  TextReporter& report_;
  size_t position_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_TOKEN_CURSOR_H_
