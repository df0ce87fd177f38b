// The same object as an `int` elsewhere.

extern unsigned char no_extern_of_other_type[4];
extern int yes_extern_read;

int other(void) {
  no_extern_of_other_type[1] = 1;
  return yes_extern_read;
}

extern const int no_const_elsewhere;
void set_const_elsewhere(int *place) { *place = 2; }
void write_const_elsewhere(void) {
  set_const_elsewhere((int *)&no_const_elsewhere);
}
