#include "analyzer/flow/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "analyzer/flow/link_resolver.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

std::string FileOf(const CompileEntry& entry) {
  return Absolute(entry.directory, entry.file);
}

std::string OutputOf(const LinkCommand& link) {
  return Absolute(link.directory, link.output);
}

bool Holds(const ProgramSelection& selection, const std::string& source) {
  return std::ranges::any_of(
      selection.compiles,
      [&](const CompileEntry& entry) { return FileOf(entry) == source; });
}

bool HoldsAll(const ProgramSelection& selection,
              const std::vector<std::string>& sources) {
  return std::ranges::all_of(sources, [&](const std::string& source) {
    return Holds(selection, source);
  });
}

// By the name of its file, by a path's end, or by the whole path.
bool IsCalled(const ProgramSelection& selection, const std::string& program) {
  const std::string output = OutputOf(*selection.link);
  return output == program || fs::path(output).filename() == program ||
         output.ends_with("/" + program);
}

std::string Names(const std::vector<ProgramSelection>& programs) {
  std::string names;
  for (const ProgramSelection& each : programs)
    names += (names.empty() ? "`" : ", `") +
             fs::path(OutputOf(*each.link)).filename().string() + "`";
  return names;
}

Result<ProgramSelection> ChooseOne(std::vector<ProgramSelection> programs,
                                   const std::string& program) {
  std::vector<ProgramSelection> chosen = programs;
  if (!program.empty())
    std::erase_if(chosen, [&](const ProgramSelection& each) {
      return !IsCalled(each, program);
    });
  if (chosen.size() == 1) return chosen[0];
  if (chosen.empty())
    return Fail(fmt::format("the build links no program `{}`", program),
                programs.empty() ? "capture the whole build again"
                                 : "it links " + Names(programs));
  return Fail(
      fmt::format("the build links several programs: {}", Names(chosen)),
      "choose one with --program NAME");
}

Result<> CheckKnown(const BuildRecord& record,
                    const std::vector<std::string>& sources) {
  for (const std::string& source : sources)
    if (std::ranges::find(record.compiles, source, FileOf) ==
        record.compiles.end())
      return Fail(
          fmt::format("`{}` is not in the compilation database", source),
          "run `bailey capture` on a build that compiles it");
  return {};
}

// Without links, a file compiled twice has no right answer.
Result<ProgramSelection> WithoutLinks(const BuildRecord& record,
                                      const std::vector<std::string>& sources,
                                      const std::string& program,
                                      const std::vector<std::string>& plugins) {
  if (!program.empty())
    return Fail(fmt::format("no link command was captured, so there is no "
                            "program `{}` to choose",
                            program),
                "run `bailey capture -- BUILD-COMMAND`");
  ProgramSelection selection;
  std::set<std::string> seen;
  for (const CompileEntry& entry : record.compiles) {
    const std::string file = FileOf(entry);
    if (!sources.empty() && std::ranges::find(sources, file) == sources.end())
      continue;
    if (!seen.insert(file).second)
      return Fail(fmt::format("`{}` is compiled more than once", file),
                  "run `bailey capture -- BUILD-COMMAND` to record what is "
                  "linked");
    selection.compiles.push_back(entry);
  }
  std::ranges::sort(selection.compiles, {}, FileOf);
  selection.places.assign(selection.compiles.size(), UnitPlace::kProgram);
  selection.opaque_plugins = plugins;
  return selection;
}

}  // namespace

Result<ProgramSelection> SelectProgram(
    const BuildRecord& record, const std::vector<std::string>& sources,
    const std::string& program, const std::vector<std::string>& plugins) {
  RETURN_IF_ERROR(CheckKnown(record, sources));
  const bool any_link = std::ranges::any_of(
      record.links,
      [](const LinkCommand& link) { return link.kind == LinkKind::kProgram; });
  if (!any_link) return WithoutLinks(record, sources, program, plugins);
  LinkResolver resolver(record);
  std::vector<ProgramSelection> programs;
  for (const LinkCommand& link : record.links) {
    if (link.kind != LinkKind::kProgram) continue;
    ProgramSelection selection = resolver.Resolve(link, plugins);
    if (!selection.compiles.empty() && HoldsAll(selection, sources))
      programs.push_back(std::move(selection));
  }
  if (programs.empty() && !sources.empty())
    return Fail("no program that was linked holds all of these sources",
                "name the sources of one program, or none and --program NAME");
  return ChooseOne(std::move(programs), program);
}

}  // namespace bailey::analyzer
