"""The name service as another machine has it: with another /etc/nsswitch.conf.

    words = name_service.before(config)   # what goes before a command, so that it sees this file there
    name_service.can_be_changed()         # whether that works here

The command runs in a mount namespace of its own, without root's rights in a
user namespace, too; the machine's file stays as it is.
"""
import functools
import os
import pathlib
import subprocess
import tempfile

CONFIG = pathlib.Path("/etc/nsswitch.conf")
# As Debian's libc-bin brings it: users and groups from files, before systemd's package adds its module.
FILES_ALONE = """passwd:         files
group:          files
shadow:         files
gshadow:        files
hosts:          files dns
networks:       files
protocols:      db files
services:       db files
ethers:         db files
rpc:            db files
netgroup:       nis
"""
# Over what a symbolic link leads to, where it is one.
MOUNT = f'mount --bind "$0" {CONFIG} && exec "$@"'


def before(config):
    user = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    return ("unshare", "--mount", *user, "sh", "-c", MOUNT, str(config))


@functools.cache
def can_be_changed():
    """Not without the rights to mount, nor where there is no such file."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write("passwd: files\n")
        config.flush()
        try:
            done = subprocess.run([*before(config.name), "cmp", "-s", config.name, CONFIG], check=False,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        except OSError:
            return False
        return done.returncode == 0
