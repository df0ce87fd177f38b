// Values of globals, as flow.json and plan.json have them.

#ifndef BAILEY_COMMON_DOCUMENTS_GLOBAL_VALUE_JSON_H_
#define BAILEY_COMMON_DOCUMENTS_GLOBAL_VALUE_JSON_H_

#include "common/documents/global_value.h"
#include "common/json.h"

namespace bailey {

// {"number": 64}, {"function": "sign"} or {"text": ".key"}.
Json WriteGlobalValue(const GlobalValue& value);
Result<GlobalValue> ReadGlobalValue(const JsonObject& object);

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_GLOBAL_VALUE_JSON_H_
