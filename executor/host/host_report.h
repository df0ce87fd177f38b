// What this host can enforce and run, for `bailey doctor`.
//
//   HostReport report = InspectHost();
//   std::cout << HostReportText(report);
//
// Each line is what was tried or read here and now, never what a version number
// promises: user namespaces are really made, in a child. KVM stays "untested":
// only a guest that booted proves it.

#ifndef BAILEY_EXECUTOR_HOST_HOST_REPORT_H_
#define BAILEY_EXECUTOR_HOST_HOST_REPORT_H_

#include <string>
#include <string_view>
#include <vector>

namespace bailey::executor {

inline constexpr std::string_view kHostSchema = "bailey.host/1";

enum class HostState { kThere, kMissing, kUntested };

struct HostFact {
  std::string name;  // "user namespaces"
  HostState state = HostState::kMissing;
  bool required = false;  // nothing runs without it
  std::string detail;     // what was found
  std::string hint;       // how to get it, where it is missing
};

struct HostReport {
  std::vector<HostFact> facts;

  // Whether everything that is required is there.
  bool CanRun() const;
};

// Forks; the caller must have one thread.
HostReport InspectHost();

std::string HostReportText(const HostReport& report);
std::string HostReportJson(const HostReport& report);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_HOST_HOST_REPORT_H_
