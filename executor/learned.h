// What a run under observation saw (`run --learn`): which rules of a policy
// answered, and what the program asked for that the policy denies.
//
//   Learned learned = learner.Finish();
//   outcome.learned = learned;      // `bailey policy learn` makes a diff of it

#ifndef BAILEY_EXECUTOR_LEARNED_H_
#define BAILEY_EXECUTOR_LEARNED_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/documents/plan.h"
#include "common/json.h"
#include "common/result.h"

namespace bailey::executor {

enum class LearnMode {
  kDenying,    // the policy was enforced: what it denies was denied
  kPermissive  // its ceiling was enforced: what that permits was permitted
};

struct RuleUse {
  PlanRule rule;
  uint64_t count = 0;
};

// One kind of call that the policy denies: alike in its telling arguments
// (common/syscalls/argument_values.h). `call` is the first of them.
struct WantedCall {
  SeccompData call;
  PlanRule rule;  // that denies it
  uint64_t count = 1;
};

// An open whose path no file rule covers. Advisory: the path was read from the
// caller's memory.
struct WantedFile {
  std::string path;
  bool read = false;
  bool write = false;
  uint64_t count = 1;
};

struct Learned {
  LearnMode mode = LearnMode::kDenying;
  std::vector<RuleUse> uses;      // of every rule that was used
  std::vector<WantedCall> calls;  // bounded by kMaxWanted
  std::vector<WantedFile> files;  // bounded by kMaxWanted
  uint64_t omitted = 0;           // calls and opens beyond the bounds
};

inline constexpr size_t kMaxWanted = 256;

Json WriteLearned(const Learned& learned);
Result<Learned> ReadLearned(const JsonObject& object);

// "denying", "permissive".
std::string_view LearnModeName(LearnMode mode);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LEARNED_H_
