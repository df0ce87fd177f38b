#include "analyzer/capture/build_record.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "analyzer/capture/arguments.h"
#include "common/fd.h"
#include "common/json.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kKindNames[] = {"program", "shared", "relocatable",
                                           "archive", "extraction"};

std::string In(const std::string& directory, std::string_view name) {
  return (std::filesystem::path(directory) / name).string();
}

bool Exists(const std::string& path) { return access(path.c_str(), F_OK) == 0; }

// Splits a "command" string of a database as a POSIX shell would, without
// expansions: the form allows it beside "arguments".
std::vector<std::string> SplitCommand(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
      continue;
    }
    in_word = true;
    if (c == '\\' && quote != '\'' && i + 1 < text.size())
      word += text[++i];
    else if (quote == 0 && (c == '"' || c == '\''))
      quote = c;
    else if (c == quote && quote != 0)
      quote = 0;
    else
      word += c;
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

// Databases of others show what stands before the compiler, such as CMake's
// launcher.
std::vector<std::string> WithoutLaunchers(std::vector<std::string> command) {
  constexpr std::string_view kLaunchers[] = {"ccache", "sccache", "distcc",
                                             "icecc"};
  while (
      command.size() > 1 && !command[1].starts_with("-") &&
      std::ranges::find(
          kLaunchers, std::filesystem::path(command[0]).filename().string()) !=
          std::end(kLaunchers))
    command.erase(command.begin());
  return command;
}

Result<CompileEntry> ReadCompile(const JsonObject& object) {
  CompileEntry entry;
  ASSIGN_OR_RETURN(entry.directory, object.String("directory"));
  ASSIGN_OR_RETURN(entry.file, object.String("file"));
  if (object.Has("output")) {
    ASSIGN_OR_RETURN(entry.output, object.String("output"));
  }
  if (object.Has("arguments")) {
    ASSIGN_OR_RETURN(entry.arguments, object.Strings("arguments"));
  } else {
    ASSIGN_OR_RETURN(const std::string command, object.String("command"));
    entry.arguments = SplitCommand(command);
  }
  entry.arguments =
      WithoutLaunchers(ExpandResponseFiles(entry.arguments, entry.directory));
  if (entry.arguments.empty() || entry.arguments[0].empty())
    return Fail(fmt::format("{}: the command is empty", object.where()));
  return entry;
}

Result<std::vector<CompileEntry>> ReadCompiles(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(const Json document, ParseJson(text, path));
  if (!document.is_array())
    return Fail(fmt::format("`{}` is not an array of commands", path));
  std::vector<CompileEntry> entries;
  for (size_t i = 0; i < document.size(); ++i) {
    const JsonObject object(document[i], fmt::format("{}[{}]", path, i));
    RETURN_IF_ERROR(object.Check());
    ASSIGN_OR_RETURN(CompileEntry entry, ReadCompile(object));
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<LinkKind> ReadKind(const JsonObject& object) {
  ASSIGN_OR_RETURN(const std::string kind, object.String("kind"));
  const auto* found = std::ranges::find(kKindNames, kind);
  if (found == std::end(kKindNames))
    return Fail(fmt::format("{}: unknown kind `{}`", object.where(), kind));
  return static_cast<LinkKind>(found - kKindNames);
}

Result<LinkCommand> ReadLink(const JsonObject& object) {
  RETURN_IF_ERROR(object.RefuseUnknown(
      {"kind", "directory", "arguments", "output", "inputs", "libraries"}));
  LinkCommand link;
  ASSIGN_OR_RETURN(link.kind, ReadKind(object));
  ASSIGN_OR_RETURN(link.directory, object.String("directory"));
  ASSIGN_OR_RETURN(link.arguments, object.Strings("arguments"));
  ASSIGN_OR_RETURN(link.output, object.String("output"));
  ASSIGN_OR_RETURN(link.inputs, object.Strings("inputs"));
  ASSIGN_OR_RETURN(link.libraries, object.Strings("libraries"));
  return link;
}

Result<std::vector<LinkCommand>> ReadLinks(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(const Json document, ParseJson(text, path));
  const JsonObject object(document, path);
  RETURN_IF_ERROR(object.Check());
  ASSIGN_OR_RETURN(const std::string schema, object.String("schema"));
  if (schema != kCaptureSchema)
    return Fail(fmt::format("`{}` has the schema `{}`, not `{}`", path, schema,
                            kCaptureSchema),
                "run `bailey capture` again");
  RETURN_IF_ERROR(object.RefuseUnknown({"schema", "links"}));
  ASSIGN_OR_RETURN(const auto objects, object.Objects("links"));
  std::vector<LinkCommand> links;
  for (const JsonObject& each : objects) {
    ASSIGN_OR_RETURN(LinkCommand link, ReadLink(each));
    links.push_back(std::move(link));
  }
  return links;
}

Json ToJson(const CompileEntry& entry) {
  Json json = {{"directory", entry.directory},
               {"arguments", entry.arguments},
               {"file", entry.file}};
  if (!entry.output.empty()) json["output"] = entry.output;
  return json;
}

Json ToJson(const LinkCommand& link) {
  return {{"kind", kKindNames[static_cast<size_t>(link.kind)]},
          {"directory", link.directory},
          {"arguments", link.arguments},
          {"output", link.output},
          {"inputs", link.inputs},
          {"libraries", link.libraries}};
}

// What makes two compile commands the same one: file and object.
std::pair<std::string, std::string> KeyOf(const CompileEntry& entry) {
  return {Absolute(entry.directory, entry.file),
          entry.output.empty() ? "" : Absolute(entry.directory, entry.output)};
}

// `ar r` adds to what is in the archive, so its members are united.
void AddMembers(LinkCommand& link, const LinkCommand& older) {
  for (const std::string& input : older.inputs) {
    const std::string path = Absolute(older.directory, input);
    const bool known =
        std::ranges::any_of(link.inputs, [&](const std::string& each) {
          return Absolute(link.directory, each) == path;
        });
    if (!known && Exists(path)) link.inputs.push_back(path);
  }
}

void MergeLink(std::map<std::string, LinkCommand>& links, LinkCommand link) {
  std::string key = Absolute(link.directory, link.output);
  // A folder may be filled from several archives.
  if (link.kind == LinkKind::kExtraction)
    key += '\n' + Absolute(link.directory, link.inputs.front());
  const auto found = links.find(key);
  if (link.kind == LinkKind::kArchive && found != links.end())
    AddMembers(link, found->second);
  links.insert_or_assign(key, std::move(link));
}

// A configure script's probes leave neither an output nor an input behind.
bool IsGone(const LinkCommand& link, const std::set<std::string>& objects) {
  if (Exists(Absolute(link.directory, link.output))) return false;
  return std::ranges::none_of(link.inputs, [&](const std::string& input) {
    const std::string path = Absolute(link.directory, input);
    return objects.contains(path) || Exists(path);
  });
}

}  // namespace

std::string Absolute(const std::string& directory, const std::string& path) {
  return (std::filesystem::path(directory) / path).lexically_normal().string();
}

Result<BuildRecord> ReadBuildRecord(const std::string& build_directory) {
  const std::string database = In(build_directory, kCompilationDatabaseName);
  if (!Exists(database))
    return Fail(fmt::format("there is no compilation database `{}`", database),
                "run `bailey capture -- make`, or name its folder with -p");
  BuildRecord record;
  ASSIGN_OR_RETURN(record.compiles, ReadCompiles(database));
  const std::string links = In(build_directory, kCaptureName);
  if (Exists(links)) {
    ASSIGN_OR_RETURN(record.links, ReadLinks(links));
  }
  return record;
}

BuildRecord MergeBuildRecords(const BuildRecord& older,
                              const BuildRecord& newer) {
  std::map<std::pair<std::string, std::string>, CompileEntry> compiles;
  std::map<std::string, LinkCommand> links;
  for (const BuildRecord* record : {&older, &newer}) {
    for (const CompileEntry& entry : record->compiles)
      compiles.insert_or_assign(KeyOf(entry), entry);
    for (const LinkCommand& link : record->links) MergeLink(links, link);
  }
  BuildRecord merged;
  std::set<std::string> objects;
  for (const auto& [key, entry] : compiles) {
    if (!Exists(key.first)) continue;
    merged.compiles.push_back(entry);
    objects.insert(key.second);
  }
  for (const auto& [key, link] : links)
    if (!IsGone(link, objects)) merged.links.push_back(link);
  return merged;
}

Result<> WriteBuildRecord(const BuildRecord& record,
                          const std::string& build_directory) {
  Json compiles = Json::array();
  for (const CompileEntry& entry : record.compiles)
    compiles.push_back(ToJson(entry));
  Json links = Json::array();
  for (const LinkCommand& link : record.links) links.push_back(ToJson(link));
  const Json capture = {{"schema", kCaptureSchema},
                        {"links", std::move(links)}};
  // The links first: killed in between, what is linked has inputs that no
  // command is known for, which the analysis says; never the other way round.
  RETURN_IF_ERROR(WriteFileAtomically(In(build_directory, kCaptureName),
                                      WriteJson(capture)));
  return WriteFileAtomically(In(build_directory, kCompilationDatabaseName),
                             WriteJson(compiles));
}

}  // namespace bailey::analyzer
