// The loader and libraries that a program runs with, for its bundle.

#include <fmt/format.h>

#include "analyzer/elf/link_map.h"
#include "cli/analyze/commands.h"
#include "common/json.h"

namespace bailey::cli {
namespace {

Result<int> PrintLibraries(const std::string& program) {
  analyzer::LinkRequest request;
  request.executable = program;
  request.identities_only = true;
  ASSIGN_OR_RETURN(const analyzer::LinkMap link,
                   analyzer::LinkMap::Create(request));
  Json libraries = Json::array();
  for (size_t i = 0; i < link.images().size(); ++i) {
    if (i == link.executable()) continue;
    const analyzer::ElfImage& image = link.images()[i];
    // The kernel looks for the loader under the name in PT_INTERP; the loader
    // looks for libraries in the directories in which they were found.
    const std::string inside =
        i == link.interpreter()
            ? link.images()[*link.executable()].interpreter()
            : image.path();
    libraries.push_back({{"path", image.path()}, {"inside", inside}});
  }
  fmt::print("{}", WriteJson({{"libraries", std::move(libraries)}}));
  return kExitFine;
}

}  // namespace

int RunLibraries(int argc, char** argv) {
  CLI::App app(
      "Prints the files that a program is loaded with, as JSON.\n\n"
      "  bailey-analyze libraries build/notary",
      "bailey-analyze libraries");
  std::string program;
  app.add_option("program", program, "an executable")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = PrintLibraries(program);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
