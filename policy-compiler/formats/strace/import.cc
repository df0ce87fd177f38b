// A trace of strace as a policy that permits what was seen: see
// strace_import.h.

#include "policy-compiler/formats/strace/import.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "common/printable.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/formats/strace/seen.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

// The argument's values as a test; "" for none.
std::string TestOf(const SyscallArgument& argument, const SeenArgument& seen) {
  if (seen.unknown || !seen.named || seen.values.size() > kMaxTracedValues)
    return "";
  std::vector<BitRange> ranges;
  for (const auto& [bits, name] : seen.values) ranges.push_back({bits, bits});
  std::vector<std::string> items;
  for (const BitRange& range : ranges) {
    const std::string& name = seen.values.at(range.first);
    items.push_back(name.empty() ? ArgumentValueText(argument, range.first)
                                 : name);
  }
  if (items.size() == 1)
    return fmt::format("{} == {}", argument.name, items.front());
  return fmt::format("{} in {{{}}}", argument.name, fmt::join(items, ", "));
}

std::string PatternOf(const Syscall& call, const SeenCall& seen) {
  std::vector<std::string> tests;
  for (size_t i = 0; i < seen.arguments.size(); ++i) {
    const std::string test = TestOf(call.arguments[i], seen.arguments[i]);
    if (!test.empty()) tests.push_back(test);
  }
  const std::string name(call.name);
  if (tests.empty()) return name;
  return fmt::format("{}({})", name, fmt::join(tests, ", "));
}

std::string CountText(const SeenCall& seen) {
  std::string text =
      fmt::format("{} call{}", seen.count, seen.count == 1 ? "" : "s");
  if (seen.failed > 0) text += fmt::format(", {} failed", seen.failed);
  return text;
}

class PolicyWriter {
 public:
  PolicyWriter(const SeenCalls& seen, const StraceImportOptions& options)
      : seen_(seen), options_(options) {}

  std::string Text(const std::vector<SourceText>& files) const {
    std::vector<std::string> names;
    for (const SourceText& file : files) names.push_back(AsciiOnly(file.name));
    std::string text = fmt::format(
        "# What a trace of strace shows: {}.\n"
        "# It is no proof that the program makes no other calls.\n"
        "policy {} {{\n  target linux {};\n  otherwise errno EPERM;\n\n",
        fmt::join(names, ", "), options_.name,
        ArchitectureName(options_.architecture));
    for (const auto& [name, call] : seen_.calls())
      text += fmt::format("  allow syscall {};  # {}\n", Pattern(name, call),
                          CountText(call));
    return text + "}\n";
  }

 private:
  // Beside clone3, whose flags no filter sees, limits on clone would be none.
  std::string Pattern(const std::string& name, const SeenCall& call) const {
    const bool vain = name == "clone" && seen_.calls().contains("clone3");
    if (!options_.argument_constants || vain) return name;
    return PatternOf(*SyscallTable::For(options_.architecture).FindByName(name),
                     call);
  }

  const SeenCalls& seen_;
  const StraceImportOptions& options_;
};

std::vector<std::string> DifferencesOf(const SeenCalls& seen) {
  std::vector<std::string> differences = {
      "a trace shows what these runs did: it is no proof that the program "
      "makes no other calls with other input, on other paths, in its error "
      "handling; what was not seen answers EPERM"};
  if (!seen.unknown_names().empty())
    differences.push_back(
        fmt::format("calls that the table does not have are left out: {}",
                    fmt::join(seen.unknown_names(), ", ")));
  if (seen.foreign() > 0)
    differences.push_back(fmt::format(
        "{} calls of processes in another mode (32 bit, x32) are left out: "
        "such calls kill the process",
        seen.foreign()));
  for (std::string& difference : differences)
    difference = AsciiOnly(difference);
  return differences;
}

}  // namespace

Result<ImportedPolicy> ImportStrace(const std::vector<SourceText>& files,
                                    const StraceImportOptions& options) {
  if (!IsPolicyName(options.name))
    return Fail("`" + options.name + "` cannot be a policy's name",
                "a name has letters, digits and `_`");
  ImportedPolicy imported;
  SeenCalls seen(options.architecture);
  for (const SourceText& file : files) seen.Read(file, imported.diagnostics);
  if (imported.diagnostics.has_errors()) return imported;
  if (seen.calls().empty())
    return Fail("there is no system call in the trace",
                "make one with `strace -f -o FILE PROGRAM`");
  imported.text = PolicyWriter(seen, options).Text(files);
  imported.differences = DifferencesOf(seen);
  const SourceText source{options.name + ".policy", imported.text};
  imported.diagnostics = LoadPolicy(source, LibraryLookup()).diagnostics;
  if (imported.diagnostics.has_errors())
    return std::unexpected(WithContext("the trace makes no policy",
                                       ToError(imported.diagnostics)));
  return imported;
}

}  // namespace bailey::policy
