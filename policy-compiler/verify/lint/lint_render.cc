// A lint's result as text for people, and as JSON.

#include <fmt/format.h>

#include "common/json.h"
#include "policy-compiler/verify/lint/lint.h"
#include "policy-compiler/verify/witness_text.h"

namespace bailey::policy {
namespace {

std::string_view LintLevelName(FindingLevel level) {
  switch (level) {
    case FindingLevel::kError:
      return "error";
    case FindingLevel::kWarning:
      return "warning";
    case FindingLevel::kNote:
      return "note";
  }
  return "note";
}

std::string FindingText(const LintFinding& finding) {
  const Finding& found = finding.finding;
  const SourceSite& site = found.sites.front();
  const std::string subject = found.subject.empty() ? "" : ":" + found.subject;
  std::string text = fmt::format(
      "{}:{}:{}: {}: {} [{}{}]\n", site.file, site.line, site.column,
      LintLevelName(found.level), found.message, found.rule, subject);
  for (const LintWitness& witness : finding.witnesses)
    text += fmt::format("  {}\n    gets {}, by {}\n",
                        CallText(finding.architecture, witness.data),
                        ActionName(witness.action), witness.rule);
  if (!finding.proof.empty())
    text += fmt::format("  proved by {}\n", finding.proof);
  return text;
}

std::string SummaryText(const LintResult& result) {
  size_t counts[3] = {0, 0, 0};
  size_t suppressed = 0;
  for (const LintFinding& finding : result.findings) {
    if (finding.finding.suppression)
      ++suppressed;
    else
      ++counts[static_cast<size_t>(finding.finding.level)];
  }
  std::string text = fmt::format("{} errors, {} warnings, {} notes", counts[0],
                                 counts[1], counts[2]);
  if (suppressed > 0) text += fmt::format("; {} suppressed", suppressed);
  return text + "\n";
}

Json WitnessesJson(const LintFinding& finding) {
  Json list = Json::array();
  for (const LintWitness& witness : finding.witnesses) {
    const Syscall* call = SyscallTable::For(finding.architecture)
                              .FindByNumber(witness.data.number);
    list.push_back({{"syscall", call ? std::string(call->name)
                                     : std::to_string(witness.data.number)},
                    {"number", witness.data.number},
                    {"arguments", witness.data.arguments},
                    {"call", CallText(finding.architecture, witness.data)},
                    {"action", ActionName(witness.action)},
                    {"rule", witness.rule}});
  }
  return list;
}

Json FindingJson(const LintFinding& finding) {
  const Finding& found = finding.finding;
  const SourceSite& site = found.sites.front();
  Json json = {{"rule", found.rule},
               {"subject", found.subject},
               {"level", LintLevelName(found.level)},
               {"message", found.message},
               {"file", site.file},
               {"line", site.line},
               {"column", site.column},
               {"portion", finding.portion},
               {"arch", ArchitectureName(finding.architecture)},
               {"witnesses", WitnessesJson(finding)},
               {"proof", finding.proof}};
  if (found.suppression) json["suppressed"] = found.suppression->reason;
  return json;
}

std::string_view VerdictName(const LintResult& result) {
  switch (result.exit_code()) {
    case 0:
      return "clean";
    case 1:
      return "found";
    default:
      return "unknown";
  }
}

}  // namespace

std::string RenderLintText(const LintResult& result) {
  std::string text;
  for (const LintFinding& finding : result.findings)
    if (!finding.finding.suppression) text += FindingText(finding);
  for (const LintDoubt& doubt : result.doubts)
    text += fmt::format("undecided: {}: the solver gave up ({})\n", doubt.what,
                        doubt.reason);
  return text + SummaryText(result);
}

std::string RenderLintJson(const LintResult& result) {
  Json findings = Json::array();
  for (const LintFinding& finding : result.findings)
    findings.push_back(FindingJson(finding));
  Json doubts = Json::array();
  for (const LintDoubt& doubt : result.doubts)
    doubts.push_back({{"what", doubt.what}, {"reason", doubt.reason}});
  return WriteJson({{"schema", "bailey.lint/1"},
                    {"verdict", VerdictName(result)},
                    {"findings", std::move(findings)},
                    {"undecided", std::move(doubts)}});
}

}  // namespace bailey::policy
