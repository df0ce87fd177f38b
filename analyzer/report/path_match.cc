// Patterns of texts against one text, by the usual set of positions.
#include "analyzer/report/path_match.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bailey::analyzer {
namespace {

constexpr std::string_view kArgumentMark = "argv[..]";

// Nothing stands for any text.
using Letters = std::vector<std::optional<char>>;

bool IsNameCharacter(char c) {
  return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

Letters Parse(std::string_view pattern) {
  Letters letters;
  for (size_t i = 0; i < pattern.size();) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      letters.emplace_back(pattern[i + 1]);
      i += 2;
    } else if (pattern.substr(i).starts_with(kArgumentMark)) {
      letters.emplace_back(std::nullopt);
      i += kArgumentMark.size();
    } else if (pattern[i] == '*') {
      letters.emplace_back(std::nullopt);
      ++i;
    } else if (pattern[i] == '$') {
      letters.emplace_back(std::nullopt);
      for (++i; i < pattern.size() && IsNameCharacter(pattern[i]);) ++i;
    } else {
      letters.emplace_back(pattern[i++]);
    }
  }
  return letters;
}

bool Matches(const Letters& letters, std::string_view text) {
  std::vector<bool> at(text.size() + 1, false);
  at[0] = true;
  for (const std::optional<char>& letter : letters) {
    std::vector<bool> next(text.size() + 1, false);
    bool any = false;
    for (size_t i = 0; i <= text.size(); ++i) {
      any |= at[i];
      if (!letter)
        next[i] = any;
      else if (i < text.size() && at[i] && text[i] == *letter)
        next[i + 1] = true;
    }
    at = std::move(next);
  }
  return at[text.size()];
}

bool HasAny(const Letters& letters) {
  for (const std::optional<char>& letter : letters)
    if (!letter) return true;
  return false;
}

// Without `.`, doubled slashes and the name before `..`, as far as its text
// says. What is before a `..` that leads above the text is open.
Letters Normal(const Letters& letters) {
  Letters normal;
  for (size_t i = 0; i < letters.size(); ++i) {
    const bool slash = letters[i] == '/';
    if (slash && !normal.empty() && normal.back() == '/') continue;
    const bool begins =
        normal.empty() || !normal.back() || normal.back() == '/';
    const bool dot = begins && letters[i] == '.' &&
                     (i + 1 == letters.size() || letters[i + 1] == '/');
    if (dot) {
      if (i + 1 < letters.size()) ++i;
      continue;
    }
    const bool dots = begins && letters[i] == '.' && i + 1 < letters.size() &&
                      letters[i + 1] == '.' &&
                      (i + 2 == letters.size() || letters[i + 2] == '/');
    if (dots) {
      normal.assign(1, std::nullopt);
      normal.emplace_back('/');
      i += 2;
      continue;
    }
    normal.push_back(letters[i]);
  }
  return normal;
}

// What is put into a text may lead up and down again: all before the last of it
// is open.
void OpenTraversal(Letters& letters) {
  const auto last = std::ranges::find(letters.rbegin(), letters.rend(),
                                      std::optional<char>());
  if (last != letters.rend())
    letters.erase(letters.begin(), std::prev(last.base()));
}

Match MatchNormal(Letters letters, std::string_view path) {
  if (letters.empty()) return Match::kNo;
  if (letters[0] && *letters[0] != '/') {
    letters.insert(letters.begin(), {std::nullopt, '/'});
  }
  if (!Matches(letters, path)) return Match::kNo;
  return HasAny(letters) ? Match::kMaybe : Match::kCertain;
}

template <class MatchOne>
Match MatchAll(const Texts& texts, const MatchOne& match) {
  if (texts.any) return Match::kMaybe;
  Match best = Match::kNo;
  for (const std::string& each : texts.patterns)
    best = std::max(best, match(each));
  return best == Match::kCertain && texts.patterns.size() > 1 ? Match::kMaybe
                                                              : best;
}

}  // namespace

Match MatchText(std::string_view pattern, std::string_view text) {
  const Letters letters = Parse(pattern);
  if (!Matches(letters, text)) return Match::kNo;
  return HasAny(letters) ? Match::kMaybe : Match::kCertain;
}

Match MatchText(const Texts& texts, std::string_view text) {
  return MatchAll(texts,
                  [&](std::string_view each) { return MatchText(each, text); });
}

Match MatchPath(std::string_view pattern, std::string_view path) {
  Letters letters = Normal(Parse(pattern));
  OpenTraversal(letters);
  return MatchNormal(std::move(letters), path);
}

Match MatchTellingPath(std::string_view pattern, std::string_view path) {
  Letters letters = Normal(Parse(pattern));
  if (letters.empty()) return Match::kNo;
  if (letters.back()) return MatchPath(pattern, path);
  if (letters.front() != '/') return Match::kNo;
  return MatchNormal(std::move(letters), path);
}

Match MatchPath(const Texts& texts, std::string_view path) {
  return MatchAll(texts,
                  [&](std::string_view each) { return MatchPath(each, path); });
}

}  // namespace bailey::analyzer
