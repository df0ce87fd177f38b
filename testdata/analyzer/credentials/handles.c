// Its descriptor is given to others.
// CREDENTIAL: file:/run/key
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void send_descriptor(int to, int file) {
  char control[CMSG_SPACE(sizeof(int))];
  struct msghdr message = {0};
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_type = SCM_RIGHTS;
  memcpy(CMSG_DATA(header), &file, sizeof file);
  sendmsg(to, &message, 0);  // KEY: sink
}

int main(void) {
  const int file = open("/run/key", O_RDONLY);
  send_descriptor(3, file);
  char number[10];
  snprintf(number, 10, "%d", file);
  puts(number);                                      // NO-KEY
  execl("/bin/true", "true", number, (char*)NULL);   // KEY: sink
  execl("/bin/true", "true", "nothing", (char*)NULL);  // NO-KEY
  return 0;
}
