// Reads a stopped process from outside and looks for credentials: all of its
// memory (where its environment, arguments and auxiliary vector lie too), what
// it has made unreadable for itself included, the names of its threads, and
// what its descriptors hold. With the registers, which the tracer passes on,
// that is more than a core file would have.
//
//   ProcessScanner scanner;
//   scanner.LookFor("key", bytes);
//   RETURN_IF_ERROR(scanner.Scan(pid, pidfd));
//   scanner.summary().hits
//
// Not read: pipes and sockets, whose content cannot be looked at without taking
// it away. What should have been read and could not is counted, never skipped.

#ifndef BAILEY_EXECUTOR_AUDIT_PROCESS_SCANNER_H_
#define BAILEY_EXECUTOR_AUDIT_PROCESS_SCANNER_H_

#include <sys/types.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "executor/audit/needles.h"
#include "executor/audit/windows.h"
#include "executor/outcome.h"

namespace bailey::executor {

class ProcessScanner {
 public:
  void LookFor(std::string_view credential_name, std::string_view bytes);
  bool empty() const { return needles_.empty(); }
  // No window is looked for that `text` has: it was made without the
  // credentials. One that holds a whole credential is not such a text.
  void LeaveOut(std::string_view text);

  // The process must be traced by us, and stopped or waiting. `tid` is any
  // thread of it that is alive. Its own name for messages: `portion`.
  Result<> Scan(pid_t tid, int pidfd, std::string_view portion);

  // Looks at bytes that were fetched otherwise: registers.
  void Look(std::string_view memory, std::string_view portion,
            std::string_view where);

  ScanSummary& summary() { return summary_; }
  const ScanSummary& summary() const { return summary_; }

 private:
  struct Region {
    uint64_t begin = 0;
    uint64_t end = 0;
    bool readable = true;  // by the process itself
    bool in_use = false;   // some page of it is there, or swapped out
    std::string name;
  };

  Result<std::vector<Region>> Regions(pid_t pid) const;
  void ScanRegion(pid_t tid, const Region& region, std::string_view portion);
  Result<> ScanDescriptors(int pidfd, std::string_view portion);
  void ScanFile(int fd, std::string_view portion, std::string_view where);
  // How much of a chunk stays for the next look: a needle may be cut in two.
  size_t Overlap() const { return std::max(longest_needle_, kWindowBytes) - 1; }

  void CountWindows();
  void NotePlace(std::string place);
  void LookForWindows(std::string_view memory, std::string_view portion,
                      std::string_view where);
  void ScanNames(pid_t tid, std::string_view portion);

  std::vector<Needle> needles_;
  std::vector<size_t> needle_hits_;  // their entries of summary_.hits
  Windows windows_;
  std::set<Window> seen_;  // at least once
  size_t longest_needle_ = 0;
  ScanSummary summary_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AUDIT_PROCESS_SCANNER_H_
