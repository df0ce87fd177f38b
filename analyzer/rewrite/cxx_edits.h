// What of C++ is cut otherwise than in C: functions that stand in each other
// (lambdas, local classes), instantiations that share their text, functions
// without a text of their own, and definitions of globals whose initializers
// are calls. Internal to rewrite/.

#ifndef BAILEY_ANALYZER_REWRITE_CXX_EDITS_H_
#define BAILEY_ANALYZER_REWRITE_CXX_EDITS_H_

#include <string>
#include <string_view>
#include <vector>

#include "analyzer/rewrite/edits.h"
#include "common/documents/flow.h"

namespace bailey::analyzer {

// What the linker sees: of C++ the id without its unit, else the name.
std::string SymbolOf(const FlowFunction& function);
std::string SymbolOf(const FlowGlobal& global);

// Of a file, what is around others before these.
std::vector<const FlowFunction*> FunctionsOf(const Flow& flow,
                                             const std::string& file);

// `a` stands within `b`, or is all of it.
bool IsWithin(const SourceExtent& a, const SourceExtent& b);

// What the compiler makes by itself: nothing is written there that could be
// taken out, and who could call it has been.
bool HasNoText(const SourceFile& file, const FlowFunction& function);
bool HasNoText(const FlowGlobal& global);

// An inline function or an instantiation that each unit may have: where nobody
// calls it there is no code of it, and what it calls is not there.
bool MayBeInHeader(const FlowFunction& function);
// A constant of C++, of which each unit may have one.
bool MayBeInHeader(const FlowGlobal& global);

// It is part of types and of other constants: there is no declaring it only.
bool IsConstexpr(const SourceFile& file, const FlowGlobal& global);

// DeclareOnly() for C++: `Key key(1);` and `Key key{1};` become `extern Key
// key;`. A static member's definition goes; its class declares it.
Result<Splice> DeclareOnlyCxx(const SourceFile& file, const FlowGlobal& global);
// Its text, for a variable `name`; empty where that is not found.
std::string ExternDeclarationCxx(std::string_view definition,
                                 std::string_view name);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_CXX_EDITS_H_
