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

// A hint may differ: the nearest name of another table.
bool AreSame(const Diagnostic& a, const Diagnostic& b) {
  return a.severity == b.severity && a.file == b.file && a.line == b.line &&
         a.column == b.column && a.message == b.message;
}

}  // namespace

DiagnosticSink::DiagnosticSink(std::string main_file)
    : files_{std::move(main_file)} {}

void DiagnosticSink::SetTargets(std::vector<Architecture> targets) {
  targets_ = std::move(targets);
}

void DiagnosticSink::Add(Diagnostic diagnostic) {
  if (JoinOtherTargets(diagnostic) || !HasRoomFor(diagnostic)) return;
  if (std::ranges::find(files_, diagnostic.file) == files_.end())
    files_.push_back(diagnostic.file);
  Finding finding{WithoutLongLine(std::move(diagnostic)), {}};
  if (target_) finding.targets.push_back(*target_);
  found_.push_back(std::move(finding));
}

// Whether an earlier target has the finding: then it is this one's, too.
bool DiagnosticSink::JoinOtherTargets(const Diagnostic& diagnostic) {
  if (!target_) return false;
  for (Finding& finding : found_) {
    auto& targets = finding.targets;
    if (targets.empty() || targets.front() == *target_) continue;
    if (!AreSame(finding.diagnostic, diagnostic)) continue;
    if (targets.back() != *target_) targets.push_back(*target_);
    return true;
  }
  return false;
}

bool DiagnosticSink::HasRoomFor(const Diagnostic& diagnostic) {
  if (diagnostic.severity != Severity::kError)
    return warning_count_++ < kMaxWarnings;
  if (error_count_ < kMaxErrors) return ++error_count_ > 0;
  dropped_ = true;
  return false;
}

Diagnostic DiagnosticSink::Shown(const Finding& finding) const {
  Diagnostic shown = finding.diagnostic;
  if (finding.targets.size() == targets_.size()) return shown;
  std::string names;
  for (const Architecture target : finding.targets) {
    const std::string name(ArchitectureName(target));
    // A message may say it by itself.
    if (shown.message.find(name) != std::string::npos) continue;
    names += (names.empty() ? "" : ", ") + name;
  }
  if (!names.empty()) shown.message += " (on " + names + ")";
  return shown;
}

size_t DiagnosticSink::FileOrder(const std::string& file) const {
  return static_cast<size_t>(std::ranges::find(files_, file) - files_.begin());
}

Diagnostics DiagnosticSink::Finish() const {
  std::vector<Diagnostic> sorted;
  for (const Finding& finding : found_) sorted.push_back(Shown(finding));
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
