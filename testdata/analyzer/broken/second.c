int f(void) {
  int x = "text" * 2;
  return x;
