// Ways out of inline assembly, and what stays in it.
#include <sys/swap.h>
#include <sys/mount.h>
#include <unistd.h>

static int state;

__attribute__((used)) static void jumped_to(void) { (void)swapoff("/n"); }  // EXPECT: swapoff over-approximated
__attribute__((used)) void named_at_file_level(void) { (void)umount("/n"); }  // EXPECT: umount2 over-approximated
__asm__(".section .init\n call named_at_file_level\n .text");

static void branch(void) {
  __asm__ volatile("test %eax, %eax; jz jumped_to");  // EXPECT-UNRESOLVED: inline assembly
}
static void far_return(void) {
  __asm__ volatile("lretq");  // EXPECT-UNRESOLVED: inline assembly
}
static void spelled(void) {
  __asm__ volatile(".LONG 0x050f");  // EXPECT-UNRESOLVED: inline assembly
}
static void old_entry(void) {
  __asm__ volatile("int $0x80" ::"a"(20));  // EXPECT-UNRESOLVED: inline assembly
}
static int harmless(int x) {
  __asm__ volatile("1: dec %0\n\tjnz 1b\n\tmovl $1, state(%%rip)" : "+r"(x));
  return state;
}

int main(int argc, char** argv) {
  (void)argv;
  branch();
  far_return();
  spelled();
  old_entry();
  return harmless(argc);
}
