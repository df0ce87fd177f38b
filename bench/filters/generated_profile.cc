#include "bench/filters/generated_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <string_view>
#include <vector>

#include "bench/filters/profile.h"
#include "bench/filters/published.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::bench {
namespace {

using policy::Action;
using policy::ActionKind;
using policy::CompareOp;

class Generator {
 public:
  explicit Generator(uint64_t seed) : seed_(seed), random_(seed * 7919 + 17) {}

  policy::Policy Run() {
    widths_ = Choose(2) == 0 ? ArgumentWidths::kFull : ArgumentWidths::kKernel;
    return Choose(3) == 0 ? DenyList() : AllowList();
  }

 private:
  // Below `bound`. Not std::uniform_int_distribution: that differs between
  // libraries.
  uint64_t Choose(uint64_t bound) { return random_() % bound; }

  std::string Name(std::string_view kind) const {
    return fmt::format("{}-{}", kind, seed_);
  }

  void Weigh(std::span<const std::string_view> names, uint64_t weight) {
    for (const std::string_view name : names) {
      const Syscall* call = table_.FindByName(name);
      if (call == nullptr) continue;
      for (auto& [number, old] : weights_)
        if (number == call->number) old = weight;
    }
  }

  // Without replacement, in proportion to the weights.
  std::vector<uint32_t> Draw(size_t count) {
    std::vector<uint32_t> drawn;
    while (drawn.size() < count && !weights_.empty()) {
      uint64_t total = 0;
      for (const auto& [number, weight] : weights_) total += weight;
      uint64_t at = Choose(total);
      const auto hit = std::ranges::find_if(weights_, [&](const auto& entry) {
        if (at < entry.second) return true;
        at -= entry.second;
        return false;
      });
      drawn.push_back(hit->first);
      weights_.erase(hit);
    }
    return drawn;
  }

  // From `least` to `most`, small sizes as often as large ones.
  size_t Size(double least, double most) {
    const double part = static_cast<double>(Choose(10000)) / 10000;
    return static_cast<size_t>(least * std::pow(most / least, part));
  }

  void WeighAll(uint64_t weight) {
    for (const Syscall& call : table_.all())
      weights_.emplace_back(call.number, weight);
  }

  policy::Comparison Compare(const Restriction& restriction, uint32_t number,
                             CompareOp op, uint64_t value,
                             uint64_t mask = ~uint64_t{0}) const {
    return CompareArgument(number, restriction.argument, widths_, op, value,
                           mask);
  }

  // The first few values: authors leave out the rare ones.
  size_t Some(const std::vector<uint64_t>& values) {
    return 1 + Choose(values.size());
  }

  void AddRestricted(policy::Policy& policy, const Restriction& restriction,
                     uint32_t number) {
    const Action allow{ActionKind::kAllow};
    if (restriction.mask != 0) {
      AddRule(policy, number, allow,
              {Compare(restriction, number, CompareOp::kEqual, 0,
                       restriction.mask)});
      return;
    }
    const bool by_type = restriction.call == "socket" && Choose(3) == 0;
    const size_t count = Some(restriction.values);
    if (restriction.call == "socket" && Choose(4) == 0) {
      AddRule(policy, number, allow,
              {Compare(restriction, number, CompareOp::kLess, 38)});
      AddRule(policy, number, allow,
              {Compare(restriction, number, CompareOp::kGreater, 40)});
      return;
    }
    for (size_t i = 0; i < count; ++i) {
      std::vector<policy::Comparison> all = {Compare(
          restriction, number, CompareOp::kEqual, restriction.values[i])};
      if (by_type)
        all.push_back(
            CompareArgument(number, 1, widths_, CompareOp::kEqual, 1, 0xf));
      AddRule(policy, number, allow, all);
    }
  }

  void AddDenied(policy::Policy& policy, const Restriction& restriction,
                 uint32_t number, const Action& action) {
    for (int i = 0; i < 64; ++i) {
      const uint64_t bit = uint64_t{1} << i;
      if ((restriction.mask & bit) == 0) continue;
      AddRule(policy, number, action,
              {Compare(restriction, number, CompareOp::kEqual, bit, bit)});
    }
    if (restriction.mask != 0) return;
    const size_t count = Some(restriction.values);
    for (size_t i = 0; i < count; ++i)
      AddRule(policy, number, action,
              {Compare(restriction, number, CompareOp::kEqual,
                       restriction.values[i])});
  }

  // One way for each call, each taken with the chance of 1 in `rarity`.
  std::vector<const Restriction*> Picked(const std::vector<Restriction>& from,
                                         uint64_t rarity) {
    std::vector<const Restriction*> picked;
    std::set<std::string_view> seen;
    for (const Restriction& restriction : from) {
      if (Choose(rarity) == 0 && seen.insert(restriction.call).second)
        picked.push_back(&restriction);
    }
    return picked;
  }

  policy::Policy AllowList() {
    const bool kills = Choose(4) == 0;
    policy::Policy policy =
        EmptyProfile(Name("allow"), kills ? Action{ActionKind::kKillProcess}
                                          : Action{ActionKind::kErrno, 1});
    WeighAll(2);
    Weigh(DangerousCalls(), 1);
    Weigh(CommonCalls(), 40);
    Weigh(CallsEverywhere(), 400);
    std::set<uint32_t> restricted;
    const std::vector<uint32_t> drawn = Draw(Size(10, 401));
    if (Choose(3) != 0) {
      for (const Restriction* each : Picked(Restrictions(), 1 + Choose(6))) {
        const uint32_t number = table_.FindByName(each->call)->number;
        if (std::ranges::find(drawn, number) == drawn.end()) continue;
        AddRestricted(policy, *each, number);
        restricted.insert(number);
      }
    }
    for (const uint32_t number : drawn)
      if (!restricted.contains(number))
        AddRule(policy, number, {ActionKind::kAllow});
    return policy;
  }

  policy::Policy DenyList() {
    const Action denial = Choose(3) == 0 ? Action{ActionKind::kKillProcess}
                                         : Action{ActionKind::kErrno, 1};
    policy::Policy policy = EmptyProfile(Name("deny"), {ActionKind::kAllow});
    WeighAll(1);
    Weigh(CallsEverywhere(), 0);
    Weigh(CommonCalls(), 0);
    Weigh(DangerousCalls(), 60);
    std::erase_if(weights_,
                  [](const auto& entry) { return entry.second == 0; });
    const std::vector<uint32_t> drawn = Draw(Size(10, 90));
    for (const uint32_t number : drawn) AddRule(policy, number, denial);
    if (Choose(3) == 0) return policy;
    for (const Restriction* each : Picked(Denials(), 1 + Choose(4))) {
      const uint32_t number = table_.FindByName(each->call)->number;
      if (std::ranges::find(drawn, number) == drawn.end())
        AddDenied(policy, *each, number, denial);
    }
    return policy;
  }

  const uint64_t seed_;
  std::mt19937_64 random_;
  ArgumentWidths widths_ = ArgumentWidths::kFull;
  const SyscallTable& table_ = SyscallTable::For(Architecture::kX8664);
  std::vector<std::pair<uint32_t, uint64_t>> weights_;
};

}  // namespace

policy::Policy GenerateProfile(uint64_t seed) { return Generator(seed).Run(); }

}  // namespace bailey::bench
