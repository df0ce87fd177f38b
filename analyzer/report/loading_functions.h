// Functions of the C library by which a program itself chooses, while it runs,
// what code is loaded or found. What the library loads of its own accord is in
// run_time_modules.h.
//
//   if (IsLoadingFunction(call.to)) …
//   if (const auto names = NamesGiven("dlopen", contexts, {})) Load(*names);

#ifndef BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_
#define BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/flow/value_propagation.h"

namespace bailey::analyzer {

// dlopen and its like.
bool IsLoadingFunction(std::string_view function);
// Whether it loads a file; the others of them find a symbol.
bool LoadsFile(std::string_view function);

// Names that a program's own code gives to these functions.
struct ProgramLoads {
  std::set<std::string> libraries;  // found as the loader finds them
  std::set<std::string> built;      // files whose units are analyzed
  std::set<std::string> symbols;
  // No symbol is asked for by a name that is computed.
  bool all_symbols_are_named = true;

  bool operator==(const ProgramLoads&) const = default;
};

// All that a call of one of these functions can ask for, the program itself
// left out. Nothing if it may be a name that is computed, or one that means
// something else in each process: a path from the current directory, `$ORIGIN`.
// `local`: numbers that the calling function alone says.
std::optional<std::set<std::string>> NamesGiven(
    std::string_view function, const std::vector<CallContext>& contexts,
    const std::vector<ValueFact>& local);

// Whether none of the names can be one that stands in the sources.
bool IsComputed(std::string_view function,
                const std::vector<CallContext>& contexts);

// Whether every one of `names` was followed.
bool AreFollowed(std::string_view function, const std::set<std::string>& names,
                 const ProgramLoads& followed);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_
