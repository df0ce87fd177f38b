#include "policy-compiler/language/token_cursor.h"

#include <algorithm>
#include <string>
#include <utility>

namespace bailey::policy {
namespace {

constexpr size_t kMaxRuleTextBytes = 1000;

// Backs up to the lead byte of a UTF-8 sequence that `end` would cut.
size_t CharacterBoundary(std::string_view text, size_t end) {
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return end;
}

}  // namespace

const Token& TokenCursor::Peek(size_t ahead) const {
  return tokens_[std::min(position_ + ahead, tokens_.size() - 1)];
}

const Token& TokenCursor::Previous() const {
  return tokens_[position_ == 0 ? 0 : position_ - 1];
}

const Token& TokenCursor::Next() {
  const Token& token = Peek();
  if (token.kind != TokenKind::kEnd) ++position_;
  return token;
}

bool TokenCursor::AtSymbol(std::string_view symbol, size_t ahead) const {
  return Peek(ahead).kind == TokenKind::kSymbol && PeekText(ahead) == symbol;
}

bool TokenCursor::AtWord(std::string_view word, size_t ahead) const {
  return Peek(ahead).kind == TokenKind::kIdentifier && PeekText(ahead) == word;
}

bool TokenCursor::AcceptSymbol(std::string_view symbol) {
  if (!AtSymbol(symbol)) return false;
  Next();
  return true;
}

bool TokenCursor::AcceptWord(std::string_view word) {
  if (!AtWord(word)) return false;
  Next();
  return true;
}

bool TokenCursor::ExpectSymbol(std::string_view symbol, std::string_view hint) {
  if (AcceptSymbol(symbol)) return true;
  Unexpected("`" + std::string(symbol) + "`", std::string(hint));
  return false;
}

bool TokenCursor::ExpectWord(std::string_view word) {
  return ExpectOneOf("`" + std::string(word) + "`", {&word, 1}).has_value();
}

std::optional<Name> TokenCursor::ExpectName(std::string_view what,
                                            std::string_view hint) {
  if (Peek().kind != TokenKind::kIdentifier) {
    const bool is_quoted = hint.empty() && Peek().kind == TokenKind::kString;
    Unexpected(what,
               is_quoted ? "names stand without quotes" : std::string(hint));
    return std::nullopt;
  }
  const Token& token = Next();
  return Name{std::string(TextOf(token)), token.span()};
}

std::optional<Name> TokenCursor::ExpectFunction(std::string_view what) {
  const size_t begin = position();
  auto name = ExpectName(what);
  while (name && AcceptSymbol("::")) {
    const auto inner = ExpectName("a name behind `::`");
    if (!inner) return std::nullopt;
    name->text += "::" + inner->text;
  }
  if (name) name->span = SpanSince(begin);
  return name;
}

Name TokenCursor::TakeGroupName() {
  const Token& token = Next();
  std::string name(TextOf(token).substr(1));
  std::ranges::replace(name, '-', '_');
  return Name{std::move(name), token.span()};
}

std::optional<Name> TokenCursor::ExpectString(std::string_view what) {
  if (Peek().kind != TokenKind::kString) {
    Unexpected(what, Peek().kind == TokenKind::kIdentifier
                         ? "it stands in double quotes"
                         : "");
    return std::nullopt;
  }
  const Token& token = Next();
  if (!token.is_valid) return std::nullopt;
  return Name{StringValue(text_, token), token.span()};
}

std::optional<uint64_t> TokenCursor::ExpectNumber(std::string_view what) {
  if (Peek().kind != TokenKind::kNumber) {
    Unexpected(what);
    return std::nullopt;
  }
  const Token& token = Next();
  if (!token.is_valid) return std::nullopt;
  return token.number;
}

std::optional<size_t> TokenCursor::ExpectOneOf(
    std::string_view what, std::span<const std::string_view> words) {
  const bool is_word = Peek().kind == TokenKind::kIdentifier;
  if (is_word) {
    const auto found = std::ranges::find(words, PeekText());
    if (found != words.end()) {
      Next();
      return static_cast<size_t>(found - words.begin());
    }
  }
  Unexpected(what, is_word ? DidYouMean(PeekText(), words) : "");
  return std::nullopt;
}

void TokenCursor::Unexpected(std::string_view what, std::string hint) {
  const Token& token = Peek();
  // What the lexer reported needs no second error.
  if (!token.is_valid) return;
  std::string message = "expected " + std::string(what);
  SourceSpan span = token.span();
  if (token.kind == TokenKind::kEnd) {
    message += ", found the end of the text";
    // The last token is where the author looks, not an empty line.
    if (position_ > 0) span = Previous().span();
  } else {
    message += ", found " + Quoted(TextOf(token));
  }
  report_.Error(span, std::move(message), std::move(hint));
}

std::string TokenCursor::TextSince(size_t begin) const {
  std::string folded;
  for (size_t i = begin; i < position_; ++i) {
    const Token& token = tokens_[i];
    const bool apart =
        i > begin &&
        tokens_[i - 1].offset + tokens_[i - 1].length < token.offset;
    if (apart) folded += ' ';
    folded += TextOf(token);
    if (folded.size() <= kMaxRuleTextBytes) continue;
    folded.resize(CharacterBoundary(folded, kMaxRuleTextBytes));
    return folded + "...";
  }
  return folded;
}

SourceSpan TokenCursor::SpanSince(size_t begin) const {
  const Token& first = tokens_[begin];
  const Token& last = tokens_[std::max(begin + 1, position_) - 1];
  return {first.offset, last.offset + last.length - first.offset};
}

}  // namespace bailey::policy
