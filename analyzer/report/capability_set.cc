#include "analyzer/report/capability_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {
namespace {

uint64_t Mask(uint64_t value, uint8_t width_bits) {
  return width_bits >= 64 ? value : value & ((uint64_t{1} << width_bits) - 1);
}

std::vector<ValueRange> RangesOf(const ValueFact& fact, uint8_t width_bits) {
  if (!fact.known || fact.width_bits < width_bits) return {};
  std::vector<ValueRange> ranges;
  for (const uint64_t value : fact.values) {
    const uint64_t read = Mask(value, width_bits);
    ranges.push_back({read, read});
  }
  std::ranges::sort(ranges, {}, &ValueRange::min);
  const auto rest = std::ranges::unique(ranges);
  ranges.erase(rest.begin(), rest.end());
  return ranges;
}

auto Order(const SourceSite& site) {
  return std::tie(site.file, site.line, site.column, site.function);
}

void AddSite(std::vector<SourceSite>& sites, const SourceSite& site) {
  const auto place = std::ranges::lower_bound(
      sites, site, [](const SourceSite& a, const SourceSite& b) {
        return Order(a) < Order(b);
      });
  if (place == sites.end() || !(*place == site)) sites.insert(place, site);
}

}  // namespace

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
    for (const ValueRange& range : argument.values)
      key += fmt::format(":{:016x}", range.min);
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
    std::vector<ValueRange> ranges = RangesOf(values[i], argument.width_bits);
    if (!ranges.empty())
      arguments.push_back(
          {static_cast<int>(i), std::string(argument.name), std::move(ranges)});
  }
  return arguments;
}

void CapabilitySet::Add(const SyscallFinding& finding) {
  const auto [place, is_new] = capabilities_.try_emplace(KeyOf(finding));
  Capability& capability = place->second;
  if (is_new) {
    capability.kind = CapabilityKind::kSyscall;
    capability.name = NameOf(finding.number);
    capability.number = finding.number;
    capability.arguments = finding.arguments;
    capability.confidence = finding.confidence;
    capability.phase = finding.phase;
  }
  if (is_new || std::pair(finding.path.size(), finding.path) <
                    std::pair(capability.path.size(), capability.path))
    capability.path = finding.path;
  if (finding.site) AddSite(capability.sites, *finding.site);
}

std::vector<Capability> CapabilitySet::Finish() const {
  std::vector<Capability> all;
  for (const auto& [key, capability] : capabilities_) all.push_back(capability);
  return all;
}

}  // namespace bailey::analyzer
