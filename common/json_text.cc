// JSON written as it is made: texts that need more than quotes, and values that
// are there already.
#include "common/json_text.h"

#include <algorithm>

namespace bailey {
namespace {

// Printable ASCII but for what JSON escapes.
bool IsPlain(char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; }

}  // namespace

void JsonText::Value(std::string_view text) {
  if (std::ranges::all_of(text, IsPlain)) {
    writer_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
    return;
  }
  WriteRaw(Json(text), rapidjson::kStringType);
}

void JsonText::Value(const Json& value) {
  if (value.is_array())
    return Array(value, [this](const Json& each) { Value(each); });
  if (!value.is_object()) return WriteRaw(value, rapidjson::kNullType);
  Object([&] {
    for (const auto& [key, each] : value.items()) Member(key, each);
  });
}

void JsonText::WriteRaw(const Json& value, rapidjson::Type type) {
  const std::string text =
      value.dump(-1, ' ', false, Json::error_handler_t::replace);
  writer_.RawValue(text.data(), text.size(), type);
}

}  // namespace bailey
