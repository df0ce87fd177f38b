#include "analyzer/rewrite/cxx_edits.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace bailey::analyzer {
namespace {

std::string WithoutUnit(const std::string& id) {
  return id.substr(id.rfind(':') + 1);
}

uint64_t LengthOf(const SourceExtent& extent) {
  return extent.end - extent.begin;
}

bool IsWordPart(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

bool IsWordAt(std::string_view text, size_t at, std::string_view word) {
  const size_t end = at + word.size();
  return text.substr(at, word.size()) == word &&
         (at == 0 || !IsWordPart(text[at - 1])) &&
         (end >= text.size() || !IsWordPart(text[end]));
}

// The declarator: the last of that name before an initializer, outside of all
// brackets, `<...>` included.
size_t FindDeclarator(std::string_view text, std::string_view name) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (depth == 0 && IsWordAt(text, i, name)) return i;
    if (std::string_view("(<").contains(text[i])) ++depth;
    if (std::string_view(")>").contains(text[i])) --depth;
    if (depth == 0 && std::string_view("={;").contains(text[i])) break;
  }
  return std::string_view::npos;
}

// `[3][4]` behind a declarator.
std::string_view Bounds(std::string_view rest) {
  size_t end = 0;
  while (true) {
    size_t open = end;
    while (open < rest.size() &&
           std::isspace(static_cast<unsigned char>(rest[open])))
      ++open;
    if (open >= rest.size() || rest[open] != '[') return rest.substr(0, end);
    const size_t close = rest.find(']', open);
    if (close == std::string_view::npos) return rest.substr(0, end);
    end = close + 1;
  }
}

std::string WithoutStatic(std::string_view specifiers) {
  std::string out;
  for (size_t i = 0; i < specifiers.size();) {
    const bool is_static = IsWordAt(specifiers, i, "static");
    if (!is_static) out += specifiers[i];
    i += is_static ? std::string_view("static").size() : 1;
  }
  return out;
}

bool IsMember(std::string_view specifiers) {
  const size_t end = specifiers.find_last_not_of(" \n\t");
  return end != std::string_view::npos && specifiers[end] == ':';
}

}  // namespace

std::string SymbolOf(const FlowFunction& function) {
  return function.qualified_name.empty() ? function.name
                                         : WithoutUnit(function.id);
}

std::string SymbolOf(const FlowGlobal& global) {
  return WithoutUnit(global.id);
}

std::vector<const FlowFunction*> FunctionsOf(const Flow& flow,
                                             const std::string& file) {
  std::vector<const FlowFunction*> found;
  for (const FlowFunction& each : flow.functions)
    if (each.extent.file == file) found.push_back(&each);
  std::ranges::sort(found, {}, [](const FlowFunction* each) {
    return std::pair(~LengthOf(each->extent), std::string_view(each->id));
  });
  return found;
}

bool IsWithin(const SourceExtent& a, const SourceExtent& b) {
  return a.file == b.file && b.begin <= a.begin && a.end <= b.end;
}

bool HasNoText(const SourceFile& file, const FlowFunction& function) {
  const SourceExtent& extent = function.extent;
  if (extent.begin == extent.end) return true;
  if (function.qualified_name.empty() || extent.end > file.text.size())
    return false;
  return !std::string_view(file.text)
              .substr(extent.begin, LengthOf(extent))
              .contains('{');
}

bool HasNoText(const FlowGlobal& global) {
  return global.extent.begin == global.extent.end;
}

bool MayBeInHeader(const FlowFunction& function) {
  if (function.qualified_name.empty()) return false;
  return function.is_inline || function.linkage == Linkage::kInternal;
}

bool MayBeInHeader(const FlowGlobal& global) {
  return global.is_constant && WithoutUnit(global.id).starts_with("_Z");
}

bool IsConstexpr(const SourceFile& file, const FlowGlobal& global) {
  if (!MayBeInHeader(global) || global.extent.end > file.text.size())
    return false;
  const std::string_view text = std::string_view(file.text).substr(
      global.extent.begin, LengthOf(global.extent));
  for (size_t i = 0; i < text.size() && text[i] != '='; ++i)
    if (IsWordAt(text, i, "constexpr")) return true;
  return false;
}

std::string ExternDeclarationCxx(std::string_view definition,
                                 std::string_view name) {
  const size_t at = FindDeclarator(definition, name);
  if (at == std::string_view::npos) return "";
  const std::string_view specifiers = definition.substr(0, at);
  if (IsMember(specifiers)) return ";";
  const std::string_view bounds = Bounds(definition.substr(at + name.size()));
  const std::string kept = WithoutStatic(specifiers);
  const bool has_extern = kept.starts_with("extern ");
  return fmt::format("{}{}{}{};", has_extern ? "" : "extern ", kept, name,
                     bounds);
}

Result<Splice> DeclareOnlyCxx(const SourceFile& file,
                              const FlowGlobal& global) {
  RETURN_IF_ERROR(CheckGlobal(file, global));
  const SourceExtent& extent = global.extent;
  std::string text = ExternDeclarationCxx(
      std::string_view(file.text).substr(extent.begin, LengthOf(extent)),
      global.name);
  if (text.empty())
    return Fail(
        fmt::format("the definition of `{}` is not understood", global.id),
        "write it as `Type name = value;`");
  return Splice{extent.begin, extent.end, std::move(text)};
}

}  // namespace bailey::analyzer
