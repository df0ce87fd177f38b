#include "policy-compiler/check/check.h"

#include <algorithm>

namespace bailey::policy {
namespace {

bool Runs(const PlanPortion& portion, const std::string& function) {
  return std::ranges::any_of(portion.symbols, [&](const PlacedSymbol& symbol) {
    return symbol.id == function &&
           (symbol.role == "placed" || symbol.role == "replica");
  });
}

// The portions in which one of the capability's call sites is placed. A
// capability without sites (start-up, constructors) concerns them all.
std::vector<const PortionPolicy*> Concerned(const Policy& policy,
                                            const Capability& capability,
                                            const Plan& placement) {
  std::vector<const PortionPolicy*> concerned;
  for (const PlanPortion& planned : placement.portions) {
    const bool here =
        capability.sites.empty() ||
        std::ranges::any_of(capability.sites, [&](const SourceSite& site) {
          return Runs(planned, site.function);
        });
    const PortionPolicy* portion = FindPortion(policy, planned.name);
    if (here && portion) concerned.push_back(portion);
  }
  return concerned;
}

class Checker {
 public:
  Checker(const Policy& policy, const Plan* placement)
      : policy_(policy), placement_(placement) {}

  void Add(const Capability& capability) {
    if (capability.kind != CapabilityKind::kSyscall) return;
    const auto concerned = placement_
                               ? Concerned(policy_, capability, *placement_)
                               : std::vector<const PortionPolicy*>();
    if (!concerned.empty()) return AddToEach(capability, concerned);
    AddToAny(capability);
  }

  CheckResult Take() { return std::move(result_); }

 private:
  CallAnswer Ask(const PortionPolicy& portion,
                 const Capability& capability) const {
    return Answer(policy_.architecture, portion, capability.number,
                  capability.arguments);
  }

  void AddToEach(const Capability& capability,
                 const std::vector<const PortionPolicy*>& portions) {
    for (const PortionPolicy* portion : portions)
      Record(capability, *portion, Ask(*portion, capability));
  }

  // Where it runs is not known: the portion that allows most speaks.
  void AddToAny(const Capability& capability) {
    const auto best = std::ranges::max_element(
        policy_.portions, {}, [&](const PortionPolicy& portion) {
          return Ask(portion, capability).allowed;
        });
    Record(capability, *best, Ask(*best, capability));
  }

  void Record(const Capability& capability, const PortionPolicy& portion,
              const CallAnswer& answer) {
    if (answer.allowed == Certainty::kAlways) {
      ++result_.allowed_count;
      return;
    }
    const bool certain = answer.allowed == Certainty::kNever &&
                         capability.confidence == Confidence::kProved;
    (certain ? result_.denied : result_.undecided)
        .push_back({capability, portion.name, answer.allowed,
                    DescribeRule(policy_, portion, answer.rule)});
  }

  const Policy& policy_;
  const Plan* placement_;
  CheckResult result_;
};

}  // namespace

int CheckResult::exit_code() const {
  if (!denied.empty()) return 1;
  return undecided.empty() && unresolved_count == 0 ? 0 : 3;
}

CheckResult Check(const Policy& policy, const Report& report,
                  const Plan* placement) {
  Checker checker(policy, placement);
  for (const Capability& capability : report.capabilities)
    checker.Add(capability);
  CheckResult result = checker.Take();
  result.unresolved_count = report.unresolved.size();
  return result;
}

}  // namespace bailey::policy
