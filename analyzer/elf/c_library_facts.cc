// The facts, each with its reason.

#include "analyzer/elf/c_library_facts.h"

#include <sys/syscall.h>

#include <algorithm>
#include <charconv>

namespace bailey::analyzer {
namespace {

// A mutex changes its owner's priority only if it was made with
// PTHREAD_PRIO_PROTECT: no static initializer says so. One that another program
// made is in memory shared with it.
constexpr std::string_view kPriorityProtection[] = {
    "pthread_mutexattr_setprotocol", "pthread_mutexattr_setprioceiling",
    "pthread_mutex_setprioceiling", "shm_open", "shmat"};

// gettext's directory is absolute unless the program names another.
constexpr std::string_view kTextDirectory[] = {"bindtextdomain"};

// A locale other than "C": messages are looked up in files, and characters
// converted by what gconv finds, only then.
constexpr std::string_view kOtherLocale[] = {"setlocale", "newlocale"};

// The mark that a thread is cancelled is put on it by nobody else.
constexpr std::string_view kCancellation[] = {"pthread_cancel"};

// What a thread that ends gives back of RPC, if it ever used any.
constexpr std::string_view kRpcVariables[] = {"__rpc_thread_variables"};

// A thread is given a policy if its attributes do not inherit it, and
// processors if they name some: only these set that. Attributes with which a
// thread was made, or which are the default, are copies of such.
constexpr std::string_view kOwnPolicy[] = {"pthread_attr_setinheritsched"};
constexpr std::string_view kOwnProcessors[] = {"pthread_attr_setaffinity_np",
                                               "pthread_getattr_np"};

// The default attributes have processors if they are a copy of such as do.
constexpr std::string_view kCopiedProcessors[] = {"__pthread_getattr_np"};

constexpr ConditionalSyscall kSyscalls[] = {
    {SYS_sched_setscheduler, "create_thread", "sched_setscheduler", kOwnPolicy},
    {SYS_sched_getscheduler, "pthread_create", "sched_getscheduler",
     kOwnPolicy},
    {SYS_sched_getparam, "pthread_create", "sched_getparam", kOwnPolicy},
    {SYS_sched_setaffinity, "create_thread", "sched_setaffinity",
     kOwnProcessors}};

constexpr ConditionalCall kCalls[] = {
    {"__pthread_attr_setaffinity_np", "__pthread_attr_copy", kCopiedProcessors},
    {"__pthread_tpp_change_priority", "", kPriorityProtection},
    {"__pthread_current_priority", "", kPriorityProtection},
    {"__init_sched_fifo_prio", "pthread_mutex_init", kPriorityProtection},
    {"getcwd", "__dcigettext", kTextDirectory},
    {"_nl_find_domain", "__dcigettext", kOtherLocale},
    {"_nl_find_msg", "__dcigettext", kOtherLocale},
    {"__wcsmbs_load_conv", "", kOtherLocale},
    {"__pthread_unwind", "__pthread_enable_asynccancel", kCancellation},
    {"__pthread_unwind", "__pthread_unregister_cancel_restore", kCancellation},
    {"__pthread_unwind", "__libc_cleanup_pop_restore", kCancellation},
    {"__pthread_unwind", "sigcancel_handler", kCancellation},
    {"__pthread_unwind", "pthread_setcancelstate", kCancellation},
    {"__pthread_unwind", "pthread_setcanceltype", kCancellation},
    {"__pthread_unwind", "pthread_testcancel", kCancellation},
    {"__rpc_thread_destroy", "__libc_thread_freeres", kRpcVariables}};

constexpr std::string_view kLenders[] = {"__gconv_load_conf",
                                         "__libc_dlclose",
                                         "__libc_dlopen_mode",
                                         "__libc_dlsym",
                                         "__nss_dns_functions",
                                         "__nss_files_functions",
                                         "_dl_map_object_deps",
                                         "_dl_open",
                                         "_dl_start",
                                         "_dl_sysdep_parse_arguments",
                                         "dl_main",
                                         "do_preload",
                                         "dl_open_worker",
                                         "dlmopen_doit",
                                         "endaliasent",
                                         "endgrent",
                                         "endhostent",
                                         "endnetent",
                                         "endprotoent",
                                         "endpwent",
                                         "endrpcent",
                                         "endservent",
                                         "endsgent",
                                         "endspent",
                                         "getaddrinfo",
                                         "getaliasent",
                                         "getaliasent_r",
                                         "getgrent",
                                         "getgrent_r",
                                         "gethostent",
                                         "gethostent_r",
                                         "getnetent",
                                         "getnetent_r",
                                         "getprotoent",
                                         "getprotoent_r",
                                         "getpwent",
                                         "getpwent_r",
                                         "getrpcent",
                                         "getrpcent_r",
                                         "getservent",
                                         "getservent_r",
                                         "getsgent",
                                         "getsgent_r",
                                         "getspent",
                                         "getspent_r",
                                         "module_load",
                                         "ptmalloc_init.part.0",
                                         "setaliasent",
                                         "setgrent",
                                         "sethostent",
                                         "setnetent",
                                         "setprotoent",
                                         "setpwent",
                                         "setrpcent",
                                         "setservent",
                                         "setsgent",
                                         "setspent"};

constexpr std::string_view kLoaderAsProgram[] = {
    "_dl_help", "_dl_version", "_dl_print_diagnostics", "_dl_start_profile"};

// Of "GLIBC_2.36" 36; of another name 0.
int MinorVersion(std::string_view version) {
  constexpr std::string_view kMajor = "GLIBC_2.";
  int minor = 0;
  if (version.starts_with(kMajor))
    std::from_chars(version.data() + kMajor.size(),
                    version.data() + version.size(), minor);
  return minor;
}

}  // namespace

bool HasKnownFacts(const ElfImage& image) {
  constexpr int kKnown = 36;
  if (image.soname() != "libc.so.6") return false;
  int newest = 0;
  for (const ElfExport& each : image.exports())
    newest = std::max(newest, MinorVersion(each.version));
  return newest == kKnown;
}

std::span<const ConditionalCall> ConditionalCalls() { return kCalls; }

std::span<const ConditionalSyscall> ConditionalSyscalls() { return kSyscalls; }

std::span<const std::string_view> Lenders() { return kLenders; }

std::span<const std::string_view> CallsOfLoaderAsProgram() {
  return kLoaderAsProgram;
}

}  // namespace bailey::analyzer
