// Which system calls a call of a library function can make.
//
//   ASSIGN_OR_RETURN(LinkMap link, LinkMap::Create(request));
//   LibraryReach reach(link);
//   ASSIGN_OR_RETURN(SymbolReach open, reach.ReachFrom("open"));
//   // open.syscalls: openat direct, (AT_FDCWD, param 0, param 1, …); more that
//   // are reachable, and over-approximated ones.
//
// How it is decided. `direct`: in the function's own body, jumps out of it
// included, or by passing a constant number to a function such as syscall().
// `reachable`: through calls whose target is certain. `over-approximated`:
// through a function whose address is taken (who takes it counts as calling
// it), by code or by data that code refers to (see data_objects.h).
//
// So calls through pointers count nowhere by themselves: whoever is called so
// had its address taken by somebody before. What a whole process can do is the
// union of StartupReach(), ReachFrom() of all that it calls, and what the
// functions do whose addresses it takes itself; the answer for one symbol alone
// leaves out what others gave it to call back. A program that is not among the
// files may refer to all data that these export; StartupReach() counts it in.
// Not seen: code that is loaded or made at run time (dlopen, name service
// modules); where it could be, an UnresolvedSite says so.

#ifndef BAILEY_ANALYZER_ELF_LIBRARY_REACH_H_
#define BAILEY_ANALYZER_ELF_LIBRARY_REACH_H_

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/elf/library_models.h"
#include "analyzer/elf/link_map.h"
#include "analyzer/elf/machine_function.h"
#include "analyzer/elf/reach_options.h"
#include "common/result.h"

namespace bailey::analyzer {

class CallGraph;
class ParameterUse;

// From sure to coarse.
enum class ReachConfidence : uint8_t { kDirect, kReachable, kOverApproximated };

struct ReachedSyscall {
  uint32_t number = 0;
  ReachConfidence confidence = ReachConfidence::kDirect;
  // What holds for all sites of this number and confidence with these values:
  // constants, and the symbol's own parameters.
  std::array<MachineValue, 6> arguments;
  // A shortest chain of function names, from the symbol to the one with the
  // instruction.
  std::vector<std::string> path;
  // What each of `arguments` is applied to (library_models.h).
  std::array<ValueFunction, 6> functions = {};
};

// A call whose number is a parameter of the symbol: syscall(number, …). The
// caller puts its own values in, both for the number and for the arguments.
struct ParameterSyscall {
  int number_parameter = 0;
  std::array<MachineValue, 6> arguments;
};

// Something reachable that was not resolved.
struct UnresolvedSite {
  std::string image;  // Path of the file.
  std::string function;
  uint64_t address = 0;  // Of the instruction, or of the function.
  std::string reason;
  ReachConfidence confidence = ReachConfidence::kDirect;
  std::vector<std::string> path;
};

struct SymbolReach {
  std::string symbol;
  // Sorted by confidence, then number. A number may occur once as kDirect, for
  // the call itself, and several times with each other confidence, for what
  // else may make it: once for each set of telling values (flags, commands).
  std::vector<ReachedSyscall> syscalls;
  std::vector<ParameterSyscall> parameter_syscalls;
  std::vector<UnresolvedSite> unresolved;
  bool has_indirect_call = false;  // Somewhere on the way.

  // The entry of a number with the best confidence, or null.
  const ReachedSyscall* Find(uint32_t number) const;
};

class LibraryReach {
 public:
  // `link` must outlive this.
  explicit LibraryReach(const LinkMap& link, const ReachOptions& options = {});
  ~LibraryReach();
  LibraryReach(LibraryReach&&) noexcept;

  // `symbol` is a name or `name@VERSION`. Fails if no image exports it.
  Result<SymbolReach> ReachFrom(std::string_view symbol) const;
  // The same for any function of an image, such as an executable's main.
  SymbolReach ReachFromFunction(uint32_t image, uint32_t function) const;
  // What whoever loads an image at run time can make it do: by any function
  // that it exports, and by any whose address its data holds. (Constructors and
  // destructors are in StartupReach.) Nothing of it is kDirect.
  SymbolReach ReachFromImage(uint32_t image) const;
  // What happens before main and after it: the loader from its entry, ifunc
  // resolvers, constructors and destructors of all images that no reached code
  // loads (ReachOptions::entries), libc's start of the
  // program, the executable's entry; and what the kernel has any program call.
  // Nothing of it is kDirect.
  SymbolReach StartupReach() const;

  // Internal to analyzer/elf and to what looks for more to load.
  const CallGraph& graph() const { return *graph_; }
  // The nodes that StartupReach() begins with.
  std::vector<uint32_t> StartupRoots() const;
  // What several functions can do, whoever enters them, if those in `excluded`
  // are never entered. Nothing is kDirect.
  SymbolReach ReachFromNodes(const std::vector<uint32_t>& nodes,
                             const std::set<uint32_t>& excluded = {}) const;

 private:
  const LinkMap* link_;
  std::unique_ptr<CallGraph> graph_;
  std::unique_ptr<ParameterUse> use_;
};

// What the kernel has any process call, and no code names.
void AddKernelsOwnCalls(SymbolReach& reach);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_LIBRARY_REACH_H_
