// Whatever a report and its sources say, SARIF comes out as JSON that the
// strict reader accepts, and every source has comments and suppressions that
// lie inside it. The first line of the input is the report, the rest a source.

#include <cstdint>

#include "common/check.h"
#include "common/findings/baseline.h"
#include "common/findings/capability_findings.h"
#include "common/findings/comments.h"
#include "common/findings/rules.h"
#include "common/findings/sarif.h"
#include "common/findings/suppression.h"
#include "common/json.h"

namespace {

void CheckSource(std::string_view source) {
  const bailey::SourceComments found = bailey::FindComments(source);
  for (const bailey::SourceComment& comment : found.comments) {
    CHECK(comment.text.data() >= source.data());
    CHECK(comment.text.data() + comment.text.size() <=
          source.data() + source.size());
    CHECK(comment.line >= 1 && comment.line <= comment.last_line);
  }
  for (const bailey::SourceSuppression& each :
       bailey::ParseSuppressions(source).good) {
    CHECK(bailey::IsFindingRule(each.rule));
    CHECK(!each.reason.empty());
  }
}

void CheckSarif(const bailey::Report& report) {
  std::vector<bailey::Finding> findings = bailey::ReportFindings(report);
  const bailey::SarifOptions options =
      bailey::MakeSarifOptions(report, {}, {.root = "/r/s", .base = "/r"});
  const bailey::SarifLog log =
      bailey::WriteSarif(findings, bailey::AnalyzeRules(), options);
  CHECK(bailey::ParseJson(log.text, "sarif").ok());
  // A report knows all that it says itself.
  bailey::MarkKnown(report, findings);
  for (const bailey::Finding& finding : findings) CHECK(finding.suppression);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // SAFETY: bytes may be viewed as char.
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t end = text.find('\n');
  if (end != std::string_view::npos) CheckSource(text.substr(end + 1));
  const auto report = bailey::ParseReport(text.substr(0, end), "fuzz");
  if (report.ok()) CheckSarif(*report);
  return 0;
}
