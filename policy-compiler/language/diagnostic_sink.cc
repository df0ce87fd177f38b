#include "policy-compiler/language/diagnostic_sink.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "common/syscalls/nearest_name.h"
#include "policy-compiler/language/sort_stably.h"

namespace bailey::policy {
namespace {

// A line longer than this is not shown: nobody finds a caret in it, and a
// hundred copies of a line of one MiB are too many.
constexpr size_t kMaxShownLineBytes = 500;
constexpr size_t kMaxQuotedBytes = 80;
// The distance is quadratic in the length, and no name of ours is so long.
constexpr size_t kMaxNameBytes = 64;

Diagnostic WithoutLongLine(Diagnostic diagnostic) {
  if (diagnostic.source_line.size() > kMaxShownLineBytes)
    diagnostic.source_line.clear();
  return diagnostic;
}

}  // namespace

DiagnosticSink::DiagnosticSink(std::string main_file)
    : files_{std::move(main_file)} {}

void DiagnosticSink::Add(Diagnostic diagnostic) {
  const bool is_error = diagnostic.severity == Severity::kError;
  if (is_error && found_.error_count() >= kMaxErrors) {
    dropped_ = true;
    return;
  }
  if (!is_error && warning_count_++ >= kMaxWarnings) return;
  if (std::ranges::find(files_, diagnostic.file) == files_.end())
    files_.push_back(diagnostic.file);
  found_.Add(WithoutLongLine(std::move(diagnostic)));
}

size_t DiagnosticSink::FileOrder(const std::string& file) const {
  return static_cast<size_t>(std::ranges::find(files_, file) - files_.begin());
}

Diagnostics DiagnosticSink::Finish() const {
  std::vector<Diagnostic> sorted = found_.all();
  SortStably(sorted, [&](const Diagnostic& diagnostic) {
    return std::tuple(FileOrder(diagnostic.file), diagnostic.line,
                      diagnostic.column);
  });
  Diagnostics result;
  for (Diagnostic& diagnostic : sorted) result.Add(std::move(diagnostic));
  if (dropped_) {
    Diagnostic last;
    last.message = "too many errors; the rest is not shown";
    last.file = files_.front();
    result.Add(std::move(last));
  }
  return result;
}

void TextReporter::Error(SourceSpan span, std::string message,
                         std::string hint) {
  // Placing an error costs a walk over the text: not for one that is dropped.
  if (full()) return;
  sink_->Add(ErrorAt(*text_, span, std::move(message), std::move(hint)));
}

void TextReporter::Warning(SourceSpan span, std::string message,
                           std::string hint) {
  if (!sink_->takes_warnings()) return;
  sink_->Add(WarningAt(*text_, span, std::move(message), std::move(hint)));
}

std::string Quoted(std::string_view words) {
  std::string out = "`";
  for (const char c : words.substr(0, kMaxQuotedBytes)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte >= 0x7f ? '?' : c;
  }
  if (words.size() > kMaxQuotedBytes) out += "...";
  return out + "`";
}

std::string DidYouMean(std::string_view misspelt,
                       std::span<const std::string_view> candidates) {
  if (misspelt.size() > kMaxNameBytes) return "";
  const auto nearest = NearestName(misspelt, candidates);
  if (!nearest) return "";
  return "did you mean `" + std::string(*nearest) + "`?";
}

}  // namespace bailey::policy
