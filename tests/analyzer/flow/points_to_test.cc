// The solver by itself: what each constraint means, a second implementation
// that must agree, and programs that are run and may not surprise it.
#include "analyzer/flow/points_to.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <utility>

namespace bailey::analyzer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

using Node = PointsTo::Node;
using Object = PointsTo::Object;
using Place = std::pair<Object, int64_t>;

constexpr int64_t kAnywhere = -1;

std::set<Place> PlacesOf(const PointsTo& solver, Node node) {
  std::set<Place> places;
  solver.ForEachTarget(node, [&](const PointsTo::Target& target) {
    places.emplace(target.object,
                   target.is_anywhere ? kAnywhere : target.offset);
  });
  return places;
}

class PointsToTest : public ::testing::Test {
 protected:
  std::set<Place> Places(Node node) const { return PlacesOf(solver_, node); }
  // A node that points to the object from the start.
  Node Pointer(Object object, int64_t offset = 0) {
    const Node node = solver_.NewNode();
    solver_.AddAddress(node, object, offset);
    return node;
  }
  // What the object holds there in the end.
  std::set<Place> Content(Object object, int64_t offset) {
    const Node value = solver_.NewNode();
    solver_.AddLoad(value, Pointer(object, offset), 8);
    solver_.Solve();
    return Places(value);
  }

  PointsTo solver_;
};

TEST_F(PointsToTest, FieldsAreKeptApart) {
  const Object holder = solver_.NewObject(16);
  const Object a = solver_.NewFunction();
  const Object b = solver_.NewFunction();
  solver_.AddStore(Pointer(holder, 0), Pointer(a), 8);
  solver_.AddStore(Pointer(holder, 8), Pointer(b), 8);
  EXPECT_THAT(Content(holder, 0), UnorderedElementsAre(Pair(a, 0)));
  EXPECT_THAT(Content(holder, 8), UnorderedElementsAre(Pair(b, 0)));
}

TEST_F(PointsToTest, AnUnalignedPointerIsInBothWords) {
  const Object holder = solver_.NewObject(24);
  const Object a = solver_.NewFunction();
  solver_.AddStore(Pointer(holder, 4), Pointer(a), 8);
  EXPECT_THAT(Content(holder, 0), UnorderedElementsAre(Pair(a, 0)));
  EXPECT_THAT(Content(holder, 8), UnorderedElementsAre(Pair(a, 0)));
  EXPECT_THAT(Content(holder, 16), IsEmpty());
}

TEST_F(PointsToTest, ElementsOfAnArrayOfStructuresShareTheirFields) {
  const Object table = solver_.NewObject(4 * 16);
  const Object a = solver_.NewFunction();
  const Object b = solver_.NewFunction();
  solver_.AddContent(table, 16, Pointer(a), 8);
  solver_.AddContent(table, 40, Pointer(b), 8);
  const Node element = solver_.NewNode();
  solver_.AddElement(element, Pointer(table), 0, 16, 64);
  const Node field = solver_.NewNode();
  solver_.AddOffset(field, element, 8);
  const Node value = solver_.NewNode();
  solver_.AddLoad(value, field, 8);
  solver_.Solve();
  EXPECT_THAT(Places(value), UnorderedElementsAre(Pair(b, 0)));
  EXPECT_THAT(Content(table, 48), UnorderedElementsAre(Pair(a, 0)));
}

// struct { void* list[2]; void (*call)(); }: the structure begins where its
// array does, and what follows the array is no element of it.
TEST_F(PointsToTest, WhatFollowsAnArrayIsReachedFromItsBegin) {
  const Object holder = solver_.NewObject(24);
  const Object a = solver_.NewFunction();
  const Object b = solver_.NewFunction();
  const Node base = Pointer(holder);
  const Node element = solver_.NewNode();
  solver_.AddElement(element, base, 0, 8, 16);
  solver_.AddStore(element, Pointer(a), 8);
  const Node field = solver_.NewNode();
  solver_.AddOffset(field, base, 16);
  solver_.AddStore(field, Pointer(b), 8);
  EXPECT_THAT(Content(holder, 16), UnorderedElementsAre(Pair(b, 0)));
  EXPECT_THAT(Content(holder, 8), UnorderedElementsAre(Pair(a, 0)));
}

// From an element back to the structure that holds the array.
TEST_F(PointsToTest, ThePlaceBeforeAnArrayIsReachedFromAnyElement) {
  const Object holder = solver_.NewObject(40);
  const Object a = solver_.NewFunction();
  solver_.AddContent(holder, 0, Pointer(a), 8);
  const Node element = solver_.NewNode();
  solver_.AddElement(element, Pointer(holder), 8, 8, 32);
  for (const int64_t back : {-8, -16, -24, -32}) {
    const Node base = solver_.NewNode();
    solver_.AddOffset(base, element, back);
    const Node value = solver_.NewNode();
    solver_.AddLoad(value, base, 8);
    solver_.Solve();
    EXPECT_THAT(Places(value), UnorderedElementsAre(Pair(a, 0))) << back;
  }
}

// What a place stands for when a rule is done for it is all that it ever does.
TEST_F(PointsToTest, AnArrayThatIsFoundLateReachesEarlierRules) {
  const Object table = solver_.NewObject(80);
  const Object a = solver_.NewFunction();
  solver_.AddContent(table, 72, Pointer(a), 8);
  const Node p = solver_.NewNode();
  const Node field = solver_.NewNode();
  solver_.AddOffset(field, p, 24);
  const Node value = solver_.NewNode();
  solver_.AddLoad(value, field, 8);
  solver_.AddElement(p, Pointer(table), 0, 16, 32);
  solver_.Solve();
  EXPECT_THAT(Places(value), IsEmpty());
  solver_.AddElement(p, Pointer(table), 0, 16, 64);
  solver_.Solve();
  EXPECT_THAT(Places(value), UnorderedElementsAre(Pair(a, 0)));
}

// struct { long count; void* items[1]; }, with room for more.
TEST_F(PointsToTest, AnArrayOfOneHasWhatFollowsIt) {
  const Object holder = solver_.NewObject(0);
  const Object a = solver_.NewFunction();
  solver_.AddContent(holder, 32, Pointer(a), 8);
  const Node items = solver_.NewNode();
  solver_.AddOffset(items, Pointer(holder), 8, 8);
  const Node item = solver_.NewNode();
  solver_.AddElement(item, items, 0, 8, 0);
  const Node value = solver_.NewNode();
  solver_.AddLoad(value, item, 8);
  solver_.Solve();
  EXPECT_THAT(Places(value), UnorderedElementsAre(Pair(a, 0)));
}

TEST_F(PointsToTest, FieldsOfTwoViewsAreOneAfterALateCollapse) {
  const Object holder = solver_.NewObject(240);
  const Object early = solver_.NewFunction();
  const Object late = solver_.NewFunction();
  const Node reader = solver_.NewNode();
  solver_.AddStore(Pointer(holder, 48), Pointer(early), 8);
  solver_.AddLoad(reader, Pointer(holder, 200), 8);
  solver_.Solve();
  EXPECT_THAT(Places(reader), IsEmpty());
  const Node a = solver_.NewNode();
  const Node b = solver_.NewNode();
  solver_.AddElement(a, Pointer(holder), 0, 24, 120);
  solver_.AddElement(b, Pointer(holder, 20), 0, 20, 200);
  solver_.Solve();
  EXPECT_THAT(Places(reader), UnorderedElementsAre(Pair(early, 0)));
  solver_.AddStore(Pointer(holder, 8), Pointer(late), 8);
  solver_.Solve();
  EXPECT_THAT(Places(reader),
              UnorderedElementsAre(Pair(early, 0), Pair(late, 0)));
}

// Sixteen bytes from the last element: half of them follow the array.
TEST_F(PointsToTest, AnAccessMayLeadOutOfTheLastElement) {
  const Object holder = solver_.NewObject(40);
  const Object a = solver_.NewFunction();
  solver_.AddContent(holder, 32, Pointer(a), 8);
  const Node element = solver_.NewNode();
  solver_.AddElement(element, Pointer(holder), 0, 8, 32);
  const Node value = solver_.NewNode();
  solver_.AddLoad(value, element, 16);
  solver_.Solve();
  EXPECT_THAT(Places(value), UnorderedElementsAre(Pair(a, 0)));
}

TEST_F(PointsToTest, ABlockOfUnknownSizeFromAnElementMayBeginAtAny) {
  const Object from = solver_.NewObject(48);
  const Object to = solver_.NewObject(0);
  const Object a = solver_.NewFunction();
  solver_.AddContent(from, 40, Pointer(a), 8);  // behind the array
  const Node element = solver_.NewNode();
  solver_.AddElement(element, Pointer(from), 0, 16, 32);
  solver_.AddBlockCopy(Pointer(to), element, 0);
  EXPECT_THAT(Content(to, 24), UnorderedElementsAre(Pair(a, 0)));
}

TEST_F(PointsToTest, ABlockKeepsUpWithArraysThatAreFoundLater) {
  const Object from = solver_.NewObject(96);
  const Object to = solver_.NewObject(96);
  const Object a = solver_.NewFunction();
  solver_.AddBlockCopy(Pointer(to), Pointer(from), 0);
  solver_.AddContent(from, 64, Pointer(a), 8);
  solver_.Solve();
  const Node element = solver_.NewNode();
  solver_.AddElement(element, Pointer(from), 0, 16, 96);
  solver_.Solve();
  EXPECT_THAT(Content(to, 16), UnorderedElementsAre(Pair(a, 0)));
}

TEST_F(PointsToTest, MoreBlocksThanAreToldApartAreCopiedWhole) {
  const Object from = solver_.NewObject(16);
  const Object a = solver_.NewFunction();
  Object last = 0;
  for (int i = 0; i < 200; ++i) {
    last = solver_.NewObject(16);
    solver_.AddBlockCopy(Pointer(last), Pointer(from), 0);
  }
  solver_.AddContent(from, 8, Pointer(a), 8);
  const std::set<Place> content = Content(last, 8);
  EXPECT_TRUE(content.contains({a, 0}));
}

// for (p = table; …; p++): a constant, again and again.
TEST_F(PointsToTest, APointerThatIsMovedInALoopWalksTheArray) {
  const Object table = solver_.NewObject(100 * 16);
  const Object last = solver_.NewFunction();
  solver_.AddContent(table, 99 * 16 + 8, Pointer(last), 8);
  const Node p = Pointer(table);
  solver_.AddOffset(p, p, 16);
  const Node field = solver_.NewNode();
  solver_.AddOffset(field, p, 8);
  const Node value = solver_.NewNode();
  solver_.AddLoad(value, field, 8);
  solver_.Solve();
  EXPECT_THAT(Places(value), UnorderedElementsAre(Pair(last, 0)));
}

TEST_F(PointsToTest, TextThatIsWalkedDoesNotBlurItsNeighbours) {
  const Object holder = solver_.NewObject(64);
  const Object a = solver_.NewFunction();
  solver_.AddContent(holder, 0, Pointer(a), 8);
  const Node text = solver_.NewNode();
  solver_.AddElement(text, Pointer(holder, 8), 0, 1, 0);
  solver_.AddStore(text, solver_.NewNode(), 1);
  EXPECT_THAT(Content(holder, 8), IsEmpty());
  const Node byte = solver_.NewNode();
  solver_.AddLoad(byte, text, 1);
  solver_.Solve();
  EXPECT_THAT(Places(byte), UnorderedElementsAre(Pair(a, 0)));
}

TEST_F(PointsToTest, ABlockOfUnknownSizeKeepsItsOffsets) {
  const Object from = solver_.NewObject(0);
  const Object to = solver_.NewObject(0);
  const Object a = solver_.NewFunction();
  solver_.AddBlockCopy(Pointer(to, 16), Pointer(from, 0), 0);
  solver_.AddContent(from, 8, Pointer(a), 8);
  EXPECT_THAT(Content(to, 24), UnorderedElementsAre(Pair(a, 0)));
  EXPECT_THAT(Content(to, 8), IsEmpty());
}

TEST_F(PointsToTest, WhatEscapesCanBeReadAndWrittenByUnknownCode) {
  const Object outer = solver_.NewObject(8);
  const Object inner = solver_.NewObject(8);
  const Object handler = solver_.NewFunction();
  solver_.AddContent(outer, 0, Pointer(inner), 8);
  std::set<Object> told;
  solver_.Watch(PointsTo::kUnknownNode,
                [&](PointsTo::Target target) { told.insert(target.object); });
  solver_.AddCopy(PointsTo::kUnknownNode, Pointer(outer));
  solver_.AddStore(Pointer(inner), Pointer(handler), 8);
  solver_.Solve();
  EXPECT_THAT(told,
              UnorderedElementsAre(PointsTo::kUnknown, outer, inner, handler));
  const Node value = solver_.NewNode();
  solver_.AddLoad(value, Pointer(inner), 8);
  solver_.Solve();
  EXPECT_TRUE(solver_.MayBeUnknown(value));
}

TEST_F(PointsToTest, WhatIsStoredThroughAnUnknownPointerEscapes) {
  const Object handler = solver_.NewFunction();
  const Object target = solver_.NewObject(8);
  solver_.AddCopy(PointsTo::kUnknownNode, Pointer(target));
  solver_.AddStore(Pointer(PointsTo::kUnknown), Pointer(handler), 8);
  solver_.Solve();
  EXPECT_TRUE(solver_.MayPointTo(PointsTo::kUnknownNode, handler, 0));
}

TEST_F(PointsToTest, NodesInACircleAreOne) {
  const Object a = solver_.NewObject(8);
  std::vector<Node> ring;
  for (int i = 0; i < 5000; ++i) ring.push_back(solver_.NewNode());
  for (size_t i = 0; i < ring.size(); ++i)
    solver_.AddCopy(ring[(i + 1) % ring.size()], ring[i]);
  solver_.AddAddress(ring[17], a);
  solver_.Solve();
  const Object b = solver_.NewObject(8);
  solver_.AddAddress(ring[4000], b);
  solver_.Solve();
  for (const Node node : ring)
    EXPECT_THAT(Places(node), UnorderedElementsAre(Pair(a, 0), Pair(b, 0)));
}

TEST(ObjectLayoutTest, ArraysInElementsOfArrays) {
  ObjectLayout layout;
  EXPECT_TRUE(layout.Fold({0, 240, 24}));
  EXPECT_TRUE(layout.Fold({24 + 8, 24 + 24, 8}));
  EXPECT_EQ(layout.Canonical(48), 0);
  EXPECT_EQ(layout.Canonical(48 + 16), 8);
  EXPECT_EQ(layout.Canonical(240), 240);
  EXPECT_FALSE(layout.Fold({72, 96 + 24, 24}));
}

TEST(ObjectLayoutTest, ArraysThatOverlapBecomeOne) {
  ObjectLayout layout;
  layout.Fold({0, 48, 24});
  layout.Fold({16, 80, 16});
  EXPECT_EQ(layout.folds(),
            (std::vector<FoldedRange>{{-kFarOffset, kFarOffset, 8}}));
}

TEST(ObjectLayoutTest, ArraysThatShareNoWordsTakeTheWholeObject) {
  ObjectLayout layout;
  layout.Fold({0, 48, 24});
  layout.Fold({20, 80, 20});
  EXPECT_TRUE(layout.is_collapsed());
}

TEST(ObjectLayoutTest, AStepOutOfAnElementMayLeadToSeveralPlaces) {
  ObjectLayout layout;
  layout.Fold({16, 64, 16});
  EXPECT_THAT(*layout.Moves(16, 8), ElementsAre(24));
  EXPECT_THAT(*layout.Moves(24, 16), ElementsAre(24, 72));
  EXPECT_THAT(*layout.Moves(16, -16), ElementsAre(0, 16));
  EXPECT_THAT(*layout.Moves(16, -8), ElementsAre(8, 24));
  EXPECT_THAT(*layout.Moves(16, 48), ElementsAre(64, 80, 96));
  EXPECT_THAT(*layout.Moves(0, 40), ElementsAre(24));
}

// Constraints as data, so that both implementations, and the machine that runs
// them, get the same.
struct Statement {
  enum Kind {
    kAddress,
    kCopy,
    kOffset,
    kElement,
    kLoad,
    kStore,
    kBlock,
    kTell,  // `from` is told to unknown code
    kAsk    // `to` comes from there
  };
  Kind kind;
  uint32_t to;    // a variable
  uint32_t from;  // a variable, or of kAddress an object
  int64_t offset = 0;
  uint64_t stride = 0;
  uint64_t size = 0;
};

struct Case {
  std::vector<int64_t> objects;  // sizes
  uint32_t variables = 0;
  std::vector<Statement> statements;
};

class Loaded {
 public:
  explicit Loaded(const Case& given) {
    // Every other object has a size that is not known, as on the heap.
    for (size_t i = 0; i < given.objects.size(); ++i)
      objects_.push_back(solver_.NewObject(
          i % 2 == 0 ? static_cast<uint64_t>(given.objects[i]) : 0));
    for (uint32_t i = 0; i < given.variables; ++i)
      nodes_.push_back(solver_.NewNode());
    for (const Statement& each : given.statements) Add(each);
    solver_.Solve();
  }

  const PointsTo& solver() const { return solver_; }
  Node node(uint32_t variable) const { return nodes_[variable]; }
  Object object(uint32_t number) const { return objects_[number]; }

 private:
  void Add(const Statement& each) {
    const Node to = nodes_[each.to];
    if (each.kind == Statement::kAddress)
      return solver_.AddAddress(to, objects_[each.from], each.offset);
    const Node from = nodes_[each.from];
    switch (each.kind) {
      case Statement::kCopy:
        return solver_.AddCopy(to, from);
      case Statement::kOffset:
        return solver_.AddOffset(to, from, each.offset);
      case Statement::kElement:
        return solver_.AddElement(to, from, each.offset, each.stride,
                                  each.size);
      case Statement::kLoad:
        return solver_.AddLoad(to, from, each.size);
      case Statement::kStore:
        return solver_.AddStore(to, from, each.size);
      case Statement::kBlock:
        return solver_.AddBlockCopy(to, from, each.size);
      case Statement::kTell:
        return solver_.AddCopy(PointsTo::kUnknownNode, from);
      case Statement::kAsk:
        return solver_.AddCopy(to, PointsTo::kUnknownNode);
      case Statement::kAddress:
        return;
    }
  }

  PointsTo solver_{/*between_merges=*/3};  // small programs have circles, too
  std::vector<Node> nodes_;
  std::vector<Object> objects_;
};

// Every constraint again and again, with plain sets, until nothing changes.
// Without arrays. Nothing if pointers run away.
class Naive {
 public:
  // So near that no rule moves so often that the solver takes it for a loop.
  static constexpr int64_t kFar = 56;

  bool Solve(const Case& given) {
    do {
      changed_ = false;
      for (const Statement& each : given.statements)
        if (!Apply(each)) return false;
    } while (changed_);
    return true;
  }

  const std::set<Place>& Of(uint32_t variable) { return values_[variable]; }

 private:
  static int64_t Word(int64_t offset) { return offset / 8; }

  void Put(std::set<Place>& to, const std::set<Place>& from) {
    const size_t before = to.size();
    to.insert(from.begin(), from.end());
    changed_ |= to.size() != before;
  }

  bool Apply(const Statement& each) {
    std::set<Place>& to = values_[each.to];
    if (each.kind == Statement::kAddress) {
      Put(to, {{each.from, each.offset}});
      return true;
    }
    const std::set<Place> from = values_[each.from];
    if (each.kind == Statement::kCopy) Put(to, from);
    if (each.kind == Statement::kOffset) {
      for (const Place& place : from) {
        if (place.second + each.offset > kFar) return false;
        Put(to, {{place.first, place.second + each.offset}});
      }
    }
    const auto last = static_cast<int64_t>(each.size) - 1;
    if (each.kind == Statement::kLoad)
      for (const auto& [object, offset] : from)
        for (int64_t w = Word(offset); w <= Word(offset + last); ++w)
          Put(to, std::set<Place>(memory_[{object, w}]));
    if (each.kind == Statement::kStore)
      for (const auto& [object, offset] : std::set<Place>(to))
        for (int64_t w = Word(offset); w <= Word(offset + last); ++w)
          Put(memory_[{object, w}], from);
    return true;
  }

  std::map<uint32_t, std::set<Place>> values_;
  std::map<Place, std::set<Place>> memory_;
  bool changed_ = false;
};

// Runs statements in any order, byte by byte: what a variable then points to
// must be among what the solver says.
class Machine {
 public:
  Machine(const Case& given, const Loaded& loaded, std::mt19937& random)
      : given_(given),
        loaded_(loaded),
        random_(random),
        variables_(given.variables) {
    for (const int64_t size : given.objects)
      memory_.emplace_back(static_cast<size_t>(size));
  }

  void Step() {
    ActUnknown();
    const Statement& each =
        given_.statements[random_() % given_.statements.size()];
    Value& to = variables_[each.to];
    if (each.kind == Statement::kAddress) {
      to = Place{each.from, each.offset};
      return;
    }
    const Value from = variables_[each.from];
    switch (each.kind) {
      case Statement::kCopy:
        to = from;
        return;
      case Statement::kOffset:
        if (from) to = Moved(from, each.offset);
        return;
      case Statement::kElement:
        return Element(each, from, to);
      case Statement::kLoad:
        return Load(each, from, to);
      case Statement::kStore:
        return Store(each, to, from);
      case Statement::kBlock:
        return Copy(each, to, from);
      case Statement::kTell:
        if (from) known_.push_back(*from);
        return;
      case Statement::kAsk:
        if (!known_.empty()) to = AnyKnown();
        return;
      case Statement::kAddress:
        return;
    }
  }

  // A variable that holds what the solver did not say.
  std::optional<uint32_t> Surprise() const {
    for (uint32_t i = 0; i < variables_.size(); ++i) {
      const Value& value = variables_[i];
      if (value &&
          !loaded_.solver().MayPointTo(
              loaded_.node(i), loaded_.object(value->first), value->second))
        return i;
    }
    return std::nullopt;
  }

 private:
  int64_t SizeOf(Object object) const { return given_.objects[object]; }

  using Value = std::optional<Place>;

  static Value Moved(const Value& from, int64_t step) {
    Value moved = from;
    moved->second += step;
    return moved;
  }

  bool Holds(const Value& at, int64_t bytes) const {
    return at && at->second >= 0 && at->second + bytes <= SizeOf(at->first);
  }

  // Of the objects that unknown code knows it knows each byte.
  Place AnyKnown() {
    const Object object = known_[random_() % known_.size()].first;
    return {object, static_cast<int64_t>(random_()) % SizeOf(object)};
  }

  // It reads what it can reach, and writes what it knows to where it can.
  void ActUnknown() {
    if (known_.empty() || random_() % 4 != 0) return;
    const Place place = AnyKnown();
    Value& byte = memory_[place.first][static_cast<size_t>(place.second)];
    if (random_() % 2 == 0)
      byte = AnyKnown();
    else if (byte)
      known_.push_back(*byte);
  }

  // An index that stays in the array, or in the object.
  void Element(const Statement& each, const Value& from, Value& to) {
    if (!from) return;
    const int64_t base = from->second + each.offset;
    const auto stride = static_cast<int64_t>(each.stride);
    const auto array = static_cast<int64_t>(each.size);
    const int64_t size = SizeOf(from->first);
    if (array > 0 && (base < 0 || base + array > size)) return;
    std::vector<int64_t> places;
    for (int64_t at = base - 64 * stride; at <= base + 64 * stride;
         at += stride) {
      const bool inside = array > 0 ? at >= base && at < base + array
                                    : at >= 0 && at + stride <= size;
      if (inside) places.push_back(at);
    }
    if (places.empty()) return;
    const int64_t chosen = places[random_() % places.size()];
    to = Moved(from, chosen - from->second);
  }

  void Load(const Statement& each, const Value& from, Value& to) {
    const auto size = static_cast<int64_t>(each.size);
    if (!Holds(from, size)) return;
    const int64_t at = from->second + static_cast<int64_t>(random_()) % size;
    if (const Value& value = memory_[from->first][static_cast<size_t>(at)])
      to = value;
  }

  void Store(const Statement& each, const Value& to, const Value& from) {
    const auto size = static_cast<int64_t>(each.size);
    if (!Holds(to, size)) return;
    for (int64_t i = 0; i < size; ++i)
      memory_[to->first][static_cast<size_t>(to->second + i)] = from;
  }

  void Copy(const Statement& each, const Value& to, const Value& from) {
    int64_t size = static_cast<int64_t>(each.size);
    if (size == 0) size = static_cast<int64_t>(random_() % 48) + 1;
    if (!Holds(to, size) || !Holds(from, size)) return;
    std::vector<Value> bytes;
    for (int64_t i = 0; i < size; ++i)
      bytes.push_back(
          memory_[from->first][static_cast<size_t>(from->second + i)]);
    for (int64_t i = 0; i < size; ++i)
      memory_[to->first][static_cast<size_t>(to->second + i)] =
          bytes[static_cast<size_t>(i)];
  }

  const Case& given_;
  const Loaded& loaded_;
  std::mt19937& random_;
  std::vector<Value> variables_;
  std::vector<std::vector<Value>> memory_;
  std::vector<Place> known_;  // to unknown code
};

Case RandomCase(std::mt19937& random, bool arrays, bool unknown = false) {
  constexpr int64_t kSizes[] = {8, 16, 24, 40, 64, 96, 160};
  constexpr uint64_t kStrides[] = {1, 4, 8, 12, 16, 24};
  constexpr uint64_t kWidths[] = {8, 8, 8, 4, 1, 16};
  Case made;
  const auto below = [&](uint64_t limit) {
    return static_cast<uint32_t>(random() % limit);
  };
  for (uint32_t i = below(4) + 2; i > 0; --i)
    made.objects.push_back(kSizes[below(std::size(kSizes))]);
  made.variables = below(8) + 3;
  for (uint32_t i = below(arrays ? 12 : 25) + 5; i > 0; --i) {
    Statement each{};
    each.kind = static_cast<Statement::Kind>(below(unknown ? 9 : 7));
    each.to = below(made.variables);
    each.from = below(made.variables);
    if (!arrays &&
        (each.kind == Statement::kElement || each.kind == Statement::kBlock))
      each.kind = Statement::kAddress;
    if (each.kind == Statement::kAddress)
      each.from = below(made.objects.size());
    each.offset = below(5) * (below(4) == 0 ? 4 : 8);
    if (arrays && below(4) == 0) each.offset = -each.offset;
    if (each.kind == Statement::kAddress) each.offset = below(3) * 8;
    each.stride = kStrides[below(std::size(kStrides))];
    each.size = each.kind == Statement::kElement ? each.stride * (below(5))
                : each.kind == Statement::kBlock ? below(6) * 8
                                                 : kWidths[below(6)];
    made.statements.push_back(each);
  }
  return made;
}

std::string Describe(const Case& given) {
  std::ostringstream text;
  for (const int64_t size : given.objects) text << "object " << size << "\n";
  for (const Statement& each : given.statements)
    text << "acoelsbtu"[each.kind] << " v" << each.to << " " << each.from
         << " +" << each.offset << " *" << each.stride << " #" << each.size
         << "\n";
  return text.str();
}

TEST(PointsToRandomTest, ASecondImplementationAgrees) {
  std::mt19937 random(1);
  int compared = 0;
  for (int i = 0; i < 4000; ++i) {
    const Case given = RandomCase(random, /*arrays=*/false);
    Naive naive;
    if (!naive.Solve(given)) continue;
    ++compared;
    const Loaded loaded(given);
    for (uint32_t v = 0; v < given.variables; ++v) {
      std::set<Place> wanted;
      for (const auto& [object, offset] : naive.Of(v))
        wanted.emplace(loaded.object(object), offset);
      ASSERT_EQ(PlacesOf(loaded.solver(), loaded.node(v)), wanted)
          << "case " << i << ", variable " << v;
    }
  }
  EXPECT_GT(compared, 1000);
}

class PointsToRunTest : public ::testing::TestWithParam<bool> {};

TEST_P(PointsToRunTest, NoRunSurprisesTheSolver) {
  const bool unknown = GetParam();
  std::mt19937 random(2);
  size_t pointers = 0;
  for (int i = 0; i < 20000; ++i) {
    const Case given = RandomCase(random, /*arrays=*/true, unknown);
    const Loaded loaded(given);
    Machine machine(given, loaded, random);
    for (int step = 0; step < 150; ++step) {
      machine.Step();
      const auto surprise = machine.Surprise();
      ASSERT_EQ(surprise, std::nullopt)
          << "case " << i << ", step " << step << "\n"
          << Describe(given);
    }
    for (uint32_t v = 0; v < given.variables; ++v)
      pointers += PlacesOf(loaded.solver(), loaded.node(v)).size();
  }
  EXPECT_GT(pointers, 600u);
}

INSTANTIATE_TEST_SUITE_P(All, PointsToRunTest, ::testing::Bool(),
                         [](const auto& test) {
                           return test.param ? "BesideUnknownCode" : "Alone";
                         });

}  // namespace
}  // namespace bailey::analyzer
