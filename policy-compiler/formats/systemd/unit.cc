// A systemd unit file's settings: see systemd_unit.h.

#include "policy-compiler/formats/systemd/unit.h"

#include <utility>

namespace bailey::policy {
namespace {

constexpr std::string_view kBlanks = " \t\r";
constexpr size_t kMaxErrors = 100;

std::string_view Trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return text.substr(0, 0);
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// A backslash that another one takes its meaning from, or behind which
// something stands, if only a blank, ends nothing: as systemd's config_parse()
// has it, or the next line, which may be a filter, would be lost.
bool GoesOn(std::string_view line) {
  bool escaped = false;
  for (const char c : line) escaped = !escaped && c == '\\';
  return escaped;
}

class UnitReader {
 public:
  UnitReader(const SourceText& text, std::string_view section,
             std::vector<UnitSetting>& settings, Diagnostics& diagnostics)
      : text_(text),
        section_(section),
        settings_(settings),
        diagnostics_(diagnostics) {}

  void Run() {
    const std::string_view all = text_.text;
    for (size_t begin = 0; begin < all.size();) {
      const size_t end = std::min(all.find('\n', begin), all.size());
      Line(all.substr(begin, end - begin));
      begin = end + 1;
    }
    setting_ = false;
  }

 private:
  // Views point into the text: their places are known by that.
  size_t Offset(std::string_view part) const {
    return static_cast<size_t>(part.data() - text_.text.data());
  }

  void Error(std::string_view part, std::string message, std::string hint) {
    if (diagnostics_.error_count() < kMaxErrors)
      diagnostics_.Add(ErrorAt(text_, {Offset(part), part.size()},
                               std::move(message), std::move(hint)));
  }

  // Each of these ends a line for systemd: what stands behind it is a setting.
  void RefuseOtherEnds(std::string_view line) {
    const size_t at = line.find_first_of(std::string_view("\r\0", 2));
    if (at != std::string_view::npos)
      Error(line.substr(at, 1),
            "a carriage return or NUL within a line, which ends it for systemd",
            "end lines with a line feed");
  }

  void Line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    RefuseOtherEnds(line);
    const std::string_view content = Trimmed(line);
    const bool comment =
        !content.empty() && (content.front() == '#' || content.front() == ';');
    if (comment) return;
    const bool more = continues_;
    continues_ = GoesOn(line);
    const std::string_view part =
        continues_ ? content.substr(0, content.size() - 1) : content;
    if (more) return AddWords(part);
    setting_ = false;
    if (content.empty()) return;
    if (content.front() == '[') return Section(content);
    Setting(part);
  }

  void Section(std::string_view line) {
    if (line.back() != ']')
      return Error(line, "the section's header has no `]`", "");
    in_section_ = line.substr(1, line.size() - 2) == section_;
    seen_section_ = true;
  }

  void Setting(std::string_view line) {
    const size_t equals = line.find('=');
    if (equals == std::string_view::npos)
      return Error(line, "there is no `=` in this line",
                   "a setting is `Name=value`");
    const std::string_view key = Trimmed(line.substr(0, equals));
    if (key.empty()) return Error(line, "the setting has no name", "");
    if (!seen_section_)
      return Error(key, "a setting outside of any section",
                   "`[Service]` begins the section");
    setting_ = in_section_;
    if (!setting_) return;
    settings_.push_back(
        {std::string(key), {}, {Offset(key), key.size()}, &text_});
    AddWords(line.substr(equals + 1));
  }

  void AddWords(std::string_view part) {
    if (!setting_) return;
    while (true) {
      const size_t begin = part.find_first_not_of(kBlanks);
      if (begin == std::string_view::npos) return;
      const size_t end =
          std::min(part.find_first_of(kBlanks, begin), part.size());
      const std::string_view word = part.substr(begin, end - begin);
      settings_.back().words.push_back(
          {std::string(word), {Offset(word), word.size()}});
      part.remove_prefix(end);
    }
  }

  const SourceText& text_;
  const std::string_view section_;
  std::vector<UnitSetting>& settings_;
  Diagnostics& diagnostics_;
  bool in_section_ = false;
  bool seen_section_ = false;
  bool continues_ = false;
  bool setting_ = false;  // continued lines belong to the last setting
};

}  // namespace

void ReadUnit(const SourceText& text, std::string_view section,
              std::vector<UnitSetting>& settings, Diagnostics& diagnostics) {
  UnitReader(text, section, settings, diagnostics).Run();
}

}  // namespace bailey::policy
