// Where the dynamic loader looks for libraries on this machine.
//
//   ASSIGN_OR_RETURN(auto directories, SystemLibraryDirectories());
//
// The order is that of ld.so(8): the directories of /etc/ld.so.conf (which
// ldconfig turns into the cache), then the built-in ones. LD_LIBRARY_PATH and
// /etc/ld.so.preload are not followed: they belong to a run, not to a machine.

#ifndef BAILEY_ANALYZER_ELF_LIBRARY_PATH_H_
#define BAILEY_ANALYZER_ELF_LIBRARY_PATH_H_

#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::analyzer {

// Reads `config` with its `include` lines. A missing file is an empty one.
Result<std::vector<std::string>> SystemLibraryDirectories(
    const std::string& config = "/etc/ld.so.conf");

// A DT_RUNPATH or DT_RPATH split at its colons, with $ORIGIN (the directory of
// the file that has it), $LIB and $PLATFORM put in as on Debian's x86_64.
std::vector<std::string> ExpandRunPath(const std::string& runpath,
                                       const std::string& file_path);

// `directory` and, before it, its subdirectories for this processor
// (glibc-hwcaps/x86-64-v4 to v2) that exist.
std::vector<std::string> WithHardwareDirectories(const std::string& directory);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_LIBRARY_PATH_H_
