// The list of dlopen and its like, and what their arguments name.

#include "analyzer/report/loading_functions.h"

#include <algorithm>

namespace bailey::analyzer {
namespace {

constexpr std::string_view kDynamic[] = {"dlopen", "dlmopen", "dlsym",
                                         "dlvsym"};

// Where each has the name.
size_t PlaceOf(std::string_view function) {
  return function == "dlopen" ? 0 : 1;
}

bool IsNull(const ValueFact& fact) {
  return fact.known && fact.values == std::vector<uint64_t>{0};
}

// The same in every process that the program becomes. A path from the current
// directory stays: the build may have made one file that it can only be.
bool IsFixedName(const std::string& pattern) {
  return !IsPattern(pattern) && !Unescaped(pattern).contains('$');
}

// False if it may be a name that is not known.
bool AddNames(const AbstractValue& value, bool is_null,
              std::set<std::string>& names) {
  if (is_null) return true;
  if (value.texts.any || value.texts.patterns.empty()) return false;
  for (const std::string& pattern : value.texts.patterns) {
    if (!IsFixedName(pattern)) return false;
    // The empty name is the program, too.
    if (!pattern.empty()) names.insert(Unescaped(pattern));
  }
  return true;
}

}  // namespace

bool IsLoadingFunction(std::string_view function) {
  return std::ranges::find(kDynamic, function) != std::end(kDynamic);
}

bool LoadsFile(std::string_view function) {
  return function == "dlopen" || function == "dlmopen";
}

std::optional<std::set<std::string>> NamesGiven(
    std::string_view function, const std::vector<CallContext>& contexts,
    const std::vector<ValueFact>& local) {
  if (!IsLoadingFunction(function)) return std::nullopt;
  const size_t place = PlaceOf(function);
  const bool is_null = place < local.size() && IsNull(local[place]);
  std::set<std::string> names;
  for (const CallContext& context : contexts) {
    if (place >= context.size()) return std::nullopt;
    const AbstractValue& value = context[place];
    if (!AddNames(value, is_null || IsNull(value.numbers.ToFact()), names))
      return std::nullopt;
  }
  if (contexts.empty()) return std::nullopt;
  return names;
}

bool IsComputed(std::string_view function,
                const std::vector<CallContext>& contexts) {
  const size_t place = PlaceOf(function);
  const auto is_text = [](const std::string& pattern) {
    return !pattern.empty() && !IsPattern(pattern);
  };
  return !contexts.empty() &&
         std::ranges::all_of(contexts, [&](const CallContext& context) {
           return place < context.size() &&
                  std::ranges::none_of(context[place].texts.patterns, is_text);
         });
}

bool AreFollowed(std::string_view function, const std::set<std::string>& names,
                 const ProgramLoads& followed) {
  return std::ranges::all_of(names, [&](const std::string& name) {
    if (!LoadsFile(function))
      return followed.symbols.contains(name) && !IsLoadingFunction(name);
    return followed.libraries.contains(name) || followed.built.contains(name);
  });
}

}  // namespace bailey::analyzer
