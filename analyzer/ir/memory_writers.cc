#include "analyzer/ir/memory_writers.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace bailey::analyzer {
namespace {

// The checked ones are what _FORTIFY_SOURCE calls.
constexpr MemoryWriter kWriters[] = {
    {.name = "snprintf", .format = 2, .size = 1},
    {.name = "__snprintf_chk", .format = 4, .size = 1},
    {.name = "sprintf", .format = 1},
    {.name = "__sprintf_chk", .format = 3},
    {.name = "asprintf", .format = 1, .made = true},
    {.name = "__asprintf_chk", .format = 2, .made = true},
    {.name = "strcpy", .source = 1},
    {.name = "__strcpy_chk", .source = 1},
    {.name = "stpcpy", .source = 1},
    {.name = "__stpcpy_chk", .source = 1},
    {.name = "strncpy", .source = 1, .size = 2},
    {.name = "__strncpy_chk", .source = 1, .size = 2},
    {.name = "strlcpy", .source = 1, .size = 2},
    {.name = "strcat", .appends = true, .source = 1},
    {.name = "__strcat_chk", .appends = true, .source = 1},
    {.name = "strncat", .appends = true, .source = 1},
    {.name = "__strncat_chk", .appends = true, .source = 1},
    {.name = "strlcat", .appends = true, .source = 1},
    {.name = "strdup", .source = 0, .made = true},
    {.name = "__strdup", .source = 0, .made = true},
};

// ISO C and POSIX say `const` of what these are given at `places`, or that they
// read it. None keeps the address to write there (putenv, setvbuf) or returns a
// pointer into the text through which it could be written (strchr).
struct MemoryReader {
  std::string_view name;
  uint32_t places;  // of arguments, a bit each
  int format = -1;  // printf's: what follows it is read as it says
};

constexpr uint32_t kAllPlaces = ~uint32_t{0};

constexpr MemoryReader kReaders[] = {
    {.name = "access", .places = 0b1},
    {.name = "acct", .places = 0b1},
    {.name = "asprintf", .places = 0b10, .format = 1},
    {.name = "atoi", .places = 0b1},
    {.name = "atol", .places = 0b1},
    {.name = "bind", .places = 0b10},
    {.name = "chdir", .places = 0b1},
    {.name = "chmod", .places = 0b1},
    {.name = "chown", .places = 0b1},
    {.name = "chroot", .places = 0b1},
    {.name = "connect", .places = 0b10},
    {.name = "creat", .places = 0b1},
    {.name = "creat64", .places = 0b1},
    {.name = "dlopen", .places = 0b1},
    {.name = "err", .places = 0b10, .format = 1},
    {.name = "errx", .places = 0b10, .format = 1},
    {.name = "euidaccess", .places = 0b1},
    {.name = "execl", .places = kAllPlaces},
    {.name = "execle", .places = kAllPlaces},
    {.name = "execlp", .places = kAllPlaces},
    {.name = "execv", .places = 0b11},
    {.name = "execve", .places = 0b111},
    {.name = "execvp", .places = 0b11},
    {.name = "execvpe", .places = 0b111},
    {.name = "faccessat", .places = 0b10},
    {.name = "fchmodat", .places = 0b10},
    {.name = "fchownat", .places = 0b10},
    {.name = "fopen", .places = 0b11},
    {.name = "fopen64", .places = 0b11},
    {.name = "fprintf", .places = 0b10, .format = 1},
    {.name = "__fprintf_chk", .places = 0b100, .format = 2},
    {.name = "fputs", .places = 0b1},
    {.name = "fputs_unlocked", .places = 0b1},
    {.name = "free", .places = 0b1},
    {.name = "freopen", .places = 0b11},
    {.name = "fstatat", .places = 0b10},
    {.name = "fstatat64", .places = 0b10},
    {.name = "fwrite", .places = 0b1},
    {.name = "getaddrinfo", .places = 0b111},
    {.name = "getxattr", .places = 0b11},
    {.name = "inet_addr", .places = 0b1},
    {.name = "inotify_add_watch", .places = 0b10},
    {.name = "lchown", .places = 0b1},
    {.name = "link", .places = 0b11},
    {.name = "linkat", .places = 0b1010},
    {.name = "lstat", .places = 0b1},
    {.name = "lstat64", .places = 0b1},
    {.name = "memcmp", .places = 0b11},
    {.name = "mkdir", .places = 0b1},
    {.name = "mkdirat", .places = 0b10},
    {.name = "mkfifo", .places = 0b1},
    {.name = "mknod", .places = 0b1},
    {.name = "mount", .places = 0b10111},
    {.name = "open", .places = 0b1},
    {.name = "open64", .places = 0b1},
    {.name = "__open64_2", .places = 0b1},
    {.name = "__open_2", .places = 0b1},
    {.name = "openat", .places = 0b10},
    {.name = "openat64", .places = 0b10},
    {.name = "opendir", .places = 0b1},
    {.name = "openlog", .places = 0b1},
    {.name = "perror", .places = 0b1},
    {.name = "popen", .places = 0b11},
    {.name = "printf", .places = 0b1, .format = 0},
    {.name = "__printf_chk", .places = 0b10, .format = 1},
    {.name = "puts", .places = 0b1},
    {.name = "puts_unlocked", .places = 0b1},
    {.name = "readlink", .places = 0b1},
    {.name = "remove", .places = 0b1},
    {.name = "rename", .places = 0b11},
    {.name = "renameat", .places = 0b1010},
    {.name = "rmdir", .places = 0b1},
    {.name = "send", .places = 0b10},
    {.name = "sendto", .places = 0b10010},
    {.name = "setenv", .places = 0b11},
    {.name = "shm_open", .places = 0b1},
    {.name = "shm_unlink", .places = 0b1},
    {.name = "snprintf", .places = 0b100, .format = 2},
    {.name = "__snprintf_chk", .places = 0b10000, .format = 4},
    {.name = "sprintf", .places = 0b10, .format = 1},
    {.name = "__sprintf_chk", .places = 0b1000, .format = 3},
    {.name = "stat", .places = 0b1},
    {.name = "stat64", .places = 0b1},
    {.name = "statfs", .places = 0b1},
    {.name = "statvfs", .places = 0b1},
    {.name = "strcasecmp", .places = 0b11},
    {.name = "strcat", .places = 0b10},
    {.name = "strcmp", .places = 0b11},
    {.name = "strcpy", .places = 0b10},
    {.name = "strlcpy", .places = 0b10},
    {.name = "strlen", .places = 0b1},
    {.name = "strncasecmp", .places = 0b11},
    {.name = "strncat", .places = 0b10},
    {.name = "strncmp", .places = 0b11},
    {.name = "strncpy", .places = 0b10},
    {.name = "strnlen", .places = 0b1},
    {.name = "symlink", .places = 0b11},
    {.name = "syslog", .places = 0b10, .format = 1},
    {.name = "system", .places = 0b1},
    {.name = "truncate", .places = 0b1},
    {.name = "umount", .places = 0b1},
    {.name = "umount2", .places = 0b1},
    {.name = "unlink", .places = 0b1},
    {.name = "unlinkat", .places = 0b10},
    {.name = "unsetenv", .places = 0b1},
    {.name = "utime", .places = 0b11},
    {.name = "utimes", .places = 0b11},
    {.name = "warn", .places = 0b1, .format = 0},
    {.name = "warnx", .places = 0b1, .format = 0},
    {.name = "write", .places = 0b10},
};

const MemoryReader* FindReader(std::string_view name) {
  const auto* found = std::ranges::find(kReaders, name, &MemoryReader::name);
  return found == std::end(kReaders) ? nullptr : found;
}

}  // namespace

const MemoryWriter* FindMemoryWriter(std::string_view name) {
  const auto* found = std::ranges::find(kWriters, name, &MemoryWriter::name);
  return found == std::end(kWriters) ? nullptr : found;
}

bool OnlyReads(std::string_view name) { return FindReader(name) != nullptr; }

bool OnlyReads(std::string_view name, unsigned place) {
  const MemoryReader* reader = FindReader(name);
  if (reader == nullptr) return false;
  return reader->places == kAllPlaces ||
         (place < 32 && (reader->places >> place & 1) != 0);
}

int FormatBefore(std::string_view name, unsigned place) {
  const MemoryReader* reader = FindReader(name);
  return reader != nullptr && static_cast<int>(place) > reader->format
             ? reader->format
             : -1;
}

bool WritesNothing(std::string_view format) {
  constexpr std::string_view kBetween = "#0- +'.*123456789$hlLqjzt";
  constexpr std::string_view kReading = "diouxXeEfFgGaAcspm%";
  for (size_t at = format.find('%'); at != format.npos;
       at = format.find('%', at + 1)) {
    at = format.find_first_not_of(kBetween, at + 1);
    if (at == format.npos || !kReading.contains(format[at])) return false;
  }
  return true;
}

}  // namespace bailey::analyzer
