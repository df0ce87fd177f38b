// How values of the C++ library cross: by what they hold.
//
//   if (parameter.type.library != LibraryType::kNone)
//     AddOrRefuse(LibraryCrossing(parameter));
//
// | declared                                    | passes as                 |
// |---------------------------------------------|---------------------------|
// | std::string, const std::string&, string_view| text, in                  |
// | std::string&                                | text, in and out          |
// | std::vector<T>, const std::vector<T>&,      | elements, in              |
// |   std::span<const T>                        |                           |
// | std::vector<T>&, std::span<T>               | elements, in and out      |
// | std::optional<T>, const std::optional<T>&   | optional, in              |
// | std::optional<T>&                           | optional, in and out      |
// | result std::string, std::vector<T>,         | the same, out             |
// |   std::optional<T>                          |                           |
//
// T is an integer, an enumeration, a float or a double; of an optional, a bool
// too. The answering side makes a value of its own; a view is one of its
// private copy. `count` of what comes out is the most elements that may, 0: no
// bound.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_LIBRARY_RULES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_LIBRARY_RULES_H_

#include <cstdint>
#include <expected>
#include <optional>

#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "policy-compiler/split/refusal.h"

namespace bailey::policy {

// Of a parameter whose type is the library's.
std::expected<CrossingParameter, Refusal> LibraryCrossing(
    const FlowParameter& parameter);
// Of a result whose type is the library's; it has no name.
std::expected<CrossingParameter, Refusal> LibraryResult(const TypeInfo& type);

// Whether its size is known when it comes only: a text, or elements.
bool IsVarying(const CrossingParameter& each);
// What it tells where it comes out; nothing: as much as the function likes.
std::optional<uint64_t> BitsOfLibrary(const CrossingParameter& each);
// The most elements of each varying part that comes out, so that a call gives
// back `most_bits` at most; of these `other_bits` are told already. The parts
// get equal shares. Nothing changes where one would have none.
void BoundVarying(Crossing& crossing, uint64_t most_bits, uint64_t other_bits);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_LIBRARY_RULES_H_
