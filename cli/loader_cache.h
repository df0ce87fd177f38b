// /etc/ld.so.cache for a container: where the dynamic loader finds the
// libraries that a program was analyzed with, at once, without trying the
// directories in which they might be (each try a denial in the outcome).
//
//   std::string cache = LoaderCache({"/lib/x86_64-linux-gnu/libc.so.6"});
//
// The form is that of glibc 2.2 and later, "glibc-ld.so.cache1.1"
// (sysdeps/generic/dl-cache.h), without the older one before it.

#ifndef BAILEY_CLI_LOADER_CACHE_H_
#define BAILEY_CLI_LOADER_CACHE_H_

#include <string>
#include <string_view>
#include <vector>

namespace bailey::cli {

inline constexpr std::string_view kLoaderCachePath = "/etc/ld.so.cache";

// Of libraries for x86_64 by absolute path; each is found by its last part.
std::string LoaderCache(const std::vector<std::string>& libraries);

// The loader's own order of names, in which runs of digits count as numbers:
// negative, zero or positive. The cache has the greatest first.
int CompareLibraryNames(std::string_view a, std::string_view b);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_LOADER_CACHE_H_
