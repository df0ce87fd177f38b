// What an inferred policy will say: a draft of each rule with the capabilities
// that ask for it, before it is text (policy_text.h).
//
//   DraftMaker maker(base, ceiling, options, inferred);
//   for (const Capability& capability : report.capabilities)
//     RETURN_IF_ERROR(maker.Add(capability));
//   std::vector<RuleDraft> drafts = maker.Take();

#ifndef BAILEY_POLICY_COMPILER_INFER_DRAFT_H_
#define BAILEY_POLICY_COMPILER_INFER_DRAFT_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/result.h"
#include "policy-compiler/infer/infer.h"

namespace bailey::policy {

struct RuleDraft {
  const Syscall* call = nullptr;     // null: a file rule
  bool whole = false;                // every call of it
  std::set<std::string> conditions;  // else any of these
  bool recorded = false;             // the ceiling records it
  // Instead: the ceiling's own rules on the call, or a file rule.
  std::vector<std::string> verbatim;
  std::vector<const Capability*> because;
};

class DraftMaker {
 public:
  // Borrows all. `base` is the policy of the libraries alone; `ceiling` may be
  // null.
  DraftMaker(const Policy& base, const Policy* ceiling,
             const PortionPolicy* ceiling_portion, const InferOptions& options,
             InferredPolicy& inferred);

  // Fails where the capability contradicts the table of system calls.
  Result<> Add(const Capability& capability);

  // In the order of the text; empties the maker.
  std::vector<RuleDraft> Take();

 private:
  void AddSyscall(const Capability& capability, const Syscall& call);
  void AddNarrowed(const Capability& capability, const Syscall& call,
                   RuleDraft& draft);
  void AddFile(const Capability& capability, std::string_view access);
  void Deny(const Capability& capability, std::string reason);
  bool CeilingPermitsRule(const Capability& capability,
                          const Syscall& call) const;
  bool CeilingRecords(uint32_t number) const;
  std::vector<std::string> CeilingRules(const Syscall& call) const;
  void SettleClone3();

  const Policy& base_;
  const Policy* ceiling_;
  const PortionPolicy* ceiling_portion_;
  const InferOptions& options_;
  InferredPolicy& inferred_;
  std::map<std::string, RuleDraft> drafts_;  // by what they sort by
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_INFER_DRAFT_H_
