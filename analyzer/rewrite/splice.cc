#include "analyzer/rewrite/splice.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/check.h"

namespace bailey::analyzer {
namespace {

int64_t CountLines(std::string_view text) {
  return std::ranges::count(text, '\n');
}

// Where a text is, by its own `#line` directives as well. A directive inside a
// comment, at the begin of a line, would be taken for one.
class LineCounter {
 public:
  explicit LineCounter(std::string_view name) : literal_(CLiteral(name)) {}

  // `text` begins where the last one ended.
  void Pass(std::string_view text) {
    for (const char c : text) {
      if (c != '\n') {
        line_text_ += c;
        continue;
      }
      ++line_;
      Directive();
      line_text_.clear();
    }
  }

  std::string Show() const {
    return fmt::format("#line {} {}\n", line_, literal_);
  }

 private:
  // It says what the line behind it is.
  void Directive() {
    std::string_view rest = line_text_;
    if (!rest.starts_with("#line ")) return;
    rest.remove_prefix(6);
    int64_t line = 0;
    const auto [end, error] =
        std::from_chars(rest.data(), rest.data() + rest.size(), line);
    if (error != std::errc()) return;
    line_ = line;
    const std::string_view name =
        rest.substr(static_cast<size_t>(end - rest.data()));
    const size_t open = name.find('"');
    const size_t close = name.rfind('"');
    if (open < close) literal_ = name.substr(open, close - open + 1);
  }

  int64_t line_ = 1;
  std::string literal_;
  std::string line_text_;
};

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
  LineCounter lines(name);
  std::string out = lines.Show();
  uint64_t position = 0;
  for (const Splice& splice : splices) {
    CHECK(position <= splice.begin && splice.begin <= splice.end &&
          splice.end <= source.size());
    const auto kept = source.substr(position, splice.begin - position);
    const auto replaced =
        source.substr(splice.begin, splice.end - splice.begin);
    out.append(kept).append(splice.text);
    lines.Pass(kept);
    lines.Pass(replaced);
    if (CountLines(splice.text) != CountLines(replaced)) {
      // The rest of the line on which the range ended follows.
      out += "\n" + lines.Show();
    }
    position = splice.end;
  }
  return out.append(source.substr(position));
}

}  // namespace bailey::analyzer
