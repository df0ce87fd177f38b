// What functions of the C library do behind the pointers that they are given.
//
//   const LibraryExtent* extent = LibraryExtentOf("memcpy");
//   // writes behind argument 0, reads behind 1, as many bytes as 2 says
//
// A function that is not here, and an argument of which its row says nothing,
// may do anything.

#ifndef BAILEY_ANALYZER_FLOW_LIBRARY_EXTENTS_H_
#define BAILEY_ANALYZER_FLOW_LIBRARY_EXTENTS_H_

#include <cstdint>
#include <string_view>
#include <vector>

namespace bailey::analyzer {

enum class LibraryLength : uint8_t {
  kConstant,
  kArgument,  // argument `length` says how many bytes
  kProduct,   // `length` times `times`
  kText,      // up to a NUL
};

struct LibraryReach {
  int argument = 0;  // the pointer
  bool reads = false;
  bool writes = false;
  LibraryLength kind = LibraryLength::kConstant;
  // A length above what any object has is said on purpose (snprintf). Else it
  // is an error of the caller or of the call, and nothing is reached.
  bool may_be_huge = false;
  bool is_certain = false;  // every call reaches all of it
  int length = -1;
  int times = -1;
  uint64_t bytes = 0;
};

struct LibraryExtent {
  std::vector<LibraryReach> reaches;
  int returned = -1;  // the result may point into what this argument points to
  int format = -1;    // this argument says what those after `...` are
};

// Null: not known.
const LibraryExtent* LibraryExtentOf(std::string_view function);

// Which of the arguments that a format's conversions take, counted from 0, are
// texts, read up to their NUL.
std::vector<int> TextsOfFormat(std::string_view format);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_LIBRARY_EXTENTS_H_
