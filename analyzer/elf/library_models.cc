// The models, each with its reason.
#include "analyzer/elf/library_models.h"

#include <fcntl.h>
#include <sched.h>

#include <csignal>

namespace bailey::analyzer {
namespace {

// create_thread's clone_args, and those of posix_spawn (and so of popen and
// system): kept in memory, with the signal of the end apart.
constexpr uint64_t kThreadFlags =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_SIGHAND |
    CLONE_THREAD | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
constexpr uint64_t kSpawnFlags = CLONE_VM | CLONE_VFORK | SIGCHLD;

constexpr PassingModel kModels[] = {
    // (stream, name, mode, is32not64) to (stream, name, flags, …).
    {"_IO_file_fopen", "_IO_file_open", 2, ValueFunction::kOpenFlagsOfMode, 2},
    // The flags that mkostemp's caller gave lie behind a pointer.
    {"try_file", "open", 1, ValueFunction::kTemporaryFileFlags},
    // tmpfile's, which gives no flags of its own.
    {"__gen_tempfd", "open", 1, ValueFunction::kItself, -1,
     O_RDWR | O_EXCL | O_TMPFILE},
    // The address of clone_args stands for the flags in it.
    {"create_thread", "__clone_internal", 0, ValueFunction::kItself, -1,
     kThreadFlags},
    {"__spawnix", "__clone_internal", 0, ValueFunction::kItself, -1,
     kSpawnFlags},
    {"__clone_internal", "clone", 2, ValueFunction::kItself, 0}};

}  // namespace

std::span<const PassingModel> PassingModels() { return kModels; }

}  // namespace bailey::analyzer
