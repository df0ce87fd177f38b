#include "analyzer/report/build_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace bailey::analyzer {
namespace {

// Of the compiler: what makes it call functions that no source names, or runs
// code of others in it.
constexpr std::string_view kInstrumenting[] = {"-fsanitize=",
                                               "-fsanitize-coverage",
                                               "-fprofile-generate",
                                               "-fprofile-arcs",
                                               "-fprofile-instr-generate",
                                               "-fcs-profile-generate",
                                               "-fxray-instrument",
                                               "-fsplit-stack",
                                               "-fplugin",
                                               "-fpass-plugin",
                                               "-fvtable-verify",
                                               "-fmemory-profile",
                                               "-specs=",
                                               "--specs="};
constexpr std::string_view kInstrumentingWords[] = {
    "--coverage", "-coverage", "-pg", "-p", "-mfentry", "-specs", "--specs"};

// Of a linking driver: another entry, another linker script.
constexpr std::string_view kLinkingWords[] = {"-nostartfiles", "-nostdlib"};
constexpr std::string_view kLinkingPrefixes[] = {"-T", "-e", "--entry"};

// Of the linker, without the dashes: those that change neither which code runs
// nor what a symbol means.
constexpr std::string_view kHarmless[] = {"E",
                                          "O",
                                          "O0",
                                          "O1",
                                          "O2",
                                          "O3",
                                          "s",
                                          "S",
                                          "t",
                                          "v",
                                          "x",
                                          "X",
                                          "(",
                                          ")",
                                          "pie",
                                          "no-pie",
                                          "Bsymbolic",
                                          "Bsymbolic-functions",
                                          "Bdynamic",
                                          "allow-multiple-definition",
                                          "allow-shlib-undefined",
                                          "as-needed",
                                          "color-diagnostics",
                                          "copy-dt-needed-entries",
                                          "disable-new-dtags",
                                          "eh-frame-hdr",
                                          "enable-new-dtags",
                                          "end-group",
                                          "export-dynamic",
                                          "fatal-warnings",
                                          "gc-sections",
                                          "no-allow-shlib-undefined",
                                          "no-as-needed",
                                          "no-copy-dt-needed-entries",
                                          "no-fatal-warnings",
                                          "no-gc-sections",
                                          "no-keep-memory",
                                          "no-relax",
                                          "no-undefined",
                                          "no-whole-archive",
                                          "pop-state",
                                          "print-gc-sections",
                                          "push-state",
                                          "relax",
                                          "start-group",
                                          "strip-all",
                                          "strip-debug",
                                          "threads",
                                          "trace",
                                          "verbose",
                                          "whole-archive",
                                          "build-id"};
constexpr std::string_view kHarmlessPrefixes[] = {"build-id=",
                                                  "hash-style=",
                                                  "compress-debug-sections=",
                                                  "icf=",
                                                  "threads=",
                                                  "sort-section=",
                                                  "sort-common",
                                                  "warn-",
                                                  "no-warn-",
                                                  "reproduce=",
                                                  "color-diagnostics=",
                                                  "rpath=",
                                                  "rpath-link=",
                                                  "soname=",
                                                  "Map=",
                                                  "version-script=",
                                                  "dynamic-list=",
                                                  "max-page-size=",
                                                  "thinlto-jobs="};
// The same, with the next word as their value.
constexpr std::string_view kHarmlessWithValue[] = {
    "z",   "h",      "rpath",          "rpath-link",
    "Map", "soname", "version-script", "dynamic-list"};

template <size_t N>
bool Among(const std::string_view (&set)[N], std::string_view word) {
  return std::ranges::find(set, word) != std::end(set);
}

template <size_t N>
bool BeginsAs(const std::string_view (&set)[N], std::string_view word) {
  return std::ranges::any_of(
      set, [&](std::string_view prefix) { return word.starts_with(prefix); });
}

// The words that a driver hands to its linker: -Wl,A,B and -Xlinker A.
std::vector<std::string> LinkerWords(
    const std::vector<std::string>& arguments) {
  constexpr std::string_view kPass = "-Wl,";
  std::vector<std::string> words;
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "-Xlinker" && i + 1 < arguments.size())
      words.push_back(arguments[++i]);
    if (!arguments[i].starts_with(kPass)) continue;
    std::string_view rest = std::string_view(arguments[i]).substr(kPass.size());
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(','), rest.size());
      words.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return words;
}

class Collector {
 public:
  void AddCompile(const std::vector<std::string>& arguments) {
    for (size_t i = 1; i < arguments.size(); ++i)
      if (Among(kInstrumentingWords, arguments[i]) ||
          BeginsAs(kInstrumenting, arguments[i]))
        reasons_.insert(
            fmt::format("`{}` adds code that no source shows", arguments[i]));
  }

  void AddLink(const std::vector<std::string>& arguments) {
    AddCompile(arguments);
    for (size_t i = 1; i < arguments.size(); ++i)
      if (arguments[i] != "-export-dynamic" &&
          (Among(kLinkingWords, arguments[i]) ||
           BeginsAs(kLinkingPrefixes, arguments[i])))
        AddLinking(arguments[i]);
    AddLinkerWords(LinkerWords(arguments));
  }

  std::vector<std::string> Finish() const {
    return {reasons_.begin(), reasons_.end()};
  }

 private:
  void AddLinking(const std::string& word) {
    reasons_.insert(fmt::format(
        "the linker's option `{}` may change which code runs", word));
  }

  void AddLinkerWords(const std::vector<std::string>& words) {
    for (size_t i = 0; i < words.size(); ++i) {
      std::string_view name = words[i];
      name.remove_prefix(std::min<size_t>(
          name.starts_with("--") ? 2 : (name.starts_with("-") ? 1 : 0),
          name.size()));
      const bool option = name.size() < words[i].size();
      if (option && Among(kHarmlessWithValue, name))
        ++i;
      else if (option && !IsHarmless(name))
        AddLinking(words[i]);
      // A word without a dash is the value of the option before it.
    }
  }

  static bool IsHarmless(std::string_view name) {
    if (name.empty()) return false;
    return Among(kHarmless, name) || BeginsAs(kHarmlessPrefixes, name) ||
           // Joined, as in -znow and -Ldirectory.
           (name[0] == 'z' && name.size() > 1) || name[0] == 'L';
  }

  std::set<std::string> reasons_;
};

}  // namespace

std::vector<std::string> HiddenByOptions(const ProgramSelection& selection) {
  Collector collector;
  for (const CompileEntry& entry : selection.compiles)
    collector.AddCompile(entry.arguments);
  if (selection.link) collector.AddLink(selection.link->arguments);
  return collector.Finish();
}

}  // namespace bailey::analyzer
