// The files that run together, found and ordered as the dynamic loader does it,
// and the resolution of symbols between them.
//
//   LinkRequest request;
//   request.libraries = {"libc.so.6", "libsodium.so.23"};
//   ASSIGN_OR_RETURN(LinkMap link, LinkMap::Create(request));
//   if (auto read = link.Resolve("read")) Use(link.images()[read->image]);
//
// The kernel's vDSO is not among them: its functions answer without entering
// the kernel, or make the very call that they stand for.

#ifndef BAILEY_ANALYZER_ELF_LINK_MAP_H_
#define BAILEY_ANALYZER_ELF_LINK_MAP_H_

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "analyzer/elf/elf_image.h"
#include "common/result.h"

namespace bailey::analyzer {

struct LinkRequest {
  std::string executable;  // A path; may be empty.
  // Names as in DT_NEEDED (`libc.so.6`), or paths (with a slash).
  std::vector<std::string> libraries;
  // Looked through before the system's directories.
  std::vector<std::string> search_directories;
  // To find the files alone, without disassembling them: their images are as
  // ElfImage::LoadIdentity gives them, and Resolve() finds nothing.
  bool identities_only = false;
  // Where stripped files' symbols are looked for: see debug_file.h.
  std::vector<std::string> debug_directories = {kDebugDirectory};
  // Names that a program defines which is not among the files: what imports
  // them finds them there.
  std::set<std::string> defined_elsewhere;
  // Of what earlier runs made of the files. Must outlive the link map.
  const ImageCache* cache = nullptr;
};

struct SymbolReference {
  uint32_t image = 0;
  const ElfExport* symbol = nullptr;  // Owned by the link map.
};

class LinkMap {
 public:
  LinkMap() = default;
  // Not copied: it has views into its images.
  LinkMap(LinkMap&&) noexcept = default;
  LinkMap& operator=(LinkMap&&) noexcept = default;

  // Loads everything, transitively, and the interpreter. Fails if a library is
  // not found (naming who needs it and where was looked) or not readable.
  static Result<LinkMap> Create(const LinkRequest& request);
  // Images that are read already, as if the program had asked for each by its
  // soname; nothing is looked for. The first one is the executable; the last
  // one of several is the interpreter.
  static LinkMap OfImages(std::vector<ElfImage> images);

  // What the program loads while it runs (dlopen): names or paths, each with
  // what it needs in a scope of its own. What is loaded already stays. True if
  // there are more images than before.
  Result<bool> AddLibraries(const std::vector<std::string>& libraries);
  // Where the loader finds a name that code of an image asks for; without one,
  // code of a program that is not among the files.
  std::optional<std::string> FindLibrary(const std::string& name,
                                         std::optional<uint32_t> from) const;
  bool IsLoadedAtRunTime(uint32_t image) const { return scopes_[image] != 0; }
  // The image of a file, under any name that it was asked for by.
  std::optional<uint32_t> FindImage(const std::string& path) const;

  // In load order: the executable first, if there is one.
  const std::deque<ElfImage>& images() const { return images_; }
  // The index of ld.so; nothing if all is linked statically.
  std::optional<uint32_t> interpreter() const { return interpreter_; }
  std::optional<uint32_t> executable() const { return executable_; }

  // The function that `name` or `name@VERSION` denotes: the first image in load
  // order that exports it.
  std::optional<SymbolReference> Resolve(std::string_view name) const;
  // All that a reference may be bound to: what Resolve() finds if it is loaded
  // from the start, else what each scope that was added has.
  std::vector<SymbolReference> ResolveAll(std::string_view name) const;
  // True if some image defines a variable of that name (with or without
  // version).
  bool IsData(std::string_view name) const;
  // True if the program that is not among the files defines it.
  bool IsDefinedElsewhere(std::string_view name) const;

 private:
  struct Pending {
    std::string name;
    std::optional<uint32_t> from;
  };

  void Add(ElfImage image);
  const std::vector<uint32_t>& ExportersOf(std::string_view name) const;
  Result<> Load(const std::string& path, const std::string& name);
  Result<> LoadNeeded(const Pending& pending);
  Result<> LoadPending();
  void ReadAhead();
  Result<> LoadInterpreter();
  Result<ElfImage> Read(const std::string& path) const;
  std::optional<std::string> PathOf(const Pending& pending) const;
  std::vector<std::string> DirectoriesFor(const Pending& pending) const;
  bool IsLoaded(const std::string& name) const;

  // A deque, so that references to images stay valid while it grows.
  std::deque<ElfImage> images_;
  std::vector<uint32_t> scopes_;  // Of each image: 0 is loaded from the start.
  // Which images export a name, in any version, in load order. Keys are views
  // into the images.
  std::unordered_map<std::string_view, std::vector<uint32_t>> exporters_;
  uint32_t scope_ = 0;  // Of what is loaded next.
  std::map<std::string, uint32_t> by_name_;
  std::deque<Pending> pending_;
  // Read ahead of their turn, by canonical path.
  std::map<std::string, Result<ElfImage>> ahead_;
  std::vector<std::string> search_directories_;
  std::vector<std::string> system_directories_;
  std::vector<std::string> debug_directories_;
  std::optional<uint32_t> interpreter_;
  std::optional<uint32_t> executable_;
  bool identities_only_ = false;
  const ImageCache* cache_ = nullptr;
  std::set<std::string> defined_elsewhere_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_LINK_MAP_H_
