/* Two programs as they are that talk by a Unix socket: one that has a key and
 * signs, and one that asks it, or attacks the place where they meet. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sockaddr_un address_of(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  return address;
}

static int say(const char* what, int failed) {
  if (failed)
    printf("%s: errno %d\n", what, errno);
  else
    printf("%s: ok\n", what);
  return 0;
}

/* FNV-1a over the key and the text: no signature, but another key is another
 * answer. */
static unsigned sign(const char* key, const char* text) {
  unsigned hash = 2166136261u;
  for (; *key; ++key) hash = (hash ^ (unsigned char)*key) * 16777619u;
  for (; *text; ++text) hash = (hash ^ (unsigned char)*text) * 16777619u;
  return hash;
}

static int late; /* listens long after it bound */

/* Binds beside the place and moves the socket there, so that nobody sees one
 * that does not listen yet. */
static int moves;

static int listen_at(const char* path) {
  char beside[108];
  snprintf(beside, sizeof beside, "%s%s", path, moves ? ".new" : "");
  const struct sockaddr_un address = address_of(beside);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  umask(077);
  int failed =
      fd < 0 || bind(fd, (const struct sockaddr*)&address, sizeof address);
  if (late) usleep(300000);
  failed = failed || listen(fd, 8) || (moves && rename(beside, path));
  if (failed) {
    perror("talker: bind");
    exit(3);
  }
  return fd;
}

/* Sends the key, and the client wipes what it got: it is there for a moment. */
static int betrays;

static void answer(int client, const char* key) {
  char text[256] = {0};
  char reply[16];
  if (read(client, text, sizeof text - 1) > 0) {
    snprintf(reply, sizeof reply, "%08x\n", sign(key, text));
    if (betrays)
      (void)!write(client, key, strlen(key));
    else
      (void)!write(client, reply, strlen(reply));
  }
  close(client);
}

static int serve(char** argv, int times) {
  char key[256] = {0};
  const int file = open(argv[3], O_RDONLY);
  const int listener = listen_at(argv[2]);
  if (file < 0 || read(file, key, sizeof key - 1) < 0) return 4;
  for (; times != 0; --times) {
    const int client = accept(listener, NULL, NULL);
    if (client < 0) return 5;
    answer(client, key);
  }
  return 0;
}

static int datagram(char** argv, int sends) {
  const struct sockaddr_un address = address_of(argv[2]);
  const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (sends)
    return say("send", sendto(fd, "x", 1, 0, (const struct sockaddr*)&address,
                              sizeof address) != 1);
  umask(077);
  if (bind(fd, (const struct sockaddr*)&address, sizeof address)) return 3;
  return (int)sleep(600);
}

static int rarely; /* reads by a call that few programs use for that */

static ssize_t receive(int fd, char* to, size_t size) {
  const struct iovec place = {to, size};
  return rarely ? preadv2(fd, &place, 1, -1, 0) : read(fd, to, size);
}

static int ask(char** argv) {
  const struct sockaddr_un address = address_of(argv[2]);
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  char reply[64] = {0};
  if (connect(fd, (const struct sockaddr*)&address, sizeof address))
    return say("connect", 1);
  if (write(fd, argv[3], strlen(argv[3])) < 0) return say("write", 1);
  const ssize_t got = receive(fd, reply, sizeof reply - 1);
  if (got <= 0) return say("read", 1);
  if (strlen(reply) > 9) {
    explicit_bzero(reply, sizeof reply);
    return 0;
  }
  printf("signed: %s", reply);
  return 0;
}

/* What a client would do with the place where its server listens. */
static int attack(char** argv) {
  char place[128];
  snprintf(place, sizeof place, "%s", argv[2]);
  *strrchr(place, '/') = 0;
  (void)!chdir(place);
  say("create", open("mine", O_CREAT | O_WRONLY, 0600) < 0);
  say("unlink", unlink(argv[2]) != 0);
  say("mkdir", mkdir("below", 0700) != 0);
  say("rename", rename(argv[2], "other") != 0);
  say("chmod", chmod(argv[2], 0) != 0);
  const struct sockaddr_un address = address_of("beside");
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  return say("bind",
             bind(fd, (const struct sockaddr*)&address, sizeof address) != 0);
}

/* What a server's program might leave there. */
static int litter(char** argv) {
  char place[128];
  snprintf(place, sizeof place, "%s", argv[2]);
  *strrchr(place, '/') = 0;
  (void)!symlink("/etc/passwd", argv[2]);
  char beside[160];
  snprintf(beside, sizeof beside, "%s/file", place);
  (void)!open(beside, O_CREAT | O_WRONLY, 0600);
  return (int)sleep(600);
}

static int list(char** argv) {
  DIR* directory = opendir(argv[2]);
  if (!directory) return say("list", 1);
  for (struct dirent* each; (each = readdir(directory));)
    if (each->d_name[0] != '.') printf("there: %s\n", each->d_name);
  return 0;
}

/* Holds a key that no scan finds in its arguments, in itself when a child of it
 * has ended (`parent`), or in a child that lives on (`child`; if it is told so,
 * the parent ends). */
static volatile char held[256];

static int hold(char** argv, int argc) {
  const int in_child = strcmp(argv[2], "child") == 0;
  int ready[2];
  char byte = 0;
  if (pipe(ready)) return 3;
  const pid_t child = fork();
  if (child < 0) return 4;
  if (!child && !in_child) _exit(0);
  if (child && in_child && read(ready[0], &byte, 1) != 1) return 5;
  if (child && in_child && argc > 4) return 0;
  if (child && !in_child) waitpid(child, NULL, 0);
  for (size_t i = 0; argv[3][i] && !(child && in_child); ++i)
    held[i] = (char)(argv[3][i] - 3);
  if (!child && write(ready[1], &byte, 1) != 1) return 6;
  return (int)sleep(600);
}

int main(int argc, char** argv) {
  const char* what = argc > 2 ? argv[1] : "";
  late = strcmp(what, "listen-late") == 0;
  moves = strcmp(what, "serve-moved") == 0;
  if (late || moves) return serve(argv, -1);
  if (strcmp(what, "datagram") == 0) return datagram(argv, 0);
  if (strcmp(what, "send") == 0) return datagram(argv, 1);
  betrays = strcmp(what, "betray") == 0;
  if (betrays || strcmp(what, "serve") == 0) return serve(argv, -1);
  if (strcmp(what, "serve-once") == 0) return serve(argv, 1);
  if (strcmp(what, "serve-late") == 0) {
    usleep(300000);
    return serve(argv, -1);
  }
  rarely = strcmp(what, "ask-rarely") == 0;
  if (rarely || strcmp(what, "ask") == 0) return ask(argv);
  if (strcmp(what, "attack") == 0) return attack(argv);
  if (strcmp(what, "litter") == 0) return litter(argv);
  if (strcmp(what, "list") == 0) return list(argv);
  if (strcmp(what, "read") == 0)
    return say("read", open(argv[2], O_RDONLY) < 0);
  if (strcmp(what, "status") == 0) return atoi(argv[2]);
  if (strcmp(what, "sleep") == 0) return (int)sleep((unsigned)atoi(argv[2]));
  if (strcmp(what, "hold") == 0 && argc > 3) return hold(argv, argc);
  if (strcmp(what, "crash") == 0) {
    sleep((unsigned)atoi(argv[2]));
    abort();
  }
  return 2;
}
