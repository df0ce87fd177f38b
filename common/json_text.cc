// JSON written as it is made, by RapidJSON: structure, indents and numbers.
// Texts that need more than quotes are nlohmann's, so that both writers give
// the same bytes.
#include "common/json_text.h"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>

namespace bailey {
namespace {

// Printable ASCII but for what JSON escapes.
bool IsPlain(char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; }

}  // namespace

struct JsonText::Writer {
  Writer() { json.SetIndent(' ', 2); }

  void Raw(const Json& value, rapidjson::Type type) {
    const std::string text =
        value.dump(-1, ' ', false, Json::error_handler_t::replace);
    json.RawValue(text.data(), text.size(), type);
  }

  rapidjson::StringBuffer buffer;
  // SAFETY: it refers to the buffer, which stays where it is.
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json{buffer};
};

JsonText::JsonText() : writer_(std::make_unique<Writer>()) {}
JsonText::~JsonText() = default;

void JsonText::BeginObject() { writer_->json.StartObject(); }
void JsonText::EndObject() { writer_->json.EndObject(); }
void JsonText::BeginArray() { writer_->json.StartArray(); }
void JsonText::EndArray() { writer_->json.EndArray(); }
void JsonText::WriteSigned(int64_t number) { writer_->json.Int64(number); }
void JsonText::WriteUnsigned(uint64_t number) { writer_->json.Uint64(number); }
void JsonText::Value(bool value) { writer_->json.Bool(value); }

void JsonText::Value(std::string_view text) {
  if (std::ranges::all_of(text, IsPlain))
    writer_->json.String(text.data(),
                         static_cast<rapidjson::SizeType>(text.size()));
  else
    writer_->Raw(Json(text), rapidjson::kStringType);
}

void JsonText::Value(const Json& value) {
  if (value.is_array())
    return Array(value, [this](const Json& each) { Value(each); });
  if (!value.is_object()) return writer_->Raw(value, rapidjson::kNullType);
  Object([&] {
    for (const auto& [key, each] : value.items()) Member(key, each);
  });
}

std::string JsonText::Take() && {
  return std::string(writer_->buffer.GetString(), writer_->buffer.GetSize()) +
         '\n';
}

}  // namespace bailey
