extern _Bool strict;
extern unsigned char salt[16];
extern long offset;
extern double scale;
enum mood { CALM, LOUD };

void log_setup(int level, enum mood how);
void log_line(const char *text);
int keeper_open(int seed);
int keeper_work(int number);
int keeper_count(int number, long count[static 1]);
