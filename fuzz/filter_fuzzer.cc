// Bytes become a policy and inputs; the policy's evaluator, a second one, the
// decision graph's and that of the compiled filter must agree on each, and on
// inputs that execute every instruction of the filter and take both branches of
// each jump (tests/policy-compiler/verify/agreeing_evaluators.h).

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "common/check.h"
#include "tests/policy-compiler/verify/agreeing_evaluators.h"

namespace bailey::policy {
namespace {

// Choices from the fuzzer's bytes; after the last one every choice is 0.
class Choices {
 public:
  Choices(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  uint64_t Next(uint64_t bound) {
    uint64_t value = 0;
    for (uint64_t range = 1; range != 0 && range < bound; range <<= 8) {
      value = value << 8 | (at_ < size_ ? data_[at_++] : 0);
    }
    return value % bound;
  }

 private:
  const uint8_t* const data_;
  const size_t size_;
  size_t at_ = 0;
};

void Compare(const Policy& policy, const NotifyOptions& options,
             FilterKind kind, const EmissionOptions& emission,
             PolicyGenerator& generator) {
  std::vector<SeccompData> more;
  for (int i = 0; i < 8; ++i) more.push_back(generator.MakeInput());
  const Agreement agreement =
      CompareEvaluators(policy, kind, options, more, emission);
  if (agreement.fault.empty()) return;
  fmt::print(stderr, "{}\n", agreement.fault);
  CHECK(false && "the evaluators agree, and every instruction is executed");
}

}  // namespace
}  // namespace bailey::policy

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace bailey::policy;
  Choices choices(data, size);
  const bailey::Architecture architecture =
      bailey::kArchitectures[choices.Next(std::size(bailey::kArchitectures))];
  PolicyGenerator generator([&](uint64_t bound) { return choices.Next(bound); },
                            architecture);
  constexpr bailey::FilterKind kKinds[] = {bailey::FilterKind::kNotify,
                                           bailey::FilterKind::kPlain,
                                           bailey::FilterKind::kRuleIndex};
  const bailey::FilterKind kind = kKinds[choices.Next(3)];
  const NotifyOptions options = generator.MakeOptions();
  const Policy policy = generator.MakePolicy();
  EmissionOptions emission;
  emission.objective = static_cast<Objective>(choices.Next(3));
  Compare(policy, options, kind, emission, generator);
  return 0;
}
