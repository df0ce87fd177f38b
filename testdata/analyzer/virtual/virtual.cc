// C++: virtual functions, constructors of globals, templates, exceptions.
#include <unistd.h>

#include <string>
#include <vector>

namespace {
struct Base {
  virtual ~Base() = default;
  virtual int Run() = 0;
};
struct Quiet : Base {
  int Run() override { return setsid(); }  // EXPECT: setsid over-approximated
};
}  // namespace

struct Loud : Base {
  int Run() override { return chdir("/"); }  // EXPECT: chdir over-approximated
};

struct Early {
  Early() { alarm(0); }  // EXPECT: alarm proved
};
static Early early;

template <class T>
T Twice(T value) {
  sync();  // EXPECT: sync proved
  return value + value;
}

int main(int argc, char**) {
  std::vector<std::string> names{"a"};
  Quiet quiet;
  Loud loud;
  Base* base = argc > 1 ? static_cast<Base*>(&quiet) : &loud;
  if (names.size() > 1) throw argc;
  return base->Run() + Twice(argc);  // EXPECT-RESOLVED: indirect call
}
