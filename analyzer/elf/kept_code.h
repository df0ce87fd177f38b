// Which files that are loaded at run time keep their functions to themselves:
// what they hold is called by nobody before one of their entries is. Internal
// to analyzer/elf.
//
//   KeptCode kept(link, entries);
//   if (kept.IsKept(image)) …
//   kept.given_away()   // functions of such files that the C library gets
//
// It is so for the name service's modules: the C library looks each function up
// before each call. A module that hands functions to what calls them later (a
// thread, a key's destructor, fork) gives these away; one that stores to
// others' variables, hands out what nobody can tell, or uses more than the C
// library, is not kept.

#ifndef BAILEY_ANALYZER_ELF_KEPT_CODE_H_
#define BAILEY_ANALYZER_ELF_KEPT_CODE_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "analyzer/elf/link_map.h"
#include "analyzer/elf/run_time_entries.h"

namespace bailey::analyzer {

class KeptCode {
 public:
  // `link` must outlive this.
  KeptCode(const LinkMap& link, const RunTimeEntries& entries);

  bool IsKept(uint32_t image) const { return is_kept_[image]; }
  const std::set<CodePlace>& given_away() const { return given_away_; }

 private:
  void FindLookedUp(const RunTimeEntries& entries);
  bool IsLoadedOtherwise(uint32_t image, const RunTimeEntries& entries) const;
  bool IsNeededByOthers(uint32_t image) const;
  // False if anything of the files may leave them that is not known.
  bool KeepAll();
  bool Keeps(uint32_t image);
  bool KeepsCall(const CodePlace& caller, const CallSite& site);
  bool GivesAway(const CodePlace& giver, const MachineValue& value);
  bool CallersGiveAway(const CodePlace& giver, int parameter);
  bool IsInside(const std::string& import) const;

  const LinkMap& link_;
  std::vector<bool> is_kept_;
  std::set<CodePlace> given_away_;
};

// Whether a function may call others by pointers that lie in memory: itself, or
// by a function of the C library that calls what it is given.
bool CallsPointers(const MachineFunction& function);

// The images that a file needs, as far as they were loaded at run time, and the
// file itself.
std::set<uint32_t> LoadedWith(const LinkMap& link, uint32_t image);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_KEPT_CODE_H_
