#include "analyzer/rewrite/edits.h"

#include <fmt/format.h>

#include <cctype>
#include <optional>

namespace bailey::analyzer {
namespace {

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// The end of the token that starts at `begin`: a word, a literal, a comment or
// one character.
size_t TokenEnd(std::string_view text, size_t begin) {
  const char first = text[begin];
  if (IsWordCharacter(first)) {
    size_t end = begin;
    while (end < text.size() && IsWordCharacter(text[end])) ++end;
    return end;
  }
  if (first == '"' || first == '\'') {
    size_t end = begin + 1;
    while (end < text.size() && text[end] != first) {
      end += text[end] == '\\' ? 2 : 1;
    }
    return std::min(end + 1, text.size());
  }
  for (const auto& [open, close] :
       {std::pair{"/*", "*/"}, std::pair{"//", "\n"}}) {
    if (!text.substr(begin).starts_with(open)) continue;
    const size_t end = text.find(close, begin + 2);
    if (end == std::string_view::npos) return text.size();
    return end + (open[1] == '*' ? 2 : 0);
  }
  return begin + 1;
}

// Calls visit(token, offset) for each token that is no white space.
template <class Visit>
void ForEachToken(std::string_view text, Visit visit) {
  for (size_t i = 0; i < text.size();) {
    const size_t end = TokenEnd(text, i);
    const bool is_space = std::isspace(static_cast<unsigned char>(text[i]));
    if (!is_space) visit(text.substr(i, end - i), i);
    i = end;
  }
}

bool HasWord(std::string_view text, std::string_view word) {
  bool found = false;
  ForEachToken(text,
               [&](std::string_view token, size_t) { found |= token == word; });
  return found;
}

bool IsInside(const SourceFile& file, const SourceExtent& extent) {
  return extent.begin < extent.end && extent.end <= file.text.size();
}

std::string_view TextOf(const SourceFile& file, uint64_t begin, uint64_t end) {
  return std::string_view(file.text).substr(begin, end - begin);
}

std::unexpected<Error> Changed(const SourceFile& file, std::string_view id) {
  return Fail(
      fmt::format("`{}` is not where flow.json says in `{}`", id, file.path),
      "the file changed after it was analyzed, or a macro makes this "
      "definition: analyze again, or write it out");
}

// Drops `= initializer` of every declarator and the word `static`.
class DeclarationWriter {
 public:
  std::string Write(std::string_view definition) {
    size_t copied = 0;
    ForEachToken(definition, [&](std::string_view token, size_t offset) {
      if (!is_skipping_) {
        out_.append(definition.substr(copied, offset - copied));
      }
      copied = offset + token.size();
      Token(token);
    });
    return (has_extern_ ? "" : "extern ") + out_;
  }

 private:
  void Token(std::string_view token) {
    if (token == "(" || token == "[" || token == "{") ++depth_;
    if (token == ")" || token == "]" || token == "}") --depth_;
    if (depth_ == 0 && token == "=") is_skipping_ = true;
    if (depth_ == 0 && (token == "," || token == ";")) is_skipping_ = false;
    if (is_skipping_) return;
    has_extern_ |= depth_ == 0 && token == "extern";
    if (depth_ == 0 && token == "static") return;
    out_.append(token);
  }

  std::string out_;
  int depth_ = 0;
  bool is_skipping_ = false;
  bool has_extern_ = false;
};

}  // namespace

Result<> CheckFunction(const SourceFile& file, const FlowFunction& function) {
  const SourceExtent& whole = function.extent;
  const SourceExtent& body = function.body;
  if (body.file != whole.file || !IsInside(file, whole) ||
      !IsInside(file, body) || body.begin < whole.begin ||
      body.end > whole.end || file.text[body.begin] != '{' ||
      file.text[body.end - 1] != '}') {
    return Changed(file, function.id);
  }
  return {};
}

Result<> CheckGlobal(const SourceFile& file, const FlowGlobal& global) {
  const SourceExtent& extent = global.extent;
  if (!IsInside(file, extent) || file.text[extent.end - 1] != ';') {
    return Changed(file, global.id);
  }
  return {};
}

Result<Splice> ReplaceBody(const SourceFile& file, const FlowFunction& function,
                           std::string body) {
  RETURN_IF_ERROR(CheckFunction(file, function));
  return Splice{function.body.begin, function.body.end, std::move(body)};
}

Result<Splice> TrapBody(const SourceFile& file, const FlowFunction& function) {
  return ReplaceBody(
      file, function,
      fmt::format("{{ bailey_absent({}); }}", CLiteral(function.name)));
}

bool RunsByItself(const SourceFile& file, const FlowFunction& function) {
  if (!CheckFunction(file, function).ok()) return false;
  const std::string_view head =
      TextOf(file, function.extent.begin, function.body.begin);
  for (const char* word :
       {"constructor", "__constructor__", "destructor", "__destructor__"}) {
    if (HasWord(head, word)) return true;
  }
  return false;
}

Result<Splice> RenameDefinition(const SourceFile& file,
                                const FlowFunction& function,
                                std::string_view new_name) {
  RETURN_IF_ERROR(CheckFunction(file, function));
  const uint64_t begin = function.extent.begin;
  std::optional<Splice> splice;
  ForEachToken(TextOf(file, begin, function.body.begin),
               [&](std::string_view token, size_t offset) {
                 if (splice || token != function.name) return;
                 splice = Splice{begin + offset, begin + offset + token.size(),
                                 std::string(new_name)};
               });
  if (!splice) return Changed(file, function.id);
  return *splice;
}

Result<Splice> DeclareOnly(const SourceFile& file, const FlowGlobal& global) {
  RETURN_IF_ERROR(CheckGlobal(file, global));
  return Splice{
      global.extent.begin, global.extent.end,
      ExternDeclaration(TextOf(file, global.extent.begin, global.extent.end))};
}

std::string ExternDeclaration(std::string_view definition) {
  return DeclarationWriter().Write(definition);
}

}  // namespace bailey::analyzer
