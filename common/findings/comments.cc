#include "common/findings/comments.h"

#include <cctype>
#include <string>

namespace bailey {
namespace {

class CommentScanner {
 public:
  explicit CommentScanner(std::string_view text) : text_(text) {}

  SourceComments Scan() {
    while (at_ < text_.size()) Step();
    found_.has_code.resize(static_cast<size_t>(line_) + 1);
    return std::move(found_);
  }

 private:
  bool StartsWith(std::string_view mark) const {
    return text_.substr(at_).starts_with(mark);
  }

  void Advance(size_t count) {
    for (; count > 0 && at_ < text_.size(); --count) {
      if (text_[at_++] != '\n') continue;
      ++line_;
      line_begin_ = at_;
    }
  }

  void MarkCode() {
    const auto line = static_cast<size_t>(line_);
    if (found_.has_code.size() <= line) found_.has_code.resize(line + 1);
    found_.has_code[line] = true;
  }

  void Step() {
    if (StartsWith("//")) return Comment(LineCommentEnd(), 0);
    if (StartsWith("/*")) return BlockComment();
    const char character = text_[at_];
    if (std::isspace(static_cast<unsigned char>(character))) return Advance(1);
    MarkCode();
    if (character == 'R' && StartsWith("R\"") && !IsAfterName())
      return RawString();
    if (character == '"' || (character == '\'' && !IsAfterName()))
      return Quoted(character);
    Advance(1);
  }

  // 1'000 is a number, and FOOR"x" no raw string.
  bool IsAfterName() const {
    if (at_ == 0) return false;
    const auto before = static_cast<unsigned char>(text_[at_ - 1]);
    // Encoding prefixes: u8R"", LR"", u'x'.
    if (before == 'u' || before == 'U' || before == 'L' || before == '8')
      return false;
    return std::isalnum(before) || before == '_';
  }

  // The end of the line that no backslash continues.
  size_t LineCommentEnd() const {
    size_t end = text_.find('\n', at_);
    while (end != std::string_view::npos && IsContinued(end))
      end = text_.find('\n', end + 1);
    return end == std::string_view::npos ? text_.size() : end;
  }

  bool IsContinued(size_t newline) const {
    if (newline > 0 && text_[newline - 1] == '\r') --newline;
    return newline > 0 && text_[newline - 1] == '\\';
  }

  void BlockComment() {
    const size_t mark = text_.find("*/", at_ + 2);
    if (mark == std::string_view::npos) return Comment(text_.size(), 0);
    Comment(mark + 2, 2);
  }

  void Comment(size_t end, size_t closing_mark) {
    SourceComment comment;
    comment.line = line_;
    comment.column = static_cast<int>(at_ - line_begin_) + 1;
    comment.text = text_.substr(at_ + 2, end - closing_mark - at_ - 2);
    Advance(end - at_);
    comment.last_line = line_;
    found_.comments.push_back(comment);
  }

  void Quoted(char quote) {
    Advance(1);
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n')
      Advance(text_[at_] == '\\' ? 2 : 1);
    if (at_ < text_.size() && text_[at_] == quote) Advance(1);
  }

  void RawString() {
    const size_t open = text_.find('(', at_);
    if (open == std::string_view::npos || open - at_ > 18) return Advance(2);
    const std::string close =
        ")" + std::string(text_.substr(at_ + 2, open - at_ - 2)) + "\"";
    const size_t end = text_.find(close, open);
    Advance(
        (end == std::string_view::npos ? text_.size() : end + close.size()) -
        at_);
    MarkCode();
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t line_begin_ = 0;
  int line_ = 1;
  SourceComments found_;
};

}  // namespace

SourceComments FindComments(std::string_view text) {
  return CommentScanner(text).Scan();
}

}  // namespace bailey
