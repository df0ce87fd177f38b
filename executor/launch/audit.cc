#include "executor/launch/audit.h"

#include <fmt/format.h>
#include <unistd.h>

#include "executor/audit/needles.h"

namespace bailey::executor {
namespace {

uint64_t TotalHits(const ScanSummary& scan) {
  uint64_t total = 0;
  for (const AuditHits& hit : scan.hits) total += hit.count;
  return total;
}

Result<Outcome> RunCaptured(RunRequest request, RunMode mode,
                            const std::string& input, std::string& output) {
  request.mode = mode;
  request.streams.input = input;
  request.streams.captured = &output;
  ASSIGN_OR_RETURN(Outcome outcome, RunOnce(std::move(request)));
  if (outcome.kind == OutcomeKind::kFailed) {
    return Fail(outcome.message, outcome.hint);
  }
  return outcome;
}

}  // namespace

AuditReport JudgeAudit(const ScanSummary& split, const ScanSummary& control,
                       bool identical_output) {
  AuditReport report{split, control, identical_output, false, {}};
  const auto reason = [&](std::string text) {
    report.reasons.push_back(std::move(text));
  };
  if (TotalHits(split) != 0) {
    reason("the credential was found in a portion that must not have it");
  }
  if (TotalHits(control) == 0) {
    reason(
        "the scan did not find the credential in the unsplit program, so it "
        "shows nothing");
  }
  if (split.crossing_stops == 0 || control.crossing_stops == 0) {
    reason("no crossing was met: give input that makes the program cross");
  }
  if (split.exit_stops == 0) reason("no portion was read at its exit");
  if (!identical_output) {
    reason("the outputs of the split and the unsplit program differ");
  }
  if (!split.reliable || !control.reliable) {
    reason(
        fmt::format("a credential is shorter than {} bytes: a scan for it is "
                    "unreliable",
                    kReliableCredentialBytes));
  }
  report.passed = report.reasons.empty();
  return report;
}

Result<Outcome> Audit(const RunRequest& request) {
  if (request.credentials->empty()) {
    return Fail("the bundle has no credential: there is nothing to audit");
  }
  ASSIGN_OR_RETURN(const std::string input,
                   ReadAll(STDIN_FILENO, "the input", kMaxAuditInputBytes));
  std::string control_output;
  RunRequest control_request = request;
  control_request.streams.error_fd = -1;  // heard once, from the split run
  auto control =
      RunCaptured(control_request, RunMode::kControl, input, control_output);
  if (!control.ok()) {
    return std::unexpected(
        WithContext("the audit's control run", control.error()));
  }
  std::string output;
  ASSIGN_OR_RETURN(Outcome outcome,
                   RunCaptured(request, RunMode::kTraced, input, output));
  RETURN_IF_ERROR(WriteAll(STDOUT_FILENO, output, "the output"));
  outcome.audit = JudgeAudit(outcome.scan.value_or(ScanSummary{}),
                             control->scan.value_or(ScanSummary{}),
                             output == control_output);
  outcome.scan.reset();
  return outcome;
}

}  // namespace bailey::executor
