// The data of all files of a link map as nodes of the call graph: objects, the
// words in them that hold addresses, and for each file its coarse data, which
// is used in every process that has the file. Internal to analyzer/elf.
//
//   DataNodes nodes(link, first_node);
//   for (uint32_t node : nodes.TargetsOf(image, function)) …
//
// An object leads to its words, a word to what it points to. A load of one word
// leads to that word alone.

#ifndef BAILEY_ANALYZER_ELF_DATA_NODES_H_
#define BAILEY_ANALYZER_ELF_DATA_NODES_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "analyzer/elf/data_objects.h"
#include "analyzer/elf/link_map.h"
#include "analyzer/elf/machine_function.h"
#include "analyzer/elf/value_origin.h"

namespace bailey::analyzer {

class DataNodes {
 public:
  // `link` must outlive this. Nodes are numbered from `first_node` on.
  DataNodes(const LinkMap& link, uint32_t first_node);

  uint32_t end() const { return end_; }
  uint32_t CoarseNode(uint32_t image) const { return first_[image]; }
  uint32_t ObjectNode(uint32_t image, uint32_t object) const {
    return first_[image] + 1 + object;
  }
  uint32_t WordNode(uint32_t image, uint32_t word) const {
    return first_[image] + 1 + ObjectCount(image) + word;
  }
  uint32_t ImageOf(uint32_t node) const;
  std::string NameOf(uint32_t node) const;

  // The data that a function of `image` may use.
  std::vector<uint32_t> TargetsOf(uint32_t image,
                                  const MachineFunction& function) const;
  // The objects that have a name (`name@VERSION`) in any file.
  std::vector<uint32_t> TargetsOfImport(const std::string& import) const;
  std::vector<uint32_t> TargetsOfAddress(uint32_t image,
                                         uint64_t address) const;
  // What a program that is not among the files may refer to by name.
  std::vector<uint32_t> ExportedObjects() const;

 private:
  struct Place {
    uint32_t image;
    uint64_t address;
  };
  // The objects of the function's own file to whose start it refers.
  using Known = std::set<uint32_t>;

  uint32_t ObjectCount(uint32_t image) const;
  const DataObjects& Data(uint32_t image) const;
  std::vector<Place> PlacesOf(const std::string& import, uint64_t offset) const;
  std::vector<Place> WithNamesakes(Place place) const;
  Known ObjectsKnownTo(uint32_t image, const MachineFunction& function) const;
  bool IsEndOfWalk(uint32_t image, uint64_t address, const Known& known) const;
  void AddTargets(uint32_t image, const DataReference& reference,
                  const Known& known, std::vector<uint32_t>& nodes) const;
  void AddTouched(const Place& place, std::vector<uint32_t>& nodes,
                  bool is_exact = false) const;
  void AddRead(const Place& place, uint64_t size_bytes,
               std::vector<uint32_t>& nodes) const;

  const LinkMap& link_;
  std::vector<uint32_t> first_;  // By image: its coarse node, objects, words.
  uint32_t end_ = 0;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_DATA_NODES_H_
