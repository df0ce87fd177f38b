#include "cli/loaded_files.h"

#include <fmt/format.h>

#include <filesystem>

#include "cli/policy_plugins.h"
#include "cli/process.h"
#include "common/json.h"

namespace bailey::cli {
namespace {

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  return std::filesystem::absolute(path, error).lexically_normal().string();
}

Result<LoadedFile> ReadLibrary(const JsonObject& item) {
  LoadedFile file;
  ASSIGN_OR_RETURN(file.path, item.String("path"));
  ASSIGN_OR_RETURN(file.inside, item.String("inside"));
  file.inside = AbsolutePath(file.inside);
  return file;
}

Result<std::vector<LoadedFile>> ParseLibraries(std::string_view text) {
  ASSIGN_OR_RETURN(const Json json, ParseJson(text, "the libraries"));
  const JsonObject object(json, "libraries");
  ASSIGN_OR_RETURN(const std::vector<JsonObject> items,
                   object.Objects("libraries"));
  std::vector<LoadedFile> files;
  for (const JsonObject& item : items) {
    ASSIGN_OR_RETURN(LoadedFile file, ReadLibrary(item));
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace

Result<std::vector<LoadedFile>> LoadedWith(const std::string& program) {
  ASSIGN_OR_RETURN(
      const CapturedRun run,
      CaptureProgram({SiblingProgram("bailey-analyze"), "libraries", program}));
  if (run.status != 0) {
    return Fail(fmt::format("cannot find what `{}` is loaded with", program),
                "a script is run by its interpreter: -- /bin/sh SCRIPT");
  }
  return ParseLibraries(run.output);
}

Result<> AddPlugins(const std::string& policy, const std::string& policy_sha256,
                    std::vector<LoadedFile>& files) {
  ASSIGN_OR_RETURN(const PolicyPlugins plugins, ReadPlugins(policy));
  if (plugins.exit_code != 0) return Fail("cannot list the policy's plugins");
  if (plugins.policy_sha256 != policy_sha256) {
    return Fail(fmt::format("`{}` was changed while it was read", policy),
                "run it again");
  }
  for (const std::string& plugin : MatchPlugins(plugins.patterns)) {
    files.push_back({plugin, plugin});
    ASSIGN_OR_RETURN(const std::vector<LoadedFile> more, LoadedWith(plugin));
    files.insert(files.end(), more.begin(), more.end());
  }
  return {};
}

}  // namespace bailey::cli
