// The C library's name services: the configuration, and which functions of a
// module serve which database (glibc 2.36, nss/database.def and function.def).

#include "analyzer/elf/name_service.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <sstream>

#include "common/fd.h"

namespace bailey::analyzer {
namespace {

// In the order of their numbers.
constexpr std::string_view kDatabases[] = {
    "aliases",       "ethers",       "group",     "group_compat", "gshadow",
    "hosts",         "initgroups",   "netgroup",  "networks",     "passwd",
    "passwd_compat", "protocols",    "publickey", "rpc",          "services",
    "shadow",        "shadow_compat"};

// What a module's function is called after `_nss_SERVICE_`. One that matches no
// line may be called for any database.
struct FunctionPrefix {
  std::string_view prefix;
  std::string_view databases[3];
};
constexpr FunctionPrefix kFunctions[] = {
    {"getpw", {"passwd", "passwd_compat"}},
    {"setpw", {"passwd", "passwd_compat"}},
    {"endpw", {"passwd", "passwd_compat"}},
    {"getgr", {"group", "group_compat", "initgroups"}},
    {"setgr", {"group", "group_compat", "initgroups"}},
    {"endgr", {"group", "group_compat", "initgroups"}},
    {"initgroups", {"group", "group_compat", "initgroups"}},
    {"getsp", {"shadow", "shadow_compat"}},
    {"setsp", {"shadow", "shadow_compat"}},
    {"endsp", {"shadow", "shadow_compat"}},
    {"getsg", {"gshadow"}},
    {"setsg", {"gshadow"}},
    {"endsg", {"gshadow"}},
    {"gethost", {"hosts"}},
    {"sethost", {"hosts"}},
    {"endhost", {"hosts"}},
    {"getcanonname", {"hosts"}},
    {"getserv", {"services"}},
    {"setserv", {"services"}},
    {"endserv", {"services"}},
    {"getproto", {"protocols"}},
    {"setproto", {"protocols"}},
    {"endproto", {"protocols"}},
    {"getrpc", {"rpc"}},
    {"setrpc", {"rpc"}},
    {"endrpc", {"rpc"}},
};

// What glibc may ask of its own accord for a database that has no line.
constexpr std::string_view kDefaultServices[] = {"compat", "nis", "nisplus"};

constexpr std::string_view kBuiltIn[] = {"files", "dns"};

bool IsBuiltIn(std::string_view service) {
  return std::ranges::find(kBuiltIn, service) != std::end(kBuiltIn);
}

// A service's name becomes part of a file's name.
bool IsPlainName(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos;
}

// "files [NOTFOUND=return] dns" without what stands in brackets.
std::vector<std::string> ServicesOf(std::string text) {
  for (size_t begin; (begin = text.find('[')) != std::string::npos;) {
    const size_t end = text.find(']', begin);
    text.replace(begin, end == std::string::npos ? end : end + 1 - begin, " ");
  }
  std::vector<std::string> services;
  std::istringstream words(text);
  for (std::string word; words >> word;)
    if (IsPlainName(word)) services.push_back(word);
  return services;
}

}  // namespace

Result<NameServices> NameServices::Read(const std::string& config) {
  struct stat status;
  if (stat(config.c_str(), &status) != 0 && errno == ENOENT)
    return NameServices();
  ASSIGN_OR_RETURN(const std::string text, ReadFile(config));
  return Parse(text);
}

NameServices NameServices::Parse(std::string_view text) {
  NameServices services;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    line.resize(std::min(line.find('#'), line.size()));
    const size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    std::istringstream name(line.substr(0, colon));
    std::string database;
    if (!(name >> database)) continue;
    // Of two lines for one database the later counts for glibc; both may here.
    std::vector<std::string>& list = services.databases_[database];
    std::ranges::copy(ServicesOf(line.substr(colon + 1)),
                      std::back_inserter(list));
  }
  return services;
}

std::vector<std::string> NameServices::ServicesFor(
    const std::string& database) const {
  const auto found = databases_.find(database);
  std::vector<std::string> services;
  if (found != databases_.end()) services = found->second;
  // Without a line for it, initgroups is looked up in group's services.
  const auto group = databases_.find("group");
  if (found == databases_.end() && database == "initgroups" &&
      group != databases_.end())
    services = group->second;
  if (services.empty())
    services.assign(std::begin(kDefaultServices), std::end(kDefaultServices));
  std::erase_if(services, IsBuiltIn);
  return services;
}

std::string ModuleOfService(const std::string& service) {
  return "libnss_" + service + ".so.2";
}

std::optional<std::string> DatabaseByNumber(uint64_t number) {
  if (number >= std::size(kDatabases)) return std::nullopt;
  return std::string(kDatabases[number]);
}

std::set<std::string> AllDatabases() {
  return {std::begin(kDatabases), std::end(kDatabases)};
}

bool IsModuleFunctionFor(std::string_view symbol, std::string_view service,
                         const std::set<std::string>& databases) {
  const std::string start = "_nss_" + std::string(service) + "_";
  if (!symbol.starts_with(start)) return false;
  symbol.remove_prefix(start.size());
  for (const FunctionPrefix& each : kFunctions)
    if (symbol.starts_with(each.prefix))
      return std::ranges::any_of(each.databases, [&](std::string_view name) {
        return databases.contains(std::string(name));
      });
  return true;
}

}  // namespace bailey::analyzer
