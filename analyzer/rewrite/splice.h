// Replaces ranges of a source file's bytes and keeps the rest as it is, with
// #line directives so that debug positions and __LINE__ stay those of the file,
// or those that its own #line directives say.
//
//   ApplySplices("int f(void) {\n  return 1;\n}\nint x;\n",
//                {{12, 27, "{ trap(); }"}}, "f.c");
//
// Bytes are spliced rather than edited through Clang's Rewriter: the extents in
// flow.json are offsets already, no parse is needed to apply them, and nothing
// between them can change.

#ifndef BAILEY_ANALYZER_REWRITE_SPLICE_H_
#define BAILEY_ANALYZER_REWRITE_SPLICE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::analyzer {

struct Splice {
  uint64_t begin = 0;
  uint64_t end = 0;
  std::string text;
};

// `splices` lie inside `source` and do not overlap; their order is free.
// `name` is the file as its compile command names it, so that __FILE__ stays.
std::string ApplySplices(std::string_view source, std::vector<Splice> splices,
                         std::string_view name);

// `text` as a C string literal, quotes included.
std::string CLiteral(std::string_view text);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_SPLICE_H_
