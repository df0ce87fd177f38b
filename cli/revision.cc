#include "cli/revision.h"

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "cli/git.h"
#include "common/fd.h"
#include "common/json.h"

namespace bailey::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabaseName = "compile_commands.json";
constexpr const char* kCaptureName = "bailey-capture.json";

std::string Normal(const std::string& directory, const std::string& path) {
  return (fs::path(directory) / path).lexically_normal().string();
}

bool IsBelow(const std::string& folder, const std::string& path) {
  return path == folder || path.starts_with(folder + "/");
}

// Every mention of the folder `from` as `to`, inside options, too (-I/from/x).
std::string Replaced(std::string text, const std::string& from,
                     const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
    const size_t end = at + from.size();
    const bool whole = end == text.size() || text[end] == '/' ||
                       text[end] == ' ' || text[end] == '"';
    if (whole) text.replace(at, from.size(), to);
    at += whole ? to.size() : from.size();
  }
  return text;
}

Json ReplacedIn(const Json& json, const std::string& from,
                const std::string& to) {
  if (json.is_string()) return Replaced(json.get<std::string>(), from, to);
  Json copy = json;
  if (json.is_structured())
    for (auto& item : copy) item = ReplacedIn(item, from, to);
  return copy;
}

std::string Member(const Json& entry, const char* key) {
  const auto found = entry.is_object() ? entry.find(key) : entry.end();
  return found != entry.end() && found->is_string() ? found->get<std::string>()
                                                    : "";
}

Result<Json> ReadJson(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  return ParseJson(text, path);
}

class Preparer {
 public:
  Preparer(Git git, std::string scratch)
      : git_(std::move(git)), scratch_(std::move(scratch)) {
    build_.repository = git_.top();
    build_.tree = scratch_ + "/tree";
    build_.build_directory = scratch_ + "/build";
  }

  Result<RevisionBuild> Prepare(const std::string& revision,
                                const std::string& build_directory,
                                const Report& report, const std::string& root) {
    ASSIGN_OR_RETURN(const std::string commit, git_.Commit(revision));
    RETURN_IF_ERROR(git_.CheckOut(commit, scratch_ + "/index", build_.tree));
    build_.root = build_.Mapped(root);
    RETURN_IF_ERROR(FindRecord(build_directory, revision));
    RETURN_IF_ERROR(AddGenerated(report, root));
    RETURN_IF_ERROR(WriteRecord(revision));
    return std::move(build_);
  }

 private:
  // The revision's own record, if it has one that was made here; else the one
  // of now.
  Result<> FindRecord(const std::string& directory,
                      const std::string& revision) {
    const std::string own = build_.Mapped(directory);
    std::error_code ignored;
    if (own != directory && fs::exists(own + "/" + kCaptureName, ignored)) {
      RETURN_IF_ERROR(ReadRecord(own));
      if (WasMadeHere()) return {};
    }
    RETURN_IF_ERROR(ReadRecord(directory));
    build_.notes.push_back(fmt::format(
        "`{}` has no record of its build: how it was compiled and linked is "
        "assumed to be as now",
        revision));
    return {};
  }

  Result<> ReadRecord(const std::string& directory) {
    ASSIGN_OR_RETURN(database_, ReadJson(directory + "/" + kDatabaseName));
    std::error_code ignored;
    capture_ = Json();
    if (!fs::exists(directory + "/" + kCaptureName, ignored)) return {};
    ASSIGN_OR_RETURN(capture_, ReadJson(directory + "/" + kCaptureName));
    return {};
  }

  bool WasMadeHere() const {
    for (const Json& entry : database_)
      if (!IsBelow(build_.repository, Member(entry, "directory"))) return false;
    return !database_.empty();
  }

  // Headers that git does not know, and sources that it is told to ignore: made
  // by the build, not written since.
  Result<> AddGenerated(const Report& report, const std::string& root) {
    for (const ReportInput& input : report.inputs) {
      const std::string path = Normal(root, input.path);
      ASSIGN_OR_RETURN(const bool tracked, IsHereAndTracked(path));
      if (IsHere(path) && !tracked && !IsSource(path)) Copy(path);
    }
    for (const Json& entry : database_) {
      const std::string path =
          Normal(Member(entry, "directory"), Member(entry, "file"));
      if (!IsHere(path)) continue;
      ASSIGN_OR_RETURN(const bool ignored, git_.IsIgnored(path));
      if (ignored) Copy(path);
    }
    RETURN_IF_ERROR(AddLinkInputs());
    SayCopied();
    return {};
  }

  // Libraries beside the sources that no recorded command made.
  Result<> AddLinkInputs() {
    if (!capture_.is_object() || !capture_.contains("links")) return {};
    for (const Json& link : capture_["links"]) {
      if (!link.is_object() || !link.contains("inputs")) continue;
      for (const Json& input : link["inputs"]) {
        if (!input.is_string()) continue;
        const std::string path =
            Normal(Member(link, "directory"), input.get<std::string>());
        ASSIGN_OR_RETURN(const bool tracked, IsHereAndTracked(path));
        if (IsHere(path) && !tracked && !IsMade(path)) Copy(path);
      }
    }
    return {};
  }

  // In the repository now, and not in the revision.
  bool IsHere(const std::string& path) const {
    std::error_code ignored;
    return IsBelow(build_.repository, path) &&
           fs::is_regular_file(path, ignored) &&
           !fs::exists(build_.Mapped(path), ignored);
  }

  Result<bool> IsHereAndTracked(const std::string& path) const {
    if (!IsHere(path)) return false;
    return git_.IsTracked(path);
  }

  bool IsSource(const std::string& path) const {
    for (const Json& entry : database_)
      if (Normal(Member(entry, "directory"), Member(entry, "file")) == path)
        return true;
    return false;
  }

  // An object that a compile command makes, or what a link makes.
  bool IsMade(const std::string& path) const {
    if (path.ends_with(".o")) return true;
    for (const Json& link : capture_["links"])
      if (Normal(Member(link, "directory"), Member(link, "output")) == path)
        return true;
    return false;
  }

  void Copy(const std::string& path) {
    const std::string to = build_.Mapped(path);
    std::error_code error;
    fs::create_directories(fs::path(to).parent_path(), error);
    fs::copy_file(path, to, fs::copy_options::skip_existing, error);
    if (!error) copied_.insert(path.substr(build_.repository.size() + 1));
  }

  void SayCopied() {
    if (copied_.empty()) return;
    build_.notes.push_back(fmt::format(
        "{} files that are not in git are taken as they are now: `{}`{}",
        copied_.size(), *copied_.begin(), copied_.size() > 1 ? " ..." : ""));
  }

  Result<> WriteRecord(const std::string& revision) {
    Json entries = Json::array();
    size_t absent = 0;
    for (const Json& entry : database_) {
      Json mapped = ReplacedIn(entry, build_.repository, build_.tree);
      const std::string directory = Member(mapped, "directory");
      std::error_code ignored;
      if (!fs::exists(Normal(directory, Member(mapped, "file")), ignored)) {
        ++absent;
        continue;
      }
      if (IsBelow(build_.tree, directory))
        fs::create_directories(directory, ignored);
      entries.push_back(std::move(mapped));
    }
    if (entries.empty())
      return Fail("`" + revision + "` has none of the program's sources");
    if (absent > 0)
      build_.notes.push_back(fmt::format(
          "{} sources are not in `{}`: what they do is new", absent, revision));
    return WriteFiles(entries);
  }

  Result<> WriteFiles(const Json& entries) {
    std::error_code ignored;
    fs::create_directories(build_.build_directory, ignored);
    const std::string folder = build_.build_directory + "/";
    RETURN_IF_ERROR(
        WriteFileAtomically(folder + kDatabaseName, WriteJson(entries)));
    if (capture_.is_null()) return {};
    return WriteFileAtomically(
        folder + kCaptureName,
        WriteJson(ReplacedIn(capture_, build_.repository, build_.tree)));
  }

  Git git_;
  std::string scratch_;
  RevisionBuild build_;
  Json database_ = Json::array();
  Json capture_;
  std::set<std::string> copied_;
};

}  // namespace

std::string RevisionBuild::Mapped(const std::string& path) const {
  if (!IsBelow(repository, path)) return path;
  return tree + path.substr(repository.size());
}

Result<RevisionBuild> PrepareRevision(const std::string& revision,
                                      const std::string& build_directory,
                                      const Report& report,
                                      const std::string& root,
                                      const std::string& scratch) {
  std::error_code error;
  const fs::path directory = fs::canonical(build_directory, error);
  const fs::path own = fs::canonical(scratch, error);
  if (error)
    return FailErrno("cannot find `" + build_directory + "`", error.value());
  ASSIGN_OR_RETURN(Git git, Git::Find(directory.string()));
  return Preparer(std::move(git), own.string())
      .Prepare(revision, directory.string(), report, root);
}

}  // namespace bailey::cli
