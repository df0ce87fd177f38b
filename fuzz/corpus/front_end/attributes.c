0void w(char* p, unsigned long n) __attribute__((access(write_only, 1, 2)));
void w(char p[static 4], unsigned long n) {
  while (n--) *p++ = 0;
}
__attribute__((constructor)) static void c(void) {}
