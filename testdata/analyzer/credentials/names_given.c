// It leaves as a name or a number that others see.
// CREDENTIAL: file:/run/key
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

static char key[64];

int main(void) {
  read(open("/run/key", O_RDONLY), key, 64);
  struct addrinfo* found = NULL;
  getaddrinfo(key, "80", NULL, &found);   // KEY: sink over-approximated
  getaddrinfo("host", key, NULL, &found);  // KEY: sink over-approximated
  gethostbyname(key);                     // KEY: sink over-approximated
  getpwnam(key);                          // KEY: sink over-approximated
  getgrnam(key);                          // KEY: sink over-approximated
  char name[100];
  snprintf(name, sizeof name, "/tmp/%sXXXXXX", key);
  mkstemp(name);                          // KEY: sink over-approximated
  puts(mkdtemp(name));                    // KEY: sink over-approximated
  struct sockaddr_un local = {AF_UNIX, ""};
  memcpy(local.sun_path, key, 64);
  const int udp = socket(AF_INET, SOCK_DGRAM, 0);
  bind(udp, (struct sockaddr*)&local, sizeof local);  // KEY: sink over-approximated
  struct sockaddr_in remote = {.sin_family = AF_INET};
  memcpy(&remote.sin_addr, key, 4);
  sendto(udp, "x", 1, 0, (struct sockaddr*)&remote, sizeof remote);  // KEY: sink over-approximated
  openlog(key, 0, LOG_USER);              // KEY: sink over-approximated
  ftruncate(udp, key[0]);                 // KEY: sink over-approximated
  truncate("/tmp/x", key[1]);             // KEY: sink over-approximated
  chmod("/tmp/x", key[2]);                // KEY: sink over-approximated
  fchmod(udp, key[2]);                    // KEY: sink over-approximated
  chown("/tmp/x", key[3], 0);             // KEY: sink over-approximated
  fchown(udp, 0, key[3]);                 // KEY: sink over-approximated
  unlink(key);                            // KEY: sink over-approximated
  rmdir(key);                             // KEY: sink over-approximated
  remove(key);                            // KEY: sink over-approximated
  opendir(key);                           // KEY: sink over-approximated
  access(key, F_OK);                      // KEY: sink over-approximated
  chdir(key);                             // KEY: sink over-approximated
  struct stat status;
  stat(key, &status);                     // KEY: sink over-approximated
  kill(key[4], SIGTERM);                  // KEY: sink over-approximated
  unlink("/tmp/y");                       // NO-KEY
  fchmod(udp, 0600);                      // NO-KEY
  return 0;
}
