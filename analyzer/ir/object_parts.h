// Which bytes of an object a pointer may point to, and whether pointers are
// declared there. Internal to ir/.
//
//   const ObjectPart part = PartAt(*store.getPointerOperand(), 8, layout);
//   if (HoldsPointers(local.getAllocatedType(), part, layout)) …

#ifndef BAILEY_ANALYZER_IR_OBJECT_PARTS_H_
#define BAILEY_ANALYZER_IR_OBJECT_PARTS_H_

#include <cstdint>
#include <limits>
#include <vector>

namespace llvm {
class DataLayout;
class Type;
class Value;
}  // namespace llvm

namespace bailey::analyzer {

// Bytes [begin, end) of an object.
struct ObjectPart {
  static constexpr uint64_t kEnd = std::numeric_limits<uint64_t>::max();

  uint64_t begin = 0;
  uint64_t end = kEnd;  // kEnd: perhaps to its end

  bool operator==(const ObjectPart&) const = default;
  bool Overlaps(const ObjectPart& other) const {
    return begin < other.end && other.begin < end;
  }
};

// The objects that a pointer may be derived from: locals and globals; or one
// argument, result of a call or a load, or one choice between pointers, of
// which it is not asked what else points there.
std::vector<const llvm::Value*> ObjectsOf(const llvm::Value& pointer);

// `bytes` from where `pointer` points on; 0: it is not known how many. Where an
// index is not known, the array that is counted through: C defines nothing
// beyond.
ObjectPart PartAt(const llvm::Value& pointer, uint64_t bytes,
                  const llvm::DataLayout& layout);

// The type that an object is declared with; null where it has none (malloc).
llvm::Type* DeclaredType(const llvm::Value& object);

// Whether an object of `type` has a pointer in that part.
bool HoldsPointers(llvm::Type& type, const ObjectPart& part,
                   const llvm::DataLayout& layout);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_OBJECT_PARTS_H_
