#include "analyzer/source/diagnostic_collector.h"

#include <clang/Basic/SourceManager.h>

#include <algorithm>

#include "analyzer/ir/extract.h"
#include "analyzer/source/source_extents.h"

namespace bailey::analyzer {
namespace {

std::string LineOf(const clang::SourceManager& sources,
                   clang::SourceLocation place) {
  const auto [file, offset] = sources.getDecomposedLoc(place);
  const llvm::StringRef text = sources.getBufferData(file);
  const size_t begin = text.rfind('\n', offset);
  const size_t first = begin == llvm::StringRef::npos ? 0 : begin + 1;
  return text.slice(first, text.find('\n', offset)).str();
}

// Bytes from the diagnostic's place to the end of the range that begins there.
int LengthOf(const clang::Diagnostic& info, clang::SourceLocation place) {
  const clang::SourceManager& sources = info.getSourceManager();
  for (const clang::CharSourceRange& range : info.getRanges()) {
    if (sources.getExpansionLoc(range.getBegin()) != place) continue;
    const clang::SourceLocation end = sources.getExpansionLoc(range.getEnd());
    if (sources.getFileID(end) != sources.getFileID(place)) continue;
    const int length = static_cast<int>(sources.getFileOffset(end)) -
                       static_cast<int>(sources.getFileOffset(place));
    return std::max(1, length);
  }
  return 1;
}

}  // namespace

void DiagnosticCollector::HandleDiagnostic(
    clang::DiagnosticsEngine::Level level, const clang::Diagnostic& info) {
  DiagnosticConsumer::HandleDiagnostic(level, info);
  const bool error = level >= clang::DiagnosticsEngine::Error;
  const bool note = level == clang::DiagnosticsEngine::Note && after_error_;
  if (level != clang::DiagnosticsEngine::Note) after_error_ = error;
  if (!error && !note) return;
  llvm::SmallString<128> text;
  info.FormatDiagnostic(text);
  Diagnostic diagnostic;
  diagnostic.severity = error ? Severity::kError : Severity::kNote;
  diagnostic.message = text.str().str();
  if (info.hasSourceManager() && info.getLocation().isValid()) {
    const clang::SourceManager& sources = info.getSourceManager();
    const auto place = sources.getExpansionLoc(info.getLocation());
    diagnostic.file =
        RelativeTo(root_, AbsolutePathOf(sources, sources.getFileID(place)));
    diagnostic.line = static_cast<int>(sources.getSpellingLineNumber(place));
    diagnostic.column =
        static_cast<int>(sources.getSpellingColumnNumber(place));
    diagnostic.length = LengthOf(info, place);
    diagnostic.source_line = LineOf(sources, place);
  }
  diagnostics_.Add(std::move(diagnostic));
}

}  // namespace bailey::analyzer
