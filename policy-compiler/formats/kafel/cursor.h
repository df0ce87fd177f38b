// Where a reader of Kafel's tokens stands. Errors go to the token's own file.
//
//   if (!cursor.Expect("{")) return false;  // reported

#ifndef BAILEY_POLICY_COMPILER_FORMATS_KAFEL_CURSOR_H_
#define BAILEY_POLICY_COMPILER_FORMATS_KAFEL_CURSOR_H_

#include <string>
#include <string_view>
#include <vector>

#include "policy-compiler/formats/kafel/lexer.h"
#include "policy-compiler/formats/kafel/names.h"

namespace bailey::policy {

class KafelCursor {
 public:
  // Ends with kEnd, and must outlive it.
  explicit KafelCursor(const std::vector<KafelToken>& tokens)
      : tokens_(tokens) {}

  const KafelToken& Peek() const { return tokens_[position_]; }
  const KafelToken& Next() {
    const KafelToken& token = Peek();
    if (!AtEnd()) ++position_;
    return token;
  }
  bool AtEnd() const { return Peek().kind == KafelToken::Kind::kEnd; }
  bool At(std::string_view text) const {
    return !AtEnd() && Peek().text() == text;
  }
  bool AtKind(KafelToken::Kind kind) const { return Peek().kind == kind; }
  bool Accept(std::string_view text) {
    if (!At(text)) return false;
    Next();
    return true;
  }
  bool Expect(std::string_view text) {
    if (Accept(text)) return true;
    Unexpected("`" + std::string(text) + "`");
    return false;
  }
  // A name that is no keyword.
  bool ExpectName(const std::string& what) {
    const bool name =
        AtKind(KafelToken::Kind::kName) && !IsKafelKeyword(Peek().text());
    if (name)
      Next();
    else
      Unexpected(what);
    return name;
  }
  void Unexpected(const std::string& what, std::string hint = "") const {
    const std::string found =
        AtEnd() ? "the end of the file" : Quoted(Peek().text());
    Peek().file->report.Error(Peek().span(),
                              "expected " + what + ", found " + found,
                              std::move(hint));
  }

 private:
  const std::vector<KafelToken>& tokens_;
  size_t position_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_KAFEL_CURSOR_H_
