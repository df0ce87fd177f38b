// The texts of an import: the file itself and those that it includes, each with
// the reporter for what is wrong in it.
//
//   SourceFiles files({"jail.policy", text}, lookup);
//   SourceFile* included = files.Include("net.policy", span, files.main());
//   if (included == nullptr) ...  // reported

#ifndef BAILEY_POLICY_COMPILER_FORMATS_SOURCE_FILES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_SOURCE_FILES_H_

#include <deque>
#include <string>

#include "common/diagnostics.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

struct SourceFile {
  SourceText text;
  TextReporter report;
  SourceFile(SourceText source, DiagnosticSink& sink)
      : text(std::move(source)), report(text, sink) {}
  SourceFile(const SourceFile&) = delete;

  // "jail.policy:3"
  std::string PlaceOf(size_t offset) const;
};

class SourceFiles {
 public:
  static constexpr size_t kMaxFiles = 100;
  static constexpr size_t kMaxBytes = size_t{4} << 20;

  // Without a lookup nothing can be included.
  SourceFiles(SourceText main, FileLookup lookup);

  SourceFile& main() { return files_.front(); }
  // A path relative to the folder of the text that names it. Null after an
  // error, which is reported there.
  SourceFile* Include(const std::string& path, SourceSpan span,
                      SourceFile& from);
  DiagnosticSink& sink() { return sink_; }

 private:
  FileLookup lookup_;
  DiagnosticSink sink_;
  std::deque<SourceFile> files_;  // stable addresses
  size_t bytes_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_SOURCE_FILES_H_
