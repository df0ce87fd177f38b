// Bytes become a policy and inputs; the filter compiled from it, the policy's
// evaluator and the reference evaluator must agree on each.

#include <cstddef>
#include <cstdint>
#include <functional>

#include "common/check.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/seccomp/disassembler.h"
#include "tests/policy-compiler/lower/policy_generator.h"
#include "tests/policy-compiler/lower/reference_evaluator.h"

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
             FilterKind kind, PolicyGenerator& generator) {
  const PortionPolicy& portion = policy.portions[0];
  const auto program = CompileFilter(policy, portion, kind, options);
  CHECK(program.ok());
  CHECK(ValidateBpf(*program).ok());
  CHECK(!Disassemble(*program, kind).empty());
  std::vector<SeccompData> inputs = InterestingInputs(policy);
  for (int i = 0; i < 8; ++i) inputs.push_back(generator.MakeInput());
  for (const SeccompData& data : inputs) {
    const Verdict verdict = Evaluate(policy.architecture, portion, data);
    CHECK(verdict == ReferenceVerdict(policy, portion, data));
    const CallFacts facts = FactsOf(policy.architecture, data, options);
    CHECK(RunBpf(*program, data).returned ==
          FilterReturn(kind, verdict, facts, options));
  }
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
  Compare(policy, options, kind, generator);
  return 0;
}
