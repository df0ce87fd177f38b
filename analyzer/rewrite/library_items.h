// The text that carries values of the C++ library (policy-compiler/split/
// library_rules.h): on the caller's side it reads and fills the program's own
// objects, on the other it makes new ones. In a message a text or a row of
// elements is its number, 8 bytes, then the elements; an optional a byte that
// says whether it is there, then one element, zeros if it is not.
//
//   const LibraryItem item{parameter, LibraryType::kString};
//   out += PutLibrary(item, "subject");    the client's request
//   out += TakeLibrary(item, 0);           the server's: bailey_i0, bailey_c0
//   out += MakeLibrary(item, 0);           bailey_p0, which may throw
//   out += GiveLibrary(item, "bailey_p0"); the server's reply
//   out += GetLibrary(item, "subject");    the client's
//
// The numbers are the sender's: a server never believes one beyond its message,
// and gives back no more elements than the plan's bound. Each function returns
// whole lines. Internal to rewrite/.

#ifndef BAILEY_ANALYZER_REWRITE_LIBRARY_ITEMS_H_
#define BAILEY_ANALYZER_REWRITE_LIBRARY_ITEMS_H_

#include <string>
#include <string_view>

#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

struct LibraryItem {
  const CrossingParameter& crossing;
  LibraryType type;
};

// The type by value, such as `::std::vector<unsigned long>`.
std::string LibraryTypeName(const LibraryItem& item);

// `name`: the caller's object, or a reference to it.
std::string PutLibrary(const LibraryItem& item, std::string_view name);
std::string GetLibrary(const LibraryItem& item, std::string_view name);
// That no two of a call's objects share memory where one is written: the
// arguments of bailey_require_apart() for one of them, `pointer, size`.
std::string LibraryRange(const LibraryItem& item, std::string_view name);

// The answering side's variables of parameter `index`, and its object, empty.
std::string DeclareLibrary(const LibraryItem& item, int index);
std::string TakeLibrary(const LibraryItem& item, int index);
// Fills the object from what was taken.
std::string MakeLibrary(const LibraryItem& item, int index);
std::string GiveLibrary(const LibraryItem& item, std::string_view name);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_LIBRARY_ITEMS_H_
