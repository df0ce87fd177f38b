// Where a reader of one of minijail's lines stands.
//
//   MinijailCursor cursor(file, line);
//   if (!cursor.Expect(":")) return false;  // reported

#ifndef BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_CURSOR_H_
#define BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_CURSOR_H_

#include <string>
#include <string_view>
#include <utility>

#include "policy-compiler/formats/minijail/lexer.h"

namespace bailey::policy {

class MinijailCursor {
 public:
  // Both must outlive it; a line has at least one token.
  MinijailCursor(SourceFile& file, const MinijailLine& line)
      : file_(file), line_(line) {}

  bool AtEnd() const { return position_ == line_.size(); }
  bool AtKind(MinijailToken::Kind kind) const {
    return !AtEnd() && line_[position_].kind == kind;
  }
  std::string_view Text() const {
    return AtEnd() ? "" : TextOf(line_[position_]);
  }
  std::string_view TextOf(const MinijailToken& token) const {
    return std::string_view(file_.text.text).substr(token.offset, token.length);
  }
  bool At(std::string_view text) const { return !AtEnd() && Text() == text; }
  // Requires that it is not at the end.
  const MinijailToken& Next() { return line_[position_++]; }
  bool Accept(std::string_view text) {
    if (!At(text)) return false;
    ++position_;
    return true;
  }
  bool Expect(std::string_view text) {
    return Accept(text) || Unexpected("`" + std::string(text) + "`");
  }
  // Always false, for `return`.
  bool Unexpected(const std::string& what, std::string hint = "") {
    const MinijailToken& last = line_.back();
    const SourceSpan span = AtEnd() ? SourceSpan{last.offset + last.length, 1}
                                    : line_[position_].span();
    return Error(span,
                 "expected " + what + ", found " +
                     (AtEnd() ? "the end of the line" : Quoted(Text())),
                 std::move(hint));
  }
  bool Error(SourceSpan span, std::string message, std::string hint = "") {
    file_.report.Error(span, std::move(message), std::move(hint));
    return false;
  }
  SourceFile& file() { return file_; }
  SourceSpan LineSpan() const {
    const MinijailToken& last = line_.back();
    const size_t begin = line_.front().offset;
    return {begin, last.offset + last.length - begin};
  }
  std::string Place() const { return file_.PlaceOf(line_.front().offset); }

 private:
  SourceFile& file_;
  const MinijailLine& line_;
  size_t position_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_CURSOR_H_
