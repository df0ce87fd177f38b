// What a unit's code says about where pointers can point: plain data that
// outlives the module, for analyzer/flow/points_to.h to solve.
//
//   UnitConstraints constraints = ExtractConstraints(module, places);
//   for (const FunctionConstraints& each : constraints.functions) …
//
// Every value is followed, integers and floating-point numbers too: a program
// may keep a pointer in them, whole or in parts.

#ifndef BAILEY_ANALYZER_IR_CONSTRAINTS_H_
#define BAILEY_ANALYZER_IR_CONSTRAINTS_H_

#include <cstdint>
#include <string>
#include <vector>

namespace bailey::analyzer {

// A value of the unit, by number.
using ValueNumber = uint32_t;
// Holds no address.
inline constexpr ValueNumber kNoValue = 0;
// Read: whatever code that nobody saw may know. Written: told to such code.
inline constexpr ValueNumber kUnknownValue = 1;
// Exceptions in flight, of all units.
inline constexpr ValueNumber kExceptionValue = 2;
inline constexpr ValueNumber kFirstValue = 3;

// The size of an array that may have room for more elements than are said.
inline constexpr uint64_t kEndlessBytes = uint64_t{1} << 40;

enum class ConstraintKind : uint8_t {
  kAddress,      // to = &objects[from] + offset
  kCopy,         // to = from
  kOffset,       // to = from + offset; there begins an array of `size` bytes
  kElement,      // to = from + offset + i * stride, in an array of `size` bytes
  kLoad,         // to = *from, of `size` bytes
  kStore,        // *to = from, of `size` bytes
  kBlockCopy,    // *to = *from, `size` bytes
  kInitializer,  // objects[to] holds `from` at `offset`
};

struct PointerConstraint {
  ConstraintKind kind = ConstraintKind::kCopy;
  ValueNumber to = kNoValue;
  ValueNumber from = kNoValue;
  int64_t offset = 0;
  uint64_t stride = 0;
  uint64_t size = 0;  // 0: not known

  bool operator==(const PointerConstraint&) const = default;
};

enum class ObjectKind : uint8_t { kFunction, kGlobal, kStack };

// An array that the object's type declares.
struct DeclaredArray {
  int64_t begin = 0;
  int64_t end = 0;
  uint64_t stride = 0;
};

struct MemoryObject {
  ObjectKind kind = ObjectKind::kGlobal;
  std::string id;          // of a symbol; empty: this unit's alone
  uint64_t size = 0;       // 0: not known
  bool is_defined = true;  // here
  std::vector<DeclaredArray> arrays;
};

// An integer or pointer that is passed.
struct PointerArgument {
  ValueNumber value = kNoValue;
  bool is_block = false;     // it points to a block that is passed whole
  bool is_constant = false;  // a number, or null
  uint64_t constant = 0;
};

// Arguments and parameters are counted as registers hold them, integers and
// pointers on one side and floating-point numbers on the other: so a call
// through a pointer of another type finds its parameters.
struct PointerCall {
  ValueNumber callee = kNoValue;
  ValueNumber result = kNoValue;
  std::vector<PointerArgument> integers;
  std::vector<ValueNumber> floats;
  bool is_variadic = false;  // by the type through which it is called
  bool returns_in_memory = false;
  bool is_direct = false;
  int number = -1;  // the call's in its unit, as in UnresolvedFact
};

struct FunctionConstraints {
  uint32_t object = 0;
  std::vector<ValueNumber> integers;  // parameters
  std::vector<ValueNumber> floats;
  ValueNumber result = kNoValue;
  bool is_variadic = false;
  bool returns_in_memory = false;
  uint32_t variadic_area = 0;  // object of the arguments beyond the parameters
  uint32_t integers_read = 0;  // parameters up to the last that is used
  std::vector<PointerConstraint> constraints;
  std::vector<PointerCall> calls;
};

struct UnitConstraints {
  ValueNumber value_count = kFirstValue;
  std::vector<MemoryObject> objects;
  std::vector<FunctionConstraints> functions;
  // Of addresses of symbols and of initializers.
  std::vector<PointerConstraint> constraints;
  // Functions that resolve an ifunc: the loader calls what they return.
  std::vector<std::string> resolvers;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_IR_CONSTRAINTS_H_
