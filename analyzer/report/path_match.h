// Whether a text that a program makes may be a certain path.
//
//   MatchPath("/run/*.key", "/run/a.key");   // Match::kMaybe
//   MatchPath("a.key", "/run/a.key");        // kMaybe: relative to somewhere
//   MatchPath("/srv/*", "/run/a.key");       // kMaybe: `../run/a.key`
//
// Links are not looked at: another name of the same file is not seen.

#ifndef BAILEY_ANALYZER_REPORT_PATH_MATCH_H_
#define BAILEY_ANALYZER_REPORT_PATH_MATCH_H_

#include <string_view>

#include "analyzer/flow/text_pattern.h"

namespace bailey::analyzer {

enum class Match { kNo, kMaybe, kCertain };

// `pattern` as text_pattern.h has it; `text` is whole.
Match MatchText(std::string_view pattern, std::string_view text);
Match MatchText(const Texts& texts, std::string_view text);
// The same, with all that a path may have without naming another file.
Match MatchPath(std::string_view pattern, std::string_view path);
Match MatchPath(const Texts& texts, std::string_view path);
// The same for names that tell something: how they end, or, absolute, where
// they begin; what is put in there is then taken not to lead up.
Match MatchTellingPath(std::string_view pattern, std::string_view path);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_PATH_MATCH_H_
