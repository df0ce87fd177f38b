#include "analyzer/report/loading_functions.h"

#include <fmt/format.h>

#include <algorithm>

namespace bailey::analyzer {
namespace {

constexpr std::string_view kDynamic[] = {"dlopen", "dlmopen", "dlsym",
                                         "dlvsym"};

// What /etc/nsswitch.conf names for them is loaded at the first call:
// libnss_NAME.so.2, and what that needs.
constexpr std::string_view kNameService[] = {"getaddrinfo",
                                             "getaliasbyname",
                                             "getaliasbyname_r",
                                             "getgrent",
                                             "getgrent_r",
                                             "getgrgid",
                                             "getgrgid_r",
                                             "getgrnam",
                                             "getgrnam_r",
                                             "getgrouplist",
                                             "gethostbyaddr",
                                             "gethostbyaddr_r",
                                             "gethostbyname",
                                             "gethostbyname2",
                                             "gethostbyname2_r",
                                             "gethostbyname_r",
                                             "gethostent",
                                             "gethostent_r",
                                             "getnameinfo",
                                             "getnetbyaddr",
                                             "getnetbyaddr_r",
                                             "getnetbyname",
                                             "getnetbyname_r",
                                             "getnetent",
                                             "getnetent_r",
                                             "getnetgrent",
                                             "getnetgrent_r",
                                             "getprotobyname",
                                             "getprotobyname_r",
                                             "getprotobynumber",
                                             "getprotobynumber_r",
                                             "getprotoent",
                                             "getprotoent_r",
                                             "getpwent",
                                             "getpwent_r",
                                             "getpwnam",
                                             "getpwnam_r",
                                             "getpwuid",
                                             "getpwuid_r",
                                             "getrpcbyname",
                                             "getrpcbyname_r",
                                             "getrpcbynumber",
                                             "getrpcbynumber_r",
                                             "getservbyname",
                                             "getservbyname_r",
                                             "getservbyport",
                                             "getservbyport_r",
                                             "getservent",
                                             "getservent_r",
                                             "getsgent",
                                             "getsgnam",
                                             "getspent",
                                             "getspent_r",
                                             "getspnam",
                                             "getspnam_r",
                                             "initgroups",
                                             "innetgr",
                                             "setgrent",
                                             "setnetgrent",
                                             "setpwent",
                                             "setspent"};

constexpr std::string_view kCharacterSets[] = {"iconv_open"};

template <size_t N>
bool Among(const std::string_view (&names)[N], std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

}  // namespace

std::span<const std::string_view> DynamicLoadingFunctions() { return kDynamic; }

std::optional<std::string> WhatItLoads(std::string_view function) {
  if (Among(kDynamic, function)) return std::string(function);
  if (Among(kNameService, function))
    return fmt::format("`{}` loads name service modules (libnss_*.so.2)",
                       function);
  if (Among(kCharacterSets, function))
    return fmt::format("`{}` loads character set modules (gconv)", function);
  return std::nullopt;
}

}  // namespace bailey::analyzer
