#include "policy-compiler/verify/grant_diff.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "common/documents/plan.h"

namespace bailey::policy {
namespace {

bool PathCovers(const PlanFileRule& rule, const PlanFileRule& wanted) {
  if (rule.hierarchy) return IsAtOrBelow(wanted.path, rule.path);
  return !wanted.hierarchy && wanted.path == rule.path;
}

struct FileRight {
  std::string_view name;
  bool PlanFileRule::* held;
};
constexpr FileRight kFileRights[] = {{"read", &PlanFileRule::read},
                                     {"write", &PlanFileRule::write},
                                     {"execute", &PlanFileRule::execute}};

bool CoversRight(const std::vector<PlanFileRule>& rules,
                 const PlanFileRule& wanted, const FileRight& right) {
  return std::ranges::any_of(rules, [&](const PlanFileRule& rule) {
    return rule.*right.held && PathCovers(rule, wanted);
  });
}

std::string FileText(const PlanFileRule& file, const FileRight& right) {
  const std::string_view glob = !file.hierarchy    ? ""
                                : file.path == "/" ? "**"
                                                   : "/**";
  return fmt::format("file {} \"{}{}\"", right.name, file.path, glob);
}

// What `ours` grants and `theirs` does not, in the order of the text.
std::set<std::string> Uncovered(const std::vector<PlanFileRule>& ours,
                                const std::vector<PlanFileRule>& theirs) {
  std::set<std::string> uncovered;
  for (const PlanFileRule& file : ours)
    for (const FileRight& right : kFileRights)
      if (file.*right.held && !CoversRight(theirs, file, right))
        uncovered.insert(FileText(file, right));
  return uncovered;
}

// Whether `pattern` finds all that `wanted` does, as glob(3) has it. What takes
// a wildcard for a letter takes whatever it stands for, but for `?`, which does
// not take a `*`; where one of each could meet, only the same text is sure.
bool PluginCovers(const std::string& pattern, const std::string& wanted) {
  if (pattern == wanted) return true;
  if (wanted.contains('*') && pattern.contains('?')) return false;
  return fnmatch(pattern.c_str(), wanted.c_str(), FNM_PATHNAME | FNM_PERIOD) ==
         0;
}

std::set<std::string> UncoveredPlugins(const Policy& ours,
                                       const Policy& theirs) {
  std::set<std::string> uncovered;
  for (const PluginPattern& wanted : ours.plugins)
    if (std::ranges::none_of(theirs.plugins, [&](const PluginPattern& held) {
          return PluginCovers(held.pattern, wanted.pattern);
        }))
      uncovered.insert(fmt::format("plugins \"{}\"", wanted.pattern));
  return uncovered;
}

struct LimitMember {
  std::string_view name;
  std::string_view unit;
  uint64_t PlanLimits::* value;
};
constexpr LimitMember kLimits[] = {{"memory", " B", &PlanLimits::memory_bytes},
                                   {"wall", " ms", &PlanLimits::wall_ms},
                                   {"cpu", " %", &PlanLimits::cpu_percent},
                                   {"pids", "", &PlanLimits::pids},
                                   {"output", " B", &PlanLimits::output_bytes}};

std::string LimitText(const LimitMember& limit, uint64_t value) {
  return value == 0 ? "none" : fmt::format("{}{}", value, limit.unit);
}

// 0 is no limit, and looser than any.
bool IsLooser(uint64_t old_value, uint64_t new_value) {
  return old_value != 0 && (new_value == 0 || new_value > old_value);
}

std::string SourceText(const PlanCredential& credential) {
  switch (credential.source) {
    case CredentialSource::kEnvironment:
      return "env " + credential.variable;
    case CredentialSource::kFile:
      return "file \"" + credential.path + "\"";
    case CredentialSource::kDescriptor:
      break;
  }
  return fmt::format("fd {}", credential.descriptor);
}

// The sources of a portion's credentials: a name is nothing, a source is.
std::set<std::string> SourcesOf(const Policy& policy,
                                const PortionPolicy& portion) {
  std::set<std::string> sources;
  for (const PlanCredential& credential : policy.credentials)
    if (std::ranges::find(portion.credentials, credential.name) !=
        portion.credentials.end())
      sources.insert(SourceText(credential));
  return sources;
}

}  // namespace

bool FilesCover(const std::vector<PlanFileRule>& rules,
                const PlanFileRule& wanted) {
  return std::ranges::all_of(kFileRights, [&](const FileRight& right) {
    return !(wanted.*right.held) || CoversRight(rules, wanted, right);
  });
}

void DiffFiles(const PortionPolicy& old_portion,
               const PortionPolicy& new_portion,
               GrantDifferences& differences) {
  for (const std::string& file :
       Uncovered(new_portion.files, old_portion.files))
    differences.push_back(
        {new_portion.name, file, "denied", "allowed", Relation::kLooser});
  for (const std::string& file :
       Uncovered(old_portion.files, new_portion.files))
    differences.push_back(
        {new_portion.name, file, "allowed", "denied", Relation::kStricter});
}

void DiffPlugins(const Policy& old_policy, const Policy& new_policy,
                 GrantDifferences& differences) {
  for (const std::string& plugins : UncoveredPlugins(new_policy, old_policy))
    differences.push_back(
        {"", plugins, "not loaded", "loaded", Relation::kLooser});
  for (const std::string& plugins : UncoveredPlugins(old_policy, new_policy))
    differences.push_back(
        {"", plugins, "loaded", "not loaded", Relation::kStricter});
}

void DiffLimits(const PlanLimits& old_limits, const PlanLimits& new_limits,
                GrantDifferences& differences) {
  for (const LimitMember& limit : kLimits) {
    const uint64_t before = old_limits.*limit.value;
    const uint64_t after = new_limits.*limit.value;
    if (before == after) continue;
    differences.push_back(
        {"", fmt::format("limit {}", limit.name), LimitText(limit, before),
         LimitText(limit, after),
         IsLooser(before, after) ? Relation::kLooser : Relation::kStricter});
  }
}

void DiffHoldings(const Policy& old_policy, const PortionPolicy& old_portion,
                  const Policy& new_policy, const PortionPolicy& new_portion,
                  GrantDifferences& differences) {
  const std::set<std::string> before = SourcesOf(old_policy, old_portion);
  const std::set<std::string> after = SourcesOf(new_policy, new_portion);
  for (const std::string& source : after)
    if (!before.contains(source))
      differences.push_back({new_portion.name, "credential from " + source,
                             "not used", "used", Relation::kLooser});
  for (const std::string& source : before)
    if (!after.contains(source))
      differences.push_back({new_portion.name, "credential from " + source,
                             "used", "not used", Relation::kStricter});
  if (old_portion.trusted == new_portion.trusted) return;
  const auto word = [](bool trusted) {
    return trusted ? "trusted" : "untrusted";
  };
  differences.push_back(
      {new_portion.name, "trust", word(old_portion.trusted),
       word(new_portion.trusted),
       new_portion.trusted ? Relation::kLooser : Relation::kStricter});
}

}  // namespace bailey::policy
