// What `bailey run --learn` saw, as changes of the policy: rules to add for
// what it denied, and rules of the author's that nothing used.
//
//   ASSIGN_OR_RETURN(LearnDiff diff, MakeLearnDiff(inputs));
//   fmt::print("{}", RenderLearnText(diff));
//
// A rule is proposed only if the policy with it, loaded again, permits what was
// seen, and only if the ceiling, where there is one, permits that too.

#ifndef BAILEY_CLI_POLICY_LEARN_DIFF_H_
#define BAILEY_CLI_POLICY_LEARN_DIFF_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/result.h"
#include "executor/learned.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/policy.h"

namespace bailey::cli {

struct ProposedRule {
  std::string rule;  // a statement
  uint64_t count = 0;
  std::string because;  // the rule that denied it, or why it is not proposed
};

struct UnusedRule {
  std::string rule;
  int line = 0;
};

struct LearnDiff {
  std::string policy;   // its file
  std::string portion;  // its name
  executor::LearnMode mode = executor::LearnMode::kDenying;
  int insert_line = 0;  // before it
  std::vector<ProposedRule> add;
  std::vector<ProposedRule> refused;
  std::vector<UnusedRule> unused;
  uint64_t omitted = 0;
};

struct LearnInputs {
  SourceText text;
  const policy::Policy* policy = nullptr;
  const policy::PortionPolicy* portion = nullptr;
  const policy::PortionPolicy* ceiling = nullptr;  // or none
  executor::Learned learned;
  // Loads a policy's text silently: nothing if it has errors.
  std::function<std::optional<policy::Policy>(const SourceText&)> load;
};

Result<LearnDiff> MakeLearnDiff(const LearnInputs& inputs);

// Like a unified diff, for people; JSON is `bailey.learn/1`.
std::string RenderLearnText(const LearnDiff& diff);
std::string RenderLearnJson(const LearnDiff& diff);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_LEARN_DIFF_H_
