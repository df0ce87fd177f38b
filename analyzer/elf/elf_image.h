// An executable or shared library, disassembled: its functions, the system
// calls in them, and how they hang together.
//
//   ASSIGN_OR_RETURN(ElfImage libc,
//                    ElfImage::Load("/lib/x86_64-linux-gnu/libc.so.6"));
//   const ElfExport* read = libc.FindExport("read");
//   for (uint32_t index : read->functions)
//     Use(libc.functions()[index].syscalls);
//
// What is assumed: the code is a compiler's or an assembler writer's, not made
// to mislead a disassembler: no jumps into the middle of instructions, calls
// follow the System V ABI, and a call at the very end of a function does not
// return. Code made or loaded at run time is not seen. What could not be
// decoded is marked in MachineFunction::incomplete, never dropped.
//
// LibraryReach (analyzer/elf/library_reach.h) joins images to answer what a
// call can reach.

#ifndef BAILEY_ANALYZER_ELF_ELF_IMAGE_H_
#define BAILEY_ANALYZER_ELF_ELF_IMAGE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/cache/archive_fields.h"
#include "analyzer/elf/data_objects.h"
#include "analyzer/elf/machine_function.h"
#include "common/result.h"

namespace bailey::analyzer {

struct ElfFile;
class CodeMap;
class ImageCache;

// A function that other files may call by name.
struct ElfExport {
  std::string name;
  std::string version;  // Empty if it has none.
  bool is_default_version = true;
  // The function; of an ifunc: all that its resolver may choose.
  std::vector<uint32_t> functions;
  std::optional<uint32_t> resolver;  // Run by the loader, not by callers.
};

// Where distributions put separate debug files.
inline constexpr const char* kDebugDirectory = "/usr/lib/debug";

class ElfImage {
 public:
  // Reads and analyzes a file: about a second for libc in a release build.
  // Fails with the path and the reason if it is no x86_64 ELF executable or
  // library, truncated or corrupt.
  // A stripped file's symbols are looked for in `debug_directories`: see
  // debug_file.h. What an earlier run made of the same files is taken from
  // `cache`, if there is one.
  static Result<ElfImage> Load(
      const std::string& path,
      const std::vector<std::string>& debug_directories = {kDebugDirectory},
      const ImageCache* cache = nullptr);
  // The same for a file's bytes; `path` is for messages and path() only.
  static Result<ElfImage> Parse(
      std::span<const uint8_t> bytes, const std::string& path,
      const std::vector<std::string>& debug_directories = {});

  // Only who the file is and what it needs, at the cost of reading it: no
  // functions, exports or entries.
  static Result<ElfImage> LoadIdentity(const std::string& path);

  const std::string& path() const { return path_; }
  const std::string& build_id() const { return build_id_; }  // Hexadecimal.
  // The separate file whose symbols were used; empty if none was.
  const std::string& debug_file() const { return debug_file_; }
  const std::string& soname() const { return soname_; }
  const std::string& interpreter() const { return interpreter_; }
  const std::vector<std::string>& needed() const { return needed_; }
  const std::string& runpath() const { return runpath_; }
  const std::string& rpath() const { return rpath_; }  // Only without runpath.

  const std::vector<MachineFunction>& functions() const { return functions_; }
  // Sorted by name, then version. Of an executable without a dynamic symbol
  // table: its global functions.
  const std::vector<ElfExport>& exports() const { return exports_; }
  // With an empty version: the default one, or the only one.
  const ElfExport* FindExport(std::string_view name,
                              std::string_view version = "") const;
  // In all versions, as dlsym and dlvsym find them.
  std::span<const ElfExport> ExportsNamed(std::string_view name) const;
  // A function by any name that a symbol table gives it.
  std::optional<uint32_t> FindFunction(std::string_view name) const;
  // The dynamic symbols (`name@VERSION`), which MachineValue::symbol and its
  // like count by.
  const std::vector<std::string>& symbol_names() const { return symbol_names_; }
  bool DefinesData(const std::string& name) const {
    return data_symbols_.contains(name);
  }
  // An import (`name@VERSION`) that may stay unresolved.
  bool IsWeakImport(const std::string& import) const {
    return weak_imports_.contains(import);
  }

  const DataObjects& data() const { return data_; }
  // Functions, and imported symbols, whose address lies in data. Sorted.
  const std::vector<uint32_t>& data_address_taken() const {
    return data_address_taken_;
  }
  const std::vector<std::string>& data_address_taken_imports() const {
    return data_address_taken_imports_;
  }
  // Symbols whose address the loader puts where only code looks for it: in
  // slots of the global offset table. Sorted.
  const std::vector<std::string>& slot_imports() const { return slot_imports_; }
  // Run by the loader before main (preinit, init, init_array) and at exit.
  const std::vector<uint32_t>& constructors() const { return constructors_; }
  const std::vector<uint32_t>& destructors() const { return destructors_; }
  // Resolvers of ifuncs, which the loader runs too.
  const std::vector<uint32_t>& resolvers() const { return resolvers_; }
  std::optional<uint32_t> entry() const { return entry_; }
  // Whether the file has a symbol table of its own, so that no debug file is
  // looked for.
  bool has_own_symbols() const { return has_own_symbols_; }

  // Whether every name is one of a function: of what was read from the cache.
  bool NamesAreConsistent() const;

  // The file under another path: equal files make equal images but for that.
  void set_path(const std::string& path) { path_ = path; }

  // For image_archive.h: everything is kept.
  BAILEY_ARCHIVE_MEMBERS(path, build_id, debug_file, has_own_symbols, soname,
                         interpreter, runpath, rpath, needed, functions,
                         exports, names, symbol_names, data_symbols,
                         weak_imports, data, data_address_taken,
                         data_address_taken_imports, slot_imports, constructors,
                         destructors, resolvers, entry)

 private:
  void FillIdentity(const ElfFile& file);
  void FillEntries(const ElfFile& file, const CodeMap& code);
  void FillSlots(const ElfFile& file);
  void FillExports(const ElfFile& file, const CodeMap& code);

  std::string path_;
  std::string build_id_;
  std::string debug_file_;
  bool has_own_symbols_ = false;
  std::string soname_;
  std::string interpreter_;
  std::string runpath_;
  std::string rpath_;
  std::vector<std::string> needed_;
  std::vector<MachineFunction> functions_;
  std::vector<ElfExport> exports_;
  std::map<std::string, uint32_t, std::less<>> names_;
  std::vector<std::string> symbol_names_;
  std::set<std::string> data_symbols_;
  std::set<std::string> weak_imports_;
  DataObjects data_;
  std::vector<uint32_t> data_address_taken_;
  std::vector<std::string> data_address_taken_imports_;
  std::vector<std::string> slot_imports_;
  std::vector<uint32_t> constructors_;
  std::vector<uint32_t> destructors_;
  std::vector<uint32_t> resolvers_;
  std::optional<uint32_t> entry_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_ELF_IMAGE_H_
