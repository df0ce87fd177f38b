#include "executor/launch/credentials.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>

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
              "write file:PATH, env:VARIABLE or fd:NUMBER");
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

Result<> CopySource(const HostSource& source, int to) {
  if (source.kind == CredentialSource::kEnvironment) {
    return CopyVariable(source.place, to);
  }
  if (source.kind == CredentialSource::kFile) {
    ASSIGN_OR_RETURN(const UniqueFd file, OpenFile(source.place, O_RDONLY));
    return CopyAndWipe(file.get(), to);
  }
  ASSIGN_OR_RETURN(const int number, ParseDescriptor(source.place));
  return CopyAndWipe(number, to);
}

Result<UniqueFd> OpenOne(const std::string& name, const HostSource& source) {
  UniqueFd memory(
      memfd_create("bailey-credential", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory.valid()) return FailErrno("cannot make a memory file");
  if (const Result<> copied = CopySource(source, memory.get()); !copied.ok()) {
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

}  // namespace

Result<std::map<std::string, HostSource>> ParseCredentialOptions(
    std::span<const std::string> options) {
  std::map<std::string, HostSource> sources;
  for (const std::string& option : options) {
    const size_t equals = option.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Fail(fmt::format("`--credential {}` has no name", option),
                  "write --credential NAME=file:PATH");
    }
    const std::string name = option.substr(0, equals);
    ASSIGN_OR_RETURN(HostSource source, ParseSource(option.substr(equals + 1)));
    if (!sources.emplace(name, std::move(source)).second) {
      return Fail(fmt::format("credential `{}` is given twice", name));
    }
  }
  return sources;
}

Result<std::vector<OpenedCredential>> OpenCredentials(
    const Plan& plan, const std::map<std::string, HostSource>& sources) {
  for (const auto& [name, source] : sources) {
    if (std::ranges::find(plan.credentials, name, &PlanCredential::name) ==
        plan.credentials.end()) {
      return Fail(fmt::format("the bundle has no credential `{}`", name));
    }
  }
  std::vector<OpenedCredential> opened;
  for (const PlanCredential& credential : plan.credentials) {
    const auto given = sources.find(credential.name);
    const HostSource source =
        given != sources.end() ? given->second : DefaultSource(credential);
    ASSIGN_OR_RETURN(UniqueFd bytes, OpenOne(credential.name, source));
    opened.push_back({credential.name, std::move(bytes)});
  }
  return opened;
}

}  // namespace bailey::executor
