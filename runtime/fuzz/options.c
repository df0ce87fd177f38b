#define _GNU_SOURCE
#include "runtime/fuzz/options.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/fuzz/files.h"

// How processes that libFuzzer starts (-fork, -jobs, -merge) know of dummies.
#define VARIABLE "BAILEY_FUZZ_CREDENTIAL_"
#define NOWHERE "/nonexistent/bailey-fuzz"

__attribute__((noreturn, format(printf, 1, 2))) static void refuse(
    const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("bailey fuzz: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(2);
}

// Lives as long as the process.
__attribute__((format(printf, 1, 2))) static char* text(const char* format,
                                                        ...) {
  va_list arguments;
  va_start(arguments, format);
  char* made = NULL;
  const int size = vasprintf(&made, format, arguments);
  va_end(arguments);
  if (size < 0) refuse("no memory");
  return made;
}

static char* absolute(const char* path) {
  if (path[0] == '/') return text("%s", path);
  char* here = getcwd(NULL, 0);
  if (here == NULL) refuse("cannot tell the working directory");
  char* made = text("%s/%s", here, path);
  free(here);
  return made;
}

static const struct bailey_fuzz_credential* find(
    const struct bailey_fuzz_portion* portion, const char* name, size_t size) {
  for (size_t i = 0; i < portion->credential_count; ++i) {
    const struct bailey_fuzz_credential* each = &portion->credentials[i];
    if (strlen(each->name) == size && memcmp(each->name, name, size) == 0)
      return each;
  }
  refuse("portion `%s` uses no credential `%.*s`", portion->name, (int)size,
         name);
}

// NAME=file:PATH or NAME=none, kept as a variable.
static void note_credential(const struct bailey_fuzz_portion* portion,
                            const char* word) {
  const char* equals = strchr(word, '=');
  if (equals == NULL) refuse("--credential takes NAME=file:PATH or NAME=none");
  const struct bailey_fuzz_credential* credential =
      find(portion, word, (size_t)(equals - word));
  const char* value = equals + 1;
  const int is_file = strncmp(value, "file:", 5) == 0;
  if (!is_file && strcmp(value, "none") != 0)
    refuse("--credential takes NAME=file:PATH or NAME=none");
  const char* place = is_file ? absolute(value + 5) : NOWHERE;
  if (is_file && access(place, R_OK) != 0) refuse("cannot read `%s`", place);
  if (setenv(text(VARIABLE "%s", credential->name), place, 1) != 0)
    refuse("no memory");
}

// A dummy's bytes as a text; what a variable cannot hold is cut off.
static char* read_value(const char* path) {
  static char value[65536];
  FILE* file = fopen(path, "re");
  if (file == NULL) refuse("cannot read `%s`", path);
  const size_t size = fread(value, 1, sizeof value - 1, file);
  fclose(file);
  value[size] = '\0';
  return value;
}

static void put_descriptor(const char* path, int descriptor) {
  const int file = open(path, O_RDONLY);
  if (file < 0) refuse("cannot read `%s`", path);
  if (file == descriptor) return;
  if (dup2(file, descriptor) < 0)
    refuse("cannot open descriptor %d", descriptor);
  close(file);
}

static void give(const struct bailey_fuzz_portion* portion,
                 const struct bailey_fuzz_credential* credential) {
  const char* dummy = getenv(text(VARIABLE "%s", credential->name));
  if (dummy == NULL) {
    refuse(
        "portion `%s` uses credential `%s`: give a dummy of its form with "
        "--credential %s=file:PATH, or %s=none",
        portion->name, credential->name, credential->name, credential->name);
  }
  const int is_none = strcmp(dummy, NOWHERE) == 0;
  if (credential->source == BAILEY_FUZZ_FROM_FILE) {
    bailey_fuzz_redirect(credential->place, dummy);
  } else if (credential->source == BAILEY_FUZZ_FROM_DESCRIPTOR) {
    put_descriptor(is_none ? "/dev/null" : dummy, credential->descriptor);
  } else if (is_none) {
    unsetenv(credential->place);
  } else if (setenv(credential->place, read_value(dummy), 1) != 0) {
    refuse("no memory");
  }
}

static uint64_t number(const char* word) {
  char* end = NULL;
  const unsigned long long value = strtoull(word, &end, 10);
  if (*word == '\0' || *end != '\0') refuse("`%s` is no number", word);
  return value;
}

// ---- libFuzzer's arguments. ----

static int has_flag(char** words, int count, const char* flag) {
  for (int i = 1; i < count; ++i) {
    if (strncmp(words[i], flag, strlen(flag)) == 0) return 1;
  }
  return 0;
}

// Files keep their place when the directory changes.
static char* in_place(char* word) {
  static const char* const flags[] = {
      "-artifact_prefix=", "-exact_artifact_path=", "-dict="};
  if (word[0] != '-') return absolute(word);
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; ++i) {
    const size_t size = strlen(flags[i]);
    if (strncmp(word, flags[i], size) == 0)
      return text("%s%s", flags[i], absolute(word + size));
  }
  return word;
}

static void add_default(char** words, int* count, const char* flag,
                        const char* value) {
  if (!has_flag(words, *count, flag))
    words[(*count)++] = text("%s%s", flag, value);
}

// Prints of the portion's would be in the way; long inputs are worth trying at
// once, since any bytes make calls.
static void add_defaults(char** words, int* count) {
  add_default(words, count, "-artifact_prefix=", absolute(""));
  add_default(words, count, "-close_fd_mask=", "3");
  add_default(words, count, "-len_control=", "0");
}

struct bailey_fuzz_options bailey_fuzz_read_options(
    int* argc, char*** argv, const struct bailey_fuzz_portion* portion) {
  struct bailey_fuzz_options options = {0};
  char** words = calloc((size_t)*argc + 4, sizeof *words);
  if (words == NULL) refuse("no memory");
  int count = 0;
  for (int i = 0; i < *argc; ++i) {
    // libFuzzer insists on its own name as it is.
    const char* word = (*argv)[i];
    const int has_value = i + 1 < *argc;
    if (i > 0 && strcmp(word, "--credential") == 0 && has_value) {
      note_credential(portion, (*argv)[++i]);
    } else if (i > 0 && strcmp(word, "--calls") == 0 && has_value) {
      options.calls = number((*argv)[++i]);
    } else if (i > 0 && strcmp(word, "--no-null") == 0) {
      options.has_no_nulls = 1;
    } else if (i > 0 && strncmp(word, "--", 2) == 0) {
      refuse("unknown option `%s`, or it lacks its value", word);
    } else {
      words[count++] = i == 0 ? (*argv)[0] : in_place((*argv)[i]);
    }
  }
  for (size_t i = 0; i < portion->credential_count; ++i)
    give(portion, &portion->credentials[i]);
  add_defaults(words, &count);
  *argc = count;
  *argv = words;
  return options;
}

const char* bailey_fuzz_enter_directory(void) {
  const char* parent = getenv("TMPDIR");
  char* made = text("%s/bailey-fuzz-XXXXXX", parent != NULL ? parent : "/tmp");
  if (mkdtemp(made) == NULL || chdir(made) != 0)
    refuse("cannot make a directory `%s`", made);
  return made;
}

static int remove_one(const char* path, const struct stat* status, int kind,
                      struct FTW* walk) {
  (void)status;
  (void)kind;
  (void)walk;
  (void)remove(path);
  return 0;
}

void bailey_fuzz_remove_directory(const char* directory) {
  (void)nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
