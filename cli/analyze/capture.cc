// bailey capture: records any build.

#include "analyzer/capture/capture.h"

#include <fmt/format.h>

#include "cli/analyze/commands.h"

namespace bailey::cli {

int RunCaptureBuild(int argc, char** argv) {
  CLI::App app(
      "Runs a build and records what it compiles and links, in\n"
      "compile_commands.json and bailey-capture.json. Exits with the build's "
      "own\n"
      "status; nothing is written when it fails.\n\n"
      "  bailey capture -- make -j2",
      "bailey capture");
  analyzer::CaptureOptions options;
  bool quiet = false;
  app.add_option("-o,--output", options.output_directory,
                 "directory of the two files");
  app.add_flag("--quiet", quiet, "do not say what was recorded");
  app.add_option("command", options.command, "the build, after --")->required();
  app.positionals_at_end();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  if (!quiet)
    options.say = [](std::string_view line) {
      fmt::print(stderr, "{}\n", line);
    };
  const Result<int> status = analyzer::Capture(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
