// One of the values that a program gives a global.

#ifndef BAILEY_COMMON_DOCUMENTS_GLOBAL_VALUE_H_
#define BAILEY_COMMON_DOCUMENTS_GLOBAL_VALUE_H_

#include <compare>
#include <cstdint>
#include <string>

namespace bailey {

enum class GlobalValueKind {
  kNumber,    // of the global's own width; 0 is null, too
  kFunction,  // the address of a function
  kText       // the address of a constant text
};

struct GlobalValue {
  GlobalValueKind kind = GlobalValueKind::kNumber;
  int64_t number = 0;
  std::string text = {};  // the function's id, or the text without its NUL

  auto operator<=>(const GlobalValue&) const = default;
};

}  // namespace bailey

#endif  // BAILEY_COMMON_DOCUMENTS_GLOBAL_VALUE_H_
