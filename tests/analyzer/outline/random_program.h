// Programs whose main mixes a credential with what anyone may know, at random,
// and which end: to be outlined and compared with what they were.
//
//   std::string main = RandomProgram(seed);

#ifndef BAILEY_TESTS_ANALYZER_OUTLINE_RANDOM_PROGRAM_H_
#define BAILEY_TESTS_ANALYZER_OUTLINE_RANDOM_PROGRAM_H_

#include <string>

namespace bailey::analyzer {

// A definition of main, for kOutlinePrelude. The same for the same seed.
std::string RandomProgram(unsigned seed);

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_OUTLINE_RANDOM_PROGRAM_H_
