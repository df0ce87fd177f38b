#include "common/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace bailey {
namespace {

// Builds the value through nlohmann's own callback-free DOM, but watches the
// events for what that parser lets pass: duplicate keys and excessive depth.
class StrictSax : public nlohmann::json_sax<Json> {
 public:
  explicit StrictSax(const JsonLimits& limits) : limits_(limits) {}

  Json Take() { return std::move(root_); }
  const std::string& failure() const { return failure_; }

  bool null() override { return Put(nullptr); }
  bool boolean(bool value) override { return Put(value); }
  bool number_integer(number_integer_t value) override { return Put(value); }
  bool number_unsigned(number_unsigned_t value) override { return Put(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    // An integer too large for 64 bits arrives here as a double: it would be
    // rounded in silence.
    if (text.find_first_of(".eE") == string_t::npos)
      return Refuse("number `" + text + "` does not fit in 64 bits");
    return Put(value);
  }
  bool string(string_t& value) override { return Put(std::move(value)); }
  bool binary(binary_t&) override { return Refuse("unexpected binary value"); }
  bool start_object(std::size_t) override { return Open(Json::object()); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(Json::array()); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    if (!open_.back().keys.insert(name).second)
      return Refuse("duplicate key `" + name + "`");
    open_.back().key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    // nlohmann prefixes "[json.exception.parse_error.101] parse error ...: ".
    const std::string_view text = error.what();
    const size_t colon = text.find(": ");
    const std::string_view reason =
        colon == std::string_view::npos ? text : text.substr(colon + 2);
    return Refuse(fmt::format("byte {}: {}", position, reason));
  }

 private:
  struct Level {
    Json value;
    std::string key;
    std::set<std::string> keys;
  };

  bool Refuse(std::string reason) {
    if (failure_.empty()) failure_ = std::move(reason);
    return false;
  }
  bool Open(Json value) {
    if (static_cast<int>(open_.size()) >= limits_.depth)
      return Refuse(fmt::format("nested deeper than {}", limits_.depth));
    open_.push_back({std::move(value), {}, {}});
    return true;
  }
  bool Close() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    return Put(std::move(value));
  }
  bool Put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Level& level = open_.back();
    if (level.value.is_array()) {
      level.value.push_back(std::move(value));
    } else {
      // Straight to the end: duplicates were refused in key(), and ordered_json
      // would search all members again.
      level.value.get_ref<Json::object_t&>().Container::emplace_back(
          std::move(level.key), std::move(value));
    }
    return true;
  }

  JsonLimits limits_;
  Json root_;
  std::vector<Level> open_;
  std::string failure_;
};

}  // namespace

Result<Json> ParseJson(std::string_view text, std::string_view name,
                       const JsonLimits& limits) {
  if (text.size() > limits.size_bytes)
    return Fail(fmt::format("{}: {} bytes are more than the {} allowed", name,
                            text.size(), limits.size_bytes));
  StrictSax sax(limits);
  const bool parsed = Json::sax_parse(text.begin(), text.end(), &sax);
  if (!parsed || !sax.failure().empty())
    return Fail(fmt::format("{}: not valid JSON: {}", name, sax.failure()));
  return sax.Take();
}

std::string WriteJson(const Json& value, int indent) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

JsonObject::JsonObject(const Json& value, std::string where)
    : value_(&value), where_(std::move(where)) {}

Result<> JsonObject::Check() const {
  if (!value_->is_object()) return Fail(where_ + ": expected an object");
  return {};
}

bool JsonObject::Has(std::string_view key) const {
  return value_->is_object() && value_->contains(std::string(key));
}

Result<const Json*> JsonObject::Member(std::string_view key) const {
  RETURN_IF_ERROR(Check());
  const auto found = value_->find(std::string(key));
  if (found == value_->end())
    return Fail(fmt::format("{}: `{}` is missing", where_, key));
  return &*found;
}

std::unexpected<Error> JsonObject::Wrong(std::string_view key,
                                         std::string_view expected) const {
  return Fail(fmt::format("{}.{}: expected {}", where_, key, expected));
}

Result<std::string> JsonObject::String(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Member(key));
  if (!member->is_string()) return Wrong(key, "a string");
  return member->get<std::string>();
}

Result<bool> JsonObject::Bool(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Member(key));
  if (!member->is_boolean()) return Wrong(key, "true or false");
  return member->get<bool>();
}

Result<int64_t> JsonObject::Int(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Member(key));
  const bool too_large = member->is_number_unsigned() &&
                         member->get<uint64_t>() > uint64_t{INT64_MAX};
  if (!member->is_number_integer() || too_large)
    return Wrong(key, "a signed 64-bit integer");
  return member->get<int64_t>();
}

Result<uint64_t> JsonObject::Unsigned(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Member(key));
  if (!member->is_number_unsigned())
    return Wrong(key, "an integer of zero or more");
  return member->get<uint64_t>();
}

Result<uint64_t> JsonObject::UnsignedAtMost(std::string_view key,
                                            uint64_t maximum) const {
  ASSIGN_OR_RETURN(const uint64_t value, Unsigned(key));
  if (value > maximum)
    return Wrong(key, fmt::format("an integer of at most {}", maximum));
  return value;
}

Result<uint32_t> JsonObject::Unsigned32(std::string_view key,
                                        uint32_t maximum) const {
  ASSIGN_OR_RETURN(const uint64_t value, UnsignedAtMost(key, maximum));
  return static_cast<uint32_t>(value);
}

Result<int> JsonObject::NonNegative(std::string_view key, int maximum) const {
  ASSIGN_OR_RETURN(const uint64_t value,
                   UnsignedAtMost(key, static_cast<uint64_t>(maximum)));
  return static_cast<int>(value);
}

Result<double> JsonObject::Number(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Member(key));
  if (!member->is_number()) return Wrong(key, "a number");
  return member->get<double>();
}

Result<std::vector<std::string>> JsonObject::Strings(
    std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Array(key));
  std::vector<std::string> strings;
  for (const Json& item : *member) {
    if (!item.is_string()) return Wrong(key, "an array of strings");
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

Result<const Json*> JsonObject::Array(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Member(key));
  if (!member->is_array()) return Wrong(key, "an array");
  return member;
}

Result<JsonObject> JsonObject::Object(std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Member(key));
  JsonObject object(*member, fmt::format("{}.{}", where_, key));
  RETURN_IF_ERROR(object.Check());
  return object;
}

Result<std::vector<JsonObject>> JsonObject::Objects(
    std::string_view key) const {
  ASSIGN_OR_RETURN(const Json* member, Array(key));
  std::vector<JsonObject> objects;
  for (size_t i = 0; i < member->size(); ++i) {
    objects.emplace_back((*member)[i],
                         fmt::format("{}.{}[{}]", where_, key, i));
    RETURN_IF_ERROR(objects.back().Check());
  }
  return objects;
}

Result<> JsonObject::RefuseUnknown(
    std::initializer_list<std::string_view> known) const {
  RETURN_IF_ERROR(Check());
  for (const auto& [key, unused] : value_->items()) {
    if (std::ranges::find(known, std::string_view(key)) == known.end())
      return Fail(fmt::format("{}: unknown member `{}`", where_, key));
  }
  return {};
}

}  // namespace bailey
