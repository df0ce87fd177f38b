// The same object as an `int` elsewhere.

extern unsigned char no_extern_of_other_type[4];
extern int yes_extern_read;

int other(void) {
  no_extern_of_other_type[1] = 1;
  return yes_extern_read;
}
