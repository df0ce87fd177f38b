#include "analyzer/report/capability_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>

#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {
namespace {

uint64_t Mask(uint64_t value, uint8_t width_bits) {
  return width_bits >= 64 ? value : value & ((uint64_t{1} << width_bits) - 1);
}

// A wider range says too little to be worth a capability of its own.
constexpr uint64_t kWidestRange = 1 << 16;

std::vector<ValueRange> RangesOf(const ValueFact& fact, uint8_t width_bits) {
  if (!fact.known || fact.width_bits < width_bits) return {};
  std::vector<ValueRange> ranges;
  for (const ValueRange& range : fact.ranges) {
    if (range.max - range.min >= kWidestRange ||
        ((range.min ^ range.max) & ~Mask(~uint64_t{0}, width_bits)) != 0)
      return {};
    ranges.push_back(
        {Mask(range.min, width_bits), Mask(range.max, width_bits)});
  }
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

using Path = std::vector<std::string>;

bool IsBetter(const Path& a, const Path& b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

bool CapabilitySet::ComesBefore::operator()(const SourceSite& a,
                                            const SourceSite& b) const {
  return Order(a) < Order(b);
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
    for (const ValueRange& range : argument.values)
      key += fmt::format(":{:016x}-{:016x}", range.min, range.max);
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
  Capability& capability = place->second.capability;
  if (is_new) {
    capability.kind = CapabilityKind::kSyscall;
    capability.name = NameOf(finding.number);
    capability.number = finding.number;
    capability.arguments = finding.arguments;
    capability.confidence = finding.confidence;
    capability.phase = finding.phase;
  }
  AddPlace(finding, is_new, place->second);
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
  AddPlace(finding, is_new, place->second);
}

void CapabilitySet::AddPlace(const SyscallFinding& finding, bool is_new,
                             Entry& entry) {
  Path& path = entry.capability.path;
  if (is_new || IsBetter(finding.path, path)) path = finding.path;
  if (finding.site) entry.sites.insert(*finding.site);
}

std::vector<Capability> CapabilitySet::Finish() const {
  std::vector<Capability> all;
  for (const auto& [key, entry] : capabilities_)
    all.emplace_back(entry.capability)
        .sites.assign(entry.sites.begin(), entry.sites.end());
  return all;
}

}  // namespace bailey::analyzer
