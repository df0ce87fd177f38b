// One parameter of a crossing, as all see it that write or make requests: its
// place in the plan and in the program together.
//
//   for (const CrossingItem& item : ItemsOf(crossing, function)) ...

#ifndef BAILEY_ANALYZER_REWRITE_CROSSING_ITEM_H_
#define BAILEY_ANALYZER_REWRITE_CROSSING_ITEM_H_

#include <cstdint>
#include <vector>

#include "common/check.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

// The documents that it is made of must outlive it.
struct CrossingItem {
  const CrossingParameter& crossing;
  const FlowParameter& flow;
  int index;

  // To bytes that cross; a handle is a number by itself, and a reference to a
  // value of the library is that value.
  bool is_pointer() const {
    return flow.type.kind == TypeKind::kPointer && !is_handle() &&
           !is_library();
  }
  bool is_library() const { return flow.type.library != LibraryType::kNone; }
  bool is_handle() const { return crossing.mode == MarshalMode::kHandle; }
  bool is_struct() const { return crossing.mode == MarshalMode::kStruct; }
  bool is_bool() const { return flow.type.kind == TypeKind::kBool; }
  bool goes_in() const { return crossing.direction != Direction::kOut; }
  bool comes_out() const { return crossing.direction != Direction::kIn; }
  // An array `[static N]` is always there.
  bool has_presence() const {
    return crossing.mode == MarshalMode::kBuffer ||
           (is_struct() && is_pointer()) || is_single();
  }
  // One element by an access attribute may be null, unlike `[static 1]`.
  bool is_single() const {
    return crossing.mode == MarshalMode::kFixedArray &&
           flow.type.pointee.fixed_count == 0;
  }
  uint64_t fixed_bytes() const {
    return crossing.element_bytes *
           (crossing.mode == MarshalMode::kFixedArray ? crossing.count : 1);
  }
};

// In the parameters' order; both have the same number of them.
inline std::vector<CrossingItem> ItemsOf(const Crossing& crossing,
                                         const FlowFunction& function) {
  CHECK(crossing.parameters.size() == function.parameters.size());
  std::vector<CrossingItem> items;
  for (size_t i = 0; i < crossing.parameters.size(); ++i) {
    items.push_back(
        {crossing.parameters[i], function.parameters[i], static_cast<int>(i)});
  }
  return items;
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_CROSSING_ITEM_H_
