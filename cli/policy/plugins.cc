// bailey policy plugins: the files that a policy lets its program load, for the
// analysis.

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "common/json.h"

namespace bailey::cli {
namespace {

Result<int> PrintPlugins(const std::string& path) {
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(path);
  if (!loaded) return kExitError;
  Json patterns = Json::array();
  for (const policy::PluginPattern& plugin : loaded->policy.plugins)
    patterns.push_back(plugin.pattern);
  fmt::print("{}", WriteJson({{"plugins", patterns},
                              {"policy_sha256", loaded->policy.sha256}}));
  return kExitFine;
}

}  // namespace

int RunPolicyPlugins(int argc, char** argv) {
  CLI::App app(
      "Prints the patterns of the files that a policy lets its program load "
      "while\n"
      "it runs, as JSON.\n\n"
      "  bailey policy plugins server.policy",
      "bailey policy plugins");
  std::string path;
  app.add_option("policy", path, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = PrintPlugins(path);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
