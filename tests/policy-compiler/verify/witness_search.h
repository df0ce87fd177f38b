// Finds, without a solver, an input on which a changed filter answers
// differently: by running both on inputs that reach the changed instruction.
//
//   WitnessSearch search(policy, filter);
//   if (auto data = search.Find(mutant, at)) ...
//
// That it finds none proves nothing.

#ifndef BAILEY_TESTS_POLICY_COMPILER_VERIFY_WITNESS_SEARCH_H_
#define BAILEY_TESTS_POLICY_COMPILER_VERIFY_WITNESS_SEARCH_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "common/bpf/trace.h"
#include "policy-compiler/language/policy.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {

inline void SetWord(SeccompData& data, uint32_t offset, uint32_t word) {
  if (offset == 0) data.number = word;
  if (offset == 4) data.architecture = word;
  if (offset < 8) return;
  uint64_t& whole = offset < 16 ? data.instruction_pointer
                                : data.arguments[(offset - 16) / 8];
  const int shift = offset % 8 == 0 ? 0 : 32;
  whole = (whole & ~(uint64_t{0xffffffff} << shift)) | uint64_t{word} << shift;
}

class WitnessSearch {
 public:
  WitnessSearch(const Policy& policy, const BpfProgram& filter)
      : filter_(filter), reaching_(filter.size()) {
    std::vector<SeccompData> inputs = InterestingInputs(policy);
    for (size_t i = 0; i < inputs.size(); ++i) Learn(inputs[i]);
    // Around each constant that the filter compares, from inputs that get
    // there.
    for (size_t at = 0; at < filter_.size(); ++at) {
      const size_t known = std::min<size_t>(reaching_[at].size(), 4);
      for (size_t i = 0; i < known; ++i)
        for (const SeccompData& data : Around(reaching_[at][i], filter_[at].k))
          Learn(data);
    }
  }

  // `mutant` is the filter with another instruction at `at`.
  std::optional<SeccompData> Find(const BpfProgram& mutant, size_t at) const {
    const std::vector<Reaching>& inputs = reaching_[at];
    for (const Reaching& input : inputs)
      if (RunBpf(mutant, input.data).returned != input.returned)
        return input.data;
    const size_t tried = std::min<size_t>(inputs.size(), 16);
    for (size_t i = 0; i < tried; ++i) {
      for (const SeccompData& data : Around(inputs[i], mutant[at].k))
        if (RunBpf(mutant, data).returned != RunBpf(filter_, data).returned)
          return data;
    }
    return std::nullopt;
  }

  // How many instructions no input has reached.
  size_t unreached() const {
    return static_cast<size_t>(std::ranges::count_if(
        reaching_, [](const auto& inputs) { return inputs.empty(); }));
  }

 private:
  struct Reaching {
    SeccompData data;
    uint32_t returned;
    uint32_t loaded;  // the offset of the word that was loaded last
  };
  static constexpr size_t kMaxInputs = 2000;  // of one instruction

  void Learn(const SeccompData& data) {
    const BpfTrace trace = TraceBpf(filter_, data);
    uint32_t loaded = 0;
    for (const uint32_t at : trace.path) {
      if (filter_[at].code == (BPF_LD | BPF_W | BPF_ABS))
        loaded = filter_[at].k;
      if (reaching_[at].size() < kMaxInputs)
        reaching_[at].push_back({data, trace.returned, loaded});
    }
  }

  static std::vector<SeccompData> Around(const Reaching& from, uint32_t k) {
    std::vector<SeccompData> inputs;
    for (const uint32_t word : {k, k + 1, k - 1, ~k, 0u, ~0u}) {
      inputs.push_back(from.data);
      SetWord(inputs.back(), from.loaded, word);
    }
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
      inputs.push_back(from.data);
      SetWord(inputs.back(), from.loaded, k ^ bit);
      inputs.push_back(from.data);
      SetWord(inputs.back(), from.loaded, bit);
    }
    return inputs;
  }

  const BpfProgram filter_;
  std::vector<std::vector<Reaching>> reaching_;
};

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_VERIFY_WITNESS_SEARCH_H_
