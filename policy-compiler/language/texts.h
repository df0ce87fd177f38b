// The texts that make up a policy: the author's, and those that it uses,
// directly or through others, each read once.
//
//   std::deque<PolicyText> texts = LoadTexts(main, sources, sink);
//   texts.front();  // the author's
//
// A name that begins with `./` or `../` is a file's, relative to the text that
// says it; any other is a built-in library's.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_TEXTS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_TEXTS_H_

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

// Far above what any policy needs.
inline constexpr size_t kMaxUseDepth = 16;
inline constexpr size_t kMaxTexts = 100;
inline constexpr size_t kMaxTotalBytes = size_t{4} << 20;

struct PolicyText {
  PolicyText(SourceText source, DiagnosticSink& sink);
  // `report` points to `text`.
  PolicyText(const PolicyText&) = delete;
  PolicyText& operator=(const PolicyText&) = delete;

  SourceText text;
  TextReporter report;
  std::vector<size_t> lines;  // where each begins
  PolicySyntax syntax;
  bool is_library = false;  // it is used: all but the first
  bool is_builtin = false;
  Widths widths = Widths::kKernel;
  std::optional<uint64_t> version;
  // What it uses, by the offset of the name; nothing where that failed.
  std::map<size_t, PolicyText*> uses;
  // What its assertions name, in the same way; ceilings.h.
  std::map<size_t, std::shared_ptr<const ParsedPolicy>> ceilings;
};

// Line and column of an offset, both from 1.
LineColumn PlaceIn(const PolicyText& text, size_t offset);

// The author's first, the others in the order in which they are first used.
// Moving the deque leaves its elements where they are.
std::deque<PolicyText> LoadTexts(const SourceText& main,
                                 const PolicySources& sources,
                                 DiagnosticSink& sink);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_TEXTS_H_
