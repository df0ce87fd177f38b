// Collects what is wrong with a policy and the libraries that it uses: bounded,
// and in reading order whatever the order in which it was found.
//
//   DiagnosticSink sink("notary.policy");
//   TextReporter report(text, sink);
//   report.Error(span, "unknown system call `opnat`", "did you mean
//   `openat`?"); return sink.Finish();

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_DIAGNOSTIC_SINK_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_DIAGNOSTIC_SINK_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"

namespace bailey::policy {

// More errors than this are of no use to anybody.
inline constexpr size_t kMaxErrors = 100;
inline constexpr size_t kMaxWarnings = 100;

class DiagnosticSink {
 public:
  // Findings in `main_file` come first.
  explicit DiagnosticSink(std::string main_file);

  void Add(Diagnostic diagnostic);
  bool has_errors() const { return found_.has_errors(); }
  // True once errors are dropped: there is no point in looking for more.
  bool full() const { return dropped_; }
  bool takes_warnings() const { return warning_count_ < kMaxWarnings; }

  // All findings by file and position, with a closing "too many errors" if some
  // were dropped.
  Diagnostics Finish() const;

 private:
  size_t FileOrder(const std::string& file) const;

  Diagnostics found_;
  std::vector<std::string> files_;
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

  const SourceText& text() const { return *text_; }
  bool full() const { return sink_->full(); }

 private:
  const SourceText* text_;
  DiagnosticSink* sink_;
};

// The user's words in backticks: control bytes masked, clipped when long.
std::string Quoted(std::string_view words);

// "did you mean `openat`?", or empty if no candidate is near.
std::string DidYouMean(std::string_view misspelt,
                       std::span<const std::string_view> candidates);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_DIAGNOSTIC_SINK_H_
