1struct A{virtual ~A(){} virtual int f(){return 1;
}
}
;
struct B : A {
  int f() override { throw 1; }
};
int main() {
  A* a = new B;
  try {
    return a->f();
  } catch (int) {
    delete a;
  }
}
