// Numbers data as nodes, and finds those that a reference leads to. A name may
// be defined by several files, one of which the loader chooses, and the
// executable's copy of a library's variable begins with what the library's
// holds: all of one name count as one.

#include "analyzer/elf/data_nodes.h"

#include <algorithm>

#include "common/sort_unique.h"

namespace bailey::analyzer {
namespace {

std::string WithoutVersion(const std::string& name) {
  return name.substr(0, name.find('@'));
}

}  // namespace

DataNodes::DataNodes(const LinkMap& link, uint32_t first_node)
    : link_(link), end_(first_node) {
  for (const ElfImage& image : link.images()) {
    first_.push_back(end_);
    end_ += 1 + static_cast<uint32_t>(image.data().objects().size() +
                                      image.data().words().size());
  }
}

const DataObjects& DataNodes::Data(uint32_t image) const {
  return link_.images()[image].data();
}

uint32_t DataNodes::ObjectCount(uint32_t image) const {
  return static_cast<uint32_t>(Data(image).objects().size());
}

uint32_t DataNodes::ImageOf(uint32_t node) const {
  const auto after = std::upper_bound(first_.begin(), first_.end(), node);
  return static_cast<uint32_t>(after - first_.begin()) - 1;
}

std::string DataNodes::NameOf(uint32_t node) const {
  const uint32_t image = ImageOf(node);
  const DataObjects& data = Data(image);
  uint32_t index = node - first_[image];
  if (index == 0) return "(data)";
  --index;
  if (index >= ObjectCount(image)) {
    const uint64_t slot = data.words()[index - ObjectCount(image)].slot;
    const auto object = data.ObjectAt(slot);
    if (!object) return "(data)";
    index = *object;
  }
  return "(" + data.objects()[index].name + ")";
}

std::vector<DataNodes::Place> DataNodes::PlacesOf(const std::string& import,
                                                  uint64_t offset) const {
  std::vector<Place> places;
  const std::string name = WithoutVersion(import);
  for (uint32_t i = 0; i < first_.size(); ++i)
    for (uint64_t address : Data(i).AddressesOf(name))
      places.push_back({i, address + offset});
  return places;
}

std::vector<DataNodes::Place> DataNodes::WithNamesakes(Place place) const {
  std::vector<Place> places = {place};
  for (const auto& [name, offset] :
       Data(place.image).NamesAround(place.address))
    for (const Place& other : PlacesOf(name, static_cast<uint64_t>(offset)))
      if (other.image != place.image) places.push_back(other);
  return places;
}

void DataNodes::AddTouched(const Place& place, std::vector<uint32_t>& nodes,
                           bool is_exact) const {
  for (uint32_t object : Data(place.image).TouchedBy(place.address, is_exact))
    nodes.push_back(ObjectNode(place.image, object));
}

void DataNodes::AddRead(const Place& place, uint64_t size_bytes,
                        std::vector<uint32_t>& nodes) const {
  const auto [first, last] =
      Data(place.image).WordsIn(place.address, size_bytes);
  for (uint32_t word = first; word < last; ++word)
    nodes.push_back(WordNode(place.image, word));
}

DataNodes::Known DataNodes::ObjectsKnownTo(
    uint32_t image, const MachineFunction& function) const {
  Known known;
  const DataObjects& data = Data(image);
  for (const DataReference& each : function.data_references)
    if (each.symbol == DataReference::kNoSymbol && data.IsStart(each.address))
      known.insert(*data.ObjectAt(each.address));
  return known;
}

bool DataNodes::IsEndOfWalk(uint32_t image, uint64_t address,
                            const Known& known) const {
  const DataObjects& data = Data(image);
  return address != 0 && address == data.stream_tables() &&
         std::any_of(known.begin(), known.end(), [&data](uint32_t object) {
           return data.EndsBeforeStreamTables(object);
         });
}

void DataNodes::AddTargets(uint32_t image, const DataReference& reference,
                           const Known& known,
                           std::vector<uint32_t>& nodes) const {
  using Use = DataReference::Use;
  // Whoever writes a pointer has taken an address himself.
  if (reference.use == Use::kWrite || reference.use == Use::kCompared) return;
  const bool is_own = reference.symbol == DataReference::kNoSymbol;
  const auto& symbols = link_.images()[image].symbol_names();
  if (!is_own && reference.symbol >= symbols.size()) return;
  if (is_own && IsEndOfWalk(image, reference.address, known)) return;
  const auto object = is_own ? Data(image).ObjectAt(reference.address)
                             : std::optional<uint32_t>();
  const bool is_exact = object && known.contains(*object);
  const std::vector<Place> places =
      is_own ? WithNamesakes({image, reference.address})
             : PlacesOf(symbols[reference.symbol], reference.address);
  for (const Place& place : places) {
    if (reference.use == Use::kRead && reference.size_bytes != 0)
      AddRead(place, reference.size_bytes, nodes);
    else
      AddTouched(place, nodes, is_exact);
  }
}

std::vector<uint32_t> DataNodes::TargetsOf(
    uint32_t image, const MachineFunction& function) const {
  const Known known = ObjectsKnownTo(image, function);
  std::vector<uint32_t> nodes;
  for (const DataReference& each : function.data_references)
    AddTargets(image, each, known, nodes);
  SortUnique(nodes);
  return nodes;
}

std::vector<uint32_t> DataNodes::TargetsOfAddress(uint32_t image,
                                                  uint64_t address) const {
  std::vector<uint32_t> nodes;
  for (const Place& place : WithNamesakes({image, address}))
    AddTouched(place, nodes);
  SortUnique(nodes);
  return nodes;
}

std::vector<uint32_t> DataNodes::TargetsOfImport(
    const std::string& import) const {
  std::vector<uint32_t> nodes;
  for (const Place& place : PlacesOf(import, 0)) AddTouched(place, nodes);
  SortUnique(nodes);
  return nodes;
}

std::vector<uint32_t> DataNodes::ExportedObjects() const {
  std::vector<uint32_t> nodes;
  for (uint32_t i = 0; i < first_.size(); ++i)
    for (const DataName& name : Data(i).names())
      if (!name.is_private) AddTouched({i, name.address}, nodes);
  SortUnique(nodes);
  return nodes;
}

}  // namespace bailey::analyzer
