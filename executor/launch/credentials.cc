#include "executor/launch/credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <functional>

#include "executor/launch/credential_files.h"

namespace bailey::executor {
namespace {

Result<int> ParseDescriptor(const std::string& text) {
  int number = -1;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) {
    return Fail(fmt::format("`{}` is no descriptor", text));
  }
  return number;
}

Result<HostSource> ParseSource(std::string_view text) {
  if (text == "none") return HostSource{CredentialSource::kFile, "", true};
  if (text.starts_with("file:")) {
    return HostSource{CredentialSource::kFile, std::string(text.substr(5))};
  }
  if (text.starts_with("env:")) {
    return HostSource{CredentialSource::kEnvironment,
                      std::string(text.substr(4))};
  }
  if (text.starts_with("fd:")) {
    return HostSource{CredentialSource::kDescriptor,
                      std::string(text.substr(3))};
  }
  return Fail(fmt::format("`{}` is no source of a credential", text),
              "write file:PATH, env:VARIABLE, fd:NUMBER or none");
}

HostSource DefaultSource(const PlanCredential& credential) {
  switch (credential.source) {
    case CredentialSource::kEnvironment:
      return {credential.source, credential.variable};
    case CredentialSource::kFile:
      return {credential.source, credential.path};
    case CredentialSource::kDescriptor:
      return {credential.source, std::to_string(credential.descriptor)};
  }
  return {};
}

using HostSources = std::map<std::string, HostSource>;

// Refuses to read a descriptor.
using FileCheck = std::function<Result<>(int fd)>;

HostSource SourceOf(const PlanCredential& credential,
                    const HostSources& sources) {
  const auto given = sources.find(credential.name);
  return given != sources.end() ? given->second : DefaultSource(credential);
}

bool IsStandardInput(const HostSource& source) {
  if (source.is_none || source.kind != CredentialSource::kDescriptor) {
    return false;
  }
  const Result<int> number = ParseDescriptor(source.place);
  return number.ok() && *number == STDIN_FILENO;
}

bool HasCredential(const Plan& plan, const std::string& name) {
  return std::ranges::find(plan.credentials, name, &PlanCredential::name) !=
         plan.credentials.end();
}

// NAME=SOURCE
Result<std::pair<std::string, HostSource>> ParseOption(
    const std::string& option) {
  const size_t equals = option.find('=');
  if (equals == std::string::npos || equals == 0) {
    return Fail(fmt::format("`{}` names no credential", option),
                "write NAME=file:PATH");
  }
  ASSIGN_OR_RETURN(HostSource source, ParseSource(option.substr(equals + 1)));
  return std::pair(option.substr(0, equals), std::move(source));
}

std::string DescribeSource(const HostSource& source) {
  switch (source.kind) {
    case CredentialSource::kEnvironment:
      return fmt::format("the variable `{}`", source.place);
    case CredentialSource::kFile:
      return fmt::format("the file `{}`", source.place);
    case CredentialSource::kDescriptor:
      return fmt::format("the descriptor {}", source.place);
  }
  return source.place;
}

// Through a small buffer that is wiped: it may be a pipe, which has no shorter
// way into a memory file.
Result<> CopyAndWipe(int from, int to) {
  std::array<char, 4096> buffer{};
  size_t total = 0;
  Result<> result;
  for (;;) {
    const ssize_t got = read(from, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) result = FailErrno("cannot read it");
    if (got <= 0) break;
    total += static_cast<size_t>(got);
    if (total > kMaxCredentialBytes) result = Fail("it is larger than 1 MiB");
    if (!result.ok()) break;
    result =
        WriteAll(to, std::string_view(buffer.data(), static_cast<size_t>(got)),
                 "a memory file");
    if (!result.ok()) break;
  }
  explicit_bzero(buffer.data(), buffer.size());
  if (result.ok() && total == 0) return Fail("it is empty");
  return result;
}

Result<> CopyVariable(const std::string& name, int to) {
  char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return Fail("it is not set");
  const Result<> written = WriteAll(to, value, "a memory file");
  // SAFETY: the environment's own storage, which setenv(3) lets nobody else
  // write meanwhile: the launcher has one thread.
  explicit_bzero(value, std::string_view(value).size());
  unsetenv(name.c_str());
  return written;
}

Result<> CopySource(const HostSource& source, int to, const FileCheck& check) {
  if (source.kind == CredentialSource::kEnvironment) {
    return CopyVariable(source.place, to);
  }
  UniqueFd file;
  int from = -1;
  if (source.kind == CredentialSource::kFile) {
    ASSIGN_OR_RETURN(file, OpenFile(source.place, O_RDONLY));
    from = file.get();
  } else {
    ASSIGN_OR_RETURN(from, ParseDescriptor(source.place));
  }
  RETURN_IF_ERROR(check(from));
  return CopyAndWipe(from, to);
}

Result<UniqueFd> OpenOne(const std::string& name, const HostSource& source,
                         const FileCheck& check) {
  UniqueFd memory(
      memfd_create("bailey-credential", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory.valid()) return FailErrno("cannot make a memory file");
  if (const Result<> copied = CopySource(source, memory.get(), check);
      !copied.ok()) {
    return Fail(fmt::format("credential `{}` is missing: {}: {}", name,
                            DescribeSource(source), copied.error().message),
                fmt::format("say where it is: --credential {}=file:PATH, "
                            "env:VARIABLE or fd:NUMBER",
                            name));
  }
  if (fcntl(memory.get(), F_ADD_SEALS,
            F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    return FailErrno("cannot seal a memory file");
  }
  return memory;
}

// The file that a run without the credential must not find by another name.
Result<> CheckLeftOut(const Plan& plan, const PlanCredential& credential) {
  if (credential.source != CredentialSource::kFile) return {};
  const auto file = OpenFile(credential.path, O_PATH);
  if (!file.ok()) return {};  // there is none
  return CheckCredentialFile(plan, credential, file->get());
}

// Our descriptor itself: whoever gets it reads on where we would have. Not one
// of a directory, which would be a door to the host's files.
Result<UniqueFd> HandOverInput() {
  struct stat status{};
  if (fstat(STDIN_FILENO, &status) != 0) {
    return FailErrno("cannot look at standard input");
  }
  if (S_ISDIR(status.st_mode)) {
    return Fail("standard input is a credential, but is a directory here");
  }
  UniqueFd copy(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  if (!copy.valid()) return FailErrno("cannot copy standard input");
  return copy;
}

}  // namespace

Result<std::map<std::string, HostSource>> ParseCredentialOptions(
    std::span<const std::string> options) {
  HostSources sources;
  for (const std::string& option : options) {
    auto parsed = ParseOption(option);
    if (!parsed.ok()) {
      return std::unexpected(WithContext("--credential", parsed.error()));
    }
    if (!sources.insert(*parsed).second) {
      return Fail(fmt::format("credential `{}` is given twice", parsed->first));
    }
  }
  return sources;
}

Result<std::vector<OpenedCredential>> OpenCredentials(
    const Plan& plan, const std::map<std::string, HostSource>& sources,
    OpenSettings settings) {
  for (const auto& [name, source] : sources) {
    if (HasCredential(plan, name)) continue;
    return Fail(fmt::format("the bundle has no credential `{}`", name));
  }
  std::vector<OpenedCredential> opened;
  for (const PlanCredential& credential : plan.credentials) {
    const HostSource source = SourceOf(credential, sources);
    if (source.is_none) {
      RETURN_IF_ERROR(CheckLeftOut(plan, credential));
      continue;
    }
    const bool hands_over = credential.descriptor == STDIN_FILENO &&
                            IsStandardInput(source) && !settings.copy_input;
    const FileCheck check = [&](int fd) {
      return CheckCredentialFile(plan, credential, fd);
    };
    if (hands_over) RETURN_IF_ERROR(check(STDIN_FILENO));
    ASSIGN_OR_RETURN(
        UniqueFd bytes,
        hands_over ? HandOverInput() : OpenOne(credential.name, source, check));
    opened.push_back({credential.name, std::move(bytes)});
  }
  return opened;
}

bool TakesStandardInput(const Plan& plan,
                        const std::map<std::string, HostSource>& sources) {
  return std::ranges::any_of(
      plan.credentials, [&](const PlanCredential& credential) {
        return IsStandardInput(SourceOf(credential, sources));
      });
}

Result<std::vector<OpenedCredential>> OpenAuditForms(
    const Plan& plan, std::span<const std::string> options) {
  std::vector<OpenedCredential> opened;
  for (const std::string& option : options) {
    ASSIGN_OR_RETURN(auto parsed, ParseOption(option));
    const auto& [name, source] = parsed;
    if (source.is_none || !HasCredential(plan, name)) {
      return Fail(fmt::format("`{}` names no credential of the bundle, or no "
                              "bytes",
                              option),
                  "write --audit-also NAME=file:PATH");
    }
    const auto credential =
        std::ranges::find(plan.credentials, name, &PlanCredential::name);
    ASSIGN_OR_RETURN(UniqueFd bytes, OpenOne(name, source, [&](int fd) {
                       return CheckCredentialFile(plan, *credential, fd);
                     }));
    opened.push_back({name, std::move(bytes)});
  }
  return opened;
}

}  // namespace bailey::executor
