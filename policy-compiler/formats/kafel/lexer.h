// Kafel's policy text as tokens; what `#include` names stands where it is
// named.
//
//   std::vector<KafelToken> tokens = LexKafel(files);  // the last one is kEnd
//
// As Kafel's lexer reads it (google/kafel, commit 18f2074 of 2026-04-04):
// comments are C's and C++'s, a number is decimal with an optional minus sign,
// 0x hexadecimal, 0 octal or 0b binary and taken in 64 bits, an identifier
// begins with a letter, and `#include "A" "B"` ends with its line or a `;`.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_KAFEL_LEXER_H_
#define BAILEY_POLICY_COMPILER_FORMATS_KAFEL_LEXER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "policy-compiler/formats/source_files.h"

namespace bailey::policy {

struct KafelToken {
  enum class Kind { kName, kNumber, kSymbol, kEnd } kind = Kind::kEnd;
  SourceFile* file = nullptr;
  size_t offset = 0;
  size_t length = 0;
  uint64_t number = 0;

  SourceSpan span() const { return {offset, length}; }
  std::string_view text() const {
    return std::string_view(file->text.text).substr(offset, length);
  }
};

// Every error is reported in its file.
std::vector<KafelToken> LexKafel(SourceFiles& files);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_KAFEL_LEXER_H_
