// Stands where a real program was while its tests run: runs other words, the
// program at their end, with the arguments that it got.
//
// cc -DWORDS='"under_filter", "filter.bpf", "/real/tar"' wrapper.c
//
// A shell's script would need a descriptor of its own, which tests that close
// theirs or limit their number do not leave it. A word that ends in `/$$` has
// the process's number there; `$0` is the name that it was called by.

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// How suites.py knows it.
const char kMark[] = "bailey's bench stands here for the program";

static char* kWords[] = {WORDS};
enum { kCount = sizeof(kWords) / sizeof(kWords[0]) };

static char* WithNumber(char* word) {
  static char number[4096];
  const size_t length = strlen(word);
  if (length < 3 || strcmp(word + length - 3, "/$$") != 0) return word;
  snprintf(number, sizeof(number), "%.*s/%ld", (int)(length - 3), word,
           (long)getpid());
  return number;
}

int main(int argc, char** argv) {
  char** command = calloc(kCount + (size_t)argc + 1, sizeof(char*));
  if (command == NULL || kMark[0] == '\0') return 125;
  for (int i = 0; i < kCount; ++i) {
    command[i] = strcmp(kWords[i], "$0") == 0 ? argv[0] : WithNumber(kWords[i]);
  }
  for (int i = 1; i < argc; ++i) command[kCount + i - 1] = argv[i];
  execvp(command[0], command);
  fprintf(stderr, "wrapper: cannot run `%s`: %s\n", command[0],
          strerror(errno));
  return 127;
}
