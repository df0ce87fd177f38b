#include "analyzer/flow/text_pattern.h"

#include <linux/limits.h>

#include <algorithm>
#include <utility>

namespace bailey::analyzer {
namespace {

constexpr std::string_view kSpecial = "*?[]\\$";
constexpr std::string_view kArgument = "argv[..]";
constexpr std::string_view kPrinting = "diouxXeEfFgGaAcspm";
constexpr size_t kLongest = 2 * PATH_MAX;

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (kSpecial.contains(c)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// The part before anything that is not certain.
std::string_view CertainPart(std::string_view pattern) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\')
      ++i;
    else if (pattern[i] == '*' || pattern[i] == '$' ||
             pattern.substr(i).starts_with(kArgument))
      return pattern.substr(0, i);
  }
  return pattern;
}

Texts Limited(Texts texts) {
  const bool fits =
      texts.patterns.size() <= kMostTexts &&
      std::ranges::all_of(texts.patterns, [](const std::string& each) {
        return each.size() <= kLongest && each != "*";
      });
  return fits && !texts.any ? std::move(texts) : Texts::Any();
}

bool EndsOpen(std::string_view pattern) {
  return pattern.ends_with('*') && !pattern.ends_with("\\*");
}

// "**" says no more than "*".
void Append(std::string& pattern, std::string_view more) {
  if (EndsOpen(pattern) && more.starts_with('*')) more.remove_prefix(1);
  pattern += more;
}

std::set<std::string> PatternsOf(const Texts& texts) {
  return texts.any ? std::set<std::string>{"*"} : texts.patterns;
}

// Where a conversion specification ends that begins behind `%`, and what it is.
struct Conversion {
  size_t end = 0;
  char letter = 0;
  bool plain = true;    // all of an int, without flags, width and precision
  bool counts = false;  // takes its width or precision from an argument
};

Conversion ReadConversion(std::string_view format, size_t at) {
  Conversion conversion;
  constexpr std::string_view kBefore = "#0- +'.*0123456789$";
  constexpr std::string_view kLengths = "hlLqjzt";
  for (; at < format.size() && kBefore.contains(format[at]); ++at) {
    conversion.plain = false;
    conversion.counts |= format[at] == '*' || format[at] == '$';
  }
  const size_t length = at;
  while (at < format.size() && kLengths.contains(format[at])) ++at;
  conversion.end = at + 1;
  if (at < format.size()) conversion.letter = format[at];
  // Cut off by `h`, or of wide characters.
  conversion.plain &= !format.substr(length, at - length).contains('h') &&
                      (at == length || conversion.letter != 's');
  return conversion;
}

}  // namespace

Texts Texts::Literal(std::string_view text) { return Pattern(Escaped(text)); }

Texts Join(const Texts& a, const Texts& b) {
  if (a.any || b.any) return Texts::Any();
  Texts joined = a;
  joined.patterns.insert(b.patterns.begin(), b.patterns.end());
  return Limited(std::move(joined));
}

Texts Concatenate(const Texts& a, const Texts& b) {
  Texts made;
  for (const std::string& first : PatternsOf(a)) {
    for (const std::string& second : PatternsOf(b)) {
      std::string pattern = first;
      Append(pattern, second);
      made.patterns.insert(std::move(pattern));
    }
  }
  return Limited(std::move(made));
}

Texts Beginning(const Texts& texts) {
  if (texts.any) return texts;
  return Concatenate(texts, Texts{false, {"*"}});
}

Texts Cut(const Texts& texts, std::optional<uint64_t> size_bytes) {
  if (texts.any || (size_bytes && *size_bytes >= PATH_MAX)) return texts;
  Texts cut;
  for (const std::string& pattern : texts.patterns) {
    const std::string_view certain = CertainPart(pattern);
    const bool whole = certain.size() == pattern.size();
    const std::string text = Unescaped(certain);
    if (size_bytes && text.size() >= *size_bytes)
      cut.patterns.insert(
          Escaped(text.substr(0, *size_bytes > 0 ? *size_bytes - 1 : 0)));
    else if (whole && size_bytes)
      cut.patterns.insert(pattern);
    else if (EndsOpen(pattern))
      cut.patterns.insert(pattern);
    else if (whole)
      cut.patterns.insert("*");
    else
      cut.patterns.insert(std::string(certain) + "*");
  }
  return Limited(std::move(cut));
}

Texts Formatted(std::string_view format, const std::vector<Texts>& arguments,
                std::optional<uint64_t> size_bytes) {
  Texts made = Texts::Pattern("");
  size_t next = 0;
  bool lost = false;  // which argument is whose
  for (size_t at = 0; at < format.size();) {
    const size_t percent = std::min(format.find('%', at), format.size());
    made = Concatenate(
        made, Texts::Pattern(Escaped(format.substr(at, percent - at))));
    if (percent == format.size()) break;
    const Conversion conversion = ReadConversion(format, percent + 1);
    at = conversion.end;
    if (conversion.letter == '%') {
      made = Concatenate(made, Texts::Pattern("%"));
      continue;
    }
    if (!kPrinting.contains(conversion.letter)) return Texts::Any();
    lost |= conversion.counts;
    if (conversion.letter == 'm') {  // strerror(errno): no argument
      made = Concatenate(made, Texts::Any());
      continue;
    }
    const bool known = !lost && conversion.plain && next < arguments.size();
    const bool as_given = conversion.letter == 's' ||
                          conversion.letter == 'd' ||
                          conversion.letter == 'i' || conversion.letter == 'u';
    made =
        Concatenate(made, known && as_given ? arguments[next] : Texts::Any());
    ++next;
  }
  return Cut(made, size_bytes);
}

bool IsPattern(std::string_view pattern) {
  return CertainPart(pattern).size() != pattern.size();
}

std::string Unescaped(std::string_view pattern) {
  std::string text;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    text += pattern[i];
  }
  return text;
}

}  // namespace bailey::analyzer
