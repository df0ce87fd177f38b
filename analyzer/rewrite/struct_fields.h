// Where the members of a flat structure lie, so that stubs copy these bytes and
// never the padding between them, which may hold anything.
//
//   StructFinder finder(unit);
//   ASSIGN_OR_RETURN(StructFields fields, finder.OfParameter("signer_sign",
//   2));
//   // {{0, 8, false}, {8, 8, false}} joined: {{0, 16, false}}

#ifndef BAILEY_ANALYZER_REWRITE_STRUCT_FIELDS_H_
#define BAILEY_ANALYZER_REWRITE_STRUCT_FIELDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/documents/flow.h"
#include "common/result.h"

namespace bailey::analyzer {

// Bytes of a structure that belong to members.
struct FieldBytes {
  uint64_t offset = 0;
  uint64_t size = 0;
  bool is_bool = false;  // one byte, which must be 0 or 1

  bool operator==(const FieldBytes&) const = default;
};
using StructFields = std::vector<FieldBytes>;

// Parses a unit when it is first asked, once.
class StructFinder {
 public:
  explicit StructFinder(const FlowUnit& unit);
  ~StructFinder();
  StructFinder(const StructFinder&) = delete;
  StructFinder& operator=(const StructFinder&) = delete;

  // Of C++ `function` is its mangled name. Of the structure that a parameter is
  // or points to; `parameter` -1 is the result. An error if the unit does not
  // parse, has no such function, or the structure has members that are not
  // plain.
  Result<StructFields> OfParameter(const std::string& function, int parameter);

 private:
  struct Parse;
  const FlowUnit& unit_;
  std::unique_ptr<Parse> parse_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_STRUCT_FIELDS_H_
