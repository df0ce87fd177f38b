// JSON written as it is made, for documents of megabytes: the same bytes as
// WriteJson() of the same value, without the value. RapidJSON writes; what it
// would escape in another way is written by WriteJson()'s library.
//
//   JsonText out;
//   out.Object([&] {
//     out.Member("name", name);
//     out.List("sites", sites, [&](const SourceSite& each) { … });
//   });
//   return std::move(out).Take();

#ifndef BAILEY_COMMON_JSON_TEXT_H_
#define BAILEY_COMMON_JSON_TEXT_H_

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"

namespace bailey {

class JsonText {
 public:
  JsonText();
  JsonText(const JsonText&) = delete;
  JsonText& operator=(const JsonText&) = delete;
  ~JsonText();

  // `members` calls Member(), List() and Key().
  template <class Members>
  void Object(const Members& members) {
    BeginObject();
    members();
    EndObject();
  }
  // `element` writes one value for each.
  template <class Elements, class Element>
  void Array(const Elements& elements, const Element& element) {
    BeginArray();
    for (const auto& each : elements) element(each);
    EndArray();
  }

  // The value comes next.
  void Key(std::string_view key) { Value(key); }
  template <class T>
  void Member(std::string_view key, const T& value) {
    Key(key);
    Value(value);
  }
  template <class Elements, class Element>
  void List(std::string_view key, const Elements& elements,
            const Element& element) {
    Key(key);
    Array(elements, element);
  }

  void Value(std::string_view text);
  void Value(const char* text) { Value(std::string_view(text)); }
  void Value(const std::string& text) { Value(std::string_view(text)); }
  void Value(bool value);
  template <std::signed_integral T>
  void Value(T number) {
    WriteSigned(number);
  }
  template <std::unsigned_integral T>
  void Value(T number) {
    WriteUnsigned(number);
  }
  void Value(const std::vector<std::string>& texts) {
    Array(texts, [this](const std::string& each) { Value(each); });
  }
  void Value(const Json& value);

  // To be called once, when all is written.
  std::string Take() &&;

 private:
  struct Writer;

  void BeginObject();
  void EndObject();
  void BeginArray();
  void EndArray();
  void WriteSigned(int64_t number);
  void WriteUnsigned(uint64_t number);

  std::unique_ptr<Writer> writer_;
};

}  // namespace bailey

#endif  // BAILEY_COMMON_JSON_TEXT_H_
