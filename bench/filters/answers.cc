#include "bench/filters/answers.h"

#include <algorithm>

namespace bailey::bench {

void CollectComparisons(const policy::Condition& condition,
                        std::vector<policy::Comparison>& comparisons) {
  if (condition.kind == policy::Condition::Kind::kCompare)
    comparisons.push_back(condition.comparison);
  for (const policy::Condition& operand : condition.operands)
    CollectComparisons(operand, comparisons);
}

Answers::Answers(const policy::Policy& policy, policy::LoweredPolicy lowered)
    : lowered_(std::move(lowered)) {
  for (const policy::SyscallRule& rule : policy.portions[0].syscalls)
    AddSamples(rule);
}

std::vector<SeccompData> Answers::Samples(uint32_t number) const {
  std::vector<SeccompData> samples = {Native(number)};
  const auto at = samples_.find(number);
  if (at != samples_.end())
    samples.insert(samples.end(), at->second.begin(), at->second.end());
  return samples;
}

const std::set<uint32_t>& Answers::ValuesOf(uint32_t number,
                                            uint32_t offset) const {
  static const std::set<uint32_t> kNone;
  const auto at = values_.find({number, offset});
  return at == values_.end() ? kNone : at->second;
}

bool Answers::Differ(uint32_t left, uint32_t right) const {
  const auto differ = [&](SeccompData data) {
    data.number = left;
    const uint32_t answer = Of(data);
    data.number = right;
    return answer != Of(data);
  };
  return std::ranges::any_of(Samples(left), differ) ||
         std::ranges::any_of(Samples(right), differ);
}

bool Answers::DependsOnArguments(uint32_t number) const {
  std::set<uint32_t> answers;
  for (const SeccompData& data : Samples(number)) answers.insert(Of(data));
  return answers.size() > 1;
}

bool Answers::IsSensitive(const SeccompData& data, uint32_t offset) const {
  const auto& values = ValuesOf(data.number, offset);
  return std::ranges::any_of(values, [&](uint32_t value) {
    return Of(With(data, offset, value)) != Of(data);
  });
}

SeccompData Answers::With(SeccompData data, uint32_t offset, uint32_t value) {
  uint64_t& argument = data.arguments[(offset - 16) / 8];
  const bool high = offset % 8 == 4;
  argument = high ? (argument & 0xffffffff) | uint64_t{value} << 32
                  : (argument & ~uint64_t{0xffffffff}) | value;
  return data;
}

void Answers::AddSamples(const policy::SyscallRule& rule) {
  std::vector<policy::Comparison> comparisons;
  CollectComparisons(rule.when, comparisons);
  SeccompData matched = Native(rule.number);
  for (const policy::Comparison& comparison : comparisons)
    matched.arguments[static_cast<size_t>(comparison.argument)] =
        comparison.value;
  std::vector<SeccompData>& samples = samples_[rule.number];
  samples.push_back(matched);
  for (const policy::Comparison& comparison : comparisons)
    AddValues(comparison, matched, samples);
}

void Answers::AddValues(const policy::Comparison& comparison,
                        const SeccompData& matched,
                        std::vector<SeccompData>& samples) {
  const auto argument = static_cast<size_t>(comparison.argument);
  const auto offset = static_cast<uint32_t>(16 + 8 * argument);
  const uint64_t edge = uint64_t{1} << 32;
  for (const uint64_t base :
       {comparison.value, comparison.mask, uint64_t{0}, edge,
        comparison.value + edge, comparison.value ^ comparison.mask}) {
    for (const uint64_t step : {~uint64_t{0}, uint64_t{0}, uint64_t{1}}) {
      const uint64_t value = base + step;
      values_[{matched.number, offset}].insert(static_cast<uint32_t>(value));
      values_[{matched.number, offset + 4}].insert(
          static_cast<uint32_t>(value >> 32));
      SeccompData data = matched;
      data.arguments[argument] = value;
      samples.push_back(data);
    }
  }
}

int Answers::SensitiveWords(const SeccompData& data) const {
  int words = 0;
  for (uint32_t offset = 16; offset < 64; offset += 4)
    words += IsSensitive(data, offset);
  return words;
}

Result<Answers> AnswersOf(const policy::Policy& policy) {
  ASSIGN_OR_RETURN(
      policy::LoweredPolicy lowered,
      policy::LowerPortion(policy, policy.portions[0], FilterKind::kPlain, {}));
  return Answers(policy, std::move(lowered));
}

}  // namespace bailey::bench
