// The table of library functions, from their manual pages. A function stands
// here only if data goes nowhere but where its row says.
//
// A row's words: `A>B` moves, `hA>B` reads from a descriptor or stream, `!A`
// leaves, `!hA` is read from a descriptor and leaves. Places: `2` an argument,
// `*2` the memory behind it, `@2` all that can be reached from it, `2+` the
// arguments from there on with the memory behind them, `r` the result, `*r`
// behind it, and letters for what the library keeps: `e`nvironment, standard
// `i`nput, the environment's `b`lock, `c`hannels, `t`hread data, `j`umps,
// to`k`ens.
#include "analyzer/flow/data_effects.h"

#include <algorithm>
#include <string>
#include <utility>

#include "analyzer/flow/effect_table.h"
#include "common/check.h"

namespace bailey::analyzer {
namespace {

constexpr EffectRow kDataRows[] = {
    {"",
     "free cfree close fclose fflush closedir rewinddir rewind clearerr "
     "fseek fseeko setlinebuf flockfile funlockfile _ZdlPv _ZdlPvm "
     "_ZdaPv _ZdaPvm _ZdlPvSt11align_val_t _ZdlPvmSt11align_val_t "
     "_ZdaPvSt11align_val_t _ZdaPvmSt11align_val_t explicit_bzero bzero "
     "sodium_memzero sodium_init abort __stack_chk_fail __assert_fail "
     "malloc calloc valloc memalign aligned_alloc posix_memalign _Znwm "
     "_Znam _ZnwmRKSt9nothrow_t _ZnamRKSt9nothrow_t fork vfork getpid "
     "getppid getuid geteuid getgid getegid setuid setgid seteuid "
     "setegid setsid time clock gettimeofday clock_gettime sleep usleep "
     "nanosleep sched_yield pause alarm rand random srand srandom "
     "arc4random arc4random_buf arc4random_uniform getrandom getentropy "
     "getpagesize sysconf pthread_mutex_lock pthread_mutex_unlock "
     "pthread_mutex_trylock pthread_mutex_init pthread_mutex_destroy "
     "pthread_cond_signal pthread_cond_broadcast pthread_cond_wait "
     "pthread_cond_init pthread_cond_destroy pthread_detach pthread_self "
     "sem_post sem_wait sem_init sem_destroy sigemptyset sigfillset "
     "sigaddset sigdelset signal sigaction sigprocmask atexit "
     "at_quick_exit __cxa_atexit pthread_create __errno_location "
     "__ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc tzset umask "
     "fsync fdatasync sync isatty fstat fstat64 fchdir lseek lseek64 "
     "socket listen accept accept4 shutdown pipe pipe2 socketpair poll "
     "select epoll_create epoll_create1 epoll_ctl epoll_wait waitpid "
     "wait wait4 raise getrlimit setrlimit mlock munlock munmap madvise "
     "closelog getopt getopt_long getopt_long_only getpwuid freeaddrinfo "
     "getifaddrs strerror gai_strerror tmpfile __cxa_guard_acquire "
     "__cxa_guard_release __cxa_guard_abort __cxa_end_catch "
     "__cxa_allocate_exception __cxa_free_exception "},
    {"!0 !1", "kill"},
    {"!0", "exit _exit _Exit quick_exit"},
    {"*0>r", "strlen strnlen atoi atol atoll atof wcslen"},
    {"*0>r 0>*1",
     "strtol strtoll strtoul strtoull strtod strtof strtold "
     "strtoimax strtoumax __isoc23_strtol __isoc23_strtoll "
     "__isoc23_strtoul __isoc23_strtoull"},
    {"*0>r", "strtonum"},
    {"*0>r *1>r",
     "strcmp strncmp strcasecmp strncasecmp memcmp bcmp strcoll strspn strcspn "
     "timingsafe_bcmp timingsafe_memcmp sodium_memcmp CRYPTO_memcmp"},
    {"1>*0 0>r", "memset __memset_chk"},
    {"*1>*0 0>r",
     "memcpy memmove __memcpy_chk __memmove_chk mempcpy __mempcpy_chk "
     "strcpy strncpy strcat strncat stpcpy stpncpy __strcpy_chk "
     "__strncpy_chk __strcat_chk __strncat_chk __stpcpy_chk wcscpy wcsncpy "
     "wcscat wmemcpy wmemmove"},
    {"*1>*0 *1>*0 0>r 2>*0", "memccpy"},
    {"*1>*0 *1>r *0>r", "strlcpy strlcat __strlcpy_chk __strlcat_chk"},
    {"*0>*1", "bcopy"},
    {"*0>*r", "strdup strndup __strdup __strndup wcsdup"},
    {"*0>*r 0>r", "realloc reallocarray"},
    {"*0>*r 0>r *0>*0", "recallocarray"},
    // Where it is found tells what was looked for: so texts are decoded.
    {"0>r *0>r 1>r",
     "strchr strrchr strchrnul memchr memrchr rawmemchr index rindex "
     "basename __xpg_basename dirname"},
    {"0>r *0>r *1>r", "strstr strcasestr strpbrk memmem"},
    {"0>k *0>k k>r *1>r", "strtok"},
    {"0>r *0>r 0>*2 *2>r", "strtok_r __strtok_r"},
    {"*0>r 0>r *0>*0", "strsep"},
    {"*0>*0 *1>*0", "strxfrm"},
    {"0>r",
     "tolower toupper isalnum isalpha isblank iscntrl isdigit isgraph islower "
     "isprint ispunct isspace isupper isxdigit abs labs llabs htons htonl "
     "ntohs ntohl dup fdopen fileno fileno_unlocked toascii dirfd fdopendir"},
    {"0>r 2>r", "fcntl fcntl64"},
    {"0>r 0>1", "dup2 dup3"},
    {"*1>*0 2+>*0 2+>r *1>r", "sprintf"},
    {"*2>*0 3+>*0 3+>r *2>r", "snprintf"},
    {"*3>*0 4+>*0 4+>r *3>r", "__sprintf_chk"},
    {"*4>*0 5+>*0 5+>r *4>r", "__snprintf_chk"},
    {"*1>*0 @2>*0 @2>r", "vsprintf"},
    {"*2>*0 @3>*0 @3>r", "vsnprintf"},
    {"*3>*0 @4>*0 @4>r", "__vsprintf_chk"},
    {"*4>*0 @5>*0 @5>r", "__vsnprintf_chk"},
    {"*1>@0 2+>@0 2+>r", "asprintf"},
    {"*2>@0 3+>@0 3+>r", "__asprintf_chk"},
    {"*1>@0 @2>@0 @2>r", "vasprintf"},
    {"*2>@0 @3>@0 @3>r", "__vasprintf_chk"},
    {"*0>2+ *0>r", "sscanf __isoc99_sscanf __isoc23_sscanf"},
    {"*0>@2 *0>r", "vsscanf __isoc99_vsscanf __isoc23_vsscanf"},
    // Reading.
    {"h0>*1 h0>r",
     "read pread pread64 recv recvfrom __read_chk __pread_chk __recv_chk"},
    {"h0>@1 h0>r", "readv preadv preadv2 recvmsg"},
    {"h3>*0 h3>r", "fread fread_unlocked"},
    {"h4>*0 h4>r", "__fread_chk"},
    {"h2>*0 0>r", "fgets fgets_unlocked fgetws"},
    {"h3>*0 0>r", "__fgets_chk"},
    {"h0>r", "fgetc getc fgetc_unlocked getc_unlocked fgetwc getwc getw"},
    {"hi>r", "getchar getchar_unlocked getwchar"},
    {"hi>*0 0>r", "gets"},
    {"h2>@0 h2>r", "getline"},
    {"h3>@0 h3>r", "getdelim __getdelim"},
    {"h0>r h0>*r *1>*1", "fgetln fparseln"},
    {"h0>2+ h0>r", "fscanf __isoc99_fscanf __isoc23_fscanf"},
    {"hi>1+ hi>r", "scanf __isoc99_scanf __isoc23_scanf"},
    {"h0>@2 h0>r", "vfscanf __isoc99_vfscanf __isoc23_vfscanf"},
    {"hi>@1 hi>r", "vscanf __isoc99_vscanf __isoc23_vscanf"},
    {"0>c", "ungetc ungetwc"},
    {"hi>*1 1>r", "readpassphrase"},
    {"hi>r hi>*r", "getpass"},
    {"h4>r h4>*r", "mmap mmap64"},
    {"e>r e>*r", "getenv secure_getenv"},
    // Leaving.
    {"!*1", "write pwrite pwrite64 send __write_chk"},
    {"!*1 !*4", "sendto"},
    {"!@1", "writev pwritev pwritev2 sendmsg sendmmsg vmsplice"},
    {"!*0", "fwrite fwrite_unlocked fputs fputs_unlocked puts perror fputws"},
    {"!0 0>r",
     "fputc putc putchar fputc_unlocked putc_unlocked putchar_unlocked fputwc "
     "putwc putwchar"},
    {"!*0 !1+", "printf wprintf"},
    {"!*1 !1+", "__printf_chk"},
    {"!*1 !2+", "fprintf dprintf syslog fwprintf"},
    {"!*2 !3+", "__fprintf_chk __dprintf_chk __syslog_chk"},
    {"!*0 !@1", "vprintf"},
    {"!*1 !@2", "__vprintf_chk vfprintf vdprintf vsyslog"},
    {"!*2 !@3", "__vfprintf_chk __vdprintf_chk __vsyslog_chk"},
    {"!*0 !1+", "warn warnx"},
    {"!*1 !2+", "err errx"},
    {"!*0 !@1", "vwarn vwarnx"},
    {"!*1 !@2", "verr verrx"},
    {"!*2 !3+", "error"},
    {"!*0 !*1 *1>e *0>e", "setenv"},
    {"!*0 0>e *0>e", "putenv"},
    {"", "unsetenv clearenv"},
    {"!*0 !@1 !e !b", "execv execvp"},
    {"!*0 !@1 !@2", "execve execvpe"},
    {"!@1 !@2", "fexecve"},
    {"!*0 !1+ !e !b", "execl execlp"},
    {"!*0 !1+", "execle"},
    {"!*0 !e !b", "system popen"},
    {"!*0", "setproctitle sethostname setdomainname"},
    {"*0>r *0>*r", "localtime gmtime ctime asctime"},
    {"*0>*1 1>r", "localtime_r gmtime_r ctime_r asctime_r"},
    {"*2>*0 *3>*0 *3>r", "strftime"},
    {"*0>r", "mktime timegm"},
    {"0>r", "gettext ngettext"},
    {"1>r", "dgettext dcgettext"},
    {"!*1 !@4 !@5", "posix_spawn posix_spawnp"},
    {"!*0",
     "open open64 creat fopen fopen64 mkdir mkfifo mknod shm_open "
     "memfd_create __open_2 __open64_2"},
    // Names that others see: of files, users, machines, in logs.
    {"!*0",
     "unlink rmdir remove opendir stat stat64 lstat lstat64 access chdir "
     "getpwnam getgrnam gethostbyname mkstemp mkostemp openlog setlocale "
     "pledge unveil"},
    {"!*0 0>r *0>r", "mkdtemp"},
    {"!*1", "unlinkat fstatat faccessat"},
    {"!*0 !*1", "getaddrinfo"},
    {"!*0 !1", "truncate chmod"},
    {"!1", "ftruncate fchmod"},
    {"!*0 !1 !2", "chown lchown"},
    {"!1 !2", "fchown"},
    {"!*1", "openat openat64 mkdirat __openat_2 __openat64_2"},
    {"!*0 !*1", "rename link symlink"},
    {"!*0 2>r r>i r>*2", "freopen freopen64"},
    {"c>@0 c>*0", "open_memstream"},
    {"c>*0 *0>r", "fmemopen"},
    // The buffer holds what is read into it and what is written through it.
    {"h0>*1 c>*1", "setvbuf setbuf setbuffer"},
    {"!*1", "connect bind"},
    {"!*3", "setsockopt"},
    {"!h1", "sendfile sendfile64"},
    {"!h0", "splice tee copy_file_range"},
    {"!1+", "prctl"},
    {"1>t @1>t", "pthread_setspecific tss_set"},
    {"t>r", "pthread_getspecific tss_get"},
    {"!0 @0>t", "pthread_exit"},
    {"t>*1", "pthread_join"},
    {"1>j", "longjmp _longjmp siglongjmp __longjmp_chk"},
    {"j>r", "setjmp _setjmp __sigsetjmp sigsetjmp __setjmp"},
};

// Beginnings of the mangled names of C++'s streams: operator<<, write and put;
// operator>>, read, get and getline.
constexpr EffectRow kStreamRows[] = {
    {"!@1 !2 @1>*0 2>*0 0>r",
     "_ZStlsI _ZNSolsE _ZNSo5write _ZNSo3put _ZNSo9_M_insert "
     "_ZSt16__ostream_insert"},
    {"h0>@1 h0>*1 h0>r 0>r",
     "_ZStrsI _ZNSirsE _ZNSi4read _ZNSi3get _ZNSi7getline _ZSt7getlineI "
     "_ZNSi10_M_extract"},
};

constexpr std::pair<char, LibraryState> kStates[] = {
    {'e', LibraryState::kEnvironment}, {'i', LibraryState::kInput},
    {'b', LibraryState::kBlock},       {'c', LibraryState::kChannel},
    {'t', LibraryState::kThread},      {'j', LibraryState::kJump},
    {'k', LibraryState::kTokens},
};

DataPlace ParsePlace(std::string_view word) {
  CHECK(!word.empty());
  for (const auto& [letter, state] : kStates)
    if (word == std::string_view(&letter, 1))
      return {DataPlaceKind::kState, 0, state};
  if (word == "r") return {DataPlaceKind::kResult};
  if (word == "*r") return {DataPlaceKind::kBehindResult};
  DataPlaceKind kind = DataPlaceKind::kValue;
  if (word.front() == '*') kind = DataPlaceKind::kBehind;
  if (word.front() == '@') kind = DataPlaceKind::kWithin;
  if (word.back() == '+') kind = DataPlaceKind::kRest;
  const size_t digit = word.find_first_of("0123456789");
  CHECK(digit != std::string_view::npos);
  return {kind, static_cast<uint8_t>(word[digit] - '0')};
}

DataRule ParseRule(std::string_view word) {
  DataRule rule;
  if (word.starts_with("!h")) {
    rule.kind = DataRuleKind::kDrain;
    rule.from = ParsePlace(word.substr(2));
    return rule;
  }
  if (word.starts_with("!")) {
    rule.kind = DataRuleKind::kLeave;
    rule.from = ParsePlace(word.substr(1));
    return rule;
  }
  if (word.starts_with("h")) {
    rule.kind = DataRuleKind::kRead;
    word.remove_prefix(1);
  }
  const size_t arrow = word.find('>');
  CHECK(arrow != std::string_view::npos);
  rule.from = ParsePlace(word.substr(0, arrow));
  rule.to = ParsePlace(word.substr(arrow + 1));
  return rule;
}

DataEffect ReadRules(const std::vector<std::string>& words) {
  DataEffect effect;
  for (const std::string& word : words) effect.rules.push_back(ParseRule(word));
  return effect;
}

}  // namespace

const DataEffect* DataEffectOf(std::string_view function) {
  static const auto* const kEffects =
      new auto(ReadEffectTable<DataEffect>(kDataRows, ReadRules));
  if (const auto found = kEffects->find(function); found != kEffects->end())
    return &found->second;
  if (!function.starts_with("_Z")) return nullptr;
  static const auto* const kOfStreams =
      new auto(ReadEffectTable<DataEffect>(kStreamRows, ReadRules));
  for (const auto& [prefix, effect] : *kOfStreams)
    if (function.starts_with(prefix)) return &effect;
  return nullptr;
}

bool MakesChannel(std::string_view function) {
  constexpr std::string_view kMakers[] = {
      "pipe",    "pipe2",     "socketpair",     "memfd_create",
      "tmpfile", "mkstemp",   "mkostemp",       "shm_open",
      "mkfifo",  "openpty",   "forkpty",        "ungetc",
      "ungetwc", "tmpfile64", "open_memstream", "fmemopen"};
  return std::ranges::find(kMakers, function) != std::end(kMakers);
}

}  // namespace bailey::analyzer
