// The comments of a C or C++ source, and which lines hold code.
//
//   const SourceComments source = FindComments(text);
//   for (const SourceComment& comment : source.comments) ...
//
// Strings, character constants and raw strings are skipped as a compiler does;
// of text that no compiler would accept, something is answered.

#ifndef BAILEY_COMMON_FINDINGS_COMMENTS_H_
#define BAILEY_COMMON_FINDINGS_COMMENTS_H_

#include <string_view>
#include <vector>

namespace bailey {

struct SourceComment {
  int line = 0;  // from 1
  int column = 0;
  int last_line = 0;
  std::string_view text;  // between the marks; it borrows the source
};

struct SourceComments {
  std::vector<SourceComment> comments;
  std::vector<bool> has_code;  // by line; [0] is unused
};

SourceComments FindComments(std::string_view text);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_COMMENTS_H_
