// The policies that `assert subset of` names, loaded.
//
//   LoadCeilings(texts, sources, LoadCeiling);
//   texts.front().ceilings.at(assertion.ceiling.span.offset);  // null: an
//   error
//
// A name with `.policy` at its end, or `./` or `../` at its beginning, is a
// file's, relative to the text that says it; any other is a built-in library's.
// What a ceiling asserts of itself is not asked here.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_CEILINGS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_CEILINGS_H_

#include <deque>
#include <functional>

#include "policy-compiler/language/texts.h"

namespace bailey::policy {

// Different ones, of all texts together.
inline constexpr size_t kMaxCeilings = 16;

// Loads a text by itself, without its assertions.
using CeilingLoader = std::function<ParsedPolicy(const SourceText& text,
                                                 const PolicySources& sources)>;

// Fills `ceilings` of every text. What is wrong with a ceiling is reported
// where it is named, with its own first error.
void LoadCeilings(std::deque<PolicyText>& texts, const PolicySources& sources,
                  const CeilingLoader& load);

// Takes the assertions out of a text that is a ceiling.
void DropAssertions(std::vector<Statement>& statements);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_CEILINGS_H_
