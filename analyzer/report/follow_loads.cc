// Names, the files that they mean, and what these name in their turn.

#include "analyzer/report/follow_loads.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "analyzer/ir/extract.h"
#include "analyzer/report/program_loads.h"

namespace bailey::analyzer {
namespace {

// Which of the names mean files of the build. A path from a folder that nobody
// knows means one of these, or is not followed.
ProgramLoads TellFilesOfBuild(const Prepared& prepared, ProgramLoads loads,
                              std::set<std::string>& files) {
  const std::set<std::string> names = std::exchange(loads.libraries, {});
  const std::vector<std::string>& opaque = prepared.selection.opaque_plugins;
  for (const std::string& name : names) {
    const std::vector<std::string> meant = FilesMeantBy(name, prepared.record);
    if (!meant.empty())
      loads.built.insert(name);
    else if (!IsRelativePath(name))
      loads.libraries.insert(name);
    for (const std::string& file : meant)
      if (std::ranges::find(opaque, file) != opaque.end())
        loads.libraries.insert(file);
    files.insert(meant.begin(), meant.end());
  }
  return loads;
}

ProgramLoads Union(ProgramLoads loads, const ProgramLoads& others) {
  loads.libraries.insert(others.libraries.begin(), others.libraries.end());
  loads.built.insert(others.built.begin(), others.built.end());
  loads.symbols.insert(others.symbols.begin(), others.symbols.end());
  loads.all_symbols_are_named &= others.all_symbols_are_named;
  return loads;
}

}  // namespace

Result<std::set<std::string>> FollowLoads(
    const Prepared& prepared, const Program& program,
    LibrarySummaries& libraries,
    const std::vector<std::string>& opaque_inputs) {
  if (program.architecture != Architecture::kX8664 ||
      !UsesLoadingFunctions(program))
    return std::set<std::string>();
  ProgramLoads known;
  ProgramLoads found;
  std::optional<LoadScope> scope;  // that they were found in
  while (true) {
    LoadScope now = LoadScopeOf(program, libraries, opaque_inputs);
    if (now != scope) {
      found = FindProgramLoads(program, now);
      scope = std::move(now);
    }
    std::set<std::string> files;
    const ProgramLoads loads =
        TellFilesOfBuild(prepared, Union(found, known), files);
    std::erase_if(files, [&](const std::string& each) {
      return prepared.found.contains(each);
    });
    if (!files.empty() || loads == known) return files;
    known = loads;
    RETURN_IF_ERROR(libraries.Follow(known));
  }
}

void AddModelled(const Prepared& prepared, const LibrarySummaries& libraries,
                 std::vector<Modelled>& modelled) {
  for (const std::string& name : libraries.Followed().built) {
    Modelled each{fmt::format("dlopen of `{}`", name), {}, {}, {}};
    for (const std::string& file : FilesMeantBy(name, prepared.record))
      each.loaded.push_back(RelativeTo(prepared.root, file));
    each.follows = "called by the program; the build made it";
    modelled.push_back(std::move(each));
  }
  std::ranges::sort(modelled, {}, &Modelled::what);
}

}  // namespace bailey::analyzer
