// What a build did, as far as the analysis needs it: compile commands in the
// form of compile_commands.json, and what was linked and archived from what, in
// bailey-capture.json (`bailey.capture/1`).
//
//   ASSIGN_OR_RETURN(BuildRecord record, ReadBuildRecord("build"));
//   for (const LinkCommand& link : record.links) ...
//
// Paths in commands are as they were written, relative to `directory`.

#ifndef BAILEY_ANALYZER_CAPTURE_BUILD_RECORD_H_
#define BAILEY_ANALYZER_CAPTURE_BUILD_RECORD_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace bailey::analyzer {

inline constexpr std::string_view kCaptureSchema = "bailey.capture/1";
inline constexpr std::string_view kCompilationDatabaseName =
    "compile_commands.json";
inline constexpr std::string_view kCaptureName = "bailey-capture.json";

struct CompileEntry {
  std::string directory;
  std::string file;
  std::string output;  // the object; may be empty in others' databases
  std::vector<std::string> arguments;

  bool operator==(const CompileEntry&) const = default;
};

enum class LinkKind {
  kProgram,
  kSharedLibrary,
  kRelocatable,
  kArchive,
  kExtraction  // members of the archives in `inputs`, put into `directory`
};

struct LinkCommand {
  LinkKind kind = LinkKind::kProgram;
  std::string directory;
  std::string output;
  std::vector<std::string> arguments;
  std::vector<std::string> inputs;     // objects, archives, shared objects
  std::vector<std::string> libraries;  // of -l, without it

  bool operator==(const LinkCommand&) const = default;
};

struct BuildRecord {
  std::vector<CompileEntry> compiles;
  std::vector<LinkCommand> links;  // archives too
};

// `path` made absolute against `directory`, without `.` and `..`.
std::string Absolute(const std::string& directory, const std::string& path);

// Reads both files of `build_directory`. A missing compilation database is an
// error that tells how to make one; a missing bailey-capture.json gives no
// links.
Result<BuildRecord> ReadBuildRecord(const std::string& build_directory);

// `older` with what `newer` did again replaced, and without what is gone from
// disk. Commands that make the same object, or link the same output, are the
// same.
BuildRecord MergeBuildRecords(const BuildRecord& older,
                              const BuildRecord& newer);

// Writes both files, each whole or not at all.
Result<> WriteBuildRecord(const BuildRecord& record,
                          const std::string& build_directory);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CAPTURE_BUILD_RECORD_H_
