#include "analyzer/elf/link_map.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "analyzer/elf/library_path.h"
#include "analyzer/parallel.h"

namespace bailey::analyzer {
namespace {

std::string_view WithoutVersion(std::string_view name) {
  return name.substr(0, name.find('@'));
}

std::string_view VersionOf(std::string_view name) {
  const size_t at = name.rfind('@');
  return at == std::string_view::npos ? std::string_view()
                                      : name.substr(at + 1);
}

// The loader passes over files for another machine, as in /lib32.
bool IsForThisMachine(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  Elf64_Ehdr header{};
  // SAFETY: any bytes are a valid Elf64_Ehdr; char may alias it.
  stream.read(reinterpret_cast<char*>(&header), sizeof(header));
  return stream.gcount() == sizeof(header) &&
         std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 &&
         header.e_ident[EI_CLASS] == ELFCLASS64 &&
         header.e_machine == EM_X86_64;
}

std::optional<std::string> Find(const std::string& name,
                                const std::vector<std::string>& directories) {
  std::error_code error;
  for (const std::string& directory : directories) {
    for (const std::string& place : WithHardwareDirectories(directory)) {
      std::string path = fmt::format("{}/{}", place, name);
      if (std::filesystem::is_regular_file(path, error) &&
          IsForThisMachine(path))
        return path;
    }
  }
  return std::nullopt;
}

}  // namespace

void LinkMap::Add(ElfImage image) {
  const auto index = static_cast<uint32_t>(images_.size());
  images_.push_back(std::move(image));
  scopes_.push_back(scope_);
  for (const ElfExport& each : images_.back().exports()) {
    std::vector<uint32_t>& exporters = exporters_[each.name];
    if (exporters.empty() || exporters.back() != index)
      exporters.push_back(index);
  }
}

const std::vector<uint32_t>& LinkMap::ExportersOf(std::string_view name) const {
  static const std::vector<uint32_t> none;
  const auto found = exporters_.find(WithoutVersion(name));
  return found == exporters_.end() ? none : found->second;
}

bool LinkMap::IsLoaded(const std::string& name) const {
  return by_name_.contains(name);
}

// `name` is how the file was asked for.
Result<> LinkMap::Load(const std::string& path, const std::string& name) {
  std::error_code error;
  const auto canonical = std::filesystem::canonical(path, error).string();
  if (!canonical.empty() && IsLoaded(canonical)) {
    by_name_[name] = by_name_[canonical];
    return {};
  }
  auto ahead = ahead_.extract(canonical);
  ASSIGN_OR_RETURN(ElfImage image,
                   ahead ? std::move(ahead.mapped()) : Read(path));
  image.set_path(path);
  const auto index = static_cast<uint32_t>(images_.size());
  by_name_[name] = index;
  if (!canonical.empty()) by_name_[canonical] = index;
  if (!image.soname().empty()) by_name_.emplace(image.soname(), index);
  for (const std::string& needed : image.needed())
    pending_.push_back({needed, index});
  Add(std::move(image));
  return {};
}

Result<ElfImage> LinkMap::Read(const std::string& path) const {
  return identities_only_ ? ElfImage::LoadIdentity(path)
                          : ElfImage::Load(path, debug_directories_, cache_);
}

// All that is pending and not loaded, at once on as many threads as there are
// processors. What is not found or fails is told when its turn comes.
void LinkMap::ReadAhead() {
  std::vector<std::string> paths;
  for (const Pending& each : pending_) {
    std::error_code error;
    const auto path = PathOf(each);
    if (!path) continue;
    std::string canonical = std::filesystem::canonical(*path, error).string();
    if (error || IsLoaded(canonical) || ahead_.contains(canonical)) continue;
    if (std::ranges::find(paths, canonical) == paths.end())
      paths.push_back(std::move(canonical));
  }
  if (paths.size() < 2) return;
  std::vector<std::optional<Result<ElfImage>>> images(paths.size());
  ForEachInParallel(paths.size(),
                    [&](size_t i) { images[i].emplace(Read(paths[i])); });
  for (size_t i = 0; i < paths.size(); ++i)
    ahead_.emplace(paths[i], std::move(*images[i]));
}

std::optional<std::string> LinkMap::PathOf(const Pending& pending) const {
  if (IsLoaded(pending.name)) return std::nullopt;
  if (pending.name.find('/') != std::string::npos) return pending.name;
  return Find(pending.name, DirectoriesFor(pending));
}

std::vector<std::string> LinkMap::DirectoriesFor(const Pending& pending) const {
  std::vector<std::string> directories;
  const auto add = [&directories](const std::vector<std::string>& more) {
    directories.insert(directories.end(), more.begin(), more.end());
  };
  const ElfImage* from = pending.from ? &images_[*pending.from] : nullptr;
  // DT_RPATH counts where there is no DT_RUNPATH, the executable's for all.
  if (from && from->runpath().empty()) {
    add(ExpandRunPath(from->rpath(), from->path()));
    if (executable_ && pending.from != executable_)
      add(ExpandRunPath(images_[*executable_].rpath(),
                        images_[*executable_].path()));
  }
  if (from) add(ExpandRunPath(from->runpath(), from->path()));
  add(search_directories_);
  add(system_directories_);
  return directories;
}

Result<> LinkMap::LoadNeeded(const Pending& pending) {
  if (IsLoaded(pending.name)) return {};
  if (pending.name.find('/') != std::string::npos)
    return Load(pending.name, pending.name);
  const auto directories = DirectoriesFor(pending);
  if (const auto path = Find(pending.name, directories))
    return Load(*path, pending.name);
  std::string looked;
  for (const std::string& directory : directories)
    looked += (looked.empty() ? "" : ", ") + directory;
  const std::string needer =
      pending.from ? ", which `" + images_[*pending.from].path() + "` needs,"
                   : "";
  return Fail("library `" + pending.name + "`" + needer + " was not found",
              "install it or name its directory; looked in " + looked);
}

// Every program's interpreter is that of its executable; without one, that of a
// library which has one (libc can be run by itself).
Result<> LinkMap::LoadInterpreter() {
  std::string path;
  for (const ElfImage& image : images_)
    if (path.empty()) path = image.interpreter();
  if (executable_) path = images_[*executable_].interpreter();
  if (path.empty()) return {};
  RETURN_IF_ERROR(Load(path, path));
  interpreter_ = by_name_[path];
  return {};
}

Result<LinkMap> LinkMap::Create(const LinkRequest& request) {
  LinkMap link;
  ASSIGN_OR_RETURN(link.system_directories_, SystemLibraryDirectories());
  link.search_directories_ = request.search_directories;
  link.debug_directories_ = request.debug_directories;
  link.identities_only_ = request.identities_only;
  link.cache_ = request.cache;
  link.defined_elsewhere_ = request.defined_elsewhere;
  if (!request.executable.empty()) {
    RETURN_IF_ERROR(link.Load(request.executable, request.executable));
    link.executable_ = 0;
  }
  // The executable's own needs come first in the queue already.
  for (const std::string& library : request.libraries)
    link.pending_.push_back({library, std::nullopt});
  RETURN_IF_ERROR(link.LoadPending());
  RETURN_IF_ERROR(link.LoadInterpreter());
  return link;
}

LinkMap LinkMap::OfImages(std::vector<ElfImage> images) {
  LinkMap link;
  for (ElfImage& image : images) {
    const auto index = static_cast<uint32_t>(link.images_.size());
    if (!image.soname().empty()) link.by_name_.emplace(image.soname(), index);
    link.Add(std::move(image));
  }
  if (!link.images_.empty()) link.executable_ = 0;
  if (link.images_.size() > 1)
    link.interpreter_ = static_cast<uint32_t>(link.images_.size() - 1);
  return link;
}

Result<> LinkMap::LoadPending() {
  size_t read = 0;  // How many of those that are pending were read ahead.
  while (!pending_.empty()) {
    if (read == 0) {
      ReadAhead();
      read = pending_.size();
    }
    --read;
    const Pending next = pending_.front();
    pending_.pop_front();
    RETURN_IF_ERROR(LoadNeeded(next));
  }
  return {};
}

Result<bool> LinkMap::AddLibraries(const std::vector<std::string>& libraries) {
  const size_t before = images_.size();
  pending_.clear();  // What a failure before this one left.
  for (const std::string& library : libraries) {
    ++scope_;
    pending_.push_back({library, executable_});
    RETURN_IF_ERROR(LoadPending());
  }
  return images_.size() > before;
}

std::optional<std::string> LinkMap::FindLibrary(
    const std::string& name, std::optional<uint32_t> from) const {
  if (const auto loaded = by_name_.find(name); loaded != by_name_.end())
    return images_[loaded->second].path();
  std::error_code error;
  if (name.find('/') == std::string::npos)
    return Find(name, DirectoriesFor({name, from}));
  if (!std::filesystem::is_regular_file(name, error)) return std::nullopt;
  return name;
}

std::optional<uint32_t> LinkMap::FindImage(const std::string& path) const {
  auto found = by_name_.find(path);
  if (found == by_name_.end()) {
    std::error_code error;
    found = by_name_.find(std::filesystem::canonical(path, error).string());
  }
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::vector<SymbolReference> LinkMap::ResolveAll(std::string_view name) const {
  std::vector<SymbolReference> found;
  std::set<uint32_t> scopes;
  for (const uint32_t i : ExportersOf(name)) {
    const ElfExport* symbol =
        images_[i].FindExport(WithoutVersion(name), VersionOf(name));
    if (symbol == nullptr || !scopes.insert(scopes_[i]).second) continue;
    found.push_back({i, symbol});
    if (scopes_[i] == 0) return found;
  }
  return found;
}

std::optional<SymbolReference> LinkMap::Resolve(std::string_view name) const {
  for (const uint32_t i : ExportersOf(name))
    if (const ElfExport* found =
            images_[i].FindExport(WithoutVersion(name), VersionOf(name)))
      return SymbolReference{i, found};
  return std::nullopt;
}

bool LinkMap::IsData(std::string_view name) const {
  const std::string bare(WithoutVersion(name));
  return std::any_of(
      images_.begin(), images_.end(),
      [&bare](const ElfImage& image) { return image.DefinesData(bare); });
}

bool LinkMap::IsDefinedElsewhere(std::string_view name) const {
  return defined_elsewhere_.contains(std::string(WithoutVersion(name)));
}

}  // namespace bailey::analyzer
