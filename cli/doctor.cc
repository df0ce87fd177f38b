// bailey doctor: what this host can enforce and run.

#include <fmt/format.h>

#include "cli/commands.h"
#include "executor/host/host_report.h"

namespace bailey::cli {

int RunDoctor(int argc, char** argv) {
  CLI::App app(
      "Shows what this host can enforce and run, what is missing and how to "
      "get\n"
      "it. Exit code 0: bundles run here; 1: they do not.\n\n"
      "  bailey doctor --format json",
      "bailey doctor");
  std::string format = "text";
  app.add_option("--format", format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const executor::HostReport report = executor::InspectHost();
  fmt::print("{}", format == "json" ? executor::HostReportJson(report)
                                    : executor::HostReportText(report));
  return report.CanRun() ? kExitFine : kExitNo;
}

}  // namespace bailey::cli
