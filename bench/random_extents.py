#!/usr/bin/env python3
"""Random C functions, analyzed and run: is anything reached beyond what was
inferred?

  bench/random_extents.py --seeds 20

Each function takes a pointer and two integers, loops, tests and calls others.
What `bailey analyze` says of the pointer is held against calls with random
integers, where the memory ends, or begins, exactly there and is not writable if
it is only read. Prints what was wrong, with the seed and the function, and exits
with 1 if anything was.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# Bytes, and whether it is signed.
TYPES = {"int": (4, 1), "unsigned": (4, 0), "size_t": (8, 0), "long": (8, 1),
         "unsigned char": (1, 0), "short": (2, 1), "unsigned short": (2, 0),
         "signed char": (1, 1)}
COMPARISONS = ("<", "<=", ">", ">=", "!=", "==")
FUNCTIONS = 300

RUNNER = r"""
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "a.c"
enum { kRoom = 1 << 16, kRuns = 600 };
typedef int (*Function)(unsigned char*, unsigned long, unsigned long);
struct Row {
  const char* name;
  Function function;
  int width[2], is_signed[2];
  unsigned long bytes, factor;
  int parameter, is_only_read;
};
static const struct Row rows[] = {ROWS};
static sigjmp_buf after;
static volatile unsigned long fault;
static void on_fault(int signal, siginfo_t* info, void* context) {
  fault = (unsigned long)info->si_addr;
  siglongjmp(after, 1);
}
static unsigned long number(int width, int is_signed) {
  static const long kSpecial[] = {0,  1,  2,  3,   4,   8,   15,  16,  17, 63,
                                  64, 65, 100, 127, 128, 200, 255, 256, 300};
  const int choice = rand() % 8;
  long value = is_signed ? -(rand() % 300) : rand() % 2 ? -(rand() % 40) : rand();
  if (choice < 4) value = kSpecial[rand() % 19];
  else if (choice < 7) value = rand() % 40;
  const int rest = 64 - 8 * width;
  return is_signed ? (unsigned long)((long)((unsigned long)value << rest) >> rest)
                   : (unsigned long)value << rest >> rest;
}
int main(void) {
  const size_t guard = (size_t)1 << 29;
  unsigned char* yard = mmap(0, 2 * guard, PROT_NONE,
      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  unsigned char* room = yard + guard;
  struct sigaction action = {0};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSEGV, &action, 0);
  sigaction(SIGBUS, &action, 0);
  sigaction(SIGFPE, &action, 0);
  unsigned long runs = 0;
  int wrong = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    for (int run = 0; run < kRuns; run++) {
      const struct Row* row = &rows[i];
      unsigned long given[2], count = 0;
      for (int j = 0; j < 2; j++)
        given[j] = number(row->width[j], row->is_signed[j]);
      if (row->parameter > 0) count = given[row->parameter - 1];
      if (row->parameter > 0 && row->is_signed[row->parameter - 1] &&
          (long)count < 0)
        count = 0;
      if (count > kRoom || count * row->factor + row->bytes > kRoom) continue;
      const unsigned long bytes = count * row->factor + row->bytes;
      const unsigned long pages = (bytes + 4095) / 4096 * 4096;
      const int at_end = rand() % 2;
      unsigned char* pointer = at_end ? room + kRoom - bytes : room;
      unsigned char* first = at_end ? room + kRoom - pages : room;
      mprotect(room, kRoom, PROT_NONE);
      if (pages) mprotect(first, pages, PROT_READ | PROT_WRITE);
      for (unsigned long j = 0; j < bytes; j++)
        pointer[j] = rand() % 3 ? rand() % 6 : rand();
      if (pages && row->is_only_read) mprotect(first, pages, PROT_READ);
      runs++;
      fuel = 3000;
      fault = 0;
      if (sigsetjmp(after, 1) == 0) {
        row->function(pointer, given[0], given[1]);
      } else if (fault >= (unsigned long)yard &&
                 fault < (unsigned long)yard + 2 * guard) {
        printf("WRONG: %s(%ld, %ld): %lu bytes, reached %ld\n", row->name,
               (long)given[0], (long)given[1], bytes,
               (long)(fault - (unsigned long)pointer));
        wrong++;
        break;
      }
    }
  printf("%zu %lu %d\n", sizeof rows / sizeof *rows, runs, wrong);
  return 0;
}
"""


class Writer:
    """Writes the text of one function after the other."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.functions = {}
        self.names = 0

    def choice(self, *those):
        return self.random.choice(those)

    def number(self, names, depth=0):
        draw = self.random.random()
        if depth > 2 or draw < 0.45:
            return self.random.choice(names)
        if draw < 0.6:
            return self.constant()
        a, b = (self.number(names, depth + 1) for _ in range(2))
        return self.choice(
            f"({a} + {self.constant()})", f"({a} - {self.constant()})",
            f"({a} * {self.choice(2, 3, 4, 8)})",
            f"({a} & {self.choice(1, 7, 15, 31, 63)})",
            f"({a} / {self.choice(2, 3, 4)})",
            f"({a} % {self.choice(3, 8, 10)})",
            f"({self.random.choice(list(TYPES))})({a})",
            f"({a} < {b} ? {a} : {b})", f"({a} > {b} ? {a} : {b})",
            f"({a} + {b})", f"({a} - {b})", f"({a} >> {self.choice(1, 2)})")

    def constant(self):
        return str(self.choice(0, 1, 1, 2, 3, 4, 7, 8, 15, 16, 31, 64, 100))

    def test(self, names):
        return (f"{self.number(names)} {self.random.choice(COMPARISONS)} "
                f"{self.number(names)}")

    def access(self, names):
        at = (self.random.choice(names) if self.random.random() < 0.6
              else self.number(names))
        size = self.random.choice(names)
        return self.choice(
            f"s += p[{at}];", f"s += p[{at}];", f"p[{at}] = 1;",
            f"memset(p + {at}, 1, (size_t)({self.number(names)}) & 255);",
            f"if ({size} >= 0 && {size} < 5000) memset(p, 1, {size});",
            f"s += ((const unsigned short*)p)[{at}];", f"s += *(p + {at});",
            f"memcpy(own, p, (size_t)({at}) & 63);")

    def name(self):
        self.names += 1
        return f"v{self.names}"

    def loop(self, names, depth):
        i = self.name()
        kind = self.random.choice(list(TYPES))
        last = self.number(names)
        body = "if (--fuel < 0) return s;\n" + self.block(names + [i] * 3,
                                                          depth + 1)
        down = self.random.choice(names)
        return self.choice(
            f"for ({kind} {i} = {self.choice('0', '0', '1', '5')}; {i} "
            f"{self.choice('<', '<', '<=', '!=')} {last}"
            f"{self.choice('', '', f' && p[{i}] != 3', ' && s < 5000')}; "
            f"{i} += {self.choice(1, 1, 2, 3)}) {{\n{body}}}",
            f"for ({kind} {i} = {down}; {i}-- > 0;) {{\n{body}}}",
            f"{kind} {i} = 0;\ndo {{\n{body}}} while (++{i} < {last});",
            f"for ({kind} {i} = {down} - 1; {i} >= 1; --{i}) {{\n{body}}}")

    def statement(self, names, depth):
        draw = self.random.randrange(11)
        if draw < 3:
            return self.access(names)
        if draw < 5:
            return f"if ({self.test(names)}) return s;"
        if draw == 5:
            return (f"if ({self.test(names)}{self.choice(' && ', ' || ')}"
                    f"{self.test(names)}) {{\n{self.block(names, depth + 1)}}}")
        if draw < 9 and depth < 3:
            return self.loop(names, depth)
        if draw == 9:
            return (f"for (unsigned char* q = p, *end = p + "
                    f"{self.random.choice(names)}; q < end; q += "
                    f"{self.choice(1, 1, 2)}) {{ if (--fuel < 0) return s; "
                    f"s += *q; }}")
        if self.functions:
            return (f"if (--fuel > 0) s += "
                    f"{self.random.choice(list(self.functions))}"
                    f"(p{self.choice('', '', ' + 1')}, {self.number(names)}, "
                    f"{self.number(names)});")
        return ";"

    def block(self, names, depth):
        return "".join(self.statement(names, depth) + "\n"
                       for _ in range(self.random.randint(1, 3)))

    def program(self):
        text = ("#include <stddef.h>\n#include <string.h>\n"
                "static unsigned char own[64];\nint fuel;\n")
        for index in range(FUNCTIONS):
            n, m = (self.random.choice(list(TYPES)) for _ in range(2))
            text += (f"int f{index}(unsigned char* p, {n} n, {m} m) {{\n"
                     f"int s = 0;\n{self.block(['n', 'n', 'n', 'm'], 0)}"
                     f"return s;\n}}\n")
            self.functions[f"f{index}"] = (TYPES[n], TYPES[m])
        return text


def rows_of(flow, functions):
    for function in flow["functions"]:
        if function["id"] not in functions:
            continue
        said = function["parameters"][0]["inferred"]
        if said["kind"] not in ("constant", "parameter", "nothing"):
            continue
        (a, is_a_signed), (b, is_b_signed) = functions[function["id"]]
        is_only_read = int(said["access"] in ("read_only", "none"))
        name = function["id"]
        yield (f'{{"{name}", (Function){name}, {{{a}, {b}}}, '
               f'{{{is_a_signed}, {is_b_signed}}}, {said["bytes"]}, '
               f'{said["factor"]}, {said["parameter"]}, {is_only_read}}}')


def run(seed, bailey, folder):
    writer = Writer(seed)
    sources = {"a.c": writer.program(), "main.c": "int main(void) { return 0; }\n"}
    for name, text in sources.items():
        (folder / name).write_text(text)
    commands = [{"directory": str(folder), "file": name,
                 "arguments": ["cc", "-w", "-c", name]} for name in sources]
    (folder / "compile_commands.json").write_text(json.dumps(commands))
    subprocess.run([bailey, "analyze", "-p", folder, "--no-cache", "--quiet",
                    "--flow", folder / "flow.json"] +
                   [folder / name for name in sources], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    flow = json.loads((folder / "flow.json").read_text())
    rows = ",\n".join(rows_of(flow, writer.functions))
    (folder / "run.c").write_text(RUNNER.replace("ROWS", rows))
    subprocess.run(["cc", "-O0", "-w", "-o", folder / "run", folder / "run.c"],
                   check=True)
    lines = subprocess.run([folder / "run"], stdout=subprocess.PIPE, text=True,
                           check=True, timeout=600).stdout.splitlines()
    for line in lines[:-1]:
        print(f"seed {seed}: {line}")
    return [int(each) for each in lines[-1].split()]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--bin", type=pathlib.Path,
                        default=ROOT / "build/dev/bin",
                        help="folder of bailey-analyze")
    arguments = parser.parse_args()
    totals = [0, 0, 0]
    for seed in range(arguments.first, arguments.first + arguments.seeds):
        with tempfile.TemporaryDirectory() as folder:
            counts = run(seed, arguments.bin.resolve() / "bailey-analyze",
                         pathlib.Path(folder))
        totals = [a + b for a, b in zip(totals, counts)]
    print(f"{arguments.seeds * FUNCTIONS} functions, of {totals[0]} the extent "
          f"was inferred; {totals[1]} calls, {totals[2]} wrong")
    return 1 if totals[2] else 0


if __name__ == "__main__":
    sys.exit(main())
