#include "policy-compiler/formats/minijail/lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

namespace bailey::policy {
namespace {

using Kind = MinijailToken::Kind;

constexpr std::array<std::string_view, 6> kTwoByteSymbols = {
    "||", "&&", "==", "!=", "<=", ">="};
constexpr std::string_view kSymbols = ":;,~(){}[]|&<>=";

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool IsInWord(char c) {
  return IsLetter(c) || IsDigit(c) || c == '-' || c == '@';
}

// C's, as strtol with base 0 takes it.
std::optional<uint64_t> ParseNumber(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
  }
  uint64_t value = 0;
  const auto [rest, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || rest != text.data() + text.size())
    return std::nullopt;
  if (negative && value > uint64_t{1} << 63) return std::nullopt;
  return negative ? 0 - value : value;
}

class Lexer {
 public:
  explicit Lexer(SourceFile& file) : file_(file), text_(file.text.text) {}

  std::vector<MinijailLine> Run() {
    while (at_ < text_.size()) ReadLine();
    EndLine();
    return std::move(lines_);
  }

 private:
  void ReadLine() {
    size_t end = std::min(text_.find('\n', at_), text_.size());
    const size_t next = std::min(end + 1, text_.size());
    while (end > at_ && text_[end - 1] == '\r') --end;
    const bool goes_on = end > at_ && text_[end - 1] == '\\';
    if (goes_on) --end;
    while (at_ < end && ReadOne(end, goes_on)) {
    }
    at_ = next;
    if (!goes_on) EndLine();
  }

  void EndLine() {
    if (!line_.empty() && !broken_) lines_.push_back(std::move(line_));
    line_.clear();
    broken_ = false;
  }

  // False at a comment and after an error.
  bool ReadOne(size_t end, bool goes_on) {
    const std::string_view rest = text_.substr(at_, end - at_);
    const char c = rest.front();
    if (IsSpace(c)) {
      ++at_;
      return true;
    }
    if (c == '#')
      return goes_on && Fail(1,
                             "a comment ends with `\\`, after which minijail's "
                             "readers do not agree");
    if (c == '@') return ReadDirective(rest);
    if (c == '/' || rest.starts_with("./")) return ReadPath(rest);
    if (IsDigit(c) || (c == '-' && rest.size() > 1 && IsDigit(rest[1])))
      return ReadNumber(rest);
    if (IsLetter(c)) return ReadWord(rest);
    return ReadSymbol(rest);
  }

  bool Fail(size_t length, std::string message, std::string hint = "") {
    file_.report.Error({at_, length}, std::move(message), std::move(hint));
    broken_ = true;
    return false;
  }

  bool Add(Kind kind, size_t length, uint64_t number = 0) {
    line_.push_back({kind, at_, length, number});
    at_ += length;
    return true;
  }

  static size_t LengthOf(std::string_view rest, bool (*in)(char)) {
    const auto end = std::ranges::find_if_not(rest, in);
    return static_cast<size_t>(end - rest.begin());
  }

  bool ReadDirective(std::string_view rest) {
    return Add(Kind::kDirective, 1 + LengthOf(rest.substr(1), IsInWord));
  }

  bool ReadPath(std::string_view rest) {
    return Add(Kind::kPath, LengthOf(rest, [](char c) { return !IsSpace(c); }));
  }

  bool ReadNumber(std::string_view rest) {
    const size_t sign = rest.front() == '-' ? 1 : 0;
    const size_t length = sign + LengthOf(rest.substr(sign), [](char c) {
                            return IsLetter(c) || IsDigit(c);
                          });
    const auto number = ParseNumber(rest.substr(0, length));
    if (!number)
      return Fail(length, "the number is ill-formed, or does not fit 64 bits");
    return Add(Kind::kNumber, length, *number);
  }

  bool ReadWord(std::string_view rest) {
    const size_t length = LengthOf(rest, IsInWord);
    const std::string_view word = rest.substr(0, length);
    const std::string_view digits =
        word.substr(std::min<size_t>(3, word.size()));
    const bool argument = word.starts_with("arg") && !digits.empty() &&
                          std::ranges::all_of(digits, IsDigit);
    if (!argument) return Add(Kind::kName, length);
    uint64_t index = 6;  // no filter sees more than six
    std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (index > 5 || digits.size() > 4)
      return Fail(length, "a filter sees the arguments arg0 to arg5");
    return Add(Kind::kArgument, length, index);
  }

  bool ReadSymbol(std::string_view rest) {
    for (const std::string_view symbol : kTwoByteSymbols)
      if (rest.starts_with(symbol)) return Add(Kind::kSymbol, 2);
    if (kSymbols.find(rest.front()) != std::string_view::npos)
      return Add(Kind::kSymbol, 1);
    return Fail(1, "unexpected " + Quoted(rest.substr(0, 1)));
  }

  SourceFile& file_;
  const std::string_view text_;
  size_t at_ = 0;
  MinijailLine line_;
  bool broken_ = false;
  std::vector<MinijailLine> lines_;
};

}  // namespace

std::vector<MinijailLine> LexMinijail(SourceFile& file) {
  return Lexer(file).Run();
}

}  // namespace bailey::policy
