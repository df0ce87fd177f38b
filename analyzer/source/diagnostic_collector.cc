#include "analyzer/source/diagnostic_collector.h"

#include <clang/Basic/DiagnosticFrontend.h>
#include <clang/Basic/SourceManager.h>
#include <clang/Lex/LexDiagnostic.h>

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

// The way out of what is wrong with the build rather than with the source.
std::string HintFor(unsigned id) {
  switch (id) {
    case clang::diag::err_pp_file_not_found:
    case clang::diag::err_pp_file_not_found_angled_include_not_fatal:
      return "build first, if the build makes this header; else install the "
             "package that has it, and capture the build again";
    case clang::diag::err_pp_include_too_deep:
      return "some file includes itself, perhaps by way of others: guard it "
             "with #pragma once";
    case clang::diag::err_module_not_found:
      return "modules of C++20 are not supported yet: name a header instead";
    default:
      return "";
  }
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
  diagnostic.hint = HintFor(info.getID());
  diagnostic.file = unit_;  // what is wrong with a command has no place
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
