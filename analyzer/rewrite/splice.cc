#include "analyzer/rewrite/splice.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/check.h"

namespace bailey::analyzer {
namespace {

int64_t CountLines(std::string_view text) {
  return std::ranges::count(text, '\n');
}

std::string LineDirective(int64_t line, std::string_view name) {
  return fmt::format("#line {} {}\n", line, CLiteral(name));
}

}  // namespace

std::string CLiteral(std::string_view text) {
  std::string literal = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') literal += '\\';
    literal += c;
  }
  return literal + "\"";
}

std::string ApplySplices(std::string_view source, std::vector<Splice> splices,
                         std::string_view name) {
  std::ranges::sort(splices, {}, &Splice::begin);
  std::string out = LineDirective(1, name);
  uint64_t position = 0;
  int64_t line = 1;
  for (const Splice& splice : splices) {
    CHECK(position <= splice.begin && splice.begin <= splice.end &&
          splice.end <= source.size());
    const auto kept = source.substr(position, splice.begin - position);
    const auto replaced =
        source.substr(splice.begin, splice.end - splice.begin);
    out.append(kept).append(splice.text);
    line += CountLines(kept) + CountLines(replaced);
    if (CountLines(splice.text) != CountLines(replaced)) {
      // The rest of the line on which the range ended follows.
      out += "\n" + LineDirective(line, name);
    }
    position = splice.end;
  }
  return out.append(source.substr(position));
}

}  // namespace bailey::analyzer
