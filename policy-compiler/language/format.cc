#include "policy-compiler/language/format.h"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "policy-compiler/language/commented_tokens.h"
#include "policy-compiler/language/parser.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxColumns = 80;
constexpr size_t kIndent = 2;
constexpr size_t kContinuation = 4;

// Words after which an expression begins: no call, no operand.
constexpr std::array<std::string_view, 6> kOperatorWords = {
    "and", "or", "not", "in", "then", "errno"};
constexpr std::array<std::string_view, 7> kBreakBefore = {
    "and", "or", "then", "=>", "|", "&&", "||"};

bool IsSymbol(const CommentedToken& piece, std::string_view symbol) {
  return piece.kind == TokenKind::kSymbol && piece.text == symbol;
}

bool Contains(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// What a binary operator or a call's `(` can follow.
bool IsOperand(const CommentedToken& piece) {
  if (piece.kind == TokenKind::kIdentifier)
    return !Contains(kOperatorWords, piece.text);
  return piece.kind == TokenKind::kNumber || IsSymbol(piece, ")");
}

size_t Columns(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(text, [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

class Formatter {
 public:
  explicit Formatter(std::vector<CommentedToken> pieces)
      : pieces_(std::move(pieces)) {}

  std::string Run() {
    while (At().kind != TokenKind::kEnd) Next();
    Boundary(At());
    std::string out;
    for (const std::string& line : lines_) out += line + "\n";
    return out;
  }

 private:
  const CommentedToken& At(size_t ahead = 0) const {
    return pieces_[std::min(position_ + ahead, pieces_.size() - 1)];
  }

  void Line(size_t indent, std::string_view text) {
    lines_.push_back(std::string(text.empty() ? 0 : indent, ' ') +
                     std::string(text));
    at_block_begin_ = false;
  }

  void Blank() {
    if (!at_block_begin_) Line(0, "");
  }

  // What stands before a statement, before a block's `}` or at the end.
  void Boundary(const CommentedToken& piece) {
    for (const Comment& comment : piece.comments) {
      if (comment.is_trailing) {
        lines_.back() += "  " + std::string(comment.text);
        continue;
      }
      if (comment.blank_before) Blank();
      Line(depth_ * kIndent, comment.text);
    }
  }

  void Next() {
    Boundary(At());
    if (IsSymbol(At(), "}")) return CloseBlock();
    if (At().blank_before) Blank();
    Statement();
  }

  void CloseBlock() {
    --depth_;
    Line(depth_ * kIndent, "}");
    ++position_;
    // An empty statement behind a block.
    if (IsSymbol(At(), ";") && At().comments.empty()) {
      lines_.back() += ";";
      ++position_;
    }
  }

  void Statement() {
    const size_t begin = position_;
    const bool is_group = At().text == "group";
    int parentheses = 0;
    while (At().kind != TokenKind::kEnd) {
      const CommentedToken& piece = pieces_[position_++];
      parentheses += Opened(piece);
      if (parentheses > 0) continue;
      if (IsSymbol(piece, ";")) break;
      if (!IsSymbol(piece, "{")) continue;
      Fill(begin, position_, false);
      ++depth_;
      at_block_begin_ = true;
      if (is_group) Members();
      return;
    }
    Fill(begin, position_, false);
  }

  // What stands between a group's braces, which has no statements.
  void Members() {
    const size_t begin = position_;
    int sets = 0;
    for (;; ++position_) {
      if (At().kind == TokenKind::kEnd) break;
      if (IsSymbol(At(), "{")) ++sets;
      if (IsSymbol(At(), "}") && --sets < 0) break;
    }
    Boundary(pieces_[begin]);
    if (position_ > begin) Fill(begin, position_, true);
  }

  // Where in a statement a piece stands.
  struct Context {
    size_t indent = 0;       // of a line that it begins
    bool in_set = false;     // or in parentheses
    bool is_member = false;  // of a group, outside both
  };

  // The pieces from `begin` to before `end`, on as many lines as they need. The
  // comments before the first are written already.
  void Fill(size_t begin, size_t end, bool is_group) {
    MeasureLevels(begin, end);
    Line(depth_ * kIndent, pieces_[begin].text);
    for (size_t i = begin + 1; i < end; ++i) {
      Context context;
      context.in_set = levels_[i] > 0;
      context.is_member = is_group && levels_[i] == 0;
      context.indent =
          depth_ * kIndent + (context.is_member ? 0 : kContinuation);
      Put(i, end, context);
    }
  }

  // How many parentheses and sets each piece stands in.
  void MeasureLevels(size_t begin, size_t end) {
    levels_.resize(pieces_.size());
    int level = 0;
    for (size_t i = begin; i < end; ++i) {
      if (IsSymbol(pieces_[i], ")") || IsSymbol(pieces_[i], "}")) --level;
      levels_[i] = level;
      if (IsSymbol(pieces_[i], "(") || IsSymbol(pieces_[i], "{")) ++level;
    }
  }

  static int Opened(const CommentedToken& piece) {
    return IsSymbol(piece, "(") ? 1 : IsSymbol(piece, ")") ? -1 : 0;
  }

  void Put(size_t i, size_t end, const Context& context) {
    const CommentedToken& piece = pieces_[i];
    if (!piece.comments.empty()) {
      PutComments(piece, context);
      return Line(context.indent, piece.text);
    }
    const bool apart = IsApart(i, context.in_set);
    if (MayBreakBefore(i) &&
        Columns(lines_.back()) + (apart ? 1 : 0) + Chunk(i, end) > kMaxColumns)
      return Line(context.indent, piece.text);
    if (apart) lines_.back() += ' ';
    lines_.back() += piece.text;
  }

  void PutComments(const CommentedToken& piece, const Context& context) {
    for (const Comment& comment : piece.comments) {
      if (comment.is_trailing) {
        lines_.back() += "  " + std::string(comment.text);
        continue;
      }
      if (comment.blank_before && context.is_member) Blank();
      Line(context.indent, comment.text);
    }
  }

  // The width of what stands from `i` to where the next line may begin without
  // tearing apart what is in the same parentheses; no more than is of interest.
  size_t Chunk(size_t i, size_t end) const {
    size_t width = Columns(pieces_[i].text);
    for (size_t j = i + 1; j < end && width <= kMaxColumns; ++j) {
      const bool ends = MayBreakBefore(j) && levels_[j] <= levels_[i];
      if (ends || !pieces_[j].comments.empty()) break;
      width += Columns(pieces_[j].text) + (IsApart(j, levels_[j] > 0) ? 1 : 0);
    }
    return width;
  }

  bool MayBreakBefore(size_t i) const {
    return IsSymbol(pieces_[i - 1], ",") ||
           Contains(kBreakBefore, pieces_[i].text);
  }

  bool IsUnary(size_t i) const {
    if (IsSymbol(pieces_[i], "!")) return true;
    const bool sign = IsSymbol(pieces_[i], "-") || IsSymbol(pieces_[i], "~");
    return sign && (i == 0 || !IsOperand(pieces_[i - 1]));
  }

  // Whether a space stands between a piece and the one before it.
  bool IsApart(size_t i, bool in_set) const {
    const CommentedToken& last = pieces_[i - 1];
    const CommentedToken& piece = pieces_[i];
    for (const std::string_view symbol : {",", ";", ")", "..", "}", "::"})
      if (IsSymbol(piece, symbol)) return false;
    for (const std::string_view symbol : {"(", "..", "::"})
      if (IsSymbol(last, symbol)) return false;
    if (IsSymbol(last, "{")) return !in_set;
    if (IsSymbol(piece, "(")) return !IsOperand(last) && !IsUnary(i - 1);
    return !IsUnary(i - 1);
  }

  std::vector<CommentedToken> pieces_;
  std::vector<std::string> lines_;
  std::vector<int> levels_;  // of the statement's pieces
  size_t position_ = 0;
  size_t depth_ = 0;
  bool at_block_begin_ = true;
};

// The comments in their order, wherever they stand.
bool IsSameText(const std::vector<CommentedToken>& before,
                const std::vector<CommentedToken>& after) {
  const auto same_comments = [](const Comment& a, const Comment& b) {
    return a.text == b.text;
  };
  const auto same = [&](const CommentedToken& a, const CommentedToken& b) {
    return a.kind == b.kind && a.text == b.text &&
           std::ranges::equal(a.comments, b.comments, same_comments);
  };
  return std::ranges::equal(before, after, same);
}

}  // namespace

Result<std::string> FormatPolicy(const SourceText& text) {
  if (text.text.size() > kMaxPolicyBytes)
    return Fail("the policy is too large");
  DiagnosticSink sink(text.name);
  TextReporter report(text, sink);
  ParsePolicy(text, report);
  if (sink.has_errors()) return Fail("the policy has errors");
  std::vector<CommentedToken> pieces = CommentedTokens(text);
  SourceText formatted{text.name, Formatter(pieces).Run()};
  if (formatted.text.size() > kMaxPolicyBytes)
    return Fail("the formatted policy would be too large");
  if (!IsSameText(pieces, CommentedTokens(formatted)))
    return Fail(
        "formatting would change the policy: this is a fault of Bailey");
  return std::move(formatted.text);
}

}  // namespace bailey::policy
