#include "common/findings/apply_suppressions.h"

#include <algorithm>
#include <map>

#include "common/digest.h"
#include "common/fd.h"
#include "common/findings/rules.h"
#include "common/findings/suppression.h"

namespace bailey {
namespace {

constexpr size_t kSourceLimitBytes = size_t{16} << 20;

using SuppressionsByFile = std::map<std::string, SourceSuppressions>;

// Only sources of the repository: others' headers have no say.
SuppressionsByFile ReadSources(const Report& report, const SourceTree& tree,
                               std::vector<std::string>& notes) {
  SuppressionsByFile files;
  for (const ReportInput& input : report.inputs) {
    if (!tree.Published(input.path)) continue;
    const Result<std::string> text =
        ReadFile(tree.Absolute(input.path), kSourceLimitBytes);
    if (!text.ok()) continue;  // an archive too large to be a source
    SourceSuppressions found = ParseSuppressions(*text);
    if (found.good.empty() && found.bad.empty()) continue;
    if (Sha256Hex(*text) == input.sha256)
      files[input.path] = std::move(found);
    else
      notes.push_back("`" + input.path +
                      "` is not what was analyzed: its suppressions do not "
                      "count");
  }
  return files;
}

const SourceSuppression* Find(const SuppressionsByFile& files,
                              const Finding& finding, const SourceSite& site) {
  const auto file = files.find(site.file);
  if (file == files.end()) return nullptr;
  return file->second.Find(finding.rule, finding.subject, site.line);
}

void Apply(const SuppressionsByFile& files, Finding& finding) {
  std::vector<std::string> reasons;
  for (const SourceSite& site : finding.sites) {
    const SourceSuppression* found = Find(files, finding, site);
    if (!found) return;
    if (std::ranges::find(reasons, found->reason) == reasons.end())
      reasons.push_back(found->reason);
  }
  if (reasons.empty()) return;
  FindingSuppression& suppression = finding.suppression.emplace();
  for (const std::string& reason : reasons)
    suppression.reason += (suppression.reason.empty() ? "" : "; ") + reason;
}

Finding BadFinding(const std::string& file, const BadSuppression& bad,
                   size_t ordinal) {
  Finding finding;
  finding.rule = kBadSuppressionRule;
  finding.level = FindingLevel::kError;
  finding.message = bad.problem;
  finding.sites = {{file, bad.line, bad.column, ""}};
  finding.key = finding.rule + "|" + file + "|" + bad.problem + "|" +
                std::to_string(ordinal);
  return finding;
}

}  // namespace

std::vector<std::string> ApplySuppressions(const Report& report,
                                           const SourceTree& tree,
                                           std::vector<Finding>& findings) {
  std::vector<std::string> notes;
  const SuppressionsByFile files = ReadSources(report, tree, notes);
  for (Finding& finding : findings) Apply(files, finding);
  for (const auto& [file, found] : files)
    for (size_t i = 0; i < found.bad.size(); ++i)
      findings.push_back(BadFinding(file, found.bad[i], i + 1));
  return notes;
}

}  // namespace bailey
