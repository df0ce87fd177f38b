struct row {
  const char *name;
  unsigned (*mix)(unsigned, unsigned);
  unsigned char scratch[8];
  int rounds;
  const char *label;
  int enabled;
};

extern struct row rows[];
extern unsigned (*chosen_mix)(unsigned, unsigned);
extern int chosen_rounds;
extern const char *chosen_label;
extern unsigned char *chosen_scratch;

unsigned twice(unsigned sum, unsigned number);
int table_select(const char *name);
void table_tune(struct row *row);
int keeper_open(unsigned seed);
int keeper_tag(unsigned number);
