/* Another structure of the same name, which the linker never sees. */
struct key {
  long number;
  void (*act)(void);
};
long twin_number(struct key *k) { return k->number; }
