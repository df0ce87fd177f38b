#include "calls.h"

int main() {
  F f = b, g = a;
  char* copy = strdup((char*)&f);
  if (one) {
    g = 0;
    strcpy((char*)&g, copy);
  }
  g();
}
