// Functions of the C library by which a program itself chooses, while it runs,
// what code is loaded or found. What the library loads of its own accord is in
// run_time_modules.h.
//
//   for (const std::string_view name : DynamicLoadingFunctions()) …

#ifndef BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_
#define BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_

#include <span>
#include <string_view>

namespace bailey::analyzer {

// dlopen and its like.
std::span<const std::string_view> DynamicLoadingFunctions();

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_LOADING_FUNCTIONS_H_
