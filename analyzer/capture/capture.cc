#include "analyzer/capture/capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <utility>

#include "analyzer/capture/build_record.h"
#include "analyzer/capture/command.h"
#include "analyzer/capture/environment.h"
#include "analyzer/capture/tracer.h"

namespace bailey::analyzer {
namespace {

// Collects what the outermost tools did: a driver runs compilers, linkers and,
// through a launcher, other drivers, which are its own affair.
class Recorder {
 public:
  void OnExec(const ExecEvent& event) {
    const ToolKind kind = RecognizeTool(event.arguments);
    if (kind == ToolKind::kOther || tools_.contains(event.process)) return;
    if (std::ranges::any_of(event.ancestors, [&](uint64_t ancestor) {
          return tools_.contains(ancestor);
        }))
      return;
    tools_.insert(event.process);
    BuildRecord record =
        ClassifyCommand(kind, event.arguments, event.directory);
    AddEnvironment(event.search_paths, record);
    Add(record);
  }

  const BuildRecord& record() const { return record_; }

 private:
  void Add(const BuildRecord& record) {
    record_.compiles.insert(record_.compiles.end(), record.compiles.begin(),
                            record.compiles.end());
    record_.links.insert(record_.links.end(), record.links.begin(),
                         record.links.end());
  }

  std::set<uint64_t> tools_;
  BuildRecord record_;
};

Result<BuildRecord> ReadOlder(const std::string& directory) {
  const auto path = std::filesystem::path(directory) / kCompilationDatabaseName;
  if (!std::filesystem::exists(path)) return BuildRecord{};
  auto older = ReadBuildRecord(directory);
  if (!older.ok())
    return std::unexpected(
        WithContext("cannot merge with what was recorded", older.error()));
  return older;
}

std::unexpected<Error> NothingRecorded(const BuildRecord& now) {
  if (now.compiles.empty())
    return Fail("the build compiled no C or C++ file, so nothing was recorded",
                "if everything was up to date, clean first (`make clean`) and "
                "capture again");
  const CompileEntry& first = now.compiles.front();
  const auto path = std::filesystem::path(first.directory) / first.file;
  return Fail(fmt::format("what the build compiled is not there any more ({} "
                          "commands, first `{}`), so nothing was recorded",
                          now.compiles.size(), path.string()),
              "let the build keep the folder that it copies its sources to");
}

}  // namespace

Result<int> Capture(const CaptureOptions& options) {
  // First: a build of an hour must not end with a file that cannot be read, or
  // with a folder that cannot be made.
  std::error_code error;
  std::filesystem::create_directories(options.output_directory, error);
  if (error)
    return FailErrno(
        fmt::format("cannot make the folder `{}`", options.output_directory),
        error.value());
  ASSIGN_OR_RETURN(const BuildRecord older,
                   ReadOlder(options.output_directory));
  Recorder recorder;
  ASSIGN_OR_RETURN(const int status,
                   TraceCommand(options.command, [&](const ExecEvent& event) {
                     recorder.OnExec(event);
                   }));
  if (status != 0) {
    options.say(fmt::format(
        "the build failed with status {}: nothing was recorded", status));
    return status;
  }
  const BuildRecord& now = recorder.record();
  const BuildRecord merged = MergeBuildRecords(older, now);
  if (merged.compiles.empty()) return NothingRecorded(now);
  RETURN_IF_ERROR(WriteBuildRecord(merged, options.output_directory));
  options.say(fmt::format(
      "recorded {} compile and {} link commands; {} files are known",
      now.compiles.size(), now.links.size(), merged.compiles.size()));
  return status;
}

}  // namespace bailey::analyzer
