// What an executable's process does before its main, and from there on.
//
//   const std::optional<uint32_t> main = FindMain(link);
//   if (main) Use(ReachByPhase(link, reach, *main));
//
// Startup is the loader, the resolvers and constructors, and the C library's
// start; serving is what main reaches, the end of the process, constructors of
// declared plugins (whose other functions count apart), and whatever startup
// may have left behind to be called: each function and object whose address
// code takes that startup reaches, but for what is lent or kept
// (stored_code.h).

#ifndef BAILEY_ANALYZER_ELF_PROCESS_PHASES_H_
#define BAILEY_ANALYZER_ELF_PROCESS_PHASES_H_

#include <cstdint>
#include <optional>

#include "analyzer/elf/library_reach.h"
#include "analyzer/elf/link_map.h"

namespace bailey::analyzer {

// The index of main among the executable's functions: what _start passes to
// __libc_start_main, or else what the symbol table calls so. Works for stripped
// files, and for static ones whose start is glibc's.
std::optional<uint32_t> FindMain(const LinkMap& link);

struct PhaseReach {
  SymbolReach startup;
  SymbolReach serving;
};

PhaseReach ReachByPhase(const LinkMap& link, const LibraryReach& reach,
                        uint32_t main);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_PROCESS_PHASES_H_
