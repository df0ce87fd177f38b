// Several binaries: a report each.

#include "cli/analyze/binaries.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string_view>

#include "analyzer/report/render.h"
#include "cli/command.h"
#include "common/fd.h"
#include "common/json.h"

namespace bailey::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSourceExtensions[] = {
    ".c",   ".C",   ".cc",  ".cpp", ".cxx", ".c++", ".cppm", ".ixx",
    ".i",   ".ii",  ".s",   ".S",   ".sx",  ".m",   ".mm",   ".cu",
    ".h",   ".hh",  ".H",   ".hpp", ".hxx", ".h++", ".inc",  ".inl",
    ".ipp", ".tcc", ".def", ".ll",  ".bc"};

bool IsCalledLikeSource(const std::string& path) {
  const std::string extension = fs::path(path).extension().string();
  return std::ranges::find(kSourceExtensions, extension) !=
         std::end(kSourceExtensions);
}

bool IsBinaryOperand(const std::string& path) {
  std::error_code error;
  if (analyzer::IsBinary(path)) return true;
  return !IsCalledLikeSource(path) && !fs::is_directory(path, error);
}

// Where the reports go: a folder, and a name in it for each binary.
class ReportFolder {
 public:
  static Result<ReportFolder> Create(const std::string& path) {
    ReportFolder folder(path);
    std::error_code error;
    if (!path.empty() && !fs::is_directory(path, error) &&
        !fs::create_directories(path, error))
      return FailErrno("create the folder `" + path + "`", error.value(),
                       "the reports of several binaries need a folder of "
                       "their own");
    return folder;
  }

  // The second `gzip` is gzip.2.report.json.
  Result<> Write(const std::string& binary, const Report& report) {
    if (path_.empty()) return {};
    const std::string name = fs::path(binary).filename().string();
    const int count = ++used_[name];
    const std::string number = count == 1 ? "" : fmt::format(".{}", count);
    return WriteFileAtomically(
        fmt::format("{}/{}{}.report.json", path_, name, number),
        WriteReport(report));
  }

 private:
  explicit ReportFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::map<std::string, int> used_;
};

Result<Report> AnalyzeOne(analyzer::AnalyzeOptions options,
                          const std::string& path,
                          const analyzer::Progress& progress) {
  options.sources = {path};
  ASSIGN_OR_RETURN(analyzer::Analysis analysis,
                   analyzer::AnalyzeBinary(options, progress));
  return std::move(analysis.report);
}

// Of two exit codes the one that says more: an error, then "unknown".
int Worse(int a, int b) {
  if (a == kExitError || b == kExitError) return kExitError;
  return std::max(a, b);
}

}  // namespace

Result<bool> NamesBinaries(const std::vector<std::string>& operands) {
  const auto count = std::ranges::count_if(operands, IsBinaryOperand);
  if (count == 0) return false;
  if (static_cast<size_t>(count) == operands.size()) return true;
  const auto binary = std::ranges::find_if(operands, IsBinaryOperand);
  return Fail(fmt::format("`{}` is not a source, and others are", *binary),
              "name sources or binaries, not both");
}

Result<int> AnalyzeBinaries(const BinariesRequest& request,
                            const analyzer::Progress& progress) {
  if (request.format == "sarif")
    return Fail("SARIF of several binaries is not supported yet",
                "analyze them one at a time");
  ASSIGN_OR_RETURN(ReportFolder folder,
                   ReportFolder::Create(request.report_directory));
  int status = kExitFine;
  Json all = Json::array();
  for (const std::string& path : request.analysis.sources) {
    const Result<Report> report = AnalyzeOne(request.analysis, path, progress);
    if (progress) fmt::print(stderr, "\r\033[K");
    if (!report.ok()) {
      status = Worse(status, PrintError(report.error()));
      continue;
    }
    RETURN_IF_ERROR(folder.Write(path, *report));
    if (request.require_complete && !report->unresolved.empty()) {
      fmt::print(stderr, "bailey: `{}`: {} places are unresolved\n", path,
                 report->unresolved.size());
      status = Worse(status, kExitUnknown);
    }
    if (request.format == "json") {
      ASSIGN_OR_RETURN(Json json, ParseJson(WriteReport(*report), path));
      all.push_back(std::move(json));
    } else if (request.report_directory.empty()) {
      fmt::print("{}:\n\n{}\n", path, analyzer::RenderReportText(*report));
    }
  }
  if (request.format == "json") fmt::print("{}", WriteJson(all));
  return status;
}

}  // namespace bailey::cli
