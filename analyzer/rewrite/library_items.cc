#include "analyzer/rewrite/library_items.h"

#include <fmt/format.h>

namespace bailey::analyzer {
namespace {

bool IsOptional(const LibraryItem& item) {
  return item.type == LibraryType::kOptional;
}

bool IsView(const LibraryItem& item) {
  return item.type == LibraryType::kStringView ||
         item.type == LibraryType::kSpan;
}

std::string_view ConstOf(const LibraryItem& item) {
  return item.crossing.is_const ? "const " : "";
}

std::string PutOptional(const LibraryItem& item, std::string_view name) {
  return fmt::format(
      "  {{ unsigned char bailey_h = {0} ? 1 : 0; {1} bailey_v = {0} ? *{0} : "
      "{1}(); bailey_put(bailey_m, &bailey_h, 1); bailey_put(bailey_m, "
      "&bailey_v, sizeof bailey_v); }}\n",
      name, item.crossing.type);
}

std::string GetOptional(const LibraryItem& item, std::string_view name) {
  return fmt::format(
      "  {{ unsigned char bailey_h; {1} bailey_v; bailey_get(bailey_m, "
      "&bailey_h, 1); bailey_get(bailey_m, &bailey_v, sizeof bailey_v); if "
      "(bailey_h) {0} = bailey_v; else {0}.reset(); }}\n",
      name, item.crossing.type);
}

std::string GiveOptional(const LibraryItem& item, std::string_view name) {
  return fmt::format(
      "  {{ void* bailey_h = bailey_reserve(bailey_m, 1); void* bailey_v = "
      "bailey_reserve(bailey_m, {1}); if (bailey_h && bailey_v && {0}) {{ "
      "*(unsigned char*)bailey_h = 1; __builtin_memcpy(bailey_v, &*{0}, {1}); "
      "}} }}\n",
      name, item.crossing.element_bytes);
}

// Any byte may come, and a bool that is neither 0 nor 1 is no bool.
std::string TakeOptional(const LibraryItem& item, int index) {
  const std::string take =
      item.crossing.type == "bool"
          ? "{{ unsigned char bailey_b; bailey_take_into(bailey_m, &bailey_b, "
            "1); bailey_v{0} = bailey_b != 0; }}\n"
          : "bailey_take_into(bailey_m, &bailey_v{0}, sizeof bailey_v{0});\n";
  return fmt::format("  bailey_h{0} = bailey_take_presence(bailey_m);\n",
                     index) +
         fmt::format(fmt::runtime("  " + take), index);
}

// A view's number cannot change on the other side, and has to be the caller's.
std::string Resized(const LibraryItem& item, std::string_view name) {
  if (IsView(item))
    return fmt::format(
        "bailey_bytes(bailey_m, bailey_c != {}.size(), bailey_c, {})", name,
        item.crossing.element_bytes);
  return fmt::format(
      "(bailey_bytes(bailey_m, 0, bailey_c, {}), {}.resize("
      "bailey_c))",
      item.crossing.element_bytes, name);
}

// 0: the plan sets no bound.
std::string IsTooMany(const LibraryItem& item) {
  return item.crossing.count == 0
             ? "0"
             : fmt::format("bailey_c > {}UL", item.crossing.count);
}

}  // namespace

std::string LibraryTypeName(const LibraryItem& item) {
  const std::string& element = item.crossing.type;
  switch (item.type) {
    case LibraryType::kString:
      return "::std::string";
    case LibraryType::kStringView:
      return "::std::string_view";
    case LibraryType::kVector:
      return fmt::format("::std::vector<{}>", element);
    case LibraryType::kSpan:
      return fmt::format("::std::span<{}{}>", ConstOf(item), element);
    case LibraryType::kOptional:
      return fmt::format("::std::optional<{}>", element);
    case LibraryType::kNone:
      break;
  }
  return "void";
}

std::string PutLibrary(const LibraryItem& item, std::string_view name) {
  if (IsOptional(item)) return PutOptional(item, name);
  return fmt::format(
      "  {{ unsigned long bailey_c = {0}.size(); __SIZE_TYPE__ bailey_n = "
      "bailey_bytes(bailey_m, 0, bailey_c, {1}); bailey_put(bailey_m, "
      "&bailey_c, sizeof bailey_c); if (bailey_n) bailey_put(bailey_m, "
      "{0}.data(), bailey_n); }}\n",
      name, item.crossing.element_bytes);
}

std::string GetLibrary(const LibraryItem& item, std::string_view name) {
  if (IsOptional(item)) return GetOptional(item, name);
  return fmt::format(
      "  {{ unsigned long bailey_c; bailey_get(bailey_m, &bailey_c, sizeof "
      "bailey_c); {1}; if (bailey_c) bailey_get(bailey_m, &{0}[0], bailey_c * "
      "{2}); }}\n",
      name, Resized(item, name), item.crossing.element_bytes);
}

std::string LibraryRange(const LibraryItem& item, std::string_view name) {
  if (IsOptional(item)) return fmt::format("&{0}, sizeof {0}", name);
  return fmt::format("{0}.data(), {0}.size() * {1}", name,
                     item.crossing.element_bytes);
}

std::string DeclareLibrary(const LibraryItem& item, int index) {
  const std::string object =
      fmt::format("  {} bailey_p{};\n", LibraryTypeName(item), index);
  if (IsOptional(item))
    return object + fmt::format("  int bailey_h{0} = 0; {1} bailey_v{0};\n",
                                index, item.crossing.type);
  return object +
         fmt::format("  unsigned long bailey_c{0} = 0; void* bailey_i{0};\n",
                     index);
}

// What the number says is there, or the request is refused: a take never goes
// beyond the message. No bytes have no place in it.
std::string TakeLibrary(const LibraryItem& item, int index) {
  if (IsOptional(item)) return TakeOptional(item, index);
  return fmt::format(
      "  bailey_take_into(bailey_m, &bailey_c{0}, sizeof bailey_c{0});\n"
      "  bailey_i{0} = bailey_c{0} ? bailey_take(bailey_m, "
      "bailey_bytes(bailey_m, 0, bailey_c{0}, {1})) : 0;\n",
      index, item.crossing.element_bytes);
}

std::string MakeLibrary(const LibraryItem& item, int index) {
  if (IsOptional(item))
    return fmt::format("  if (bailey_h{0}) bailey_p{0} = bailey_v{0};\n",
                       index);
  const std::string from =
      fmt::format("static_cast<{}*>(bailey_i{})", item.crossing.type, index);
  if (item.type == LibraryType::kVector)
    return fmt::format(
        "  if (bailey_c{0}) bailey_p{0}.assign({1}, {1} + bailey_c{0});\n",
        index, from);
  return fmt::format(
      "  if (bailey_c{0}) bailey_p{0} = {1}({2}, bailey_c{0});\n", index,
      LibraryTypeName(item), from);
}

std::string GiveLibrary(const LibraryItem& item, std::string_view name) {
  if (IsOptional(item)) return GiveOptional(item, name);
  return fmt::format(
      "  {{ unsigned long bailey_c = {0}.size(); __SIZE_TYPE__ bailey_n = "
      "bailey_bytes(bailey_m, {1}, bailey_c, {2}); void* bailey_a = "
      "bailey_reserve(bailey_m, sizeof bailey_c); void* bailey_b = bailey_n ? "
      "bailey_reserve(bailey_m, bailey_n) : 0; if (bailey_a) "
      "__builtin_memcpy(bailey_a, &bailey_c, sizeof bailey_c); if (bailey_b) "
      "__builtin_memcpy(bailey_b, {0}.data(), bailey_n); }}\n",
      name, IsTooMany(item), item.crossing.element_bytes);
}

}  // namespace bailey::analyzer
