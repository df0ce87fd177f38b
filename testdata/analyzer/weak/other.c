#include <sys/mount.h>
#include <sys/swap.h>
#include <unistd.h>

int by_alias(void) { return swapoff("/n"); }     // EXPECT: swapoff
int by_definition(void) { return chroot("/n"); }  // EXPECT: chroot
int taken_alias(void) { return umount("/n"); }   // EXPECT: umount2
