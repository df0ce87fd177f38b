// Suppressions in sources: `// bailey-ignore(rule): reason`.
//
//   const SourceSuppressions found = ParseSuppressions(text);
//   if (const auto* hit = found.Find("denied-syscall", "socket", line)) ...
//
// One speaks of the line on which it stands behind code, else of the next line
// with code. `rule:subject` narrows it to one system call; several stand
// between commas. The reason is required: without one it is a finding itself,
// and suppresses nothing.

#ifndef BAILEY_COMMON_FINDINGS_SUPPRESSION_H_
#define BAILEY_COMMON_FINDINGS_SUPPRESSION_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/findings/comments.h"

namespace bailey {

struct SourceSuppression {
  std::string rule;
  std::string subject;  // empty: any
  std::string reason;
  int line = 0;  // of the code that it speaks of
};

struct BadSuppression {
  int line = 0;
  int column = 0;
  std::string problem;
};

struct SourceSuppressions {
  std::vector<SourceSuppression> good;
  std::vector<BadSuppression> bad;

  const SourceSuppression* Find(std::string_view rule, std::string_view subject,
                                int line) const;
};

// Of a C or C++ source.
SourceSuppressions ParseSuppressions(std::string_view text);
// Of any other, whose comments somebody else has found.
SourceSuppressions ParseSuppressions(const SourceComments& source);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_SUPPRESSION_H_
