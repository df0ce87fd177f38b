#include "common/documents/global_value.h"

#include "common/documents/global_value_json.h"

namespace bailey {

Json WriteGlobalValue(const GlobalValue& value) {
  switch (value.kind) {
    case GlobalValueKind::kNumber:
      return {{"number", value.number}};
    case GlobalValueKind::kFunction:
      return {{"function", value.text}};
    case GlobalValueKind::kText:
      break;
  }
  return {{"text", value.text}};
}

Result<GlobalValue> ReadGlobalValue(const JsonObject& object) {
  GlobalValue value;
  if (object.Has("number")) {
    ASSIGN_OR_RETURN(value.number, object.Int("number"));
  } else if (object.Has("function")) {
    value.kind = GlobalValueKind::kFunction;
    ASSIGN_OR_RETURN(value.text, object.String("function"));
  } else {
    value.kind = GlobalValueKind::kText;
    ASSIGN_OR_RETURN(value.text, object.String("text"));
  }
  return value;
}

}  // namespace bailey
