#include "cli/policy/frequencies.h"

#include <fmt/format.h>

#include "common/fd.h"
#include "policy-compiler/formats/minijail/frequencies.h"
#include "policy-compiler/seccomp/frequency_json.h"

namespace bailey::cli {
namespace {

bool IsJson(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '{';
}

Result<policy::Frequencies> ReadLines(const SourceText& text,
                                      Architecture architecture) {
  ASSIGN_OR_RETURN(const auto counts,
                   policy::ParseFrequencies(text, architecture));
  policy::Frequencies frequencies;
  for (const auto& [number, count] : counts) {
    frequencies[number] = static_cast<double>(count);
  }
  return frequencies;
}

}  // namespace

Result<policy::Frequencies> LoadFrequencies(const std::string& path,
                                            Architecture architecture) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(policy::Frequencies frequencies,
                   IsJson(text)
                       ? policy::ParseFrequencyJson(text, path, architecture)
                       : ReadLines({path, text}, architecture));
  if (frequencies.empty()) {
    return Fail(fmt::format("`{}` counts no call of {}", path,
                            ArchitectureName(architecture)),
                "without --frequencies calls are ranked by their kind");
  }
  return frequencies;
}

}  // namespace bailey::cli
