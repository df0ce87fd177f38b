#include "executor/agent/given_credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "executor/wire.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {
namespace {

// Of sealed memory a portion gets a descriptor of its own, at its beginning; of
// the launcher's standard input the very one.
bool IsSealed(int fd) {
  const int seals = fcntl(fd, F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_WRITE) != 0;
}

// In place of what was to be its standard input, if `number` is that.
void Place(ContainerSetup& setup, int from, int number) {
  const auto same = std::ranges::find(setup.descriptors, number, &PassedFd::to);
  if (same != setup.descriptors.end()) {
    same->from = from;
  } else {
    setup.descriptors.push_back({from, number});
  }
}

}  // namespace

bool UsesCredential(const PlanPortion& portion, const std::string& credential) {
  return std::ranges::find(portion.credentials, credential) !=
         portion.credentials.end();
}

bool GivenCredentials::Has(const std::string& credential) const {
  return std::ranges::find(spec_.credentials, credential) !=
         spec_.credentials.end();
}

bool GivenCredentials::IsGiven(const PlanPortion& portion,
                               const PlanCredential& credential) const {
  return Has(credential.name) && (spec_.mode == RunMode::kControl ||
                                  UsesCredential(portion, credential.name));
}

bool GivenCredentials::IsOfAbsent(const std::string& path) const {
  return std::ranges::any_of(
      spec_.plan.credentials, [&](const PlanCredential& credential) {
        return credential.source == CredentialSource::kFile &&
               credential.path == path && !Has(credential.name);
      });
}

Result<int> GivenCredentials::DescriptorOf(const std::string& name) const {
  const auto found = std::ranges::find(spec_.credentials, name);
  const size_t index = kFirstCredentialFd +
                       static_cast<size_t>(found - spec_.credentials.begin());
  if (found == spec_.credentials.end() || index >= descriptors_.size()) {
    return Fail(fmt::format("no value came for credential `{}`", name));
  }
  return descriptors_[index].get();
}

Result<> GivenCredentials::AddTo(const PlanPortion& portion, bool has_runtime,
                                 ContainerSetup& setup,
                                 StartExtras& extras) const {
  for (const PlanCredential& credential : spec_.plan.credentials) {
    if (!IsGiven(portion, credential)) continue;
    RETURN_IF_ERROR(Add(credential, has_runtime, setup, extras));
  }
  return {};
}

Result<> GivenCredentials::Add(const PlanCredential& credential,
                               bool has_runtime, ContainerSetup& setup,
                               StartExtras& extras) const {
  ASSIGN_OR_RETURN(const int source, DescriptorOf(credential.name));
  if (credential.source == CredentialSource::kFile) {
    setup.credential_files.push_back({credential.path, source});
    return {};
  }
  if (credential.source == CredentialSource::kEnvironment && !has_runtime) {
    // Nobody sets it up from inside, so it comes with exec.
    setup.environment_credentials.push_back({credential.variable, source});
    return {};
  }
  int number = credential.descriptor;
  if (credential.source == CredentialSource::kEnvironment) {
    number = BAILEY_CREDENTIAL_FD + static_cast<int>(extras.variables.size());
    extras.variables.push_back(credential.variable);
  } else if (number < STDIN_FILENO || number == STDOUT_FILENO ||
             number == STDERR_FILENO || number >= BAILEY_FIRST_FD - 1) {
    return Fail(fmt::format("credential `{}`: descriptor {} cannot be given to "
                            "a portion",
                            credential.name, number),
                fmt::format("use 0, or one from 3 to {}", BAILEY_FIRST_FD - 2));
  }
  if (!IsSealed(source)) {
    Place(setup, source, number);
    return {};
  }
  ASSIGN_OR_RETURN(UniqueFd reader, ReopenForReading(source));
  Place(setup, reader.get(), number);
  extras.owned.push_back(std::move(reader));
  return {};
}

}  // namespace bailey::executor
