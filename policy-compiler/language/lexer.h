// Policy text to tokens.
//
//   std::vector<Token> tokens = Lex(text, report);  // the last one is kEnd
//
//   identifier  letter or `_`, then letters, digits and `_`
//   group       `@`, then a letter or `_`, then letters, digits, `_` and single
//               `-` between them
//   number      decimal, 0x hexadecimal, 0o or C's leading 0 octal; 64 bits
//   string      "..." on one line, UTF-8, with the escapes \" and \\ alone
//   symbol      any other printable ASCII; the longest of the known ones
//   comment     `#` or `//` to the end of the line
//
// An ill-formed piece is reported once; it becomes a token of its kind with
// `is_valid` false where it has a kind, so that the parser reads on.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_LEXER_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_LEXER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

inline constexpr size_t kMaxPolicyBytes = size_t{1} << 20;

enum class TokenKind : uint8_t {
  kIdentifier,
  kGroupName,  // `@network-client`
  kNumber,
  kString,
  kSymbol,
  kEnd
};

// Small, for a text of one MiB may hold as many tokens.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  bool is_valid = true;
  uint32_t offset = 0;  // in bytes; below kMaxPolicyBytes
  uint32_t length = 0;
  uint64_t number = 0;  // kNumber

  SourceSpan span() const { return {offset, length}; }
};

// Requires a text of at most kMaxPolicyBytes.
std::vector<Token> Lex(const SourceText& text, TextReporter& report);

// The bytes that a valid string token stands for, escapes replaced.
std::string StringValue(std::string_view text, const Token& token);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_LEXER_H_
