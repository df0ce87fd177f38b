// A program that enters the kernel by many ways: wrappers, streams, a thread, a
// child, callbacks, syscall() and exit handlers. tests/analyzer/elf compares
// what it does with what the analysis says it can do.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void OnSignal(int number) { (void)number; }
static void AtExit(void) { umask(022); }
static int Compare(const void* a, const void* b) {
  getppid();
  return *(const int*)a - *(const int*)b;
}
static void* Thread(void* argument) {
  sched_yield();
  return argument;
}

static void Files(void) {
  char line[256];
  FILE* stream = fopen("/etc/passwd", "r");
  if (stream) {
    if (!fgets(line, sizeof line, stream)) abort();
    fseek(stream, 0, SEEK_END);
    fclose(stream);
  }
  DIR* directory = opendir("/");
  if (directory) {
    while (readdir(directory)) continue;
    closedir(directory);
  }
  struct stat status;
  stat("/", &status);
  int fd = open("/dev/null", O_WRONLY);
  dup2(fd, 100);
  fcntl(100, F_GETFL);
  close(fd);
}

static void Processes(void) {
  pthread_t thread;
  pthread_create(&thread, NULL, Thread, NULL);
  pthread_join(thread, NULL);
  signal(SIGUSR1, OnSignal);
  raise(SIGUSR1);
  pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, NULL, 0);
  if (system("exit 0") != 0) abort();
}

int main(void) {
  int numbers[] = {3, 1, 2};
  char random[16];
  atexit(AtExit);
  qsort(numbers, 3, sizeof numbers[0], Compare);
  if (getrandom(random, sizeof random, 0) < 0) abort();
  syscall(SYS_gettid);
  Files();
  Processes();
  int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  close(fd);
  struct timespec pause = {0, 1000};
  nanosleep(&pause, NULL);
  time(NULL);
  void* memory =
      mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(memory, 4096);
  char* block = malloc(1 << 20);
  memset(block, 1, 1 << 20);
  free(block);
  printf("%d %s\n", numbers[0], getenv("PATH") ? "path" : "no path");
  return 0;
}
