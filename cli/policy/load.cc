// How the verbs of bailey-policy load a policy and choose a portion.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/policy/commands.h"
#include "common/fd.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/loader_rules.h"

namespace bailey::cli {
namespace {

constexpr size_t kMaxPolicyBytes = size_t{16} << 20;

// Errors show lines of what was read, and a policy may come from a stranger:
// outside the folder of the author's text, links followed, only what is called
// a policy is read as one. `folder` is empty, or nothing is outside of it: then
// all is.
bool MayBeRead(const std::filesystem::path& whole,
               const std::filesystem::path& folder) {
  if (whole.extension() == ".policy") return true;
  if (folder == folder.root_path()) return false;
  const auto [in_folder, in_whole] = std::ranges::mismatch(folder, whole);
  return in_folder == folder.end();
}

// A policy that another uses: a file alone, since reading anything else may
// wait for ever. `folder` is that of the author's text, links followed.
Result<policy::UsedFile> ReadUsedFile(const std::filesystem::path& folder,
                                      const std::string& path) {
  std::error_code failure;
  const std::filesystem::path whole = std::filesystem::canonical(path, failure);
  if (failure) return FailErrno("cannot find `" + path + "`", failure.value());
  if (!MayBeRead(whole, folder)) {
    return Fail("`" + path + "` is outside the policy's folder",
                "what lies outside is used only if its own name ends in "
                "`.policy`");
  }
  if (!std::filesystem::is_regular_file(whole, failure))
    return Fail("`" + path + "` is not a file");
  ASSIGN_OR_RETURN(std::string text, ReadFile(whole, kMaxPolicyBytes));
  return policy::UsedFile{whole.string(), std::move(text)};
}

// Empty where the text is no file: then nothing is inside.
std::filesystem::path FolderOf(const std::string& name) {
  std::error_code failure;
  const std::filesystem::path whole = std::filesystem::canonical(name, failure);
  return failure ? std::filesystem::path() : whole.parent_path();
}

policy::PolicySources SourcesFor(const std::string& name) {
  policy::PolicySources sources;
  sources.library = FindBuiltinPolicy;
  sources.file = FilesFor(name);
  for (const BuiltinPolicy& policy : BuiltinPolicies())
    sources.library_names.emplace_back(policy.name);
  return sources;
}

}  // namespace

policy::FileLookup FilesFor(const std::string& name) {
  return [folder = FolderOf(name)](const std::string& path) {
    return ReadUsedFile(folder, path);
  };
}

std::optional<LoadedPolicy> LoadPolicyFile(const std::string& path) {
  Result<std::string> text = ReadFile(path, kMaxPolicyBytes);
  if (!text.ok()) {
    PrintError(text.error());
    return std::nullopt;
  }
  SourceText source{path, std::move(*text)};
  policy::ParsedPolicy parsed = LoadPolicyText(source);
  PrintDiagnostics(parsed.diagnostics);
  if (!parsed.policy) return std::nullopt;
  return LoadedPolicy{std::move(source), *std::move(parsed.policy),
                      std::move(parsed.other_targets)};
}

policy::ParsedPolicy LoadPolicyText(const SourceText& text) {
  return policy::LoadPolicy(text, SourcesFor(text.name));
}

Result<policy::Policy> LoadLoaderRules() {
  const std::string name(policy::kLoaderLibrary);
  const std::optional<std::string> text = FindBuiltinPolicy(name);
  if (!text) return Fail("this build has no `" + name + "`");
  policy::ParsedPolicy parsed =
      policy::LoadPolicy({name, *text}, FindBuiltinPolicy);
  if (!parsed.policy) return Fail("the built-in `" + name + "` is wrong");
  return *std::move(parsed.policy);
}

std::vector<const policy::Policy*> LoadedPolicy::Targets() const {
  std::vector<const policy::Policy*> targets = {&policy};
  for (const policy::Policy& other : other_targets) targets.push_back(&other);
  return targets;
}

Result<const policy::Policy*> SelectTarget(const LoadedPolicy& loaded,
                                           const std::string& architecture) {
  if (architecture.empty()) return &loaded.policy;
  std::vector<std::string_view> names;
  for (const policy::Policy* target : loaded.Targets()) {
    names.push_back(ArchitectureName(target->architecture));
    if (names.back() == architecture) return target;
  }
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  if (!ParseArchitecture(architecture))
    return Fail("unknown architecture `" + architecture + "`",
                "the policy's targets are: " + all);
  return Fail("`" + architecture + "` is no target of the policy",
              fmt::format("add it: `target linux {}, {};`", all, architecture));
}

Result<std::vector<const policy::Policy*>> SelectTargets(
    const LoadedPolicy& loaded, const std::string& architecture) {
  if (architecture.empty()) return loaded.Targets();
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(loaded, architecture));
  return std::vector{target};
}

Result<const policy::PortionPolicy*> SelectPortion(const policy::Policy& policy,
                                                   const std::string& name) {
  if (name.empty() && policy.portions.size() == 1)
    return &policy.portions.front();
  if (const policy::PortionPolicy* found = FindPortion(policy, name))
    return found;
  std::vector<std::string> names;
  for (const policy::PortionPolicy& portion : policy.portions)
    names.push_back("`" + portion.name + "`");
  return Fail(
      name.empty() ? "the policy has several portions"
                   : "there is no portion `" + name + "`",
      fmt::format("choose with --portion one of {}", fmt::join(names, ", ")));
}

Result<> RequireServing(const policy::PortionPolicy& portion) {
  if (!portion.serving.empty()) return {};
  return Fail("the portion `" + portion.name + "` has no `serving`",
              "without it there is one filter for all of its life");
}

}  // namespace bailey::cli
