// Code that stands in data: nobody has read it.
typedef int (*Code)(void);
static const unsigned char kReturn[] __attribute__((section(".text#"))) = {
    0xc3};

static int run(Code code) {
  return code();  // EXPECT-UNRESOLVED: indirect call
}

int main(void) {
  ((Code)kReturn)();  // EXPECT-UNRESOLVED: indirect call
  return run((Code)kReturn);
}
