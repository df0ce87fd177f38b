// What tells handles apart that the generated code takes and gives: a number
// for each portion that answers and each type, as BAILEY_HANDLE_TAG
// (runtime/handles.h) puts them together.
//
//   const HandleTags tags(plan, flow);
//   tags.Of(crossing.to, "struct key");

#ifndef BAILEY_ANALYZER_REWRITE_HANDLE_TAGS_H_
#define BAILEY_ANALYZER_REWRITE_HANDLE_TAGS_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

class HandleTags {
 public:
  // The flow has every crossing's function.
  HandleTags(const Plan& plan, const Flow& flow);

  // Both are of the plan.
  uint32_t Of(const std::string& portion, const std::string& structure) const;

 private:
  std::vector<std::string> portions_;
  std::set<std::string> structures_;
};

// Whether a portion answers calls that give or take handles.
bool HasHandles(const Plan& plan, const PlanPortion& portion);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_HANDLE_TAGS_H_
