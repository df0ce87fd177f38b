#include "executor/launch/audit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <set>

#include "executor/audit/needles.h"

namespace bailey::executor {
namespace {

uint64_t TotalHits(const ScanSummary& scan) {
  uint64_t total = 0;
  for (const AuditHits& hit : scan.hits) total += hit.count;
  return total;
}

// A program that reads a credential bit by bit never has it as a whole. Most of
// its parts show as well that what is looked for is found where it is.
bool AreMostParts(const AuditHits& hit) {
  return hit.parts > 0 && 2 * hit.parts_found >= hit.parts;
}

// The credentials of which no encoding was found. A hit's name is the
// credential's, a space and the encoding's.
std::set<std::string> NotFound(const ScanSummary& scan) {
  std::set<std::string> missing;
  std::set<std::string> found;
  for (const AuditHits& hit : scan.hits) {
    const size_t blank = hit.encoding.rfind(' ');
    const std::string name = hit.encoding.substr(0, blank);
    const bool is_found = hit.encoding.substr(blank + 1) == kWindowEncoding
                              ? AreMostParts(hit)
                              : hit.count > 0;
    (is_found ? found : missing).insert(name);
  }
  for (const std::string& name : found) missing.erase(name);
  return missing;
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

AuditReport JudgeAudit(const Outcome& split_run, const Outcome& control_run,
                       bool identical_output, Audited audited) {
  const std::string_view holder = audited == Audited::kSplit
                                      ? "the unsplit program"
                                      : "the programs that use it";
  const ScanSummary split = split_run.scan.value_or(ScanSummary{});
  const ScanSummary control = control_run.scan.value_or(ScanSummary{});
  AuditReport report{
      split, control, audited == Audited::kPrograms, identical_output,
      false, {}};
  const auto fail_if = [&](bool failed, std::string reason) {
    if (failed) report.reasons.push_back(std::move(reason));
  };
  fail_if(TotalHits(split) != 0,
          "the credential was found in a portion that must not have it");
  fail_if(TotalHits(control) == 0,
          fmt::format("the scan did not find the credential in {}, so it shows "
                      "nothing",
                      holder));
  for (const std::string& name : NotFound(control)) {
    fail_if(true, fmt::format("the scan did not find `{}` in {}, so it shows "
                              "nothing of it",
                              name, holder));
  }
  fail_if(split.crossing_stops == 0 || control.crossing_stops == 0,
          audited == Audited::kSplit
              ? "no crossing was met: give input that makes the program cross"
              : "no program was read while it talked: give input that makes "
                "them talk");
  fail_if(split.exit_stops == 0, "no portion was read at its exit");
  fail_if(split.bytes_unread != 0,
          fmt::format("{} bytes could not be read", split.bytes_unread));
  fail_if(!identical_output,
          "the outputs of the split and the unsplit program differ");
  fail_if(split_run.output_truncated || control_run.output_truncated,
          "the output was cut off, so it was not compared to its end");
  fail_if(
      split_run.kind != control_run.kind ||
          split_run.status != control_run.status ||
          split_run.signal != control_run.signal,
      fmt::format("the audited run ended otherwise ({}, status {}) than the "
                  "control ({}, status {})",
                  OutcomeKindName(split_run.kind), split_run.status,
                  OutcomeKindName(control_run.kind), control_run.status));
  fail_if(!split.reliable || !control.reliable,
          fmt::format("a credential is shorter than {} bytes: a scan for it is "
                      "unreliable",
                      kReliableCredentialBytes));
  report.passed = report.reasons.empty();
  return report;
}

Audited WhatIsAudited(const RunRequest& request) {
  return request.bundle->plan().portions.front().unmodified ? Audited::kPrograms
                                                            : Audited::kSplit;
}

Result<Outcome> Audit(const RunRequest& request) {
  const Audited audited = WhatIsAudited(request);
  if (request.credentials->empty()) {
    return Fail("the run has no credential: there is nothing to audit");
  }
  std::string input;
  if (request.streams.input_fd >= 0) {
    ASSIGN_OR_RETURN(input, ReadAll(request.streams.input_fd, "the input",
                                    kMaxAuditInputBytes));
  }
  std::string control_output;
  RunRequest control_request = request;
  control_request.streams.error_fd = -1;  // heard once, from the split run
  auto control = RunCaptured(
      control_request,
      audited == Audited::kSplit ? RunMode::kControl : RunMode::kHolders, input,
      control_output);
  if (!control.ok()) {
    return std::unexpected(
        WithContext("the audit's control run", control.error()));
  }
  std::string output;
  ASSIGN_OR_RETURN(Outcome outcome,
                   RunCaptured(request, RunMode::kTraced, input, output));
  RETURN_IF_ERROR(WriteAll(STDOUT_FILENO, output, "the output"));
  outcome.audit = JudgeAudit(
      outcome, *control,
      audited == Audited::kPrograms || output == control_output, audited);
  outcome.scan.reset();
  return outcome;
}

}  // namespace bailey::executor
