#include "analyzer/ir/memory_writers.h"

#include <algorithm>
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

// ISO C and POSIX say `const` of what these are given, or that they read it.
// None keeps the address (putenv, setvbuf) or returns a pointer into the text
// through which it could be written (strchr).
constexpr std::string_view kReaders[] = {"__fprintf_chk",  "__open64_2",
                                         "__open_2",       "__printf_chk",
                                         "access",         "acct",
                                         "asprintf",       "atoi",
                                         "atol",           "bind",
                                         "chdir",          "chmod",
                                         "chown",          "chroot",
                                         "close",          "connect",
                                         "creat",          "creat64",
                                         "dlopen",         "err",
                                         "errx",           "euidaccess",
                                         "execl",          "execle",
                                         "execlp",         "execv",
                                         "execve",         "execvp",
                                         "execvpe",        "faccessat",
                                         "fchmodat",       "fchownat",
                                         "fopen",          "fopen64",
                                         "fprintf",        "fputs",
                                         "fputs_unlocked", "free",
                                         "freopen",        "fstatat",
                                         "fstatat64",      "fwrite",
                                         "getaddrinfo",    "getxattr",
                                         "inet_addr",      "inotify_add_watch",
                                         "lchown",         "link",
                                         "linkat",         "lstat",
                                         "lstat64",        "memcmp",
                                         "mkdir",          "mkdirat",
                                         "mkfifo",         "mknod",
                                         "mount",          "open",
                                         "open64",         "openat",
                                         "openat64",       "opendir",
                                         "openlog",        "perror",
                                         "popen",          "printf",
                                         "puts",           "puts_unlocked",
                                         "readlink",       "remove",
                                         "rename",         "renameat",
                                         "rmdir",          "send",
                                         "sendto",         "setenv",
                                         "shm_open",       "shm_unlink",
                                         "snprintf",       "__snprintf_chk",
                                         "__sprintf_chk",  "sprintf",
                                         "stat",           "stat64",
                                         "statfs",         "statvfs",
                                         "strcasecmp",     "strcmp",
                                         "strcpy",         "strcat",
                                         "strlcpy",        "strlen",
                                         "strncasecmp",    "strncat",
                                         "strncmp",        "strncpy",
                                         "strnlen",        "symlink",
                                         "syslog",         "system",
                                         "truncate",       "umount",
                                         "umount2",        "unlink",
                                         "unlinkat",       "unsetenv",
                                         "utime",          "utimes",
                                         "warn",           "warnx",
                                         "write"};

}  // namespace

const MemoryWriter* FindMemoryWriter(std::string_view name) {
  const auto* found = std::ranges::find(kWriters, name, &MemoryWriter::name);
  return found == std::end(kWriters) ? nullptr : found;
}

bool OnlyReads(std::string_view name) {
  return std::ranges::find(kReaders, name) != std::end(kReaders);
}

}  // namespace bailey::analyzer
