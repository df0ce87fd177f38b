// The list of dlopen and its like.

#include "analyzer/report/loading_functions.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kDynamic[] = {"dlopen", "dlmopen", "dlsym",
                                         "dlvsym"};

}  // namespace

std::span<const std::string_view> DynamicLoadingFunctions() { return kDynamic; }

}  // namespace bailey::analyzer
