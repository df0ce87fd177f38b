// The data of a file as objects (variables, tables) with the words in them that
// hold addresses: what makes a function that only data names live or dead.
// Internal to analyzer/elf, except as plain data.
//
//   const DataObjects& data = image.data();
//   for (uint32_t object : data.TouchedBy(address)) …
//
// Bounds of objects come from symbol tables. Four kinds of words have none: in
// files without symbols; in files for a fixed address, where code may add an
// index to any address near; between the objects; and in objects that nothing
// in the file seems to refer to (something must, in a way that is not
// understood). These are `coarse`: they count as used in every process that has
// the file.
//
// What an address reaches is an assumption about compilers: they keep to an
// object's start, its end, or a place not far from either, and add to that what
// the program computes.

#ifndef BAILEY_ANALYZER_ELF_DATA_OBJECTS_H_
#define BAILEY_ANALYZER_ELF_DATA_OBJECTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/cache/archive_fields.h"

namespace bailey::analyzer {

struct ElfFile;
class ReferenceMap;
struct MachineFunction;

// A word that holds an address when the program starts.
struct DataWord {
  enum class Kind : uint8_t {
    kFunction,  // The file's own `function`, or what that resolver chooses.
    kImport,    // The symbol `import` (`name@VERSION`): a function or data.
    kData       // `target`, in data of this file.
  };
  Kind kind = Kind::kData;
  uint64_t slot = 0;
  uint64_t target = 0;
  uint32_t function = 0;
  std::string import;
};

struct DataObject {
  uint64_t address = 0;
  uint64_t end = 0;
  std::string name;
  uint32_t first_word = 0;  // Its words are [first_word, last_word).
  uint32_t last_word = 0;
  bool is_exported = false;  // Under a name that other files may use.
  // A section that code walks through. Its size is known to the linker alone,
  // so whoever has its end has its start too.
  bool is_collection = false;
  bool is_coarse = false;

  bool Contains(uint64_t where) const {
    return where >= address && where < end;
  }
  bool HasWords() const { return first_word < last_word; }
};

// Where a name for data points.
struct DataName {
  std::string name;  // Without a version.
  uint64_t address = 0;
  bool is_private = false;  // For the C library's own files alone.
};

class DataObjects {
 public:
  DataObjects() = default;
  DataObjects(const ElfFile& file, const ReferenceMap& references);

  // Decides which objects are coarse, once it is known what code refers to.
  void FindUnreferenced(const std::vector<MachineFunction>& functions);

  const std::vector<DataObject>& objects() const { return objects_; }
  const std::vector<DataWord>& words() const { return words_; }
  // Indices of words in no object.
  const std::vector<uint32_t>& loose_words() const { return loose_words_; }
  // What other files may refer to. Sorted by name.
  const std::vector<DataName>& names() const { return names_; }
  // The addresses that a name of names() has.
  std::vector<uint64_t> AddressesOf(const std::string& name) const;
  // The names of an exported object, each with where in it `address` is.
  std::vector<std::pair<std::string, int64_t>> NamesAround(
      uint64_t address) const;

  // Indices of the objects that code which has `address` may use. An object's
  // start stands for it, and for the one that ends there (if that is no
  // collection); another place for what is near too, since a loop may begin
  // before an object, and end behind it; one in no object for both neighbours.
  // `is_exact`: the code is known to mean the object that the address is in.
  std::vector<uint32_t> TouchedBy(uint64_t address,
                                  bool is_exact = false) const;
  bool IsStart(uint64_t address) const;
  // A collection that ends where glibc's tables of stream functions begin: the
  // address of both is its end to who walks through it.
  bool EndsBeforeStreamTables(uint32_t object) const;
  uint64_t stream_tables() const { return stream_tables_; }
  // Indices of the words that a load of `size_bytes` at `address` reads.
  std::pair<uint32_t, uint32_t> WordsIn(uint64_t address,
                                        uint64_t size_bytes) const;
  std::optional<uint32_t> ObjectAt(uint64_t address) const;

  // For image_archive.h: everything is kept.
  BAILEY_ARCHIVE_MEMBERS(is_fixed, stream_tables, objects, words, loose_words,
                         names, names_by_address)
  // Whether every index in it is one of what it counts: of what was read from
  // the cache.
  bool IsConsistent(size_t functions) const;

 private:
  void ReadWords(const ElfFile& file, const ReferenceMap& references);
  void ReadPlainWords(const ElfFile& file, const ReferenceMap& references);
  void ReadRelativeTables(const ElfFile& file, const ReferenceMap& references);
  void AddWord(const ElfFile& file, const ReferenceMap& references,
               uint64_t slot, uint64_t target);
  void ReadNames(const ElfFile& file);
  void AssignWords();
  void AddNeighbours(uint64_t address, std::vector<uint32_t>& touched) const;

  bool is_fixed_ = false;            // Not position-independent.
  uint64_t stream_tables_ = 0;       // 0: there are none.
  std::vector<DataObject> objects_;  // Sorted; they do not overlap.
  std::vector<DataWord> words_;      // Sorted by slot.
  std::vector<uint32_t> loose_words_;
  std::vector<DataName> names_;
  std::multimap<uint64_t, uint32_t> names_by_address_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_DATA_OBJECTS_H_
