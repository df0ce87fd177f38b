// Functions of the C library that bring code into a process while it runs,
// which no link shows.
//
//   if (const auto what = WhatItLoads("getpwnam")) …  // name service modules

#ifndef BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_
#define BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bailey::analyzer {

// dlopen and its like, by which a program chooses itself what is loaded.
std::span<const std::string_view> DynamicLoadingFunctions();

// For people: what a call of the function loads, or finds by name in what is
// loaded; nothing if it does neither. (glibc manual, "Actions in the NSS
// configuration" and "Generic Charset Conversion".)
std::optional<std::string> WhatItLoads(std::string_view function);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_
