#ifndef VALUES_H_
#define VALUES_H_

extern int shared;
extern int changed;
extern const int constant;
extern const int twofold;
extern int common_one;
int open_shared(const char* path, int flags);
void use(const char* path);

#endif  // VALUES_H_
