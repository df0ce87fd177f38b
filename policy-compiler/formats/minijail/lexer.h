// minijail's policy text as lines of tokens.
//
//   for (const MinijailLine& line : LexMinijail(file)) ...
//
// As its offline compiler reads lines (google/minijail, commit 8d20993 of
// 2026-07-30, tools/parser.py): a comment runs from `#` to the end of the line,
// a line that ends with `\` goes on in the next, numbers are C's with an
// optional minus sign, names have letters, digits, `_`, `-` and `@`.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_LEXER_H_
#define BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_LEXER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "policy-compiler/formats/source_files.h"

namespace bailey::policy {

struct MinijailToken {
  enum class Kind {
    kName,       // system calls, constants, actions, `in`, `return`
    kArgument,   // `arg0`; its index is the number
    kNumber,     // in two's complement
    kPath,       // of @include and @frequency
    kDirective,  // `@default`
    kSymbol,
  } kind = Kind::kSymbol;
  size_t offset = 0;
  size_t length = 0;
  uint64_t number = 0;

  SourceSpan span() const { return {offset, length}; }
};

using MinijailLine = std::vector<MinijailToken>;

// Lines without tokens are left out, and so are those with an error, which is
// reported.
std::vector<MinijailLine> LexMinijail(SourceFile& file);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_LEXER_H_
