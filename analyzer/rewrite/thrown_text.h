// How an exception crosses: as one of a few kinds and, of a system_error, the
// number of a generic or system error. Never its text, nor its type beyond
// that: they may tell what the trusted side knows. The caller gets one of the
// kind with a text that names the function.
//
// Weak definitions for the end of a unit with stubs or glue that may throw.
// Internal to rewrite/.

#ifndef BAILEY_ANALYZER_REWRITE_THROWN_TEXT_H_
#define BAILEY_ANALYZER_REWRITE_THROWN_TEXT_H_

#include <string_view>

namespace bailey::analyzer {

// For stubs: void bailey_throw(unsigned kind, int code, const char* name).
std::string_view ThrowText();
// For glue, within a handler: unsigned bailey_caught(int* code), above 0.
std::string_view CaughtText();

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_THROWN_TEXT_H_
