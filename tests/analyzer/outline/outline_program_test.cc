// Awkward code, outlined: the program does what it did.
#include "analyzer/outline/outline_program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/outline/outline_case.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kMacros = R"(
#define LESSER(a, b) ((a) < (b) ? (a) : (b))
#define TWICE(f) do { f; f; } while (0)
)";

struct Awkward {
  const char* name;
  size_t parts;
  const char* body;  // of main
};

class AwkwardCodeTest : public ::testing::TestWithParam<Awkward> {};

TEST_P(AwkwardCodeTest, DoesWhatItDid) {
  OutlineCase program(std::string(kMacros) +
                      "int main(int argc, char **argv) {\n" + GetParam().body +
                      "\n}\n");
  ASSERT_EQ(program.OutlineAll(8), GetParam().parts) << program.problems();
  const std::string before = program.Run();
  EXPECT_THAT(before, Not(StartsWith("!")));
  EXPECT_EQ(program.RunOutlined(), before) << program.outlined();
  EXPECT_EQ(program.RunPoisoned(), before) << program.outlined();
  EXPECT_THAT(program.Rest(), Not(HasSubstr("secret_"))) << program.outlined();
}

INSTANTIATE_TEST_SUITE_P(
    All, AwkwardCodeTest,
    ::testing::Values(Awkward{"OnePartKeepsItsLocals", 1, R"(
  unsigned char key[16];
  unsigned sum;
  secret_fill(key, sizeof key);
  sum = tell(key, sizeof key);
  show("sum", sum);
  return sum == 0;)"},
                      Awkward{"SeveralPartsShareAKey", 3, R"(
  unsigned char key[16];
  secret_fill(key, sizeof key);
  for (int i = 0; i < 3; ++i) {
    show("i", i);
    flip(key, sizeof key, (unsigned)i, (unsigned)i);
    unsigned sum = tell(key, sizeof key);
    show("sum", sum);
  }
  show("size", sizeof key);
  memset(key, 0, sizeof(key));
  return 0;)"},
                      Awkward{"AConditionIsHandedBack", 2, R"(
  unsigned char key[8];
  int wanted = 5;
  if (secret_open(key, sizeof key, wanted) != 5) {
    show("no key", 1);
    return 3;
  } else if (argc > 100 || tell(key, 8) % 2 == 7) {
    return 4;
  }
  show("done", wanted);
  return 0;)"},
                      Awkward{"AConditionAfterStatements", 1, R"(
  unsigned char key[8];
  int fine = secret_open(key, sizeof key, 2);
  if (fine < 0 && tell(key, 8) == 0) return 9;
  show("fine", fine);
  return 0;)"},
                      Awkward{"AWholeLoopMoves", 2, R"(
  unsigned char key[8];
  unsigned n = 0;
  unsigned c;
  memset(key, 0, sizeof key);
  while ((c = secret_number()) % 16 != 3 && n < 9) {
    if (c % 5 == 0) continue;
    flip(key, sizeof key, n++, c);
    for (int i = 1; i < 8; ++i) key[i] += key[c % 8];
  }
  show("n", (long)n);
  show("sum", tell(key, 8));
  return 0;)"},
                      Awkward{"AConditionOfALoopThatIsLeft", 3, R"(
  unsigned char key[4];
  secret_fill(key, 4);
  int turns = 0;
  while (tell(key, 4) % 7 != 1) {
    if (++turns > 20) return 3;
    secret_fill(key, 4);
  }
  show("turns", turns);
  return 0;)"},
                      Awkward{"SwitchAndReturnValues", 3, R"(
  unsigned char key[4];
  secret_fill(key, 4);
  show("begin", 0);
  switch (tell(key, 4) % 3) {
    case 0: show("zero", 0); break;
    case 1: show("one", 1);
    default: show("more", 2);
  }
  return tell(key, 4) % 100;)"},
                      Awkward{"LocalsOfALoopBeginAnew", 2, R"(
  for (int i = 0; i < 3; ++i) {
    unsigned char key[4] = {1, 2};
    key[3] ^= (unsigned char)secret_number();
    unsigned sum = tell(key, 4);
    show("sum", sum);
    unsigned char copy[4] = "abc";
    memcpy(copy, key, 2);
    show("copy", tell(copy, sizeof copy));
  }
  return 0;)"},
                      Awkward{"ValuesThatComeOut", 1, R"(
  unsigned char key[4];
  int before = 4;
  secret_fill(key, 4);
  const unsigned sum = tell(key, 4);
  const int more = before + (int)(sum % 7);
  unsigned char tag[6] = {9, 9};
  tell_into(key, 4, tag, 5);
  struct pair p = {(int)(tell(key, 4) % 50), {1, 2, 3}, 4};
  double half = tell(key, 2) / 2.0;
  show("sum", sum); show("more", more); show("p", p.a + p.b[2] + p.c);
  for (int i = 0; i < 6; ++i) show("tag", tag[i]);
  printf("%f\n", half);
  return 0;)"},
                      Awkward{"StructuresAndArraysArePassed", 4, R"(
  struct pair p = {1, {2, 3, 4}, 5};
  int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
  short row[4] = {1, 2, 3, 4};
  enum mood mood = kCalm;
  unsigned char key[4];
  secret_fill(key, 4);
  show("begin", 1);
  p.a += key[0] == tell(key, 1) ? 2 : 3;
  bump(&p);
  grid[1][2] = (int)tell(key, 4) % 9 + grid[0][1] + (int)(sizeof grid / sizeof grid[0]);
  row[1] = (short)(sizeof row + sizeof(row) / sizeof *row + key[1] % 1);
  mood = tell(key, 4) % 2 ? kTense : kCalm;
  show("p", p.a); show("c", p.c); show("grid", grid[1][2]); show("row", row[1]); show("mood", mood);
  return 0;)"},
                      Awkward{"NamesThatHideOthers", 3, R"(
  int x = 1;
  {
    int y = x;
    unsigned char key[4];
    secret_fill(key, 4);
    { int x = 5 + (int)tell(key, 4) % 3; y += x; { unsigned key = (unsigned)x; y += (int)key; } }
    x += y;
    key[0] = 0;
  }
  show("x", x);
  return 0;)"},
                      Awkward{"MacrosInAPart", 1, R"(
  unsigned char key[4];
  int n = 3;
  secret_fill(key, LESSER(sizeof key, (size_t)n));
  n = LESSER((int)(tell(key, 3) % 10), n);
  TWICE(note(&n); key[0]++);
  show("n", n);
  return 0;)"},
                      Awkward{"AnAddressThatIsKept", 2, R"(
  int x = 4;
  unsigned char key[4];
  kept = &x;
  secret_fill(key, 4);
  x += (int)(tell(key, 4) % 5);
  *kept += x;
  note(&x);
  x += *kept;
  key[0] = 0;
  show("x", x);
  return 0;)"},
                      Awkward{"AnAddressThatIsKeptOfWhatIsOnlyRead", 1, R"(
  int x = 4, y = 0;
  unsigned char key[4];
  kept = &x;
  secret_fill(key, 4);
  *kept += 2;
  y = x + (int)(tell(key, 4) % 5);
  show("y", y);
  return 0;)"},
                      Awkward{"AStaticKey", 2, R"(
  static unsigned char key[4] = {1, 2, 3};
  static int turns = 2;
  key[3] = (unsigned char)secret_number();
  show("turns", turns++);
  show("sum", tell(key, sizeof key));
  return turns;)"},
                      Awkward{"ShortCircuitsAndCommas", 2, R"(
  unsigned char key[4];
  int calls = 0;
  secret_fill(key, 4);
  show("begin", argc);
  int r = argc > 5 && (calls++, tell(key, 4)) ? 1 : (calls += 2, (int)(tell(key, 4) % 3));
  show("calls", calls); show("r", r);
  return 0;)"},
                      Awkward{"JumpsBesideTheParts", 3, R"(
  unsigned char key[4];
  int tries = 0;
again:
  secret_fill(key, 4);
  if (++tries < 3) goto again;
  unsigned sum = tell(key, 4);
  if (sum == 1) goto out;
  show("sum", sum);
out:
  key[0] = 0;
  return tries;)"},
                      Awkward{"SeveralDeclaratorsAtOnce", 1, R"(
  int one = 1, two;
  unsigned char key[4], tag[4] = {5, 6, 7, 8}, other[2];
  unsigned s = secret_number(), t = tell_number(s), u;
  u = t + 1;
  s ^= u;
  tell_into((unsigned char *)&s, sizeof s, tag, sizeof tag);
  two = one + tag[1];
  show("two", two); show("t", t); show("u", u);
  memset(other, 1, sizeof other);
  return other[1];)"},
                      Awkward{"PointersToASecret", 2, R"(
  unsigned char room[8], *key = room + 2, *end;
  secret_fill(key, 4);
  end = room + 6;
  show("begin", 0);
  memset(room, 3, 2);
  unsigned sum = 0;
  sum += tell(&room[3], 1) + (key < end);
  sum += tell(key, 4);
  show("sum", sum);
  return 0;)"},
                      Awkward{"CallsByPointer", 1, R"(
  unsigned (*teller)(const unsigned char *, size_t) = tell;
  unsigned char key[4];
  secret_fill(key, 4);
  unsigned sum = tell(key, 4);
  show("sum", sum);
  return teller == 0;)"},
                      Awkward{"TypesOfEachKind", 1, R"(
  unsigned char key[4];
  _Bool fine = 0; float f = 1.5f; long long big = 1LL << 40;
  unsigned char letters[] = "some";
  secret_fill(key, sizeof key);
  fine = tell(key, 4) != 1;
  f += (float)(tell(key, 4) % 3) + letters[1];
  big += tell(key, 4);
  show("fine", fine); printf("%f %lld\n", (double)f, big);
  return 0;)"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(OutlineProgramTest, AnotherFunctionThanMain) {
  OutlineCase program(R"(
int work(int turn) {
  unsigned char key[4];
  secret_fill(key, 4);
  show("turn", turn);
  key[0] ^= (unsigned char)turn;
  return (int)(tell(key, 4) % 100);
}
int main(void) { return (work(1) + work(2)) % 50; }
)",
                      "work");
  ASSERT_EQ(program.OutlineAll(4), 2u) << program.problems();
  EXPECT_THAT(program.Run(), Not(StartsWith("!")));
  EXPECT_EQ(program.RunOutlined(), program.Run()) << program.outlined();
}

TEST(OutlineProgramTest, LinesAndFilesStay) {
  OutlineCase program(R"(
int main(void) {
  unsigned char key[4];
  secret_fill(key, 4); show("line", __LINE__);
  if (__builtin_expect(tell(key, 4) == (unsigned)__LINE__,
                       0))
    return 1;
  show("line",
       __LINE__);
  return 0;
}
)");
  ASSERT_EQ(program.OutlineAll(4), 2u) << program.problems();
  EXPECT_EQ(program.RunOutlined(), program.Run()) << program.outlined();
}

// What the trusted side keeps has no copy in what is left.
TEST(OutlineProgramTest, NothingOfTheKeyStays) {
  OutlineCase program(R"(
int main(void) {
  unsigned char key[4], copy[4];
  secret_fill(key, 4);
  memcpy(copy, key, 4);
  show("begin", 0);
  show("sum", tell(copy, 4));
  return 0;
}
)");
  ASSERT_EQ(program.OutlineAll(4), 2u) << program.problems();
  EXPECT_THAT(program.Rest(), Not(HasSubstr("copy"))) << program.outlined();
  EXPECT_THAT(program.outlined(),
              HasSubstr("static unsigned char main_copy[4];"));
}

TEST(OutlineProgramTest, ExtentsAreDeclared) {
  OutlineCase program(R"(
int main(void) {
  unsigned char key[4], tag[6];
  struct pair p = {1, {2}, 3};
  int n = 2;
  secret_fill(key, 4);
  show("begin", n);
  tell_into(key, 4, tag, sizeof tag);
  key[0] ^= (unsigned char)(p.a + n);
  show("tag", tag[1]);
  return 0;
}
)");
  ASSERT_TRUE(program.Outline({"first", "second"})) << program.problems();
  const std::string& text = program.outlined();
  EXPECT_THAT(text, HasSubstr("__attribute__((access(write_only, 1)))"));
  EXPECT_THAT(text, HasSubstr("__attribute__((access(read_only, 2)))"));
  EXPECT_THAT(text, HasSubstr("static void second(unsigned char tag[static 6], "
                              "const struct pair *p, int n)"));
}

}  // namespace
}  // namespace bailey::analyzer
