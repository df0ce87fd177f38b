// The head that every document shares: {"schema": "bailey.NAME/VERSION", ...}.

#ifndef BAILEY_COMMON_DOCUMENTS_SCHEMA_H_
#define BAILEY_COMMON_DOCUMENTS_SCHEMA_H_

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/json.h"

namespace bailey {

// Fails unless `object` says that it is of this schema and version.
inline Result<> CheckSchema(const JsonObject& object, std::string_view schema) {
  ASSIGN_OR_RETURN(const std::string found, object.String("schema"));
  if (found == schema) return {};
  return Fail(fmt::format("{}: schema is `{}`, expected `{}`", object.where(),
                          found, schema),
              "make the document again with this version of bailey");
}

// Reads an array of objects, each with `read(const JsonObject&) -> Result<T>`.
template <class T, class Read>
Result<std::vector<T>> ReadList(const JsonObject& object, std::string_view key,
                                Read read) {
  ASSIGN_OR_RETURN(const std::vector<JsonObject> items, object.Objects(key));
  std::vector<T> list;
  list.reserve(items.size());
  for (const JsonObject& item : items) {
    ASSIGN_OR_RETURN(T value, read(item));
    list.push_back(std::move(value));
  }
  return list;
}

template <class List, class Write>
Json WriteList(const List& list, Write write) {
  Json array = Json::array();
  for (const auto& item : list) array.push_back(write(item));
  return array;
}

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_SCHEMA_H_
