0__asm__(".globl g");
long f(long n) {
  long r;
  __asm__ volatile("syscall" : "=a"(r) : "a"(n) : "rcx", "r11", "memory");
  return r;
}
int g(void) __attribute__((alias("h")));
int h(void) {
  static int n;
  return ++n;
}
