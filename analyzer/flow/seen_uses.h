// What functions are seen to do with their pointer arguments, themselves and by
// what they call. Internal to flow/.
//
//   const SeenUses uses(program.extents);
//   parameter.inferred.seen = uses.Of(function.id, index);
//
// A pointer that a callee stores in what another of its arguments points to is
// not kept where that is a local of the caller: it ends with it.

#ifndef BAILEY_ANALYZER_FLOW_SEEN_USES_H_
#define BAILEY_ANALYZER_FLOW_SEEN_USES_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/ir/pointer_extent.h"
#include "common/documents/flow.h"

namespace bailey::analyzer {

class SeenUses {
 public:
  // Keeps no reference.
  explicit SeenUses(const std::vector<FunctionExtents>& functions);

  // Each use once, with the first place in the order of the code.
  std::vector<PointerUse> Of(std::string_view function, size_t argument) const;

 private:
  using Uses = std::vector<ArgumentUse>;

  using Copies = std::vector<ArgumentCopy>;

  bool Join(const FunctionExtents& caller);
  bool JoinCopies(const FunctionExtents& caller, const ExtentCall& call);
  bool JoinResult(const std::string& caller, const ExtentCall& call);
  uint64_t ReturnedBy(const ExtentCall& call) const;
  bool JoinCopy(const std::string& caller, const ExtentCall& call,
                const ArgumentCopy& copy);
  bool JoinCall(const ExtentCall& call, Uses& into);
  static Uses OfLibrary(const ExtentCall& call);

  std::map<std::string, Uses, std::less<>> uses_;
  std::map<std::string, Copies, std::less<>> copies_;
  std::map<std::string, uint64_t, std::less<>> returned_;  // a bit each
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_SEEN_USES_H_
