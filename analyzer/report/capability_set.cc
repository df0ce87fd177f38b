#include "analyzer/report/capability_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "common/sort_unique.h"
#include "common/syscalls/argument_values.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {
namespace {

uint64_t Mask(uint64_t value, uint8_t width_bits) {
  return width_bits >= 64 ? value : value & ((uint64_t{1} << width_bits) - 1);
}

// A wider range says too little to be worth a capability of its own, and so do
// as many values with bits that are known, unless the argument is flags.
constexpr int kWidestRangeBits = 16;
constexpr uint64_t kWidestRange = 1 << kWidestRangeBits;

bool IsRead(const ValueRange& range, uint8_t width_bits) {
  const uint64_t unread = ~Mask(~uint64_t{0}, width_bits);
  return range.max - range.min < kWidestRange &&
         ((range.min ^ range.max) & unread) == 0;
}

// What is known of all the values that `fact` has no list of: bits or a range,
// whichever leaves fewer.
std::optional<ValueSet> SummaryOf(const ValueFact& fact, uint8_t width_bits,
                                  bool is_telling) {
  std::optional<ValueSet> summary;
  if (fact.ranges.size() == 1 && IsRead(fact.ranges[0], width_bits))
    summary = {Mask(fact.ranges[0].min, width_bits),
               Mask(fact.ranges[0].max, width_bits)};
  const uint64_t mask = Mask(fact.mask, width_bits);
  const int open = width_bits - std::popcount(mask);
  if (mask == 0 || (!is_telling && open > kWidestRangeBits)) return summary;
  const bool is_tighter =
      !summary || (summary->max - summary->min) >> open != 0;
  if (!is_tighter) return summary;
  return ValueSet::WithBits(mask, Mask(fact.bits, width_bits) & mask);
}

// Sorted, without duplicates.
std::vector<ValueSet> Sorted(std::vector<ValueSet> sets) {
  const auto order = [](const ValueSet& set) {
    return std::tie(set.min, set.max, set.mask);
  };
  std::ranges::sort(sets, {}, order);
  const auto rest = std::ranges::unique(sets);
  sets.erase(rest.begin(), rest.end());
  return sets;
}

// Of a value that is narrower than what the kernel reads: its bits. The rest of
// the register may hold anything.
std::vector<ValueSet> LowBitsOf(const ValueFact& fact) {
  const uint64_t low = Mask(~uint64_t{0}, fact.width_bits);
  std::vector<ValueSet> sets;
  for (const uint64_t value : fact.values)
    sets.push_back(ValueSet::WithBits(low, value & low));
  uint64_t mask = fact.mask & low;
  uint64_t bits = fact.bits & mask;
  if (fact.ranges.size() == 1) {
    const ValueSet range{fact.ranges[0].min, fact.ranges[0].max};
    mask |= KnownMask(range) & low;
    bits |= range.min & KnownMask(range) & low;
  }
  if (fact.values.empty() && mask != 0)
    sets.push_back(ValueSet::WithBits(mask, bits));
  return Sorted(std::move(sets));
}

std::vector<ValueSet> SetsOf(const ValueFact& fact, uint8_t width_bits,
                             bool is_telling) {
  if (!fact.known) return {};
  if (fact.width_bits < width_bits)
    return is_telling ? LowBitsOf(fact) : std::vector<ValueSet>();
  if (fact.values.empty()) {
    const auto summary = SummaryOf(fact, width_bits, is_telling);
    return summary ? std::vector{*summary} : std::vector<ValueSet>();
  }
  std::vector<ValueSet> sets;
  for (const uint64_t value : fact.values) {
    const uint64_t read = Mask(value, width_bits);
    sets.push_back({read, read});
  }
  return Sorted(std::move(sets));
}

auto Order(const SourceSite* site) {
  return std::tie(site->file, site->line, site->column, site->function);
}

// Sorted, without duplicates.
std::vector<SourceSite> Copied(std::vector<const SourceSite*> sites) {
  SortUnique(sites);  // numbers first: many calls have several contexts
  std::ranges::sort(sites, {}, Order);
  const auto rest = std::ranges::unique(sites, {}, Order);
  sites.erase(rest.begin(), rest.end());
  std::vector<SourceSite> copies;
  copies.reserve(sites.size());
  for (const SourceSite* each : sites) copies.push_back(*each);
  return copies;
}

using Path = std::vector<std::string>;

bool IsBetter(const SyscallFinding& finding, const Path& path) {
  const size_t length = finding.PathLength();
  return length != path.size() ? length < path.size()
                               : finding.WholePath() < path;
}

}  // namespace

std::vector<std::string> SyscallFinding::WholePath() const {
  std::vector<std::string> whole(before.begin(), before.end());
  whole.insert(whole.end(), path.begin(), path.end());
  whole.insert(whole.end(), behind.begin(), behind.end());
  return whole;
}

std::string CapabilitySet::NameOf(uint32_t number) const {
  const Syscall* call = table_.FindByNumber(number);
  return call == nullptr ? fmt::format("syscall_{}", number)
                         : std::string(call->name);
}

// Sorts as Finish() promises.
std::string CapabilitySet::KeyOf(const SyscallFinding& finding) const {
  std::string key =
      fmt::format("{}/{}/{}", static_cast<int>(finding.confidence),
                  NameOf(finding.number), static_cast<int>(finding.phase));
  for (const ArgumentValues& argument : finding.arguments) {
    key += fmt::format("/{}", argument.index);
    for (const ValueSet& set : argument.values)
      key +=
          fmt::format(":{:016x}-{:016x}/{:016x}", set.min, set.max, set.mask);
  }
  return key;
}

std::vector<ArgumentValues> CapabilitySet::Describe(
    uint32_t number, const std::array<ValueFact, 6>& values) const {
  std::vector<ArgumentValues> arguments;
  const Syscall* call = table_.FindByNumber(number);
  if (call == nullptr) return arguments;
  const size_t count = std::min(call->arguments.size(), values.size());
  for (size_t i = 0; i < count; ++i) {
    const SyscallArgument& argument = call->arguments[i];
    // An address says nothing to a filter, save for NULL.
    const bool is_null =
        values[i].known && values[i].values == std::vector<uint64_t>{0};
    if (argument.is_pointer && !is_null) continue;
    std::vector<ValueSet> sets =
        SetsOf(values[i], argument.width_bits, IsTelling(*call, i));
    if (!sets.empty())
      arguments.push_back(
          {static_cast<int>(i), std::string(argument.name), std::move(sets)});
  }
  return arguments;
}

CapabilitySet::Entry& CapabilitySet::EntryOf(const SyscallFinding& finding) {
  const auto [place, is_new] = capabilities_.try_emplace(KeyOf(finding));
  Capability& capability = place->second.capability;
  if (is_new) {
    capability.kind = CapabilityKind::kSyscall;
    capability.name = NameOf(finding.number);
    capability.number = finding.number;
    capability.arguments = finding.arguments;
    capability.confidence = finding.confidence;
    capability.phase = finding.phase;
  }
  return place->second;
}

void CapabilitySet::Add(const Resource& resource,
                        const SyscallFinding& finding) {
  const auto [place, is_new] = capabilities_.try_emplace(fmt::format(
      "{}/~{}/{}/{}/{}", static_cast<int>(finding.confidence),
      CapabilityKindName(resource.kind), resource.name,
      fmt::join(resource.access, ","), static_cast<int>(finding.phase)));
  Capability& capability = place->second.capability;
  if (is_new) {
    capability.kind = resource.kind;
    capability.name = resource.name;
    capability.access = resource.access;
    capability.confidence = finding.confidence;
    capability.phase = finding.phase;
  }
  AddPlace(finding, place->second);
}

void CapabilitySet::AddPlace(const SyscallFinding& finding, Entry& entry) {
  Path& path = entry.capability.path;
  if (!std::exchange(entry.has_place, true) || IsBetter(finding, path))
    path = finding.WholePath();
  const SourceSite* site = finding.site;
  if (site == nullptr) return;
  if (entry.sites.empty() || entry.sites.back() != site)
    entry.sites.push_back(site);
}

std::vector<Capability> CapabilitySet::Finish() {
  std::vector<Capability> all;
  for (auto& [key, entry] : capabilities_) {
    all.push_back(std::move(entry.capability));
    all.back().sites = Copied(std::move(entry.sites));
  }
  capabilities_.clear();
  return all;
}

}  // namespace bailey::analyzer
