// The system calls by which a portion can do what its other rules deny.
//
//   for (const WayAround& way : kWaysAround) ... way.call, way.why
//
// portion_checks.h warns of them; verify/lint/ shows the call that goes around.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_WAYS_AROUND_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_WAYS_AROUND_H_

#include <array>
#include <string_view>

namespace bailey::policy {

struct WayAround {
  std::string_view call;
  std::string_view why;
};

// Calls by which an allowed portion can do what its other rules deny.
inline constexpr std::array<WayAround, 22> kWaysAround = {{
    {"bpf", "loads code into the kernel"},
    {"chroot", "changes the files that paths name"},
    {"fsmount", "makes mounts, by which paths name other files"},
    {"fsopen", "makes mounts, by which paths name other files"},
    {"io_uring_enter", "makes calls that no filter sees"},
    {"io_uring_setup", "makes calls that no filter sees"},
    {"keyctl", "reads keys that others left in its keyrings"},
    {"mount", "makes mounts, by which paths name other files"},
    {"mount_setattr", "changes mounts, read-only ones included"},
    {"move_mount", "moves mounts, by which paths name other files"},
    {"open_by_handle_at", "opens files by handle, not by path"},
    {"open_tree", "makes mounts, by which paths name other files"},
    {"open_tree_attr", "changes mounts, read-only ones included"},
    {"perf_event_open", "observes other processes through the kernel"},
    {"pidfd_getfd", "takes other processes' descriptors"},
    {"pivot_root", "changes the files that paths name"},
    {"process_vm_readv", "reads other processes' memory"},
    {"process_vm_writev", "writes other processes' memory"},
    {"ptrace", "controls other processes, whose calls are then its own"},
    {"setns", "enters namespaces that its rules do not know"},
    {"unshare", "makes user namespaces, in which it has capabilities"},
    {"userfaultfd", "stops the kernel in the middle of a copy"},
}};

// Calls that do the same, each group ended by an empty name: where `otherwise`
// allows, a denial of one is worth nothing without the others.
inline constexpr std::array<std::array<std::string_view, 6>, 15> kSameDeed = {{
    {"chmod", "fchmod", "fchmodat", "fchmodat2"},
    {"chown", "fchown", "fchownat", "lchown"},
    {"execve", "execveat"},
    {"finit_module", "init_module"},
    {"clone", "clone3", "fork", "vfork"},
    {"creat", "open", "openat", "openat2"},
    {"kill", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
     "tgkill", "tkill"},
    {"link", "linkat"},
    {"mkdir", "mkdirat"},
    {"mknod", "mknodat"},
    {"mount", "move_mount"},
    {"mprotect", "pkey_mprotect"},
    {"rename", "renameat", "renameat2"},
    {"symlink", "symlinkat"},
    {"unlink", "unlinkat"},
}};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_WAYS_AROUND_H_
