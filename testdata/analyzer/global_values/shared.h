struct row {
  const char *name;
  int (*call)(int);
  unsigned char bytes[8];
  int number;
  int enabled;
};
enum mood { WILD, MILD };

int minus(int a);
void fill(struct row *row);
void share(int given);
extern long n2_shared;
extern int n0_shared;
