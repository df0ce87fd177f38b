struct command {
  const char *name;
  int (*run)(int);
};

int keeper_open(int seed);
int keeper_tag(int number);
int keeper_count(int number);
