// Landlock's rights, as every part of Bailey names them. Debian 12's headers
// know ABI 2, kernels go on; the constants here are ours, for ABI 1 to 7.
//
//   uint64_t handled = LandlockHandledFs(abi);  // what a ruleset must handle
//   uint64_t rights = LandlockRightsFor({.read = true, .hierarchy = true});
//   rule.allowed_access = rights & handled;     // the kernel refuses the
//   others
//
// Sources: include/uapi/linux/landlock.h and
// Documentation/userspace-api/landlock.rst of Linux 5.13 to 6.15. An ABI above
// the newest known one is used as that one: the kernel keeps old masks valid.

#ifndef BAILEY_COMMON_LANDLOCK_H_
#define BAILEY_COMMON_LANDLOCK_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace bailey {

inline constexpr int kNewestLandlockAbi = 7;

// Rights on files: LANDLOCK_ACCESS_FS_*.
inline constexpr uint64_t kLandlockExecute = 1u << 0;
inline constexpr uint64_t kLandlockWriteFile = 1u << 1;
inline constexpr uint64_t kLandlockReadFile = 1u << 2;
inline constexpr uint64_t kLandlockReadDir = 1u << 3;
inline constexpr uint64_t kLandlockRemoveDir = 1u << 4;
inline constexpr uint64_t kLandlockRemoveFile = 1u << 5;
inline constexpr uint64_t kLandlockMakeChar = 1u << 6;
inline constexpr uint64_t kLandlockMakeDir = 1u << 7;
inline constexpr uint64_t kLandlockMakeReg = 1u << 8;
inline constexpr uint64_t kLandlockMakeSock = 1u << 9;
inline constexpr uint64_t kLandlockMakeFifo = 1u << 10;
inline constexpr uint64_t kLandlockMakeBlock = 1u << 11;
inline constexpr uint64_t kLandlockMakeSym = 1u << 12;
inline constexpr uint64_t kLandlockRefer = 1u << 13;     // ABI 2
inline constexpr uint64_t kLandlockTruncate = 1u << 14;  // ABI 3
inline constexpr uint64_t kLandlockIoctlDev = 1u << 15;  // ABI 5

// Rights on TCP ports: LANDLOCK_ACCESS_NET_*, ABI 4.
inline constexpr uint64_t kLandlockBindTcp = 1u << 0;
inline constexpr uint64_t kLandlockConnectTcp = 1u << 1;

// What may not leave the domain: LANDLOCK_SCOPE_*, ABI 6.
inline constexpr uint64_t kLandlockScopeAbstractUnixSocket = 1u << 0;
inline constexpr uint64_t kLandlockScopeSignal = 1u << 1;

// Flags of landlock_restrict_self: LANDLOCK_RESTRICT_SELF_*, ABI 7.
inline constexpr uint32_t kLandlockLogSameExecOff = 1u << 0;
inline constexpr uint32_t kLandlockLogNewExecOn = 1u << 1;
inline constexpr uint32_t kLandlockLogSubdomainsOff = 1u << 2;

// The rights that a rule on a file, not a directory, may hold: with another the
// kernel refuses the rule (ACCESS_FILE in security/landlock/fs.c).
inline constexpr uint64_t kLandlockFileRights =
    kLandlockExecute | kLandlockWriteFile | kLandlockReadFile |
    kLandlockTruncate | kLandlockIoctlDev;

struct LandlockRight {
  uint64_t bit;
  std::string_view name;  // as the kernel's documentation spells it
  int since_abi;
};

inline constexpr std::array<LandlockRight, 16> kLandlockFsRights = {{
    {kLandlockExecute, "execute", 1},
    {kLandlockWriteFile, "write_file", 1},
    {kLandlockReadFile, "read_file", 1},
    {kLandlockReadDir, "read_dir", 1},
    {kLandlockRemoveDir, "remove_dir", 1},
    {kLandlockRemoveFile, "remove_file", 1},
    {kLandlockMakeChar, "make_char", 1},
    {kLandlockMakeDir, "make_dir", 1},
    {kLandlockMakeReg, "make_reg", 1},
    {kLandlockMakeSock, "make_sock", 1},
    {kLandlockMakeFifo, "make_fifo", 1},
    {kLandlockMakeBlock, "make_block", 1},
    {kLandlockMakeSym, "make_sym", 1},
    {kLandlockRefer, "refer", 2},
    {kLandlockTruncate, "truncate", 3},
    {kLandlockIoctlDev, "ioctl_dev", 5},
}};

// All rights on files that an ABI knows. A ruleset handles all of them: what it
// does not handle is allowed. 0 for an ABI below 1: no Landlock.
constexpr uint64_t LandlockHandledFs(int abi) {
  uint64_t handled = 0;
  for (const LandlockRight& right : kLandlockFsRights) {
    if (right.since_abi <= abi) handled |= right.bit;
  }
  return handled;
}

constexpr uint64_t LandlockHandledNet(int abi) {
  return abi >= 4 ? kLandlockBindTcp | kLandlockConnectTcp : 0;
}

constexpr uint64_t LandlockScoped(int abi) {
  return abi >= 6 ? kLandlockScopeAbstractUnixSocket | kLandlockScopeSignal : 0;
}

// What a file rule of a policy grants.
struct LandlockGrant {
  bool read = false;
  bool write = false;
  bool execute = false;
  bool hierarchy = false;  // a directory and all below; else one file
};

// The rights of a grant, of the newest ABI; intersect with LandlockHandledFs.
//
//   read     read files, list directories
//   write    write and truncate files; below a directory also create, remove,
//            rename and link files, directories, symbolic links, FIFOs and
//            sockets. Device nodes are never created.
//   execute  execute; reading too, since the kernel opens a program for reading
//            when it executes it. Directories are not listed.
//
// Nobody is granted ioctl on devices.
constexpr uint64_t LandlockRightsFor(const LandlockGrant& grant) {
  uint64_t rights = 0;
  if (grant.read) rights |= kLandlockReadFile | kLandlockReadDir;
  if (grant.execute) rights |= kLandlockExecute | kLandlockReadFile;
  if (grant.write) {
    rights |= kLandlockWriteFile | kLandlockTruncate | kLandlockRemoveDir |
              kLandlockRemoveFile | kLandlockMakeDir | kLandlockMakeReg |
              kLandlockMakeSock | kLandlockMakeFifo | kLandlockMakeSym |
              kLandlockRefer;
  }
  return grant.hierarchy ? rights : rights & kLandlockFileRights;
}

// "read_file, read_dir"; bits that no ABI here knows are left out.
inline std::string LandlockRightNames(uint64_t rights) {
  std::string names;
  for (const LandlockRight& right : kLandlockFsRights) {
    if ((rights & right.bit) == 0) continue;
    if (!names.empty()) names += ", ";
    names += right.name;
  }
  return names;
}

}  // namespace bailey

#endif  // BAILEY_COMMON_LANDLOCK_H_
