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

// A portion in which some of a capability's call sites are placed, and these.
struct ConcernedPortion {
  const PortionPolicy* portion = nullptr;
  std::vector<SourceSite> sites;
};

// A capability without sites (start-up, constructors) concerns all portions.
std::vector<ConcernedPortion> Concerned(const Policy& policy,
                                        const Capability& capability,
                                        const Plan& placement) {
  std::vector<ConcernedPortion> concerned;
  for (const PlanPortion& planned : placement.portions) {
    std::vector<SourceSite> sites = capability.sites;
    std::erase_if(sites, [&](const SourceSite& site) {
      return !Runs(planned, site.function);
    });
    const bool here = capability.sites.empty() || !sites.empty();
    const PortionPolicy* portion = FindPortion(policy, planned.name);
    if (here && portion) concerned.push_back({portion, std::move(sites)});
  }
  return concerned;
}

class Checker {
 public:
  Checker(const Policy& policy, const Plan* placement)
      : policy_(policy), placement_(placement) {}

  void Add(const Capability& capability) {
    if (capability.kind != CapabilityKind::kSyscall &&
        !capability.access.empty()) {
      // The system call that reaches it is held against the policy.
      ++result_.detail_count;
      return;
    }
    if (capability.kind != CapabilityKind::kSyscall) {
      result_.unchecked.push_back(capability);
      return;
    }
    auto concerned = placement_ ? Concerned(policy_, capability, *placement_)
                                : std::vector<ConcernedPortion>();
    Capability elsewhere = capability;
    std::erase_if(elsewhere.sites, [&](const SourceSite& site) {
      return std::ranges::any_of(concerned, [&](const ConcernedPortion& each) {
        return std::ranges::find(each.sites, site) != each.sites.end();
      });
    });
    if (concerned.empty() || !elsewhere.sites.empty()) AddToUnknown(elsewhere);
    for (ConcernedPortion& each : concerned) {
      Capability here = capability;
      here.sites = std::move(each.sites);
      Record(here, *each.portion, Ask(*each.portion, here));
    }
  }

  CheckResult Take() { return std::move(result_); }

 private:
  // What happens while the program serves, both filters must allow.
  CallAnswer Ask(const PortionPolicy& portion,
                 const Capability& capability) const {
    CallAnswer answer = Answer(policy_.architecture, portion, capability.number,
                               capability.arguments);
    if (capability.phase != Phase::kServing) return answer;
    for (const PortionPolicy& serving : portion.serving) {
      const CallAnswer tighter =
          Answer(policy_.architecture, serving, capability.number,
                 capability.arguments);
      if (tighter.allowed < answer.allowed) answer = tighter;
    }
    return answer;
  }

  // Where it runs is not known: the portion that refuses most speaks, and
  // "never" is certain only if it is the answer of all.
  void AddToUnknown(const Capability& capability) {
    std::vector<CallAnswer> answers;
    for (const PortionPolicy& portion : policy_.portions)
      answers.push_back(Ask(portion, capability));
    const auto strictest =
        std::ranges::min_element(answers, {}, &CallAnswer::allowed);
    CallAnswer answer = *strictest;
    if (std::ranges::any_of(answers, [](const CallAnswer& other) {
          return other.allowed != Certainty::kNever;
        }))
      answer.allowed = std::max(answer.allowed, Certainty::kPerhaps);
    Record(capability,
           policy_.portions[static_cast<size_t>(strictest - answers.begin())],
           answer);
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
  if (!denied.empty() || !bad_suppressions.empty()) return 1;
  const bool sure =
      undecided.empty() && unchecked.empty() && unresolved_count == 0;
  return sure ? 0 : 3;
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
