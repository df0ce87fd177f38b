#include "shared.h"

int minus(int a) { return a - 1; }
void fill(struct row *row) { row->number = 9; }
void share(int given) {
  n2_shared = 0;
  n0_shared = given;
}
