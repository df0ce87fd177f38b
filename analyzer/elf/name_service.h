// Which modules the C library's name services load: what /etc/nsswitch.conf
// says (nsswitch.conf(5)), and what glibc does without it.
//
//   ASSIGN_OR_RETURN(NameServices services, NameServices::Read());
//   services.ModulesFor("passwd");  // {"libnss_systemd.so.2"}

#ifndef BAILEY_ANALYZER_ELF_NAME_SERVICE_H_
#define BAILEY_ANALYZER_ELF_NAME_SERVICE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace bailey::analyzer {

class NameServices {
 public:
  // A missing file is an empty one.
  static Result<NameServices> Read(
      const std::string& config = "/etc/nsswitch.conf");
  static NameServices Parse(std::string_view text);

  // Services of a database ("passwd") by name, in the order asked, without
  // those that are part of the C library (`files` and `dns`, since glibc 2.34).
  // A database that is not configured may use any that glibc has by default.
  std::vector<std::string> ServicesFor(const std::string& database) const;

 private:
  std::map<std::string, std::vector<std::string>> databases_;
};

// The file that a service is in.
std::string ModuleOfService(const std::string& service);

// The database that `__nss_database_get` means by a number; nothing if none.
std::optional<std::string> DatabaseByNumber(uint64_t number);
std::set<std::string> AllDatabases();

// Whether the C library calls the function that a module exports by this name
// (`_nss_systemd_getpwnam_r`) to look something up in one of the databases.
bool IsModuleFunctionFor(std::string_view symbol, std::string_view service,
                         const std::set<std::string>& databases);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_NAME_SERVICE_H_
