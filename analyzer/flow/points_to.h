// Inclusion-based points-to analysis (Andersen's), field-sensitive by bytes.
//
//   PointsTo solver;
//   const auto p = solver.NewNode(), q = solver.NewNode();
//   solver.AddAddress(p, solver.NewObject(16), 8);
//   solver.AddCopy(q, p);
//   solver.Solve();
//   solver.ForEachTarget(q, [](PointsTo::Target t) { … t.object, t.offset … });
//
// A node is a variable. A location is an object and one offset in bytes, or the
// offset in any element of an array, or anywhere in the object. What a location
// stands for never changes: where arrays are found later, new ones are made, so
// that no rule is done for less than it should be. Memory is one node for each
// eight bytes of an object: what is stored in a part of them is in all of them.
// Arrays are folded where they are indexed by a variable (object_layout.h).
//
// The object kUnknown stands for all memory that unknown code may know. What is
// put into the node kUnknownNode is told to such code: the object has then
// escaped, its contents are known there, and may be anything that is. A node
// that holds kUnknown does not list what has escaped: it may be any of it.
//
// The solver is a worklist with difference propagation; nodes that copy from
// each other in a circle are found by Tarjan's algorithm from time to time and
// become one.

#ifndef BAILEY_ANALYZER_FLOW_POINTS_TO_H_
#define BAILEY_ANALYZER_FLOW_POINTS_TO_H_

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <utility>
#include <vector>

#include "analyzer/flow/object_layout.h"
#include "analyzer/flow/sparse_bits.h"

namespace bailey::analyzer {

class PointsTo {
 public:
  using Node = uint32_t;
  using Object = uint32_t;

  static constexpr Object kUnknown = 0;
  static constexpr Node kUnknownNode = 0;
  // Blocks of more bytes, or of no known number, are copied whole.
  static constexpr uint64_t kMostBlockBytes = 256;

  struct Target {
    Object object = kUnknown;
    int64_t offset = 0;
    bool is_anywhere = false;  // in the object
    bool is_folded = false;    // in any element of arrays that hold it
  };
  // Told once of every location that a watched node gets.
  using Watcher = std::function<void(Target)>;

  // Between two looks for circles at least so many nodes are processed.
  explicit PointsTo(size_t between_merges = 2000);

  Node NewNode();
  // `size` 0: not known.
  Object NewObject(uint64_t size);
  // An object that is not memory: a function. Its address plus anything is its
  // address; nothing is read from it.
  Object NewFunction();
  // A range of the object that its type says is an array.
  void DeclareArray(Object object, FoldedRange range);

  void AddAddress(Node to, Object object, int64_t offset = 0);
  void AddCopy(Node to, Node from);
  // `array_bytes`: an array of that size begins there; 0: none is known to.
  void AddOffset(Node to, Node from, int64_t offset, uint64_t array_bytes = 0);
  // Any element of an array that begins at `from` + `offset`, of `array_bytes`
  // or, if that is 0, that `from` points into.
  void AddElement(Node to, Node from, int64_t offset, uint64_t stride,
                  uint64_t array_bytes);
  void AddLoad(Node to, Node pointer, uint64_t size);
  void AddStore(Node pointer, Node value, uint64_t size);
  // `size` 0: not known.
  void AddBlockCopy(Node to_pointer, Node from_pointer, uint64_t size);
  // The object holds `value` from the start.
  void AddContent(Object object, int64_t offset, Node value, uint64_t size);
  // At any offset of it.
  void AddContentAnywhere(Object object, Node value);
  void Watch(Node node, Watcher watcher);

  // Until nothing more follows. Watchers may add constraints. Can be called
  // again after more were added.
  void Solve();

  void ForEachTarget(Node node, const std::function<void(Target)>& visit) const;
  bool MayBeUnknown(Node node) const;
  // Unknown code knows it: it is meant wherever kUnknown is.
  bool HasEscaped(Object object) const { return objects_[object].escaped; }
  const ObjectLayout& LayoutOf(Object object) const {
    return objects_[object].layout;
  }
  bool MayPointTo(Node node, Object object, int64_t offset) const;
  // What any word of the object may point to.
  void ForEachContent(Object object,
                      const std::function<void(Target)>& visit) const;
  size_t node_count() const { return nodes_.size(); }
  size_t location_count() const { return locations_.size(); }

 private:
  using LocationId = uint32_t;
  static constexpr LocationId kUnknownLocation = 0;
  static constexpr Node kNone = ~Node{0};

  enum class Kind : uint8_t {
    kOffset,
    kElement,
    kLoad,
    kStore,
    kBlockTo,
    kBlockFrom,
    kWatch
  };
  // What is done for each location that a node gets.
  struct Rule {
    Kind kind;
    Node other = 0;  // or the number of a watcher
    int64_t offset = 0;
    uint64_t stride = 0;
    uint64_t size = 0;
    uint32_t partner = 0;  // of a block: a number that both sides share
  };
  struct NodeState {
    SparseBits points_to;
    SparseBits pending;
    std::vector<Node> copies;
    std::vector<uint32_t> rules;
    bool is_queued = false;
  };
  // Whatever is at an offset of this object is at offset + `shift` of `to`.
  struct Link {
    Object to;
    int64_t shift;
    auto operator<=>(const Link&) const = default;
  };
  struct ObjectState {
    int64_t size = 0;
    bool is_memory = true;
    bool escaped = false;
    ObjectLayout layout;
    std::vector<FoldedRange> arrays;
    boost::unordered_flat_map<int64_t, LocationId> locations;
    boost::unordered_flat_map<int64_t, LocationId> elements;  // of this layout
    size_t location_count = 0;
    std::vector<LocationId> all_locations;  // of any layout
    std::map<int64_t, Node> cells;          // by word
    Node all = kNone;                       // gets what any cell holds
    Node any = kNone;                       // is held by every cell
    LocationId anywhere = 0;
    std::vector<Link> links;
    std::set<Link> known_links;
  };

  Node Find(Node node) const;
  LocationId LocationOf(Object object, int64_t offset, bool is_folded = false);
  LocationId Anywhere(Object object);
  LocationId NewLocation(const Target& at);
  bool ImpliesEscaped(Node node) const;
  void Insert(Node node, LocationId location);
  void Unite(Node node, const SparseBits& locations);
  void DropEscaped(Node node);
  void DropImplied(Node node);
  std::vector<Object> Wholes(Node node, std::vector<LocationId>& parts) const;
  void Enqueue(Node node);
  void AddRule(Node node, Rule rule);
  void Process(Node node);
  void Apply(const Rule& rule, uint32_t id, LocationId location);
  void ApplyOffset(const Rule& rule, uint32_t id, const Target& at);
  void ApplyElement(const Rule& rule, const Target& at);
  std::optional<std::vector<int64_t>> Moves(const Target& at,
                                            int64_t step) const;
  void FoldElements(const Rule& rule, const Target& at, int64_t base);
  void Access(const Rule& rule, const Target& at);
  struct Places;
  struct BlockState;
  std::optional<Target> AddPlace(Places& places, LocationId location);
  void ApplyBlock(const Rule& rule, LocationId location);
  Node MakeHub(BlockState& block);
  void JoinHub(Node hub, const Target& at, bool is_source);
  void CopyBlock(const Target& to, const Target& from, uint64_t size);
  void CopyWords(const Target& to, const Target& from, int64_t size);
  void AddLink(Object from, Object to, int64_t shift);
  void FollowLink(Object from, const Link& link);
  void LinkCell(Object from, int64_t word, const Link& link);
  void Fold(Object object, FoldedRange range);
  void Collapse(Object object);
  void RebuildCells(Object object);
  std::optional<FoldedRange> ArrayAt(const ObjectState& state, int64_t offset,
                                     int64_t stride) const;
  // The words that an access touches; nothing: too many to tell apart.
  std::optional<std::vector<int64_t>> Words(const ObjectState& state,
                                            int64_t offset,
                                            uint64_t size) const;
  std::optional<std::vector<int64_t>> WordsOf(const Target& at,
                                              uint64_t size) const;
  bool IsOnePlace(const Target& at, uint64_t size) const;
  Node Cell(Object object, int64_t word);
  Node All(Object object);
  Node Any(Object object);
  void Escape(Object object);
  Node Merge(Node a, Node b);
  void MergeCycles();

  // Deques: references stay good while more are made.
  std::deque<NodeState> nodes_;
  mutable std::vector<Node> parents_;
  std::deque<ObjectState> objects_;
  std::vector<Target> locations_;
  DenseBits escaped_;  // locations, of objects that unknown code knows
  DenseBits wholes_;   // locations that stand for all of their object
  std::vector<Rule> rules_;
  std::deque<Watcher> watchers_;
  // (from, to), so that none is twice
  boost::unordered_flat_set<uint64_t> copies_;
  // How many places of an object one rule led to: a pointer that is moved
  // around a loop leads to ever new ones.
  boost::unordered_flat_map<uint64_t, uint32_t> steps_;
  struct Places {
    std::vector<LocationId> list;
    SparseBits known;
    boost::unordered_flat_map<Object, size_t> by_object;
  };
  struct BlockState {
    Places to;
    Places from;
    Node hub = kNone;  // through it all is copied, if there are many places
  };
  std::deque<BlockState> blocks_;
  // Whoever others copy from comes first, as far as is known.
  std::priority_queue<std::pair<uint32_t, Node>> queue_;
  std::vector<uint32_t> ranks_;
  size_t processed_ = 0;
  size_t between_merges_;
  size_t next_merge_;
  size_t depth_ = 0;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_POINTS_TO_H_
