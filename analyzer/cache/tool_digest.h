// Which tool this process is: what it computes may be read again by nobody
// else.
//
//   const std::string key = ToolDigest() + digest_of_the_input;

#ifndef BAILEY_ANALYZER_CACHE_TOOL_DIGEST_H_
#define BAILEY_ANALYZER_CACHE_TOOL_DIGEST_H_

#include <string>

namespace bailey::analyzer {

// A digest of this program and of every library loaded with it, LLVM's and
// Clang's among them: of their build-ids, which linkers make from all that they
// write; of the whole file where there is none. Computed once. Empty if a file
// cannot be read: then nothing may be cached.
const std::string& ToolDigest();

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CACHE_TOOL_DIGEST_H_
