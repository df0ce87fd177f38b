#include "analyzer/rewrite/portion_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "analyzer/capture/arguments.h"
#include "analyzer/capture/build_record.h"

namespace bailey::analyzer {
namespace {

// What says where dependencies go, with or without a value.
bool IsAboutOutput(std::string_view word) {
  constexpr std::array<std::string_view, 10> kWords = {
      "-c", "-S", "-M", "-MM", "-MD", "-MMD", "-MP", "-MG", "-E", "-pipe"};
  if (std::ranges::find(kWords, word) != kWords.end()) return true;
  return word.starts_with("-MF") || word.starts_with("-MT") ||
         word.starts_with("-MQ") || word.starts_with("-save-temps") ||
         word.starts_with("-Wp,-M");
}

// By it a compiler takes an enumeration's value for one of its own; a sender
// may choose any of its bits.
bool BelievesSender(std::string_view word) { return word == "-fstrict-enums"; }

std::vector<std::string> CompilerOptions(const FlowUnit& unit) {
  std::vector<std::string> words;
  for (const DriverArgument& each : ParseDriverArguments(unit.command).all) {
    if (each.kind != ArgumentKind::kOption || IsAboutOutput(each.words[0]) ||
        BelievesSender(each.words[0])) {
      continue;
    }
    words.insert(words.end(), each.words.begin(), each.words.end());
  }
  return words;
}

// Words that would keep the auditor from finding the crossing point.
bool Strips(std::string_view word) {
  return word == "-s" || word == "-Wl,-s" || word == "-Wl,--strip-all" ||
         word == "-Wl,-S" || word == "-Wl,--strip-debug";
}

std::string ObjectOf(const FlowUnit& unit) {
  const std::string output = ParseDriverArguments(unit.command).output;
  if (!output.empty()) return Absolute(unit.directory, output);
  const std::filesystem::path source(unit.file);
  return Absolute(unit.directory, source.stem().string() + ".o");
}

bool IsSharedObject(std::string_view path) {
  return path.ends_with(".so") || path.contains(".so.");
}

// GCC manual, "Overall Options": of several maps that fit, the last counts. The
// program's own __FILE__ is not touched: it may print it.
std::vector<std::string> PathMaps(const PortionPaths& paths) {
  std::vector<std::string> words = {
      fmt::format("-ffile-prefix-map={}=bailey", paths.include),
      fmt::format("-ffile-prefix-map={}=.", paths.directory)};
  // The portion may lie among the sources, so its map comes later.
  if (paths.root != "/") {
    words.insert(words.begin(),
                 fmt::format("-fdebug-prefix-map={}=.", paths.root));
  }
  return words;
}

// A header beside the source is found by the -iquote above, and would be
// __FILE__ by its whole path: it is to be what it was.
std::optional<std::string> HeaderNames(const FlowUnit& unit) {
  const std::filesystem::path name(SourceName(unit));
  if (name.is_absolute()) return std::nullopt;
  const std::string folder = name.parent_path().string();
  return fmt::format("-fmacro-prefix-map={}/={}",
                     std::filesystem::path(unit.file).parent_path().string(),
                     folder.empty() ? "" : folder + "/");
}

class LinkWriter {
 public:
  // `runtime`: what to link after the objects.
  LinkWriter(const Flow& flow, const std::vector<std::string>& objects,
             std::vector<std::string> runtime)
      : flow_(flow), objects_(objects), runtime_(std::move(runtime)) {
    for (const FlowUnit& unit : flow.units) {
      known_.insert(ObjectOf(unit));
      known_.insert(Absolute(unit.directory, unit.file));
    }
  }

  Result<std::vector<std::string>> Write(const std::string& program) {
    words_ = {flow_.link_command[0]};
    for (const DriverArgument& each :
         ParseDriverArguments(flow_.link_command).all) {
      RETURN_IF_ERROR(Add(each));
    }
    AddObjects();
    words_.insert(words_.end(), {"-o", program});
    return std::move(words_);
  }

 private:
  Result<> Add(const DriverArgument& argument) {
    switch (argument.kind) {
      case ArgumentKind::kOutput:
        return {};
      case ArgumentKind::kSource:
      case ArgumentKind::kInput:
        return AddInput(argument.text);
      case ArgumentKind::kLibrary:
        // Libraries resolve what objects before them need.
        AddObjects();
        break;
      default:
        if (IsAboutOutput(argument.words[0]) || Strips(argument.words[0])) {
          return {};
        }
    }
    words_.insert(words_.end(), argument.words.begin(), argument.words.end());
    return {};
  }

  Result<> AddInput(const std::string& text) {
    const std::string path = Absolute(flow_.link_directory, text);
    if (known_.contains(path)) {
      AddObjects();
      return {};
    }
    if (IsSharedObject(path)) {
      AddObjects();
      words_.push_back(path);
      return {};
    }
    return Fail(fmt::format("the program links `{}`, which no analyzed unit "
                            "makes",
                            text),
                "what it holds cannot be placed: link its objects one by one, "
                "or use a shared library");
  }

  void AddObjects() {
    if (has_objects_) return;
    has_objects_ = true;
    words_.insert(words_.end(), objects_.begin(), objects_.end());
    words_.insert(words_.end(), runtime_.begin(), runtime_.end());
  }

  const Flow& flow_;
  const std::vector<std::string>& objects_;
  const std::vector<std::string> runtime_;
  std::set<std::string> known_;
  std::vector<std::string> words_;
  bool has_objects_ = false;
};

}  // namespace

BuildCommand CompileUnit(const FlowUnit& unit, const std::string& source,
                         const std::string& object, const PortionPaths& paths) {
  // First, since the source's own directory is searched first.
  std::vector<std::string> words = {
      unit.command[0], "-iquote",
      std::filesystem::path(unit.file).parent_path().string()};
  const std::vector<std::string> options = CompilerOptions(unit);
  words.insert(words.end(), options.begin(), options.end());
  words.push_back("-w");
  for (std::string& word : PathMaps(paths)) words.push_back(std::move(word));
  if (auto map = HeaderNames(unit)) words.push_back(*std::move(map));
  words.insert(words.end(), {"-include", paths.include + "/runtime/crossing.h",
                             "-c", source, "-o", object});
  return {unit.directory, source, object, {source}, std::move(words)};
}

BuildCommand CompileService(const FlowUnit& unit, const std::string& source,
                            const std::string& object,
                            const PortionPaths& paths) {
  std::vector<std::string> words = {
      unit.command[0], "-std=gnu11", "-O2", "-fPIE", "-I", paths.include};
  for (std::string& word : PathMaps(paths)) words.push_back(std::move(word));
  // C, also where the unit's compiler is for C++.
  words.insert(words.end(), {"-x", "c", "-c", source, "-o", object});
  return {unit.directory, source, object, {source}, std::move(words)};
}

namespace {

// What is linked besides `runtime` are the inputs of the rule.
Result<BuildCommand> Link(const Flow& flow,
                          const std::vector<std::string>& objects,
                          const std::string& program,
                          const std::vector<std::string>& libraries,
                          std::vector<std::string> runtime) {
  if (flow.link_command.empty()) {
    return Fail("no command that links the program was captured",
                "build with `bailey capture -- make`");
  }
  ASSIGN_OR_RETURN(
      std::vector<std::string> words,
      LinkWriter(flow, objects, std::move(runtime)).Write(program));
  std::vector<std::string> inputs = objects;
  inputs.insert(inputs.end(), libraries.begin(), libraries.end());
  return BuildCommand{flow.link_directory, "", program, std::move(inputs),
                      std::move(words)};
}

}  // namespace

Result<> RequireSharedLibraries(const Flow& flow) {
  for (const std::string& word : flow.link_command)
    if (word == "-static" || word == "--static" || word == "-static-pie" ||
        word == "-Wl,-static" || word == "-Wl,-Bstatic")
      return Fail(fmt::format("handles cross, and the program is linked with "
                              "`{}`: what is freed would not be seen",
                              word),
                  "link the C library as a shared one");
  return {};
}

Result<BuildCommand> LinkPortion(const Flow& flow,
                                 const std::vector<std::string>& objects,
                                 const std::string& program,
                                 const std::string& runtime_library) {
  return Link(
      flow, objects, program, {runtime_library},
      {"-Wl,--whole-archive", runtime_library, "-Wl,--no-whole-archive"});
}

Result<BuildCommand> LinkFuzzer(const Flow& flow,
                                const std::vector<std::string>& objects,
                                const std::string& program,
                                const std::string& fuzz_library,
                                const std::string& runtime_library) {
  return Link(flow, objects, program, {fuzz_library, runtime_library},
              {"-Wl,-u,LLVMFuzzerTestOneInput", fuzz_library, runtime_library});
}

std::string SourceName(const FlowUnit& unit) {
  for (const DriverArgument& each : ParseDriverArguments(unit.command).all) {
    const bool is_file = each.kind == ArgumentKind::kSource &&
                         Absolute(unit.directory, each.text) == unit.file;
    if (is_file) return each.text;
  }
  return unit.file;
}

}  // namespace bailey::analyzer
