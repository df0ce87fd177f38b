// Tables of library functions: of each row what its functions do, in words that
// the table's owner reads.
//
//   constexpr EffectRow kRows[] = {{"n", "malloc calloc"}};
//   auto effects = ReadEffectTable<Effect>(kRows, read_words);
//   // "malloc" and "calloc" each have what read_words made of {"n"}
//
// A function that stands in several rows has the first.

#ifndef BAILEY_ANALYZER_FLOW_EFFECT_TABLE_H_
#define BAILEY_ANALYZER_FLOW_EFFECT_TABLE_H_

#include <functional>
#include <map>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::analyzer {

struct EffectRow {
  std::string_view effect;
  std::string_view functions;
};

template <class Effect>
using EffectTable = std::map<std::string, Effect, std::less<>>;

inline std::vector<std::string> WordsOfRow(std::string_view text) {
  std::istringstream stream{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

template <class Effect, class ReadWords>
EffectTable<Effect> ReadEffectTable(std::span<const EffectRow> rows,
                                    const ReadWords& read_words) {
  EffectTable<Effect> effects;
  for (const EffectRow& row : rows) {
    const Effect effect = read_words(WordsOfRow(row.effect));
    for (const std::string& function : WordsOfRow(row.functions))
      effects.emplace(function, effect);
  }
  return effects;
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_EFFECT_TABLE_H_
