#include "tests/analyzer/outline/random_program.h"

#include <random>
#include <vector>

namespace bailey::analyzer {
namespace {

// Public: p0 to p3, q[4], t, tag[5]. Secret: k0[6], k1[9], s0, s1.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  std::string Write() {
    Line("int p0 = 1, p1 = 2; unsigned p2 = 3; short p3 = 4;");
    Line("int q[4] = {1, 2, 3, 4}; struct pair t = {1, {2, 3, 4}, 5};");
    Line("unsigned char tag[5] = {0};");
    Line("unsigned char k0[6], k1[9] = {7};");
    Line("unsigned s0 = secret_number(), s1;");
    Line("s1 = s0 + 1; secret_fill(k0, sizeof k0); secret_fill(k1, 3);");
    Block(9, 0);
    Show();
    Line("return (int)(tell(k1, 9) % 90);");
    return "int main(int argc, char **argv) {\n" + text_ + "}\n";
  }

 private:
  unsigned Pick(unsigned below) {
    return static_cast<unsigned>(random_() % below);
  }
  std::string One(const std::vector<std::string>& all) {
    return all[Pick(static_cast<unsigned>(all.size()))];
  }
  void Line(const std::string& line) { text_ += "  " + line + "\n"; }

  void Show() {
    Line("printf(\"%d %d %u %d\", p0, p1, p2, p3);");
    Line("for (int i = 0; i < 4; ++i) printf(\" %d %u\", q[i], tag[i]);");
    Line("printf(\" %d %u\\n\", t.a, t.c);");
  }

  std::string Public() {
    return One({"p0 % 7", "p1 % 5", "(int)(p2 % 9)", "p3 % 3", "q[p2 % 4] % 11",
                "t.b[1]", "(int)t.c", "tag[2]", "argc", "(int)sizeof k0",
                "(int)(sizeof q / sizeof *q)"});
  }
  std::string Key() { return One({"k0", "k1"}); }
  std::string Number() { return One({"s0", "s1"}); }
  std::string Told() {
    const std::string key = Key();
    return One({"(int)(tell(" + key + ", sizeof " + key + ") % 13)",
                "(int)(tell_number(" + Number() + ") % 17)",
                "(tell(" + key + ", 3) % 2 ? 1 : 4)"});
  }
  std::string Condition(bool may_touch) {
    if (!may_touch) return Public() + " > " + Public();
    return One({Told() + " > " + Public(),
                Public() + " > 2 && " + Told() + " % 3 == 1",
                Told() + " % 2 || " + Public() + " < 3"});
  }

  void Block(unsigned count, int depth) {
    for (unsigned i = 0; i < count; ++i) Statement(depth);
  }

  void Statement(int depth) {
    const unsigned kinds = depth < 3 ? 19 : 12;
    switch (Pick(kinds)) {
      case 0:
        return Line("p0 = p0 % 1000 + " + Public() + ";");
      case 1:
        return Line("q[p2 % 4] += " + Public() + ";");
      case 2:
        return Line("note(&p1); p1 %= 1000;");
      case 3:
        return Line("bump(&t); t.a %= 100;");
      case 4:
        return Line(Key() + "[" + std::to_string(Pick(6)) +
                    "] ^= (unsigned char)(" + Public() + ");");
      case 5:
        return Line("p1 = " + Told() + " + " + Public() + ";");
      case 6:
        return Line(Number() + " = secret_number() ^ " + Number() + ";");
      case 7:
        return Line("q[" + std::to_string(Pick(4)) + "] = " + Told() + ";");
      case 8:
        return Line("tell_into(k1, 6, tag, sizeof tag);");
      case 9:
        return Line("t.b[" + std::to_string(Pick(3)) + "] = (unsigned char)(" +
                    Told() + ");");
      case 10:
        return Line("p3 = (short)(" + Told() + "); p2 += (unsigned)p3;");
      case 11:
        return Line("printf(\"%d;\", " + Public() + ");");
      case 12:
        return If(depth);
      case 13:
        return Loop(depth);
      case 14:
        return Scope(depth);
      case 15:
        return Switch(depth);
      case 16:
        return Line(
            "{ const int v = " + Told() +
            "; int w = v + 1; q[0] += w - v; printf(\"%d,\", v + w); }");
      case 17:
        return Line("memcpy(k0, k1, 3); secret_fill(k1 + 2, 3);");
      default:
        return Line(
            "{ unsigned char k[4] = {1, 2}; k[1] ^= k0[1]; p0 += (int)(tell(k, "
            "sizeof k) % 5); }");
    }
  }

  void If(int depth) {
    Line("if (" + Condition(Pick(2) == 0) + ") {");
    Block(1 + Pick(3), depth + 1);
    if (Pick(2) == 0) {
      Line("} else if (" + Condition(Pick(3) == 0) + ") {");
      Block(1 + Pick(2), depth + 1);
    }
    Line("}");
  }

  void Loop(int depth) {
    const std::string i = "i" + std::to_string(++names_);
    Line("for (int " + i + " = 0; " + i + " < " + std::to_string(1 + Pick(4)) +
         "; ++" + i + ") {");
    Block(1 + Pick(2), depth + 1);
    if (Pick(3) == 0)
      Line("if (" + Condition(Pick(2) == 0) + ") " +
           One({"break;", "continue;"}));
    Block(1 + Pick(2), depth + 1);
    Line("}");
  }

  // A local of the block that hides another.
  void Scope(int depth) {
    Line("{ int p0 = " + One({Public(), Told()}) + ", v = 2;");
    Block(1 + Pick(3), depth + 1);
    Line("p1 += p0 % 9 + v; }");
  }

  void Switch(int depth) {
    Line("switch (" + One({"p2 % 3", "(unsigned)" + Told() + " % 3"}) + ") {");
    Line("case 0:");
    Block(1 + Pick(2), depth + 1);
    Line(One({"break;", ";"}));
    Line("default: {");
    Block(1, depth + 1);
    Line("} }");
  }

  std::mt19937 random_;
  std::string text_;
  int names_ = 0;
};

}  // namespace

std::string RandomProgram(unsigned seed) { return Writer(seed).Write(); }

}  // namespace bailey::analyzer
