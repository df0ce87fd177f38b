// `run --learn`: what the calls of a program say about its policy. Every call
// is notified then, and shown to this before it is answered.
//
//   Learner learner(LearnMode::kDenying, portion, view);
//   learner.Observe(call, path);
//   outcome.learned = learner.Finish();
//
// The policy that is studied need not be the one that is enforced: under
// PermissiveLearning that is its ceiling.

#ifndef BAILEY_EXECUTOR_AGENT_LEARNER_H_
#define BAILEY_EXECUTOR_AGENT_LEARNER_H_

#include <array>
#include <map>
#include <string>
#include <utility>

#include "common/bpf/evaluator.h"
#include "common/documents/plan.h"
#include "executor/agent/file_view.h"
#include "executor/learned.h"

namespace bailey::executor {

class Learner {
 public:
  // The portion, and the plan that the view is of, must outlive it. The portion
  // has a plain and a rule-index filter, which were validated.
  Learner(LearnMode mode, const PlanPortion& studied, FileView view)
      : mode_(mode), studied_(&studied), view_(std::move(view)) {}

  // `path` is what the call names, absolute, or empty.
  void Observe(const SeccompData& call, const std::string& path);

  Learned Finish() const;

 private:
  // Number, and the telling arguments as the kernel reads them.
  using CallKey = std::pair<uint32_t, std::array<uint64_t, 6>>;

  void UseExecuteRules(const SeccompData& call);
  void Want(const SeccompData& call, uint32_t rule);
  void WantFile(const std::string& path, OpenAccess access);
  PlanRule Describe(uint32_t rule) const;

  LearnMode mode_;
  const PlanPortion* studied_;
  FileView view_;
  std::map<uint32_t, uint64_t> uses_;  // by rule
  std::map<CallKey, WantedCall> calls_;
  std::map<std::string, WantedFile> files_;
  uint64_t omitted_ = 0;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_LEARNER_H_
