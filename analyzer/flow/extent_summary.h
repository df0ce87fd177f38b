// What is known of one pointer argument of a function, and how such knowledge
// is joined and passed to callers. Internal to flow/.
//
//   summary.Add(AtCall(call, argument, summary_of_callee));

#ifndef BAILEY_ANALYZER_FLOW_EXTENT_SUMMARY_H_
#define BAILEY_ANALYZER_FLOW_EXTENT_SUMMARY_H_

#include <string>

#include "analyzer/flow/library_extents.h"
#include "analyzer/ir/pointer_extent.h"
#include "common/documents/flow.h"

namespace bailey::analyzer {

struct ExtentSummary {
  ExtentKind kind = ExtentKind::kNothing;
  bool reads = false;
  bool writes = false;
  ArgumentBound bound;  // of kConstant and kParameter
  std::string reason;   // of kUnknown
  SourceSite site;      // of kUnknown

  bool operator==(const ExtentSummary&) const = default;

  // Becomes what is true if either is. Never says more than before.
  void Add(const ExtentSummary& other);
  void Lose(std::string reason, const SourceSite& site);
};

ExtentSummary SummaryOf(const PointerReach& reach);

// What a callee of which `callee` is known does behind what argument `index`
// of this call is derived from.
ExtentSummary AtCall(const ExtentCall& call, size_t index,
                     const ExtentSummary& callee);

// The same, in the callee's own terms, for a function of the C library.
ExtentSummary OfLibrary(const LibraryExtent& library, const ExtentCall& call,
                        size_t index);

// How many bytes behind argument `index` of the call are reached, in terms of
// the caller's arguments, or as a constant; not known where that cannot be
// said.
ArgumentBound BytesAt(const ExtentCall& call, const ArgumentBound& callee,
                      bool as_constant);

// Whether `room` bytes are always `need` bytes or more.
bool Covers(const ArgumentBound& room, const ArgumentBound& need);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_EXTENT_SUMMARY_H_
