#include "analyzer/flow/link_resolver.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "analyzer/capture/arguments.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

std::string OutputPathOf(const LinkCommand& link) {
  return Absolute(link.directory, link.output);
}

bool IsSharedObject(const std::string& path) {
  return path.ends_with(".so") || path.find(".so.") != std::string::npos;
}

// Where links lead, as the linker follows them; the path itself if it is gone.
std::string Canonical(const std::string& path) {
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  return error ? path : real.string();
}

// Builds copy their libraries to where the linker is told to look.
bool SameBytes(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto size = fs::file_size(a, error);
  if (error || fs::file_size(b, error) != size || error || size == 0)
    return false;
  const auto left = ReadFile(a);
  const auto right = ReadFile(b);
  return left.ok() && right.ok() && *left == *right;
}

// One name of the linker's -l, as it stood among the others.
struct LibraryWord {
  std::string name;
  bool is_static = false;  // after -Bstatic
};

struct LibraryWords {
  std::vector<LibraryWord> libraries;
  std::vector<std::string> folders;  // of -L, absolute
};

void ReadLinkerWord(const std::string& word, LibraryWords& words,
                    bool& is_static) {
  if (word == "-static" || word == "-static-pie" ||
      word.find("-Bstatic") != std::string::npos)
    is_static = true;
  if (word.find("-Bdynamic") != std::string::npos) is_static = false;
  // -Wl,-lNAME and the like.
  for (size_t at = word.find(",-l"); at != std::string::npos;
       at = word.find(",-l", at + 1))
    words.libraries.push_back(
        {word.substr(at + 3, word.find(',', at + 1) - at - 3), is_static});
}

LibraryWords ReadLibraries(const LinkCommand& link) {
  LibraryWords words;
  bool is_static = false;
  for (const DriverArgument& each : ParseDriverArguments(link.arguments).all) {
    const std::string& word = each.words[0];
    if (each.kind == ArgumentKind::kLibrary)
      words.libraries.push_back({each.text, is_static});
    else if (word.starts_with("-L"))
      words.folders.push_back(Absolute(
          link.directory, word.size() > 2 ? word.substr(2) : each.text));
    else
      ReadLinkerWord(word, words, is_static);
  }
  // What a record names beside its arguments.
  for (const std::string& name : link.libraries)
    if (std::ranges::find(words.libraries, name, &LibraryWord::name) ==
        words.libraries.end())
      words.libraries.push_back({name, is_static});
  return words;
}

// The files that -lNAME may mean in a folder, the one that is taken first.
std::vector<std::string> FileNames(const LibraryWord& library) {
  if (library.name.starts_with(":")) return {library.name.substr(1)};
  const std::string base = "lib" + library.name;
  if (library.is_static) return {base + ".a"};
  return {base + ".so", base + ".a"};
}

}  // namespace

// One program's: what was seen, and what was found.
class LinkResolver::Walk {
 public:
  explicit Walk(const LinkResolver& resolver) : resolver_(resolver) {}

  ProgramSelection Run(const LinkCommand& link,
                       const std::vector<std::string>& plugins) {
    selection_.link = link;
    AddLink(link);
    place_ = UnitPlace::kPlugin;
    for (const std::string& plugin : plugins) AddPlugin(plugin);
    Order();
    return std::move(selection_);
  }

 private:
  void AddLink(const LinkCommand& link) {
    for (const std::string& input : link.inputs)
      AddPath(Absolute(link.directory, input));
    const LibraryWords words = ReadLibraries(link);
    for (const LibraryWord& library : words.libraries)
      AddLibrary(library, words.folders);
  }

  void AddPath(const std::string& path) {
    if (!seen_.insert({path, place_}).second) return;
    if (const auto object = resolver_.objects_.find(path);
        object != resolver_.objects_.end())
      return AddCompile(object->second);
    if (const LinkCommand* made = resolver_.Find(path);
        made != nullptr && AddMade(path, *made))
      return;
    if (AddExtracted(path)) return;
    if (IsSharedObject(path))
      AddOnce(path, selection_.shared_objects);
    else
      AddOnce(path, selection_.opaque_inputs);
  }

  void AddCompile(const CompileEntry* entry) {
    const auto [known, is_new] = places_.try_emplace(entry, place_);
    if (!is_new) known->second = std::min(known->second, place_);
  }

  // False for what has to be read as the file that it is.
  bool AddMade(const std::string& path, const LinkCommand& made) {
    if (made.kind == LinkKind::kSharedLibrary) return AddShared(path, made);
    AddOnce(path, selection_.built_files);
    AddLink(made);
    return true;
  }

  // Joined only whole: what else is in a library shows in its file alone.
  bool AddShared(const std::string& path, const LinkCommand& made) {
    Walk inner(resolver_);
    inner.place_ = std::max(place_, UnitPlace::kLibrary);
    inner.seen_ = seen_;
    inner.AddLink(made);
    if (inner.places_.empty() || !inner.selection_.opaque_inputs.empty())
      return false;
    Merge(inner);
    AddOnce(path, selection_.built_files);
    AddOnce(Canonical(path), selection_.built_files);
    selection_.built_libraries.push_back(made);
    return true;
  }

  void Merge(Walk& inner) {
    seen_ = std::move(inner.seen_);
    for (const auto& [entry, place] : inner.places_) {
      const auto [known, is_new] = places_.try_emplace(entry, place);
      if (!is_new) known->second = std::min(known->second, place);
    }
    for (const std::string& each : inner.selection_.shared_objects)
      AddOnce(each, selection_.shared_objects);
    for (const std::string& each : inner.selection_.built_files)
      AddOnce(each, selection_.built_files);
    auto& libraries = selection_.built_libraries;
    libraries.insert(libraries.end(), inner.selection_.built_libraries.begin(),
                     inner.selection_.built_libraries.end());
  }

  // A member of an archive of this build that was unpacked beside others, as
  // libtool does: what may have that name.
  bool AddExtracted(const std::string& path) {
    const fs::path file(path);
    const auto [begin, end] =
        resolver_.extracted_.equal_range(file.parent_path().string());
    for (auto each = begin; each != end; ++each)
      for (const std::string& archive : each->second->inputs)
        AddPath(Absolute(each->second->directory, archive));
    return begin != end;
  }

  // -lNAME: in the first -L folder that has it. A record need not tell folders:
  // then it is an archive of that name.
  void AddLibrary(const LibraryWord& library,
                  const std::vector<std::string>& folders) {
    std::error_code ignored;
    for (const std::string& folder : folders)
      for (const std::string& name : FileNames(library)) {
        const std::string path = Absolute(folder, name);
        if (const LinkCommand* made = resolver_.Find(path)) {
          // One that cannot be joined is found again where libraries are.
          if (made->kind != LinkKind::kSharedLibrary)
            AddPath(path);
          else if (seen_.insert({path, place_}).second)
            AddShared(path, *made);
          return;
        }
        if (fs::exists(path, ignored)) return;  // somebody else's
      }
    for (const auto& [path, made] : resolver_.made_)
      if (made->kind != LinkKind::kSharedLibrary &&
          fs::path(path).filename() == FileNames(library).back())
        AddPath(path);
  }

  void AddPlugin(const std::string& plugin) {
    const LinkCommand* made = resolver_.Find(plugin);
    const bool joined = made != nullptr &&
                        made->kind == LinkKind::kSharedLibrary &&
                        AddShared(plugin, *made);
    if (joined)
      ++selection_.source_plugins;
    else
      selection_.opaque_plugins.push_back(plugin);
  }

  static void AddOnce(const std::string& path, std::vector<std::string>& all) {
    if (std::ranges::find(all, path) == all.end()) all.push_back(path);
  }

  void Order() {
    std::vector<std::pair<const CompileEntry*, UnitPlace>> units(
        places_.begin(), places_.end());
    std::ranges::sort(units, {}, [](const auto& unit) {
      return std::pair(Absolute(unit.first->directory, unit.first->file),
                       Absolute(unit.first->directory, unit.first->output));
    });
    for (const auto& [entry, place] : units) {
      selection_.compiles.push_back(*entry);
      selection_.places.push_back(place);
    }
  }

  const LinkResolver& resolver_;
  UnitPlace place_ = UnitPlace::kProgram;
  std::set<std::pair<std::string, UnitPlace>> seen_;
  std::map<const CompileEntry*, UnitPlace> places_;
  ProgramSelection selection_;
};

LinkResolver::LinkResolver(const BuildRecord& record) {
  for (const CompileEntry& entry : record.compiles)
    if (!entry.output.empty())
      objects_[Absolute(entry.directory, entry.output)] = &entry;
  for (const LinkCommand& link : record.links) {
    if (link.kind == LinkKind::kExtraction)
      extracted_.emplace(
          fs::path(Absolute(link.directory, "member")).parent_path().string(),
          &link);
    else if (link.kind != LinkKind::kProgram)
      made_[OutputPathOf(link)] = &link;
  }
}

const LinkCommand* LinkResolver::Find(const std::string& path) const {
  for (const std::string& name : {path, Canonical(path)})
    if (const auto made = made_.find(name); made != made_.end())
      return made->second;
  const std::string name = fs::path(Canonical(path)).filename().string();
  for (const auto& [output, link] : made_)
    if (fs::path(output).filename() == name && SameBytes(output, path))
      return link;
  return nullptr;
}

ProgramSelection LinkResolver::Resolve(
    const LinkCommand& link, const std::vector<std::string>& plugins) const {
  return Walk(*this).Run(link, plugins);
}

}  // namespace bailey::analyzer
