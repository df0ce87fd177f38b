#include "calls.h"

F t[8] = {a, b};
int main() {
  t[two * 2 + 1] = c;
  t[5]();
  t[one]();
  for (int i = 0; i < 8; i++)
    if (t[i])
      t[i]();
}
