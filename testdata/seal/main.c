/* The command line. */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "seal.h"

static void ends usage(const char* why) {
  fprintf(stderr,
          "%s\nusage: seal -G [-n] -s KEY | -S [-w] -s KEY -m MESSAGE -x OUT | "
          "-U -x WRAPPED\n",
          why);
  exit(2);
}

struct options {
  int verb, none, wrapped;
  const char *key, *message, *out;
};

static void generate(const struct options* o) {
  if (!o->key) usage("must specify a key");
  make_key(o->key, o->none ? 0 : 42);
}

static void sign(const struct options* o) {
  if (!o->key || !o->message || !o->out)
    usage("must specify a key, a message and a seal");
  printf("sealing %s\n", o->message);
  seal(o->key, o->message, o->out, o->wrapped);
  printf("sealed\n");
}

static void undo(const struct options* o) {
  if (!o->out) usage("must specify what to unwrap");
  unwrap(o->out);
}

static const struct {
  int verb;
  void (*run)(const struct options*);
} kVerbs[] = {{'G', generate}, {'S', sign}, {'U', undo}};

int main(int argc, char** argv) {
  struct options o = {0, 0, 0, NULL, NULL, NULL};
  int letter;
  /* The seal may go to standard output, too, and past this buffer. */
  if (setvbuf(stdout, NULL, _IOLBF, 0) != 0) err(1, "setvbuf");
  while ((letter = getopt(argc, argv, "GSUnwm:s:x:")) != -1) {
    switch (letter) {
      case 'n':
        o.none = 1;
        break;
      case 'w':
        o.wrapped = 1;
        break;
      case 'm':
        o.message = optarg;
        break;
      case 's':
        o.key = optarg;
        break;
      case 'x':
        o.out = optarg;
        break;
      case '?':
        usage("what is that?");
      default:
        o.verb = letter;
    }
  }
  for (size_t i = 0; i < sizeof kVerbs / sizeof kVerbs[0]; ++i) {
    if (kVerbs[i].verb != o.verb) continue;
    kVerbs[i].run(&o);
    return 0;
  }
  usage("must specify what to do");
}
