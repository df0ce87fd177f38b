#include "analyzer/outline/outlined_build.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "analyzer/capture/build_record.h"
#include "analyzer/rewrite/portion_commands.h"
#include "analyzer/rewrite/splice.h"
#include "common/digest.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

bool IsBelow(const fs::path& path, const fs::path& folder) {
  const std::string relative = path.lexically_relative(folder).string();
  return !relative.empty() && !relative.starts_with("..");
}

bool HoldsAll(const fs::path& folder, const Flow& flow) {
  return std::ranges::all_of(flow.units, [&](const FlowUnit& unit) {
    return IsBelow(unit.file, folder);
  });
}

// As the analysis chooses it (report/prepare.cc): the build's folder, or the
// innermost one that holds all units.
fs::path RootOf(const Flow& flow, const OutlinedBuild& build) {
  if (!build.root.empty()) return fs::absolute(build.root).lexically_normal();
  fs::path root = fs::absolute(build.build_directory).lexically_normal();
  if (!root.has_filename()) root = root.parent_path();
  if (HoldsAll(root, flow)) return root;
  root = fs::path(flow.units.front().file).parent_path();
  while (!HoldsAll(root, flow) && root.has_relative_path())
    root = root.parent_path();
  return root;
}

std::string FolderPrefix(const std::string& folder) {
  return folder.empty() || folder.ends_with('/') ? folder : folder + "/";
}

// `entry` for the copy `place` of `unit`'s source.
CompileEntry Moved(CompileEntry entry, const FlowUnit& unit,
                   const std::string& place) {
  const std::string name = SourceName(unit);
  const std::string folder = fs::path(unit.file).parent_path().string();
  for (std::string& word : entry.arguments)
    if (Absolute(entry.directory, word) == unit.file) word = place;
  // __FILE__, of the source and of headers that lie beside it.
  const std::string maps[] = {
      fmt::format("-fmacro-prefix-map={}={}", FolderPrefix(folder),
                  fs::path(name).is_absolute()
                      ? FolderPrefix(folder)
                      : FolderPrefix(fs::path(name).parent_path().string())),
      fmt::format("-fmacro-prefix-map={}={}", place, name)};
  entry.arguments.insert(entry.arguments.begin() + 1,
                         {"-iquote", folder, maps[0], maps[1]});
  entry.file = place;
  return entry;
}

// The unit's own text, or what was made of it.
Result<std::string> TextOf(const FlowUnit& unit,
                           const std::vector<OutlinedSource>& sources,
                           const std::string& place) {
  const auto found =
      std::ranges::find(sources, unit.file, &OutlinedSource::file);
  if (found == sources.end()) {
    ASSIGN_OR_RETURN(std::string text, ReadFile(unit.file));
    if (Sha256Hex(text) != unit.sha256)
      return Fail(fmt::format("`{}` changed after it was analyzed", unit.file),
                  "analyze again");
    return text;
  }
  // Its places are those of the copy: below another root, the same.
  std::string text = found->text;
  const std::string old_name = CLiteral(unit.file);
  const std::string new_name = CLiteral(place);
  for (size_t at = 0; (at = text.find("#line ", at)) != std::string::npos;) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const size_t name = text.find(old_name, at);
    if (name < end) text.replace(name, old_name.size(), new_name);
    at += 6;
  }
  return text;
}

Result<> WriteUnit(const std::string& place, const std::string& text) {
  std::error_code error;
  fs::create_directories(fs::path(place).parent_path(), error);
  if (error)
    return Fail(fmt::format("cannot make the directory of `{}`: {}", place,
                            error.message()));
  return WriteFileAtomically(place, text);
}

}  // namespace

Result<> WriteOutlinedBuild(const Flow& flow,
                            const std::vector<OutlinedSource>& sources,
                            const OutlinedBuild& build) {
  ASSIGN_OR_RETURN(BuildRecord record, ReadBuildRecord(build.build_directory));
  const fs::path root = RootOf(flow, build);
  const fs::path output =
      fs::absolute(build.output_directory).lexically_normal();
  for (const FlowUnit& unit : flow.units) {
    if (!IsBelow(unit.file, root))
      return Fail(
          fmt::format("`{}` is not below `{}`", unit.file, root.string()));
    const std::string place =
        (output / fs::path(unit.file).lexically_relative(root)).string();
    ASSIGN_OR_RETURN(const std::string text, TextOf(unit, sources, place));
    RETURN_IF_ERROR(WriteUnit(place, text));
    for (CompileEntry& each : record.compiles)
      if (Absolute(each.directory, each.file) == unit.file)
        each = Moved(std::move(each), unit, place);
  }
  return WriteBuildRecord(record, output.string());
}

}  // namespace bailey::analyzer
