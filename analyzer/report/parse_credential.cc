// Reads `NAME=KIND:PLACE` as strictly as policies are read: a credential that
// no open could ever match would be found nowhere, and that would look well.
#include "analyzer/report/parse_credential.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace bailey::analyzer {
namespace {

constexpr int kMostDescriptor = 199;

Result<int> ParseCredentialDescriptor(std::string_view text) {
  int number = -1;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_output = number == 1 || number == 2;
  if (error != std::errc() || end != text.data() + text.size() || number < 0 ||
      is_output || number > kMostDescriptor)
    return Fail(fmt::format("`{}` is no credential's descriptor", text),
                "descriptors of credentials are 0, and 3 to 199");
  return number;
}

Result<std::string> ParseCredentialFile(std::string_view text) {
  const std::filesystem::path path(text);
  // Two slashes at the beginning are normal for POSIX.
  if (!path.is_absolute() || !path.has_filename() || text.starts_with("//") ||
      path.lexically_normal().native() != text || text.contains('\0'))
    return Fail(fmt::format("`{}` is no credential's file", text),
                "write the path as the kernel resolves it: absolute, without "
                "`.`, `..`, `//` and a `/` at the end");
  return std::string(text);
}

Result<std::string> ParseCredentialVariable(std::string_view text) {
  if (text.empty() || text.contains('=') || text.contains('\0'))
    return Fail(fmt::format("`{}` is no variable's name", text),
                "write the name alone: NAME=env:VARIABLE");
  return std::string(text);
}

}  // namespace

Result<PlanCredential> ParseCredential(std::string_view text) {
  const size_t equals = text.find('=');
  const size_t colon =
      equals == std::string_view::npos ? equals : text.find(':', equals);
  if (equals == 0 || colon == std::string_view::npos ||
      colon + 1 == text.size())
    return Fail(fmt::format("`{}` is no credential", text),
                "write NAME=file:PATH, NAME=env:VARIABLE or NAME=fd:NUMBER");
  PlanCredential credential;
  credential.name = text.substr(0, equals);
  const std::string_view kind = text.substr(equals + 1, colon - equals - 1);
  const std::string_view place = text.substr(colon + 1);
  if (kind == "file") {
    credential.source = CredentialSource::kFile;
    ASSIGN_OR_RETURN(credential.path, ParseCredentialFile(place));
  } else if (kind == "env") {
    credential.source = CredentialSource::kEnvironment;
    ASSIGN_OR_RETURN(credential.variable, ParseCredentialVariable(place));
  } else if (kind == "fd") {
    credential.source = CredentialSource::kDescriptor;
    ASSIGN_OR_RETURN(credential.descriptor, ParseCredentialDescriptor(place));
  } else {
    return Fail(fmt::format("a credential comes from no `{}`", kind),
                "write file, env or fd before the colon");
  }
  return credential;
}

Result<DeclassifiedFunction> ParseDeclassified(std::string_view text) {
  static constexpr std::array<std::string_view, 7> kKinds = {
      "mac",        "signature", "ciphertext", "verdict",
      "descriptor", "value",     "handle"};
  const size_t equals = text.find('=');
  const std::string_view kind =
      equals == std::string_view::npos ? "" : text.substr(equals + 1);
  if (equals == 0 || std::ranges::find(kKinds, kind) == kKinds.end())
    return Fail(fmt::format("`{}` names no declassified function", text),
                "write FUNCTION=KIND, such as sign=signature");
  return DeclassifiedFunction{std::string(text.substr(0, equals)),
                              kind == "descriptor"};
}

}  // namespace bailey::analyzer
