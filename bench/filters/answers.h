// The answers of a policy, and inputs at which they may change.
//
//   ASSIGN_OR_RETURN(Answers answers, AnswersOf(policy));
//   if (answers.Differ(41, 42)) ...  // some input shows it
//
// Differences are only ever counted where two inputs show them, so what is
// missed makes a bound lower, never wrong.

#ifndef BAILEY_BENCH_FILTERS_ANSWERS_H_
#define BAILEY_BENCH_FILTERS_ANSWERS_H_

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/lower/lower.h"

namespace bailey::bench {

void CollectComparisons(const policy::Condition& condition,
                        std::vector<policy::Comparison>& comparisons);

class Answers {
 public:
  Answers(const policy::Policy& policy, policy::LoweredPolicy lowered);

  uint32_t Of(const SeccompData& data) const { return lowered_.Evaluate(data); }

  SeccompData Native(uint32_t number) const {
    return {.number = number, .architecture = lowered_.audit_architecture};
  }

  // The number's own samples; all zero is always one.
  std::vector<SeccompData> Samples(uint32_t number) const;
  // Of every number that has rules.
  const std::map<uint32_t, std::vector<SeccompData>>& samples() const {
    return samples_;
  }

  // Values of a word that some rule of the number makes interesting. `offset`
  // is the word's in struct seccomp_data.
  const std::set<uint32_t>& ValuesOf(uint32_t number, uint32_t offset) const;

  // Some input for which two numbers have different answers.
  bool Differ(uint32_t left, uint32_t right) const;
  bool DependsOnArguments(uint32_t number) const;
  // Whether some other value of the word alone changes the answer.
  bool IsSensitive(const SeccompData& data, uint32_t offset) const;
  int SensitiveWords(const SeccompData& data) const;

  // The input with another value of one word of an argument.
  static SeccompData With(SeccompData data, uint32_t offset, uint32_t value);

  const policy::LoweredPolicy& lowered() const { return lowered_; }

 private:
  void AddSamples(const policy::SyscallRule& rule);
  void AddValues(const policy::Comparison& comparison,
                 const SeccompData& matched, std::vector<SeccompData>& samples);

  policy::LoweredPolicy lowered_;
  std::map<uint32_t, std::vector<SeccompData>> samples_;
  std::map<std::pair<uint32_t, uint32_t>, std::set<uint32_t>> values_;
};

Result<Answers> AnswersOf(const policy::Policy& policy);

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_FILTERS_ANSWERS_H_
