#include "common/diagnostics.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/json.h"

namespace bailey {
namespace {

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "note";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "error";
}

std::string_view SeverityColor(Severity severity) {
  switch (severity) {
    case Severity::kNote:
      return "\033[1;36m";
    case Severity::kWarning:
      return "\033[1;35m";
    case Severity::kError:
      return "\033[1;31m";
  }
  return "";
}

// Generated sources have lines of any length; what is shown of one is bounded.
constexpr size_t kShownBefore = 100;
constexpr size_t kShownBytes = 200;

std::string LineAt(std::string_view text, size_t offset) {
  offset = std::min(offset, text.size());
  size_t begin =
      offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  begin = begin == std::string_view::npos ? 0 : begin + 1;
  const size_t end = std::min(text.find('\n', offset), text.size());
  return std::string(text.substr(begin, end - begin));
}

Diagnostic At(Severity severity, const SourceText& text, SourceSpan span,
              std::string message, std::string hint) {
  const LineColumn place = Locate(text.text, span.offset);
  std::string line = LineAt(text.text, span.offset);
  const int room = static_cast<int>(line.size()) - place.column + 1;
  const int wanted = static_cast<int>(std::min<size_t>(span.length, 1 << 20));
  return Diagnostic{severity,
                    std::move(message),
                    std::move(hint),
                    text.name,
                    place.line,
                    place.column,
                    std::max(1, std::min(wanted, room)),
                    std::move(line)};
}

// Control bytes of a hostile text must not reach a terminal as they are.
std::string Printable(std::string_view line) {
  std::string out;
  for (char c : line) {
    const bool control = (c >= 0 && c < 0x20) || c == 0x7f;
    out += control ? ' ' : c;
  }
  return out;
}

std::string Position(const Diagnostic& diagnostic) {
  if (diagnostic.file.empty()) return "";
  if (diagnostic.line == 0) return diagnostic.file + ": ";
  return fmt::format("{}:{}:{}: ", diagnostic.file, diagnostic.line,
                     diagnostic.column);
}

bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u;
}

// Bytes [begin, begin + kShownBytes) of a line, without the halves of
// characters that were cut in two.
std::string Part(std::string_view line, size_t begin) {
  begin = std::min(begin, line.size());
  std::string part(line.substr(begin, kShownBytes));
  for (size_t i = 0; begin > 0 && i < part.size() && IsContinuation(part[i]);
       ++i)
    part[i] = ' ';  // the marks below stay in their places
  if (begin + part.size() == line.size()) return part;
  if (!IsContinuation(line[begin + part.size()])) return part;
  while (!part.empty() && IsContinuation(part.back())) part.pop_back();
  if (!part.empty()) part.pop_back();
  return part;
}

std::string Excerpt(const Diagnostic& diagnostic) {
  if (diagnostic.line == 0 || diagnostic.source_line.empty()) return "";
  const size_t place = std::max(0, diagnostic.column - 1);
  const size_t skipped =
      diagnostic.source_line.size() > kShownBytes && place > kShownBefore
          ? place - kShownBefore
          : 0;
  const std::string line = Printable(Part(diagnostic.source_line, skipped));
  const size_t marked =
      std::min<size_t>(std::max(0, diagnostic.length - 1), kShownBytes);
  return fmt::format("{:>5} | {}\n      | {}^{}\n", diagnostic.line, line,
                     std::string(place - skipped, ' '),
                     std::string(marked, '~'));
}

}  // namespace

LineColumn Locate(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const size_t newline = before.rfind('\n');
  const size_t begin = newline == std::string_view::npos ? 0 : newline + 1;
  return {static_cast<int>(std::ranges::count(before, '\n')) + 1,
          static_cast<int>(before.size() - begin) + 1};
}

Diagnostic ErrorAt(const SourceText& text, SourceSpan span, std::string message,
                   std::string hint) {
  return At(Severity::kError, text, span, std::move(message), std::move(hint));
}

Diagnostic WarningAt(const SourceText& text, SourceSpan span,
                     std::string message, std::string hint) {
  return At(Severity::kWarning, text, span, std::move(message),
            std::move(hint));
}

void Diagnostics::Add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::kError) ++error_count_;
  all_.push_back(std::move(diagnostic));
}

void Diagnostics::Append(const Diagnostics& other) {
  for (const Diagnostic& diagnostic : other.all_) Add(diagnostic);
}

std::string RenderText(const Diagnostic& diagnostic, bool color) {
  const std::string_view name = SeverityName(diagnostic.severity);
  const std::string label =
      color ? fmt::format("{}{}:\033[0m", SeverityColor(diagnostic.severity),
                          name)
            : fmt::format("{}:", name);
  std::string out =
      fmt::format("{}{} {}\n", Position(diagnostic), label, diagnostic.message);
  out += Excerpt(diagnostic);
  if (!diagnostic.hint.empty()) out += "  hint: " + diagnostic.hint + "\n";
  return out;
}

std::string RenderText(const Diagnostics& diagnostics, bool color) {
  std::string out;
  for (const Diagnostic& diagnostic : diagnostics.all())
    out += RenderText(diagnostic, color);
  return out;
}

std::string RenderJson(const Diagnostics& diagnostics) {
  Json list = Json::array();
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    list.push_back({{"severity", SeverityName(diagnostic.severity)},
                    {"message", diagnostic.message},
                    {"hint", diagnostic.hint},
                    {"file", diagnostic.file},
                    {"line", diagnostic.line},
                    {"column", diagnostic.column}});
  }
  return WriteJson({{"diagnostics", std::move(list)}});
}

Error ToError(const Diagnostics& diagnostics) {
  std::string text = RenderText(diagnostics);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return Error{std::move(text), ""};
}

}  // namespace bailey
