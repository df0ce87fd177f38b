// bailey policy credentials: what credentials a policy names, for the analysis.

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "common/json.h"

namespace bailey::cli {
namespace {

std::string TextOf(const PlanCredential& credential) {
  switch (credential.source) {
    case CredentialSource::kEnvironment:
      return fmt::format("{}=env:{}", credential.name, credential.variable);
    case CredentialSource::kFile:
      return fmt::format("{}=file:{}", credential.name, credential.path);
    case CredentialSource::kDescriptor:
      return fmt::format("{}=fd:{}", credential.name, credential.descriptor);
  }
  return credential.name;
}

Result<int> PrintCredentials(const std::string& path) {
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(path);
  if (!loaded) return kExitError;
  Json credentials = Json::array();
  for (const PlanCredential& each : loaded->policy.credentials)
    credentials.push_back(TextOf(each));
  Json declassified = Json::array();
  for (const policy::Declassification& each : loaded->policy.declassified)
    declassified.push_back(fmt::format(
        "{}={}", each.function,
        policy::kDeclassifiedKinds[static_cast<size_t>(each.kind)]));
  Json readers = Json::array();
  for (const policy::CredentialReader& each : loaded->policy.readers)
    readers.push_back(fmt::format("{}={}", each.credential, each.function));
  Json strict = Json::array();
  for (const std::string& each : loaded->policy.strict) strict.push_back(each);
  Json outlined = Json::array();
  for (const policy::OutlineWord& each : loaded->policy.outlined)
    outlined.push_back(fmt::format("{}={}", each.name, each.function));
  Json programs = Json::array();
  for (const policy::PortionPolicy& each : loaded->policy.portions)
    if (each.program)
      programs.push_back(fmt::format("{}={}", each.name, each.program->name));
  fmt::print("{}", WriteJson({{"credentials", credentials},
                              {"programs", programs},
                              {"outlined", outlined},
                              {"readers", readers},
                              {"strict", strict},
                              {"declassified", declassified},
                              {"policy_sha256", loaded->policy.sha256}}));
  return kExitFine;
}

}  // namespace

int RunPolicyCredentials(int argc, char** argv) {
  CLI::App app(
      "Prints the credentials that a policy names, where they come from, who\n"
      "gets them, what it declassifies and outlines, and which programs are\n"
      "its portions, as JSON.\n\n"
      "  bailey policy credentials server.policy",
      "bailey policy credentials");
  std::string path;
  app.add_option("policy", path, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = PrintCredentials(path);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
