#include "analyzer/report/argument_scope.h"

#include <algorithm>
#include <utility>

#include "analyzer/report/loading_functions.h"
#include "analyzer/report/program_roots.h"

namespace bailey::analyzer {
namespace {

// Options of a link that let code which is loaded later see the program's own
// symbols.
bool ExportsSymbols(const std::vector<std::string>& link_command) {
  return std::ranges::any_of(link_command, [](const std::string& option) {
    return option == "-rdynamic" || option == "-E" || option == "-Wl,-E" ||
           option.contains("export-dynamic") ||
           option.contains("dynamic-list") || option.contains("version-script");
  });
}

// By what dlopen and dlsym take for the program itself, it finds its own
// functions by name: NULL, RTLD_DEFAULT and RTLD_NEXT.
bool MayMeanProgram(const CallFact& call) {
  if (call.arguments.empty() || !call.arguments[0].known) return false;
  return std::ranges::any_of(call.arguments[0].values, [](uint64_t value) {
    return value == 0 || value + 1 == 0;
  });
}

// Declared or not, whoever asks for a name that is not known may find any
// function of the program.
bool LoadsUnreadCode(const Program& program, LibrarySummaries& libraries) {
  const bool declared =
      (libraries.PluginsAreDeclared() || program.source_plugins > 0) &&
      AsksByKnownNames(program, libraries);
  return std::ranges::any_of(program.calls, [&](const CallFact& call) {
    return IsLoadingFunction(call.to) && (!declared || MayMeanProgram(call));
  });
}

// Options of the build that put code into the program which no unit shows.
bool HasHiddenCode(const Program& program) {
  return std::ranges::any_of(
      program.unresolved, [](const UnresolvedFact& each) {
        return each.from.empty() &&
               each.reason != "inline assembly at file level";
      });
}

}  // namespace

PropagationScope ArgumentScope(const Program& program,
                               LibrarySummaries& libraries,
                               const std::vector<std::string>& entries,
                               const std::set<std::string>& called_back,
                               bool has_opaque_inputs) {
  PropagationScope scope;
  scope.entered = called_back;
  scope.entered.insert(entries.begin(), entries.end());
  scope.entered.insert(program.destructors.begin(), program.destructors.end());
  scope.library_symbols = libraries.CalledSymbols();
  for (const FlowGlobal& each : program.flow.globals)
    if (each.linkage == Linkage::kExternal && libraries.IsData(each.id))
      scope.library_symbols.insert(each.id);
  scope.has_unread_code = has_opaque_inputs || HasHiddenCode(program) ||
                          program.architecture != Architecture::kX8664 ||
                          (ExportsSymbols(program.flow.link_command) &&
                           LoadsUnreadCode(program, libraries));
  return scope;
}

std::vector<std::vector<ValueFact>> ArgumentsIn(
    const std::vector<CallContext>& contexts,
    const std::vector<ValueFact>& local) {
  std::vector<std::vector<ValueFact>> all;
  for (const CallContext& context : contexts) {
    std::vector<ValueFact> arguments = local;
    const std::vector<ValueFact> found = FactsOf(context);
    for (size_t i = 0; i < std::min(arguments.size(), found.size()); ++i)
      if (!arguments[i].known && found[i].known) arguments[i] = found[i];
    if (std::ranges::find(all, arguments) == all.end())
      all.push_back(std::move(arguments));
  }
  return all;
}

}  // namespace bailey::analyzer
