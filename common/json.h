// The one JSON reader and writer: strict on the way in, ordered on the way out.
//
//   ASSIGN_OR_RETURN(Json document, ParseJson(text, "plan.json"));
//   JsonObject object(document, "plan");
//   ASSIGN_OR_RETURN(std::string name, object.String("name"));
//   RETURN_IF_ERROR(object.RefuseUnknown({"schema", "name"}));
//
// Refused, with the byte offset or the path of the value: duplicate keys, depth
// and size over the limits, text that is not UTF-8, numbers out of range,
// trailing text, missing members and members of another type.

#ifndef BAILEY_COMMON_JSON_H_
#define BAILEY_COMMON_JSON_H_

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace bailey {

using Json = nlohmann::ordered_json;

struct JsonLimits {
  size_t size_bytes = size_t{64} << 20;
  int depth = 64;
};

// `name` is what errors call the text: a file's name.
Result<Json> ParseJson(std::string_view text, std::string_view name,
                       const JsonLimits& limits = {});

// The same value gives the same bytes; ends with a newline. `indent` < 0 gives
// one line. Text that is not UTF-8 is written with U+FFFD in its place.
std::string WriteJson(const Json& value, int indent = 2);

// A typed view of one JSON object. It borrows the value, which must outlive it;
// `where` is the object's path for errors ("plan.portions[0]").
class JsonObject {
 public:
  JsonObject(const Json& value, std::string where);

  // Fails unless the value is an object: call it once, before the getters.
  Result<> Check() const;

  bool Has(std::string_view key) const;
  Result<std::string> String(std::string_view key) const;
  Result<bool> Bool(std::string_view key) const;
  Result<int64_t> Int(std::string_view key) const;
  Result<uint64_t> Unsigned(std::string_view key) const;
  Result<uint64_t> UnsignedAtMost(std::string_view key, uint64_t maximum) const;
  // The same for members of these types.
  Result<uint32_t> Unsigned32(std::string_view key,
                              uint32_t maximum = UINT32_MAX) const;
  Result<int> NonNegative(std::string_view key, int maximum = INT32_MAX) const;
  Result<double> Number(std::string_view key) const;
  Result<std::vector<std::string>> Strings(std::string_view key) const;
  // The member as an array or object; the pointer lives as long as the value.
  Result<const Json*> Array(std::string_view key) const;
  Result<JsonObject> Object(std::string_view key) const;
  // Views of an array of objects, each with its index in its path.
  Result<std::vector<JsonObject>> Objects(std::string_view key) const;

  // Fails on a member that is not listed: documents are versioned, not open.
  Result<> RefuseUnknown(std::initializer_list<std::string_view> known) const;

  const std::string& where() const { return where_; }
  const Json& value() const { return *value_; }

 private:
  Result<const Json*> Member(std::string_view key) const;
  std::unexpected<Error> Wrong(std::string_view key,
                               std::string_view expected) const;

  const Json* value_;
  std::string where_;
};

}  // namespace bailey

#endif  // BAILEY_COMMON_JSON_H_
