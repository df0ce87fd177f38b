// Texts that a program may make, as patterns: `*` stands for any text, also
// with slashes in it; `$NAME` for a variable of the environment, `argv[..]` for
// an argument of the program. A `\` takes its meaning from the next character.
//
//   Texts texts = Formatted("/run/%s.pid", {Texts::Any()}, std::nullopt);
//   // "/run/*.pid"

#ifndef BAILEY_ANALYZER_FLOW_TEXT_PATTERN_H_
#define BAILEY_ANALYZER_FLOW_TEXT_PATTERN_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::analyzer {

// What a text can be: anything, or one of a few patterns; of no pattern, it is
// no text (a null pointer).
struct Texts {
  bool any = false;
  std::set<std::string> patterns = {};

  static Texts Any() { return {true, {}}; }
  static Texts Literal(std::string_view text);
  static Texts Pattern(std::string pattern) { return {false, {pattern}}; }

  bool operator==(const Texts&) const = default;
  auto operator<=>(const Texts&) const = default;
};

inline constexpr size_t kMostTexts = 16;

Texts Join(const Texts& a, const Texts& b);
Texts Concatenate(const Texts& a, const Texts& b);
// Any text that begins as these do.
Texts Beginning(const Texts& texts);
// What is left where only `size_bytes`, with the NUL, have room. A path that
// does not fit into PATH_MAX names no file, so from there on nothing is cut.
Texts Cut(const Texts& texts, std::optional<uint64_t> size_bytes);

// printf's result. `arguments` are what the conversions get, as text; numbers
// are given in decimal where they are known.
Texts Formatted(std::string_view format, const std::vector<Texts>& arguments,
                std::optional<uint64_t> size_bytes);

// Whether the pattern has a `*`, a variable or an argument in it.
bool IsPattern(std::string_view pattern);
// The text that a pattern without any of these stands for.
std::string Unescaped(std::string_view pattern);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_TEXT_PATTERN_H_
