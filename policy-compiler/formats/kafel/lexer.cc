#include "policy-compiler/formats/kafel/lexer.h"

#include <array>
#include <charconv>
#include <string>

#include "common/check.h"

namespace bailey::policy {
namespace {

using Kind = KafelToken::Kind;

constexpr int kMaxIncludeDepth = 16;
constexpr size_t kMaxTokens = 1'000'000;
constexpr std::array<std::string_view, 6> kTwoByteSymbols = {
    "==", "!=", "<=", ">=", "||", "&&"};
constexpr std::string_view kSymbols = "<>|&[](){},!#";

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsInWord(char c) { return IsLetter(c) || IsDigit(c) || c == '_'; }

class Lexer {
 public:
  Lexer(SourceFiles& files, std::vector<KafelToken>& tokens)
      : files_(files), tokens_(tokens) {}

  void Read(SourceFile& file, int depth) {
    const std::string_view text = file.text.text;
    size_t at = 0;
    while (at < text.size() && tokens_.size() < kMaxTokens)
      at = ReadOne(file, text, at, depth);
    if (tokens_.size() >= kMaxTokens && !too_many_) {
      too_many_ = true;
      file.report.Error({at, 1}, "the policy is too large");
    }
  }

 private:
  // The end of what stands at `at`.
  size_t ReadOne(SourceFile& file, std::string_view text, size_t at,
                 int depth) {
    const char c = text[at];
    if (c == ' ' || c == '\t' || c == '\n') return at + 1;
    if (text.substr(at, 2) == "//")
      return std::min(text.find('\n', at), text.size());
    if (text.substr(at, 2) == "/*") return SkipComment(file, text, at);
    if (text.substr(at, 8) == "#include")
      return ReadInclude(file, text, at, depth);
    if (IsLetter(c)) return ReadWord(file, text, at);
    if (IsDigit(c) ||
        (c == '-' && at + 1 < text.size() && IsDigit(text[at + 1])))
      return ReadNumber(file, text, at);
    return ReadSymbol(file, text, at);
  }

  size_t Add(Kind kind, SourceFile& file, size_t at, size_t length,
             uint64_t number = 0) {
    tokens_.push_back({kind, &file, at, length, number});
    return at + length;
  }

  static size_t SkipComment(SourceFile& file, std::string_view text,
                            size_t at) {
    const size_t end = text.find("*/", at + 2);
    if (end != std::string_view::npos) return end + 2;
    file.report.Error({at, 2}, "the comment has no end");
    return text.size();
  }

  size_t ReadWord(SourceFile& file, std::string_view text, size_t at) {
    size_t end = at;
    while (end < text.size() && IsInWord(text[end])) ++end;
    return Add(Kind::kName, file, at, end - at);
  }

  size_t ReadNumber(SourceFile& file, std::string_view text, size_t at) {
    const bool negative = text[at] == '-';
    size_t end = at + 1;
    while (end < text.size() && IsInWord(text[end])) ++end;
    std::string_view digits =
        text.substr(at + (negative ? 1 : 0), end - at - (negative ? 1 : 0));
    int base = 10;
    if (digits.size() > 1 && digits[0] == '0' && !negative) {
      base = digits[1] == 'x' ? 16 : digits[1] == 'b' ? 2 : 8;
      digits.remove_prefix(base == 8 ? 1 : 2);
    }
    uint64_t value = 0;
    const auto [rest, error] = std::from_chars(
        digits.data(), digits.data() + digits.size(), value, base);
    const bool whole = rest == digits.data() + digits.size();
    const bool minus_zero = negative && digits.starts_with('0');
    if (error == std::errc::result_out_of_range)
      file.report.Error({at, end - at}, "the number does not fit 64 bits");
    else if (!whole || digits.empty() || minus_zero)
      file.report.Error({at, end - at}, "the number is ill-formed",
                        "decimal, 0x hexadecimal, 0 octal or 0b binary");
    return Add(Kind::kNumber, file, at, end - at, negative ? 0 - value : value);
  }

  size_t ReadSymbol(SourceFile& file, std::string_view text, size_t at) {
    for (const std::string_view symbol : kTwoByteSymbols)
      if (text.substr(at, 2) == symbol) return Add(Kind::kSymbol, file, at, 2);
    if (kSymbols.find(text[at]) != std::string_view::npos)
      return Add(Kind::kSymbol, file, at, 1);
    const bool carriage_return = text[at] == '\r';
    file.report.Error({at, 1}, "unexpected " + Quoted(text.substr(at, 1)),
                      carriage_return ? "Kafel's lines end with a line feed "
                                        "alone"
                                      : "");
    return at + 1;
  }

  size_t ReadInclude(SourceFile& file, std::string_view text, size_t at,
                     int depth) {
    const size_t begin = at;
    at += std::string_view("#include").size();
    while (at < text.size()) {
      const char c = text[at];
      if (c == '\n' || c == ';') return at + 1;
      if (c == ' ' || c == '\t') {
        ++at;
      } else if (c == '"') {
        at = IncludeOne(file, text, at, depth);
      } else {
        file.report.Error({at, 1}, "expected a file name in quotes, found " +
                                       Quoted(text.substr(at, 1)));
        return std::min(text.find('\n', at), text.size());
      }
    }
    file.report.Error({begin, 8}, "the `#include` has no end",
                      "it ends with its line or a `;`");
    return at;
  }

  size_t IncludeOne(SourceFile& file, std::string_view text, size_t at,
                    int depth) {
    const size_t end = text.find('"', at + 1);
    if (end == std::string_view::npos || end == at + 1) {
      file.report.Error({at, 1}, "the file name is ill-formed");
      return std::min(text.find('\n', at), text.size());
    }
    const SourceSpan span{at, end + 1 - at};
    const std::string path(text.substr(at + 1, end - at - 1));
    if (depth >= kMaxIncludeDepth) {
      file.report.Error(span, "files include each other more than " +
                                  std::to_string(kMaxIncludeDepth) +
                                  " levels deep");
    } else if (SourceFile* const included = files_.Include(path, span, file)) {
      Read(*included, depth + 1);
    }
    return end + 1;
  }

  SourceFiles& files_;
  std::vector<KafelToken>& tokens_;
  bool too_many_ = false;
};

}  // namespace

std::vector<KafelToken> LexKafel(SourceFiles& files) {
  std::vector<KafelToken> tokens;
  Lexer(files, tokens).Read(files.main(), 0);
  SourceFile& main = files.main();
  tokens.push_back({Kind::kEnd, &main, main.text.text.size(), 0, 0});
  return tokens;
}

}  // namespace bailey::policy
