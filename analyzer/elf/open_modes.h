// What the mode of a stream says to openat(2): fopen's and freopen's second
// argument, as glibc 2.36 reads it (libio/fileops.c, _IO_new_file_fopen).
//
//   OpenFlagsOfMode("w+xe")  // O_RDWR|O_CREAT|O_TRUNC|O_EXCL|O_CLOEXEC
//   OpenFlagsOfMode("q")     // nothing: EINVAL, and no call is made

#ifndef BAILEY_ANALYZER_ELF_OPEN_MODES_H_
#define BAILEY_ANALYZER_ELF_OPEN_MODES_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace bailey::analyzer {

std::optional<uint64_t> OpenFlagsOfMode(std::string_view mode);

// All bits that any mode gives.
uint64_t OpenFlagsOfAnyMode();

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_OPEN_MODES_H_
