// What became of one run: the agent makes it, the launcher completes and prints
// it. The JSON form is `bailey.outcome/1`.
//
//   ASSIGN_OR_RETURN(Outcome outcome, ParseOutcome(text, "the agent"));
//   return ExitCode(outcome);
//
// An outcome is data. A failure of ours (the host, the bundle) is one too, of
// the kind kFailed, so that whoever reads the document needs no second channel.

#ifndef BAILEY_EXECUTOR_OUTCOME_H_
#define BAILEY_EXECUTOR_OUTCOME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/documents/plan.h"
#include "common/result.h"
#include "executor/learned.h"
#include "executor/syscall_json.h"

namespace bailey::executor {

inline constexpr std::string_view kOutcomeSchema = "bailey.outcome/1";

enum class OutcomeKind {
  kOk,           // the program ended by itself; `status` is its own
  kViolation,    // a denial killed it
  kTimeout,      // limits.wall
  kKilled,       // a signal from outside, or the launcher ended it
  kCrashed,      // a signal of its own making, in whichever portion
  kOutOfMemory,  // not told from kCrashed before cgroup limits are there
  kFailed        // we could not run it: `message` says why
};

// One kind of denial, counted. `syscall` is the first call's.
struct Denial {
  std::string portion;
  SeccompData syscall;
  std::string action;  // "errno EPERM", "kill_process", "log", "files"
  PlanRule rule;
  // Read from the caller's memory, which it can change meanwhile: advisory.
  std::string path;
  std::string credential;  // the credential whose source `path` is, or empty
  uint64_t count = 1;
};

// A layer of enforcement: in force, or missing on this host.
struct Layer {
  std::string name;
  bool enforced = false;
  std::string detail;
};

// One encoding in which the credential's bytes were looked for.
struct AuditHits {
  std::string encoding;
  uint64_t count = 0;
  // Of kWindowEncoding: how many different eights of bytes were looked for, and
  // how many of those were found.
  uint64_t parts = 0;
  uint64_t parts_found = 0;
};

// The encoding of eight bytes of a credential: parts of it, not the whole.
inline constexpr std::string_view kWindowEncoding = "window";

// What reading one program from outside found.
struct ScanSummary {
  uint64_t crossing_stops = 0;
  uint64_t exit_stops = 0;
  uint64_t bytes_scanned = 0;
  uint64_t bytes_unread = 0;  // where something could stand that was not seen
  uint64_t descriptors_scanned = 0;
  // Of eight bytes of a secret (audit/windows.h): those that were looked for,
  // and those left out: too few different bytes, or in the bundle anyway.
  // Summed over the portions that were read.
  uint64_t windows_sought = 0;
  uint64_t windows_too_plain = 0;
  uint64_t windows_elsewhere = 0;
  std::vector<AuditHits> hits;
  std::vector<std::string> places;  // where, bounded
  bool reliable = true;             // false: the credential is too short
};

struct AuditReport {
  ScanSummary split;    // every portion that does not use the credential
  ScanSummary control;  // the unsplit program
  // Of programs as they are: `split` is of those without the credential, and
  // `control` of those that have it; outputs are not compared.
  bool of_programs = false;
  bool identical_output = false;
  bool passed = false;
  std::vector<std::string> reasons;  // why it did not pass
};

struct Outcome {
  OutcomeKind kind = OutcomeKind::kFailed;
  int status = 0;       // kOk: the program's exit status
  int signal = 0;       // the signal that ended it, or 0
  std::string portion;  // which portion decided the outcome
  std::string message;
  std::string hint;
  std::vector<Denial> denials;
  uint64_t denials_omitted = 0;  // kinds beyond kMaxDenials
  std::vector<Layer> layers;
  std::vector<std::string> notes;
  std::optional<ScanSummary> scan;  // the agent's part of an audit
  std::optional<Learned> learned;   // of a run under observation

  // Filled by the launcher.
  std::string bundle_digest;
  uint64_t output_bytes = 0;
  bool output_truncated = false;
  std::optional<AuditReport> audit;
};

inline constexpr size_t kMaxDenials = 256;

inline constexpr int kExitOwnFailure = 125;
inline constexpr int kExitViolation = 126;
inline constexpr int kExitSignalBase = 128;

// cli.md's exit code for `run`. An audit that failed makes it 1.
int ExitCode(const Outcome& outcome);

Outcome FailedOutcome(Error error);

std::string_view OutcomeKindName(OutcomeKind kind);

Result<Outcome> ParseOutcome(std::string_view text, std::string_view name);
std::string WriteOutcome(const Outcome& outcome);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_OUTCOME_H_
