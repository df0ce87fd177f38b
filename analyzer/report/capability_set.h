// System calls as capabilities, merged: the same call with the same arguments
// and confidence is one capability with all its sites and its shortest path.
//
//   CapabilitySet set(Architecture::kX8664);
//   set.Add({.number = 257, .arguments = set.Describe(257, values), …});
//   report.capabilities = set.Finish();

#ifndef BAILEY_ANALYZER_REPORT_CAPABILITY_SET_H_
#define BAILEY_ANALYZER_REPORT_CAPABILITY_SET_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "analyzer/ir/code_facts.h"
#include "analyzer/report/resources.h"
#include "common/documents/report.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {

struct SyscallFinding {
  uint32_t number = 0;
  std::vector<ArgumentValues> arguments;
  Confidence confidence = Confidence::kOverApproximated;
  Phase phase = Phase::kServing;
  // Not owned, and needed until Finish(); null: none.
  const SourceSite* site = nullptr;
  std::vector<std::string> path;
  // What stands before and behind `path`. Not owned: of a server's hundred
  // thousand findings nearly all have a path that is no better than one which
  // is known.
  std::span<const std::string> before = {};
  std::span<const std::string> behind = {};

  size_t PathLength() const {
    return before.size() + path.size() + behind.size();
  }
  std::vector<std::string> WholePath() const;
};

class CapabilitySet {
 public:
  explicit CapabilitySet(Architecture architecture)
      : table_(SyscallTable::For(architecture)) {}

  // What is known of a call's arguments, as sets of the values that the kernel
  // reads (a 32-bit argument is its low half). Those of which nothing is
  // known are left out. Of values narrower than what the kernel reads (an int
  // for mmap's long prot) bits are known, if the argument is flags or the like:
  // the rest of their register may hold anything.
  std::vector<ArgumentValues> Describe(
      uint32_t number, const std::array<ValueFact, 6>& values) const;

  // A capability, and where it was found.
  class Entry {
   private:
    friend class CapabilitySet;
    Capability capability;  // without its sites
    std::vector<const SourceSite*> sites;
    bool has_place = false;
  };

  void Add(const SyscallFinding& finding) {
    AddPlace(finding, EntryOf(finding));
  }
  // In two steps, for who has many findings that differ in their places alone.
  Entry& EntryOf(const SyscallFinding& finding);
  static void AddPlace(const SyscallFinding& finding, Entry& entry);
  // The detail of a call: `finding` says where and how surely.
  void Add(const Resource& resource, const SyscallFinding& finding);

  // Ordered by confidence; system calls by name, phase and arguments, and
  // behind them what they name.
  std::vector<Capability> Finish();

 private:
  std::string NameOf(uint32_t number) const;
  std::string KeyOf(const SyscallFinding& finding) const;

  const SyscallTable& table_;
  std::map<std::string, Entry> capabilities_;  // by all that tells apart
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_CAPABILITY_SET_H_
