"""What differs between the architectures that tables are made for."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Machine:
    name: str        # as policies call it
    folder: str      # arch/FOLDER in the kernel's source
    package: str     # Debian's headers of glibc
    headers: tuple   # folders in that package, the machine's own first
    compiler: tuple  # the command, errors unlimited
    # Macros that guard alternative definitions of a call in the kernel.
    is_set: tuple
    is_unset: tuple
    absent: tuple = ()  # headers that others have and it has not


CLONES = ("CONFIG_CLONE_BACKWARDS", "CONFIG_CLONE_BACKWARDS2",
          "CONFIG_CLONE_BACKWARDS3")

X86_64 = Machine(
    name="x86_64", folder="x86", package="libc6-dev",
    headers=("usr/include/x86_64-linux-gnu", "usr/include"),
    compiler=("gcc", "-m64", "-fmax-errors=0"),
    is_set=(), is_unset=(*CLONES, "CONFIG_X86_32"))

# arch/arm64/Kconfig selects CLONE_BACKWARDS, by which clone takes `tls` before
# `child_tidptr`.
AARCH64 = Machine(
    name="aarch64", folder="arm64", package="libc6-dev-arm64-cross",
    headers=("usr/aarch64-linux-gnu/include",),
    compiler=("clang-19", "--target=aarch64-linux-gnu", "-ferror-limit=0"),
    is_set=CLONES[:1], is_unset=(*CLONES[1:], "CONFIG_X86_32"),
    absent=("asm/prctl.h", "asm/ptrace-abi.h", "asm/mce.h"))

ALL = (X86_64, AARCH64)
