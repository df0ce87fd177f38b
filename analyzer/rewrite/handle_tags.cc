#include "analyzer/rewrite/handle_tags.h"

#include <algorithm>
#include <iterator>

#include "common/check.h"

namespace bailey::analyzer {
namespace {

constexpr uint32_t kMostPortions = 0xff;
constexpr uint32_t kMostStructures = 0xfffffe;

bool IsHandleParameter(const CrossingParameter& parameter) {
  return parameter.mode == MarshalMode::kHandle;
}

}  // namespace

HandleTags::HandleTags(const Plan& plan, const Flow& flow) {
  for (const PlanPortion& each : plan.portions) portions_.push_back(each.name);
  for (const Crossing& crossing : plan.crossings) {
    for (const CrossingParameter& each : crossing.parameters)
      if (IsHandleParameter(each)) structures_.insert(each.type);
    if (!crossing.returns_handle) continue;
    const auto function =
        std::ranges::find(flow.functions, crossing.function, &FlowFunction::id);
    CHECK(function != flow.functions.end());
    structures_.insert(function->return_type.pointee.spelling);
  }
  CHECK(portions_.size() <= kMostPortions);
  CHECK(structures_.size() <= kMostStructures);
}

uint32_t HandleTags::Of(const std::string& portion,
                        const std::string& structure) const {
  const auto place = std::ranges::find(portions_, portion);
  const auto type = structures_.find(structure);
  CHECK(place != portions_.end() && type != structures_.end());
  const auto portion_number =
      static_cast<uint32_t>(std::distance(portions_.begin(), place)) + 1;
  const auto type_number =
      static_cast<uint32_t>(std::distance(structures_.begin(), type)) + 1;
  return portion_number << 24 | type_number;
}

bool HasHandles(const Plan& plan, const PlanPortion& portion) {
  return std::ranges::any_of(plan.crossings, [&](const Crossing& each) {
    return each.to == portion.name &&
           (each.returns_handle ||
            std::ranges::any_of(each.parameters, IsHandleParameter));
  });
}

}  // namespace bailey::analyzer
