// A profile's rules for several architectures as one policy's: see
// oci_targets.h.

#include "policy-compiler/formats/oci/targets.h"

#include <algorithm>
#include <set>

namespace bailey::policy {
namespace {

bool Has(const OciTarget& target, const std::string& name) {
  return SyscallTable::For(target.architecture).FindByName(name) != nullptr;
}

const std::vector<OciRule>& RulesOn(const OciTarget& target,
                                    const std::string& name) {
  static const std::vector<OciRule> kNone;
  const auto found = target.rules.calls.find(name);
  return found == target.rules.calls.end() ? kNone : found->second;
}

std::set<std::string> Named(const OciTarget& a, const OciTarget& b) {
  std::set<std::string> names;
  for (const OciTarget* target : {&a, &b})
    for (const auto& [name, rules] : target->rules.calls) names.insert(name);
  return names;
}

}  // namespace

std::string_view OciArchitectureName(Architecture architecture) {
  return architecture == Architecture::kX8664 ? "SCMP_ARCH_X86_64"
                                              : "SCMP_ARCH_AARCH64";
}

std::vector<Architecture> OciArchitectures(const OciProfile& profile,
                                           const OciImportOptions& options) {
  const auto wanted = [&](Architecture architecture) {
    if (!options.architectures.empty())
      return std::ranges::count(options.architectures, architecture) > 0;
    return std::ranges::count(profile.architectures,
                              OciArchitectureName(architecture)) > 0;
  };
  std::vector<Architecture> architectures;
  for (const Architecture architecture : kArchitectures)
    if (wanted(architecture)) architectures.push_back(architecture);
  if (architectures.empty()) architectures.push_back(Architecture::kX8664);
  return architectures;
}

std::vector<std::string> DifferingCalls(const OciTarget& a,
                                        const OciTarget& b) {
  std::vector<std::string> differing;
  for (const std::string& name : Named(a, b))
    if (Has(a, name) && Has(b, name) && RulesOn(a, name) != RulesOn(b, name))
      differing.push_back(name);
  return differing;
}

OciRules MergedRules(const OciTarget& a, const OciTarget& b) {
  OciRules merged = a.rules;
  for (const auto& [name, rules] : b.rules.calls)
    merged.calls.emplace(name, rules);
  const std::set<std::string> narrowed = [&] {
    std::set<std::string> all(a.rules.narrowed.begin(), a.rules.narrowed.end());
    all.insert(b.rules.narrowed.begin(), b.rules.narrowed.end());
    return all;
  }();
  merged.narrowed.assign(narrowed.begin(), narrowed.end());
  return merged;
}

}  // namespace bailey::policy
