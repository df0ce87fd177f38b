// Reads a stopped process from outside and looks for credentials: all of its
// readable memory (where its environment, arguments and auxiliary vector lie
// too), and what its descriptors hold.
//
//   ProcessScanner scanner;
//   scanner.LookFor("key", bytes);
//   RETURN_IF_ERROR(scanner.Scan(pid, pidfd));
//   scanner.summary().hits
//
// Not read: memory that the process itself cannot read, and pipes and sockets,
// whose content cannot be looked at without taking it away.

#ifndef BAILEY_EXECUTOR_AUDIT_PROCESS_SCANNER_H_
#define BAILEY_EXECUTOR_AUDIT_PROCESS_SCANNER_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "executor/audit/needles.h"
#include "executor/outcome.h"

namespace bailey::executor {

class ProcessScanner {
 public:
  void LookFor(std::string_view credential_name, std::string_view bytes);
  bool empty() const { return needles_.empty(); }

  // The process must be stopped. Its own name for messages: `portion`.
  Result<> Scan(pid_t pid, int pidfd, std::string_view portion);

  ScanSummary& summary() { return summary_; }
  const ScanSummary& summary() const { return summary_; }

 private:
  struct Region {
    uint64_t begin = 0;
    uint64_t end = 0;
    std::string name;
  };

  Result<std::vector<Region>> Regions(pid_t pid) const;
  void ScanRegion(pid_t pid, const Region& region, std::string_view portion);
  void ScanDescriptors(int pidfd, std::string_view portion);
  void Look(std::string_view memory, std::string_view portion,
            std::string_view where);

  std::vector<Needle> needles_;
  size_t longest_needle_ = 0;
  ScanSummary summary_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AUDIT_PROCESS_SCANNER_H_
