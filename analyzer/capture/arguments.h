// What the arguments of a compiler driver mean, as GCC and Clang read them.
//
//   DriverArguments parsed = ParseDriverArguments(
//       {"cc", "-O2", "a.c", "-o", "prog", "-lm"}, "/src");
//   // parsed.mode == DriverMode::kLink, parsed.inputs[0].text == "a.c"
//
// Sources: the GCC manual, "Option Summary", and clang --help.

#ifndef BAILEY_ANALYZER_CAPTURE_ARGUMENTS_H_
#define BAILEY_ANALYZER_CAPTURE_ARGUMENTS_H_

#include <string>
#include <string_view>
#include <vector>

namespace bailey::analyzer {

enum class DriverMode {
  kLink,        // no stopping option: all inputs end in one program
  kCompile,     // -c or -S
  kPreprocess,  // -E, -M or -MM
  kNothing      // --version, -print-…, -###: nothing is built
};

enum class ArgumentKind {
  kOption,        // of the compiler, with its value when that is a word apart
  kLinkerOption,  // -L, -Wl, -shared, ...: without a meaning for one object
  kLibrary,       // -lNAME
  kSource,        // C or C++ text
  kInput,         // anything else to link: objects, archives, assembler
  kOutput         // -o FILE
};

struct DriverArgument {
  ArgumentKind kind = ArgumentKind::kOption;
  std::vector<std::string> words;  // one, or an option and its value
  std::string text;                // the file, library or value it is about
};

struct DriverArguments {
  DriverMode mode = DriverMode::kLink;
  std::vector<DriverArgument> all;  // in order, without the driver itself
  std::string output;               // of -o; empty if there is none
  bool shared = false;              // -shared
  bool relocatable = false;         // -r
};

// `arguments` begins with the driver's name; response files are expanded
// already.
DriverArguments ParseDriverArguments(const std::vector<std::string>& arguments);

// Replaces each @FILE by the words of FILE, relative to `directory`, as GCC
// does; a file that cannot be read stays as it is written.
std::vector<std::string> ExpandResponseFiles(
    const std::vector<std::string>& arguments, const std::string& directory);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CAPTURE_ARGUMENTS_H_
