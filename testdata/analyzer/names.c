// Paths and endpoints that are put together.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char* const kLog = "/var/log/app.log";
static char pid_file[] = "/run/app.pid";
static const char* setting = "/etc/app.conf";
static char edited[] = "/etc/fixed";
static char filled[64];

static void open_log(const char* path) {
  fopen(path, "ae");  // EXPECT-NAMED: file /var/log/app.log create,write proved
}

static void write_in(const char* folder, const char* name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.pid", folder, name);
  open(path, O_WRONLY | O_CREAT, 0600);  // EXPECT-NAMED: file /run/argv[..].pid create,write over-approximated
}

// What does not fit is cut, the ending first.
static void cuts(const char* name) {
  char path[16];
  snprintf(path, sizeof path, "/run/%s.pid", name);
  open(path, O_RDONLY);  // EXPECT-NAMED: file /run/* read over-approximated
}

static void joins(const char* name) {
  char path[4096];
  strcpy(path, "/srv/");
  strcat(path, name);
  unlink(path);  // EXPECT-NAMED: file /srv/* write over-approximated
}

static void allocates(int number) {
  char* path = NULL;
  if (asprintf(&path, "/proc/%d/status", number) < 0) return;
  open(path, O_RDONLY);  // EXPECT-NAMED: file /proc/*/status read
  free(path);
}

static void environment(const char* name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/.app/%s", getenv("HOME"), name);
  mkdir(path, 0700);  // EXPECT-NAMED: file $HOME/.app/argv[..] create,write
  open(getenv("APP_FILE"), O_RDONLY);  // EXPECT-NAMED: file $APP_FILE read
}

// Written to behind the analysis.
static void shout(char* text) { text[0] = (char)random(); }

static void attacked(char* given) {
  char path[32] = "/etc/passwd";
  shout(path);
  open(path, O_RDONLY);  // EXPECT-NAMED: file * read over-approximated
  char other[32] = "/etc/group";
  other[5] = given[0];
  open(other, O_RDONLY);  // EXPECT-NAMED: file * read over-approximated
  char third[32] = "/etc/hosts";
  char* end = strchr(third, 'h');
  *end = given[1];
  open(third, O_RDONLY);  // EXPECT-NAMED: file * read over-approximated
  edited[1] = given[0];
  open(edited, O_RDONLY);  // EXPECT-NAMED: file * read over-approximated
  if (read(0, filled, sizeof filled) < 0) return;
  open(filled, O_RDONLY);  // EXPECT-NAMED: file * read over-approximated
  char* copy = strdup("/etc/copy");
  copy[1] = given[2];
  open(copy, O_RDONLY);  // EXPECT-NAMED: file * read over-approximated
}

static void sockets(int fd, unsigned short port) {
  struct sockaddr_un local = {.sun_family = AF_UNIX, .sun_path = "/run/app"};
  connect(fd, (struct sockaddr*)&local, sizeof local);  // EXPECT-NAMED: net unix:/run/app connect proved
  struct sockaddr_in any;
  memset(&any, 0, sizeof any);
  any.sin_family = AF_INET;
  any.sin_port = htons(8080);
  bind(fd, (struct sockaddr*)&any, sizeof any);  // EXPECT-NAMED: net inet:0.0.0.0:8080 bind
  struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(port)};
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connect(fd, (struct sockaddr*)&peer, sizeof peer);  // EXPECT-NAMED: net * connect
  socklen_t size = sizeof peer;
  getsockname(fd, (struct sockaddr*)&peer, &size);
}

int main(int argc, char** argv) {
  open_log(kLog);
  write_in("/run", argv[1]);
  cuts(argv[1]);
  joins(argv[1]);
  allocates(argc);
  environment(argv[1]);
  unlink(pid_file);       // EXPECT-NAMED: file /run/app.pid write
  if (argc > 3) setting = "/etc/other.conf";
  open(setting, O_RDONLY);  // EXPECT-NAMED: file /etc/other.conf read
  open(argv[2], O_RDONLY);  // EXPECT-NAMED: file argv[..] read
  attacked(argv[1]);
  sockets(argc, (unsigned short)argc);
  execl("/bin/ls", "ls", (char*)NULL);  // EXPECT-NAMED: exec /bin/ls execute proved
  return system("date");  // EXPECT-NAMED: exec /bin/sh execute proved
}
