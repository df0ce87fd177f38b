// What glibc's own functions make of what they are given, where the value flow
// does not see it: through a loop over a text, or through memory. Internal to
// analyzer/elf.
//
//   for (const PassingModel& model : PassingModels()) …
//
// Each model is of one argument of the calls that one function makes of
// another, and so holds whoever calls that function. What it says was read in
// the sources of glibc 2.36, and tests/analyzer/elf/library_models_test.cc runs
// the functions under strace. Models of functions that are not exported need a
// symbol table or debug file, and without one change nothing.

#ifndef BAILEY_ANALYZER_ELF_LIBRARY_MODELS_H_
#define BAILEY_ANALYZER_ELF_LIBRARY_MODELS_H_

#include <cstdint>
#include <span>
#include <string_view>

namespace bailey::analyzer {

// What is made of a value.
enum class ValueFunction : uint8_t {
  kItself,
  kOpenFlagsOfMode,  // open_modes.h; of an unknown text: those of any
  // O_RDWR|O_CREAT|O_EXCL, and any flag besides.
  kTemporaryFileFlags
};

struct PassingModel {
  std::string_view caller;
  std::string_view callee;
  int argument = 0;  // of the callee
  ValueFunction function = ValueFunction::kItself;
  // What it is applied to: a parameter of the caller, or, if that is negative,
  // a constant.
  int parameter = -1;
  uint64_t constant = 0;
};

// Of libc.so.6.
std::span<const PassingModel> PassingModels();

// A text that every C library has to which the models apply.
inline constexpr std::string_view kModelledLibrary = "release version 2.36.";

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_LIBRARY_MODELS_H_
