#include "analyzer/capture/command.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "analyzer/capture/arguments.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kLaunchers = {"ccache", "sccache",
                                                        "distcc", "icecc"};
constexpr std::array<std::string_view, 8> kDrivers = {
    "cc", "c++", "gcc", "g++", "clang", "clang++", "c99", "c89"};
constexpr std::array<std::string_view, 6> kLinkers = {
    "ld", "ld.bfd", "ld.gold", "ld.lld", "lld", "mold"};
constexpr std::array<std::string_view, 3> kArchivers = {"ar", "gcc-ar",
                                                        "llvm-ar"};

// "gcc-12.2" → "gcc". A name that is nothing but a version stays.
std::string_view WithoutVersion(std::string_view name) {
  const size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0 || dash + 1 == name.size())
    return name;
  const bool version = std::ranges::all_of(name.substr(dash + 1), [](char c) {
    return (c >= '0' && c <= '9') || c == '.';
  });
  return version ? name.substr(0, dash) : name;
}

// `name` is one of `set`, alone or after a target prefix ("TARGET-gcc").
template <size_t N>
bool Names(const std::array<std::string_view, N>& set, std::string_view name) {
  return std::ranges::any_of(set, [&](std::string_view each) {
    if (name == each) return true;
    return name.ends_with(each) && name.size() > each.size() &&
           name[name.size() - each.size() - 1] == '-';
  });
}

ToolKind KindOfName(std::string_view word) {
  const std::string base = fs::path(word).filename().string();
  const std::string_view name = WithoutVersion(base);
  if (Names(kArchivers, name)) return ToolKind::kArchiver;
  if (Names(kDrivers, name)) return ToolKind::kDriver;
  if (Names(kLinkers, name)) return ToolKind::kLinker;
  return ToolKind::kOther;
}

bool IsLauncher(std::string_view word) {
  const std::string base = fs::path(word).filename().string();
  return std::ranges::find(kLaunchers, base) != kLaunchers.end();
}

std::vector<std::string> WithoutLauncher(std::vector<std::string> arguments) {
  if (arguments.size() > 1 && IsLauncher(arguments[0]))
    arguments.erase(arguments.begin());
  return arguments;
}

// The object that a one-step command makes on its way to `program`.
std::string StepObject(const std::string& program, const std::string& source) {
  std::string name = fs::path(source).replace_extension().string();
  std::ranges::replace(name, '/', '-');
  return program + "-" + name + ".o";
}

std::string DefaultObject(const std::string& source) {
  return fs::path(source).filename().replace_extension(".o").string();
}

// The command that compiles `source` alone to `object`.
CompileEntry CompileOf(const std::string& driver, const DriverArguments& parsed,
                       const DriverArgument& source, const std::string& object,
                       const std::string& directory) {
  CompileEntry entry{directory, source.text, object, {driver}};
  for (const DriverArgument& each : parsed.all)
    if (each.kind == ArgumentKind::kOption || &each == &source)
      entry.arguments.insert(entry.arguments.end(), each.words.begin(),
                             each.words.end());
  if (parsed.mode == DriverMode::kLink)
    entry.arguments.insert(entry.arguments.begin() + 1, "-c");
  entry.arguments.insert(entry.arguments.end(), {"-o", object});
  return entry;
}

LinkKind KindOfLink(const DriverArguments& parsed) {
  if (parsed.shared) return LinkKind::kSharedLibrary;
  return parsed.relocatable ? LinkKind::kRelocatable : LinkKind::kProgram;
}

bool IsLinkable(std::string_view word) {
  return word.ends_with(".a") || word.ends_with(".o") ||
         word.ends_with(".lo") || word.ends_with(".so") ||
         word.find(".so.") != std::string_view::npos;
}

// A driver hands words to its linker, files to link among them:
// -Wl,--whole-archive,libx.a. An option's value may be in the next word:
// -Wl,-soname -Wl,libx.so.
class PassedOn {
 public:
  explicit PassedOn(LinkCommand& link) : link_(link) {}

  void Add(const std::string& word) {
    constexpr std::string_view kPass = "-Wl,";
    if (!word.starts_with(kPass)) return;
    std::string_view rest = std::string_view(word).substr(kPass.size());
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(','), rest.size());
      AddPart(std::string(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  // Something else stands between.
  void Interrupt() { previous_.clear(); }

 private:
  static constexpr std::string_view kValued[] = {"-soname",
                                                 "--soname",
                                                 "-h",
                                                 "-rpath",
                                                 "--rpath",
                                                 "-rpath-link",
                                                 "--rpath-link",
                                                 "-Map",
                                                 "--Map",
                                                 "-T",
                                                 "-o",
                                                 "-dynamic-linker",
                                                 "--dynamic-linker",
                                                 "-plugin",
                                                 "--version-script",
                                                 "-version-script",
                                                 "--dynamic-list",
                                                 "--out-implib",
                                                 "-f",
                                                 "-F",
                                                 "--filter",
                                                 "--auxiliary"};

  void AddPart(const std::string& part) {
    const bool is_value =
        std::ranges::find(kValued, previous_) != std::end(kValued);
    // What is a value is no option whose value comes next.
    previous_ = is_value ? "" : part;
    if (is_value) return;
    if (!part.starts_with("-") && IsLinkable(part))
      link_.inputs.push_back(part);
    if (part.starts_with("-l") && part.size() > 2)
      link_.libraries.push_back(part.substr(2));
  }

  LinkCommand& link_;
  std::string previous_;
};

// The link of one command, sources replaced by the objects of their steps.
LinkCommand LinkOf(const std::string& tool, const DriverArguments& parsed,
                   const std::string& output, const std::string& directory) {
  LinkCommand link{KindOfLink(parsed), directory, output, {tool}, {}, {}};
  PassedOn passed_on(link);
  for (const DriverArgument& each : parsed.all) {
    std::vector<std::string> words = each.words;
    if (each.kind != ArgumentKind::kLinkerOption) passed_on.Interrupt();
    if (each.kind == ArgumentKind::kSource)
      words = {StepObject(output, each.text)};
    if (each.kind == ArgumentKind::kSource || each.kind == ArgumentKind::kInput)
      link.inputs.push_back(words[0]);
    if (each.kind == ArgumentKind::kLibrary)
      link.libraries.push_back(each.text);
    if (each.kind == ArgumentKind::kLinkerOption)
      passed_on.Add(words[0] == "-Xlinker" ? "-Wl," + each.text : words[0]);
    link.arguments.insert(link.arguments.end(), words.begin(), words.end());
  }
  return link;
}

BuildRecord ClassifyDriver(const std::vector<std::string>& arguments,
                           const std::string& directory) {
  const DriverArguments parsed = ParseDriverArguments(arguments);
  BuildRecord record;
  if (parsed.mode != DriverMode::kLink && parsed.mode != DriverMode::kCompile)
    return record;
  const bool link = parsed.mode == DriverMode::kLink;
  const std::string output =
      link && parsed.output.empty() ? "a.out" : parsed.output;
  for (const DriverArgument& each : parsed.all) {
    if (each.kind != ArgumentKind::kSource) continue;
    std::string object = link ? StepObject(output, each.text) : output;
    if (object.empty()) object = DefaultObject(each.text);
    record.compiles.push_back(
        CompileOf(arguments[0], parsed, each, object, directory));
  }
  LinkCommand linked = LinkOf(arguments[0], parsed, output, directory);
  if (link && !linked.inputs.empty()) record.links.push_back(std::move(linked));
  return record;
}

// The linker's own options take values too, which are no files to link: each is
// made one word with its option, so that the drivers' grammar fits.
std::vector<std::string> JoinLinkerValues(
    const std::vector<std::string>& arguments) {
  constexpr std::string_view kSeparate[] = {"-m",
                                            "-dynamic-linker",
                                            "--dynamic-linker",
                                            "-soname",
                                            "-h",
                                            "-rpath",
                                            "-rpath-link",
                                            "-plugin",
                                            "-plugin-opt",
                                            "--version-script",
                                            "-Map",
                                            "-I"};
  std::vector<std::string> words;
  for (size_t i = 0; i < arguments.size(); ++i) {
    words.push_back(arguments[i]);
    if (i + 1 < arguments.size() &&
        std::ranges::find(kSeparate, arguments[i]) != std::end(kSeparate))
      words.back() += "=" + arguments[++i];
  }
  return words;
}

BuildRecord ClassifyLinker(const std::vector<std::string>& arguments,
                           const std::string& directory) {
  const DriverArguments parsed =
      ParseDriverArguments(JoinLinkerValues(arguments));
  BuildRecord record;
  LinkCommand link =
      LinkOf(arguments[0], parsed,
             parsed.output.empty() ? "a.out" : parsed.output, directory);
  link.arguments = arguments;
  if (!link.inputs.empty()) record.links.push_back(std::move(link));
  return record;
}

// The words of ar that are not long options.
std::vector<std::string> ArchiverWords(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> words;
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--plugin" || arguments[i] == "--target" ||
        arguments[i] == "--output")
      ++i;
    else if (!arguments[i].starts_with("--"))
      words.push_back(arguments[i]);
  }
  return words;
}

// `ar OPERATION [RELPOS|COUNT] ARCHIVE MEMBER…`: r and q put members in, x
// takes them out into the current folder.
BuildRecord ClassifyArchiver(const std::vector<std::string>& arguments,
                             const std::string& directory) {
  const std::vector<std::string> words = ArchiverWords(arguments);
  if (words.empty()) return {};
  const std::string_view operation = words[0];
  const bool adds = operation.find_first_of("rq") != std::string_view::npos;
  const bool extracts = operation.find('x') != std::string_view::npos;
  if (!adds && !extracts) return {};
  const bool positioned =
      operation.find_first_of("abiN") != std::string_view::npos;
  const size_t archive = positioned ? 2 : 1;
  if (words.size() < archive + 1) return {};
  LinkCommand link{LinkKind::kArchive, directory, words[archive],
                   arguments,          {},        {}};
  link.inputs.assign(words.begin() + static_cast<ptrdiff_t>(archive) + 1,
                     words.end());
  if (extracts)
    link = {LinkKind::kExtraction, directory, ".", arguments,
            {words[archive]},      {}};
  BuildRecord record;
  record.links.push_back(std::move(link));
  return record;
}

}  // namespace

ToolKind RecognizeTool(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return ToolKind::kOther;
  if (!IsLauncher(arguments[0])) return KindOfName(arguments[0]);
  return arguments.size() > 1 ? KindOfName(arguments[1]) : ToolKind::kOther;
}

BuildRecord ClassifyCommand(ToolKind kind,
                            const std::vector<std::string>& arguments,
                            const std::string& directory) {
  const std::vector<std::string> words =
      ExpandResponseFiles(WithoutLauncher(arguments), directory);
  switch (kind) {
    case ToolKind::kDriver:
      return ClassifyDriver(words, directory);
    case ToolKind::kLinker:
      return ClassifyLinker(words, directory);
    case ToolKind::kArchiver:
      return ClassifyArchiver(words, directory);
    case ToolKind::kOther:
      return {};
  }
  return {};
}

}  // namespace bailey::analyzer
