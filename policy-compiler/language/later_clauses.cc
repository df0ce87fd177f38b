#include "policy-compiler/language/later_clauses.h"

#include <algorithm>
#include <array>
#include <string>

namespace bailey::policy {
namespace {

constexpr std::array<LaterClause, 4> kClauses = {{
    {"net", true, "nothing would confine a portion to hosts and ports",
     "`allow syscall` rules say which socket calls a portion makes"},
    {"connect", true, "nothing would confine a portion to hosts and ports",
     "`allow syscall connect` allows the call, to any address"},
    {"service", true, "nothing would hold requests to a service's operations",
     "the credential's own rights at the service bound what it can do"},
    {"auxiliary", false, "no proxy would carry or refuse what it says",
     "give the credential to a trusted portion that makes the request"},
}};

}  // namespace

const LaterClause* FindLaterClause(std::string_view word) {
  const auto found = std::ranges::find(kClauses, word, &LaterClause::word);
  return found == kClauses.end() ? nullptr : &*found;
}

void ReportLater(const LaterClause& clause, SourceSpan span,
                 TextReporter& report) {
  report.Error(span,
               "`" + std::string(clause.word) +
                   (clause.is_rule ? "` rules are" : "` is") +
                   " not supported yet: " + std::string(clause.unenforced),
               std::string(clause.hint));
}

}  // namespace bailey::policy
