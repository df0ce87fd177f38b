// What a systemd unit's settings say about system calls, all of its lines and
// drop-ins merged.
//
//   const SystemdSandbox sandbox = ReadSandbox(settings, diagnostics);
//   if (sandbox.filter) ...
//
// How they merge was read from, and compared with, systemd 252
// (src/core/load-fragment.c). What systemd ignores with a warning (an unknown
// group, a bad error number) is an error here: it would filter less.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_SANDBOX_H_
#define BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_SANDBOX_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "policy-compiler/formats/systemd/unit.h"

namespace bailey::policy {

// An error number, or one of these.
inline constexpr int kSystemdKill = -2;
inline constexpr int kSystemdDefault = -1;  // SystemCallErrorNumber='s

// SystemCallFilter=: in an allow list calls with kSystemdDefault are allowed,
// with anything else denied so; in a deny list all are denied.
struct SystemdFilter {
  bool is_allow_list = true;
  std::map<std::string, int> calls;
};

// SystemCallLog=: the calls that are logged, or those that are not.
struct SystemdLog {
  bool logs_listed = true;
  std::set<std::string> calls;
};

// RestrictAddressFamilies=.
struct SystemdFamilies {
  bool is_allow_list = true;
  std::set<uint64_t> families;
};

struct SystemdSandbox {
  std::optional<SystemdFilter> filter;
  int error_number = kSystemdKill;
  std::optional<SystemdLog> log;
  std::set<std::string> architectures;  // as written: "native", "x86-64"
  std::optional<uint64_t> namespaces;   // CLONE_NEW* flags that are permitted
  std::optional<SystemdFamilies> families;
  std::set<std::string> on;           // boolean settings that are yes
  std::set<std::string> named;        // calls that the unit itself names
  std::set<std::string> passed_over;  // settings that are no system call rules
  uint64_t personality = 0;
};

// All of RestrictNamespaces='s flags.
uint64_t AllNamespaces();

SystemdSandbox ReadSandbox(const std::vector<UnitSetting>& settings,
                           Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_SANDBOX_H_
