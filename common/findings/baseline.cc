#include "common/findings/baseline.h"

#include <algorithm>
#include <set>

#include "common/findings/capability_findings.h"

namespace bailey {
namespace {

bool IsWithin(const ValueSet& set, const ArgumentValues& wide) {
  return std::ranges::any_of(
      wide.values, [&](const ValueSet& other) { return Contains(other, set); });
}

// An argument that is not listed, or lists nothing, may be anything.
const ArgumentValues* Values(const Capability& capability, int index) {
  const auto found =
      std::ranges::find(capability.arguments, index, &ArgumentValues::index);
  if (found == capability.arguments.end() || found->values.empty())
    return nullptr;
  return &*found;
}

bool CoversArgument(const ArgumentValues& wide, const Capability& narrow) {
  if (wide.values.empty()) return true;
  const ArgumentValues* values = Values(narrow, wide.index);
  return values &&
         std::ranges::all_of(values->values, [&](const ValueSet& set) {
           return IsWithin(set, wide);
         });
}

bool Covers(const Capability& before, const Capability& now) {
  const bool same_call = before.kind == now.kind && before.name == now.name;
  const bool same_phase =
      before.phase == now.phase || before.phase == Phase::kServing;
  return same_call && same_phase &&
         std::ranges::all_of(before.arguments,
                             [&](const ArgumentValues& argument) {
                               return CoversArgument(argument, now);
                             });
}

class KnownFindings {
 public:
  explicit KnownFindings(const Report& before) : before_(before) {
    for (Finding& finding : UnresolvedFindings(before.unresolved))
      keys_.insert(std::move(finding.key));
  }

  bool Knows(const Finding& finding) const {
    if (!finding.capability) return keys_.contains(finding.key);
    const bool by_place =
        finding.capability->confidence == Confidence::kProved &&
        !finding.sites.empty();
    if (by_place)
      return finding.ordinal <=
             CallsIn(finding.sites[0].function, *finding.capability);
    return std::ranges::any_of(before_.capabilities,
                               [&](const Capability& capability) {
                                 return Covers(capability, *finding.capability);
                               });
  }

 private:
  std::ptrdiff_t CallsIn(const std::string& function,
                         const Capability& capability) const {
    std::ptrdiff_t calls = 0;
    for (const Capability& before : before_.capabilities) {
      if (before.confidence == Confidence::kProved &&
          Covers(before, capability))
        calls +=
            std::ranges::count(before.sites, function, &SourceSite::function);
    }
    return calls;
  }

  const Report& before_;
  std::set<std::string> keys_;
};

}  // namespace

void MarkKnown(const Report& before, std::vector<Finding>& findings) {
  const KnownFindings known(before);
  for (Finding& finding : findings) {
    if (!finding.suppression && known.Knows(finding))
      finding.suppression = FindingSuppression{
          .in_source = false, .reason = "the baseline has it already"};
  }
}

}  // namespace bailey
