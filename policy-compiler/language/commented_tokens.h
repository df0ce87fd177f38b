// A text's tokens with what stands between them: its comments and blank lines.
//
//   for (const CommentedToken& piece : CommentedTokens(text)) ...
//   // the last one is kEnd, with the comments at the end of the text

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_COMMENTED_TOKENS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_COMMENTED_TOKENS_H_

#include <string_view>
#include <vector>

#include "policy-compiler/language/lexer.h"

namespace bailey::policy {

struct Comment {
  std::string_view text;     // from `#` or `//`, without white space at its end
  bool is_trailing = false;  // something stands before it on its line
  bool blank_before = false;  // an empty line stands before it
};

struct CommentedToken {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;
  std::vector<Comment> comments;  // between the token before and this one
  bool blank_before = false;      // between the last comment and this one
};

// Borrows the text, of at most kMaxPolicyBytes, which has no ill-formed tokens.
std::vector<CommentedToken> CommentedTokens(const SourceText& text);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_COMMENTED_TOKENS_H_
