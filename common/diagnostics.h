// Diagnostics: findings about a text, each with its place, so that an author
// sees every error of a file at once.
//
//   SourceText text{"notary.policy", contents};
//   Diagnostics diagnostics;
//   diagnostics.Add(ErrorAt(text, {offset, 6}, "unknown system call `opnat`",
//                           "did you mean `openat`?"));
//   std::cerr << RenderText(diagnostics);
//
//   notary.policy:4:17: error: unknown system call `opnat`
//      4 |   allow syscall opnat;
//        |                 ^~~~~
//     hint: did you mean `openat`?

#ifndef BAILEY_COMMON_DIAGNOSTICS_H_
#define BAILEY_COMMON_DIAGNOSTICS_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace bailey {

// A half-open range of bytes in a text.
struct SourceSpan {
  size_t offset = 0;
  size_t length = 0;
};

// A named text; positions are computed from it when a diagnostic is made.
struct SourceText {
  std::string name;
  std::string text;
};

enum class Severity { kNote, kWarning, kError };

// One finding. It owns all that is shown, so it outlives the text.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string message;
  std::string hint;         // a way out, or empty
  std::string file;         // empty: no position
  int line = 0;             // from 1; 0: no position
  int column = 0;           // from 1, in bytes
  int length = 0;           // bytes marked under the line, at least 1 if placed
  std::string source_line;  // the offending line without its end, or empty
};

Diagnostic ErrorAt(const SourceText& text, SourceSpan span, std::string message,
                   std::string hint = "");
Diagnostic WarningAt(const SourceText& text, SourceSpan span,
                     std::string message, std::string hint = "");
// Line and column (both from 1) of a byte offset; past the end: of the end.
struct LineColumn {
  int line;
  int column;
};
LineColumn Locate(std::string_view text, size_t offset);

class Diagnostics {
 public:
  void Add(Diagnostic diagnostic);
  void Append(const Diagnostics& other);

  const std::vector<Diagnostic>& all() const { return all_; }
  bool has_errors() const { return error_count_ > 0; }
  size_t error_count() const { return error_count_; }
  bool empty() const { return all_.empty(); }

 private:
  std::vector<Diagnostic> all_;
  size_t error_count_ = 0;
};

// For a terminal: position, line with carets, hint. `color` adds ANSI colours.
std::string RenderText(const Diagnostic& diagnostic, bool color = false);
std::string RenderText(const Diagnostics& diagnostics, bool color = false);
// {"diagnostics": [{"severity","message","hint","file","line","column"}]}
std::string RenderJson(const Diagnostics& diagnostics);
// All errors as one Error, for a caller that can show only that.
Error ToError(const Diagnostics& diagnostics);

}  // namespace bailey

#endif  // BAILEY_COMMON_DIAGNOSTICS_H_
