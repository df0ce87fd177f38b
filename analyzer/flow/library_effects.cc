// The table of library functions, from their manual pages and the standards
// (ISO C, POSIX, the Itanium C++ ABI). A function is in it only if all that it
// keeps, calls and returns is said here. Text is taken to hold no pointer but
// of functions: what scans them is unknown code.
#include "analyzer/flow/library_effects.h"

#include <sstream>
#include <string>
#include <utility>

#include "analyzer/flow/effect_table.h"

namespace bailey::analyzer {
namespace {

// Words of an effect: a letter for each EffectKind, then arguments.
constexpr EffectRow kLibraryRows[] = {
    {"",
     "free cfree _ZdlPv _ZdlPvm _ZdaPv _ZdaPvm _ZdlPvSt11align_val_t "
     "_ZdlPvmSt11align_val_t _ZdaPvSt11align_val_t _ZdaPvmSt11align_val_t "
     "memset explicit_bzero bzero memcmp bcmp __memset_chk "
     "strlen strnlen strcmp strncmp strcasecmp strncasecmp strcoll strspn "
     "strcspn strverscmp __stack_chk_fail abort exit _exit _Exit quick_exit "
     "close fclose fflush fileno feof ferror clearerr rewind fseek fseeko "
     "ftell ftello fgetc getc getchar perror closelog "
     "atoi atof strtod strtof strtold abs labs rand srand random "
     "srandom rand_r drand48 lrand48 "
     "isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct "
     "isspace isupper isxdigit tolower toupper "
     "open open64 openat openat64 creat access faccessat unlink unlinkat "
     "rename renameat mkdir mkdirat rmdir chdir fchdir chmod fchmod fchmodat "
     "chown fchown lchown fchownat link linkat symlink symlinkat truncate "
     "ftruncate ftruncate64 lseek lseek64 fsync fdatasync sync dup dup2 dup3 "
     "isatty umask mkfifo mknod getpid getppid getuid geteuid getgid getegid "
     "setuid setgid seteuid setegid setsid setpgid getpgrp kill raise alarm "
     "sleep usleep nanosleep sched_yield pause nice chroot "
     "execv execve execvp execl execlp execle execvpe fexecve fork vfork "
     "system socket listen shutdown setenv unsetenv clearenv "
     "sysconf pathconf fpathconf htons htonl ntohs ntohl difftime time "
     "tzset closedir rewinddir dirfd "
     "pthread_mutex_lock pthread_mutex_unlock pthread_mutex_trylock "
     "pthread_mutex_init pthread_mutex_destroy pthread_cond_signal "
     "pthread_cond_broadcast pthread_cond_wait pthread_cond_init "
     "pthread_cond_destroy pthread_cond_timedwait pthread_detach "
     "pthread_self pthread_rwlock_rdlock pthread_rwlock_wrlock "
     "pthread_rwlock_unlock pthread_attr_init pthread_attr_destroy "
     "sem_post sem_wait sem_init sem_destroy sigemptyset sigfillset sigaddset "
     "sigdelset sigismember setlocale __assert_fail "
     "__cxa_guard_acquire __cxa_guard_release __cxa_guard_abort "
     "__cxa_end_catch __cxa_pure_virtual __cxa_free_exception "
     "_ZSt9terminatev _ZSt17__throw_bad_allocv _ZSt20__throw_length_errorPKc "
     "_ZSt20__throw_out_of_rangePKc _ZSt24__throw_out_of_range_fmtPKcz "
     "_ZSt19__throw_logic_errorPKc __cxa_bad_cast "
     "__cxa_throw_bad_array_new_length "
     "poll ppoll select pselect epoll_create epoll_create1 gettimeofday "
     "clock_gettime clock_getres clock stat lstat fstat fstatat stat64 "
     "lstat64 fstat64 statvfs fstatvfs getrlimit setrlimit getrlimit64 "
     "setrlimit64 getrusage times uname gethostname pipe pipe2 socketpair "
     "bind connect getsockname getpeername setsockopt getsockopt accept "
     "accept4 wait waitpid wait4 tcgetattr tcsetattr inet_pton inet_aton "
     "readlink readlinkat utimes utimensat futimens munmap msync madvise "
     "mlock munlock cfsetospeed cfsetispeed flock sched_getaffinity "
     "memfd_create timerfd_create timerfd_settime eventfd inotify_init "
     "inotify_init1 inotify_add_watch inotify_rm_watch getrandom "
     "strftime mktime timegm getgroups setgroups initgroups lockf "
     "posix_fadvise "
     "posix_fallocate fallocate fchdir getentropy arc4random mblen mbtowc "
     "wctomb btowc wctob towlower towupper iswspace iswalnum iswalpha "
     "iswdigit iswprint iswupper iswlower wcslen wcscmp wcwidth"},
    {"n",
     "malloc calloc valloc pvalloc memalign aligned_alloc _Znwm _Znam "
     "_ZnwmRKSt9nothrow_t _ZnamRKSt9nothrow_t _ZnwmSt11align_val_t "
     "_ZnamSt11align_val_t _ZnwmSt11align_val_tRKSt9nothrow_t "
     "__cxa_allocate_exception"},
    {"n r0", "realloc reallocarray getcwd canonicalize_file_name"},
    {"n r1", "realpath"},
    {"d0", "strdup strndup __strdup __strndup"},
    {"p0", "posix_memalign"},
    {"p0 V2", "vasprintf"},
    {"p0 V3", "__vasprintf_chk"},
    {"V1", "vprintf"},
    {"V2", "vfprintf vdprintf vsprintf vsyslog __vprintf_chk"},
    {"V3", "vsnprintf __vfprintf_chk __vdprintf_chk __vsyslog_chk"},
    {"V4", "__vsprintf_chk"},
    {"V5", "__vsnprintf_chk"},
    {"u", "atol atoll"},
    {"k0", "fputc putc putchar putc_unlocked ungetc"},
    {"t0", "fputs puts"},
    {"p0 P2", "asprintf __asprintf_chk"},
    {"P1",
     "printf fprintf dprintf sprintf snprintf __printf_chk __fprintf_chk "
     "__dprintf_chk __sprintf_chk __snprintf_chk syslog __syslog_chk"},
    {"p0 F0", "getline getdelim __getdelim"},
    {"k0", "putenv"},
    {"o",
     "fopen fopen64 fdopen freopen freopen64 popen tmpfile tmpfile64 opendir "
     "fdopendir readdir readdir64 getenv secure_getenv strerror strsignal "
     "gettext dgettext dcgettext ngettext textdomain bindtextdomain "
     "localtime gmtime ctime asctime nl_langinfo localeconv getpwnam getpwuid "
     "getgrnam getgrgid getpwent getgrent getservbyname getservbyport "
     "getprotobyname gethostbyname gethostbyaddr ttyname ptsname inet_ntoa "
     "getlogin crypt __ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc "
     "__errno_location __h_errno_location gai_strerror hstrerror dlopen "
     "dlerror newlocale uselocale setmntent getmntent "
     "__cxa_get_globals"},
    {"c0,1 r0",
     "strcpy strncpy strcat strncat __strcpy_chk __strncpy_chk __strcat_chk "
     "__strncat_chk strlcpy strlcat wcscpy wcsncpy wcscat"},
    {"c0,1 i0", "stpcpy stpncpy __stpcpy_chk __stpncpy_chk"},
    {"r1", "localtime_r gmtime_r asctime_r ctime_r strerror_r"},
    {"", "__xpg_strerror_r"},
    {"i0",
     "strchr strrchr strstr strcasestr strpbrk strchrnul memchr memrchr "
     "rawmemchr memmem basename __xpg_basename dirname index rindex "
     "__dynamic_cast"},
    {"c0,1,2 r0",
     "memcpy memmove __memcpy_chk __memmove_chk memccpy wmemcpy wmemmove"},
    {"c0,1,2 i0", "mempcpy __mempcpy_chk"},
    {"c1,0,2", "bcopy"},
    {"f1", "read pread pread64 recv __read_chk __pread_chk __recv_chk"},
    {"f0", "fread __fread_chk fread_unlocked"},
    {"f0 r0", "fgets __fgets_chk fgets_unlocked"},
    {"t1", "write pwrite pwrite64 send"},
    {"t0", "fwrite fwrite_unlocked"},
    {"C3,0,0 m0", "qsort"},
    {"C3,0,0 m0 k0 k4", "qsort_r"},
    {"C4,0,1 i1", "bsearch"},
    {"B0", "atexit at_quick_exit"},
    {"B0,1", "__cxa_atexit __cxa_thread_atexit __cxa_thread_atexit_impl"},
    {"B2,3", "pthread_create"},
    {"x0 B2,0", "__cxa_throw"},
    {"h", "__cxa_begin_catch __cxa_get_exception_ptr"},
};

EffectKind KindOf(char letter) {
  switch (letter) {
    case 'n':
      return EffectKind::kNew;
    case 'o':
      return EffectKind::kOpaque;
    case 'r':
      return EffectKind::kReturn;
    case 'i':
      return EffectKind::kReturnIn;
    case 'p':
      return EffectKind::kPut;
    case 'd':
      return EffectKind::kCopyNew;
    case 'm':
      return EffectKind::kMix;
    case 'c':
      return EffectKind::kCopy;
    case 'f':
      return EffectKind::kFill;
    case 'F':
      return EffectKind::kFillAt;
    case 't':
      return EffectKind::kTell;
    case 'k':
      return EffectKind::kKeep;
    case 'P':
      return EffectKind::kPrint;
    case 'V':
      return EffectKind::kPrintList;
    case 'B':
      return EffectKind::kCall;
    case 'C':
      return EffectKind::kCallIn;
    case 'x':
      return EffectKind::kThrow;
    case 'h':
      return EffectKind::kCatch;
    default:
      return EffectKind::kUnknown;
  }
}

EffectStep ParseStep(const std::string& word) {
  EffectStep step;
  step.kind = KindOf(word[0]);
  std::istringstream numbers(word.substr(1));
  std::string number;
  for (int* each : {&step.a, &step.b, &step.c})
    if (std::getline(numbers, number, ',')) *each = std::stoi(number);
  return step;
}

LibraryEffect ReadSteps(const std::vector<std::string>& words) {
  LibraryEffect effect;
  for (const std::string& word : words) effect.push_back(ParseStep(word));
  return effect;
}

}  // namespace

const LibraryEffect* EffectOf(std::string_view function) {
  static const auto* const kEffects =
      new auto(ReadEffectTable<LibraryEffect>(kLibraryRows, ReadSteps));
  const auto found = kEffects->find(function);
  return found == kEffects->end() ? nullptr : &found->second;
}

}  // namespace bailey::analyzer
