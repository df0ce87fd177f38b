#include "policy-compiler/language/lexer.h"

#include <array>
#include <charconv>
#include <system_error>

#include "common/check.h"

namespace bailey::policy {
namespace {

// Longest first among those that begin alike.
constexpr std::array<std::string_view, 12> kLongSymbols = {
    "..", "==", "!=", "<=", ">=", "<<", ">>", "->", "=>", "&&", "||", "::"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsNameStart(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsNamePart(char c) { return IsNameStart(c) || IsDigit(c); }
bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool IsPrintable(char c) { return c > 0x20 && c < 0x7f; }

// The length of the well-formed UTF-8 sequence at the front of `text`, 0 if it
// is none (Unicode 15, table 3-7: no surrogates, nothing over-long).
size_t Utf8Length(std::string_view text) {
  const auto at = [&](size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto follows = [&](size_t i) { return (at(i) & 0xc0) == 0x80; };
  const unsigned lead = at(0);
  if (lead < 0x80) return text.empty() ? 0 : 1;
  if (lead >= 0xc2 && lead <= 0xdf) return follows(1) ? 2 : 0;
  if ((lead & 0xf0) == 0xe0) {
    if (lead == 0xe0 && at(1) < 0xa0) return 0;
    if (lead == 0xed && at(1) >= 0xa0) return 0;
    return follows(1) && follows(2) ? 3 : 0;
  }
  if (lead < 0xf0 || lead > 0xf4) return 0;
  if (lead == 0xf0 && at(1) < 0x90) return 0;
  if (lead == 0xf4 && at(1) >= 0x90) return 0;
  return follows(1) && follows(2) && follows(3) ? 4 : 0;
}

struct Number {
  uint64_t value = 0;
  std::string problem;  // empty: a number
  std::string hint;
};

Number ReadNumber(std::string_view digits) {
  int base = 10;
  std::string_view body = digits;
  if (body.starts_with("0x") || body.starts_with("0X")) {
    base = 16;
    body.remove_prefix(2);
  } else if (body.starts_with("0o")) {
    base = 8;
    body.remove_prefix(2);
  } else if (body.size() > 1 && body.front() == '0') {
    base = 8;
  }
  Number number;
  const auto [end, code] = std::from_chars(
      body.data(), body.data() + body.size(), number.value, base);
  if (code == std::errc::result_out_of_range) {
    number.problem = Quoted(digits) + " does not fit 64 bits";
  } else if (body.empty() || end != body.data() + body.size()) {
    number.problem = Quoted(digits) + " is not a number";
    number.hint = base == 8 ? "a leading 0 means octal, as in C"
                            : "numbers are decimal, 0x hexadecimal or 0o "
                              "octal; a unit stands apart, as in `256 MiB`";
  }
  return number;
}

class Lexer {
 public:
  Lexer(const SourceText& text, TextReporter& report)
      : text_(text.text), report_(report) {}

  std::vector<Token> Run() {
    for (SkipBlank(); position_ < text_.size(); SkipBlank()) LexOne();
    Push(TokenKind::kEnd, text_.size());
    return std::move(tokens_);
  }

 private:
  char Peek(size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }

  void Push(TokenKind kind, size_t begin, bool is_valid = true,
            uint64_t number = 0) {
    tokens_.push_back({kind, is_valid, static_cast<uint32_t>(begin),
                       static_cast<uint32_t>(position_ - begin), number});
  }

  void SkipBlank() {
    while (position_ < text_.size()) {
      const bool comment = Peek() == '#' || (Peek() == '/' && Peek(1) == '/');
      if (comment) {
        position_ = std::min(text_.find('\n', position_), text_.size());
      } else if (IsSpace(Peek())) {
        ++position_;
      } else {
        return;
      }
    }
  }

  void LexOne() {
    const char c = Peek();
    if (IsNameStart(c)) return LexName();
    if (c == '@' && IsNameStart(Peek(1))) return LexGroupName();
    if (IsDigit(c)) return LexNumber();
    if (c == '"') return LexString();
    if (IsPrintable(c)) return LexSymbol();
    LexForeign();
  }

  void LexName() {
    const size_t begin = position_;
    while (IsNamePart(Peek())) ++position_;
    Push(TokenKind::kIdentifier, begin);
  }

  void LexGroupName() {
    const size_t begin = position_++;
    while (IsNamePart(Peek()) || (Peek() == '-' && IsNamePart(Peek(1))))
      ++position_;
    Push(TokenKind::kGroupName, begin);
  }

  void LexNumber() {
    const size_t begin = position_;
    while (IsNamePart(Peek())) ++position_;
    if (Peek() == '.' && IsDigit(Peek(1))) return LexFraction(begin);
    const Number number = ReadNumber(text_.substr(begin, position_ - begin));
    if (!number.problem.empty())
      report_.Error({begin, position_ - begin}, number.problem, number.hint);
    Push(TokenKind::kNumber, begin, number.problem.empty(), number.value);
  }

  void LexFraction(size_t begin) {
    ++position_;
    while (IsNamePart(Peek())) ++position_;
    report_.Error({begin, position_ - begin},
                  Quoted(text_.substr(begin, position_ - begin)) +
                      " is not a whole number",
                  "take a smaller unit, as `1536 MiB` for 1.5 GiB");
    Push(TokenKind::kNumber, begin, false);
  }

  void LexString() {
    const size_t begin = position_++;
    bool is_valid = true;
    while (position_ < text_.size() && Peek() != '"' && Peek() != '\n')
      is_valid = LexStringPiece() && is_valid;
    if (Peek() == '"') {
      ++position_;
    } else {
      report_.Error({begin, position_ - begin},
                    "the string has no closing `\"` on its line");
      is_valid = false;
    }
    Push(TokenKind::kString, begin, is_valid);
  }

  bool LexStringPiece() {
    if (Peek() == '\\') {
      const bool known = Peek(1) == '"' || Peek(1) == '\\';
      if (!known) {
        report_.Error({position_, 1}, "unknown escape in a string",
                      "only `\\\"` and `\\\\` are escapes");
      }
      position_ += known ? 2 : 1;
      return known;
    }
    const size_t length = Utf8Length(text_.substr(position_));
    const bool control = length == 1 && (Peek() < 0x20 || Peek() == 0x7f);
    if (length > 0 && !control) {
      position_ += length;
      return true;
    }
    ReportByte("in a string");
    return false;
  }

  void LexSymbol() {
    const size_t begin = position_;
    size_t length = 1;
    for (const std::string_view symbol : kLongSymbols)
      if (text_.substr(position_).starts_with(symbol)) length = symbol.size();
    position_ += length;
    Push(TokenKind::kSymbol, begin);
  }

  // A run of what no token begins with is one error.
  void LexForeign() {
    const size_t begin = position_;
    bool is_utf8 = true;
    while (position_ < text_.size() && !IsPrintable(Peek()) &&
           !IsSpace(Peek())) {
      const size_t length = Utf8Length(text_.substr(position_));
      if (length < 2) is_utf8 = false;
      position_ += std::max<size_t>(length, 1);
    }
    if (is_utf8) {
      const std::string_view run = text_.substr(begin, position_ - begin);
      return report_.Error({begin, run.size()},
                           "letters outside ASCII stand only in comments and "
                           "strings");
    }
    const size_t end = std::exchange(position_, begin);
    ReportByte("here");
    position_ = end;
  }

  // Reports the byte at the position and steps over it.
  void ReportByte(std::string_view where) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(Peek());
    std::string shown = byte == 0 ? "a NUL byte" : "the byte 0x";
    if (byte != 0) {
      shown += kHex[byte >> 4];
      shown += kHex[byte & 15];
    }
    const bool control = byte < 0x20 || byte == 0x7f;
    report_.Error({position_, 1}, shown + " cannot stand " + std::string(where),
                  control ? "" : "a policy is UTF-8 text");
    ++position_;
  }

  std::string_view text_;
  TextReporter& report_;
  size_t position_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> Lex(const SourceText& text, TextReporter& report) {
  // INVARIANT: offsets fit 32 bits, since LoadPolicy refuses longer texts.
  CHECK(text.text.size() <= kMaxPolicyBytes);
  return Lexer(text, report).Run();
}

std::string StringValue(std::string_view text, const Token& token) {
  CHECK(token.kind == TokenKind::kString && token.is_valid);
  const std::string_view inner =
      text.substr(token.offset + 1, token.length - 2);
  std::string value;
  for (size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\') ++i;
    value += inner[i];
  }
  return value;
}

}  // namespace bailey::policy
