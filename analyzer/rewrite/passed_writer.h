// The C text for globals whose values go along with a crossing. What stands
// where such a global is defined, since it may be static there, and what stub
// and glue do with it.
//
//   text += PassedAccess(passed, /*answers=*/true);   // end of its unit
//   body += PutPassed(passed);                        // in the stub
//
// They are the last items of a request, a number's or array's bytes as they
// are; of those with a list of values (closed_writer.h) the place in it.
// Nothing of them is in the reply.

#ifndef BAILEY_ANALYZER_REWRITE_PASSED_WRITER_H_
#define BAILEY_ANALYZER_REWRITE_PASSED_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

// An id made a name: "log.c:flag" is "log_2e_c_3a_flag".
std::string MangledId(const std::string& id);

// Of the object itself, and of its item in a request.
uint64_t PassedBytes(const PassedGlobal& global);
uint64_t PassedItemBytes(const PassedGlobal& global);

// Definitions by which other units get at the object: the side that answers
// exchanges its bytes, the other reads them.
std::string PassedAccess(const PassedGlobal& global, bool answers,
                         const Flow& flow);

// Statements of a stub.
std::string PutPassed(const PassedGlobal& global);
// That what `pointer` points to, which the call writes, is not the global too:
// as copies they would no longer be the same bytes.
std::string RequireApartFromPassed(const PassedGlobal& global,
                                   const std::string& pointer,
                                   const std::string& size);

// Of a glue, for its global number `index`: before the function, its local, the
// statement that takes the value from the request, and the one that exchanges
// it with the global's: before the call, and again behind it.
std::string DeclarePassed(const PassedGlobal& global);
std::string PassedLocal(const PassedGlobal& global, size_t index);
std::string TakePassed(const PassedGlobal& global, size_t index);
std::string SwapPassed(const PassedGlobal& global, size_t index);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_PASSED_WRITER_H_
