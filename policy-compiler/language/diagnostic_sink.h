// Collects what is wrong with a policy and the libraries that it uses: bounded,
// and in reading order whatever the order in which it was found.
//
//   DiagnosticSink sink("notary.policy");
//   TextReporter report(text, sink);
//   sink.BeginTarget(Architecture::kAarch64);
//   report.Error(span, "unknown system call `opnat`", "did you mean
//   `openat`?"); return sink.Finish();
//
// What is found for several targets is shown once; what is not found for all of
// them says for which.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_DIAGNOSTIC_SINK_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_DIAGNOSTIC_SINK_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

// More errors than this are of no use to anybody.
inline constexpr size_t kMaxErrors = 100;
inline constexpr size_t kMaxWarnings = 100;

class DiagnosticSink {
 public:
  // Findings in `main_file` come first.
  explicit DiagnosticSink(std::string main_file);

  // All targets of the policy; without this there are none.
  void SetTargets(std::vector<Architecture> targets);
  const std::vector<Architecture>& targets() const { return targets_; }
  // What follows is found for this one of them; what came before, for none.
  void BeginTarget(Architecture target) { target_ = target; }

  void Add(Diagnostic diagnostic);
  bool has_errors() const { return error_count_ > 0; }
  // True once errors are dropped: there is no point in looking for more.
  bool full() const { return dropped_; }
  bool takes_warnings() const { return warning_count_ < kMaxWarnings; }

  // All findings by file and position, with a closing "too many errors" if some
  // were dropped.
  Diagnostics Finish() const;

 private:
  struct Finding {
    Diagnostic diagnostic;
    std::vector<Architecture> targets;  // none: it is of the text
  };

  bool JoinOtherTargets(const Diagnostic& diagnostic);
  bool HasRoomFor(const Diagnostic& diagnostic);
  Diagnostic Shown(const Finding& finding) const;
  size_t FileOrder(const std::string& file) const;

  std::vector<Finding> found_;
  std::vector<Architecture> targets_;
  std::optional<Architecture> target_;
  std::vector<std::string> files_;
  size_t error_count_ = 0;
  size_t warning_count_ = 0;
  bool dropped_ = false;
};

// A sink for one text. Both must outlive it.
class TextReporter {
 public:
  TextReporter(const SourceText& text, DiagnosticSink& sink)
      : text_(&text), sink_(&sink) {}

  void Error(SourceSpan span, std::string message, std::string hint = "");
  void Warning(SourceSpan span, std::string message, std::string hint = "");
  // For a text that is written for all architectures at once, so that it names
  // what some of them lack.
  void ForgiveMissing() { forgives_missing_ = true; }
  bool forgives_missing() const { return forgives_missing_; }
  // The policy's.
  const std::vector<Architecture>& targets() const { return sink_->targets(); }

  const SourceText& text() const { return *text_; }
  bool full() const { return sink_->full(); }

 private:
  const SourceText* text_;
  DiagnosticSink* sink_;
  bool forgives_missing_ = false;
};

// The user's words in backticks: control bytes masked, clipped when long.
std::string Quoted(std::string_view words);

// "did you mean `openat`?", or empty if no candidate is near.
std::string DidYouMean(std::string_view misspelt,
                       std::span<const std::string_view> candidates);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_DIAGNOSTIC_SINK_H_
