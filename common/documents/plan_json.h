// Parts of plan.json: those that an outcome has, too, and crossings.

#ifndef BAILEY_COMMON_DOCUMENTS_PLAN_JSON_H_
#define BAILEY_COMMON_DOCUMENTS_PLAN_JSON_H_

#include "common/documents/plan.h"
#include "common/json.h"

namespace bailey {

Json WriteRule(const PlanRule& rule);
Result<PlanRule> ReadRule(const JsonObject& object);

Json WriteCrossing(const Crossing& crossing);
Result<Crossing> ReadCrossing(const JsonObject& object);

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_PLAN_JSON_H_
