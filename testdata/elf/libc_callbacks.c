/* A program that has the C library call it back by every interface at hand, and
 * does what makes the library go by ways that are rarely gone. Each callback
 * makes a system call that the library does not make for it. */

#define _GNU_SOURCE
#include <aio.h>
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <iconv.h>
#include <libintl.h>
#include <link.h>
#include <locale.h>
#include <mqueue.h>
#include <netdb.h>
#include <obstack.h>
#include <printf.h>
#include <pthread.h>
#include <pwd.h>
#include <regex.h>
#include <search.h>
#include <semaphore.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <wchar.h>
#include <wordexp.h>

extern char** environ;

static void Enter(long number) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(0), "S"(0), "d"(0)
                   : "rcx", "r11", "memory");
}

/* --- Sorting and searching */
static int Compare(const void* a, const void* b) {
  Enter(SYS_getpriority);
  return *(const int*)a - *(const int*)b;
}
static void Visit(const void* node, VISIT which, int depth) {
  (void)node, (void)which, (void)depth;
  Enter(SYS_getpgid);
}
static void Forget(void* node) {
  (void)node;
  Enter(SYS_getsid);
}

static void Search(void) {
  static int numbers[] = {3, 1, 2};
  int key = 2;
  size_t count = 3;
  qsort(numbers, 3, sizeof(int), Compare);
  if (!bsearch(&key, numbers, 3, sizeof(int), Compare)) abort();
  lfind(&key, numbers, &count, sizeof(int), Compare);
  void* root = NULL;
  for (int i = 0; i < 3; ++i) tsearch(&numbers[i], &root, Compare);
  twalk(root, Visit);
  tdestroy(root, Forget);
}

/* --- Files */
static int VisitFile(const char* path, const struct stat* status, int flag,
                     struct FTW* place) {
  (void)path, (void)status, (void)flag, (void)place;
  Enter(SYS_sched_rr_get_interval);
  return 0;
}
static int OnGlobError(const char* path, int error) {
  (void)path, (void)error;
  Enter(SYS_capget);
  return 0;
}
static int Select(const struct dirent* entry) {
  Enter(SYS_getrusage);
  return entry->d_name[0] != '.';
}
static ssize_t WriteCookie(void* cookie, const char* bytes, size_t size) {
  (void)cookie, (void)bytes;
  Enter(SYS_times);
  return (ssize_t)size;
}

static void Files(void) {
  nftw("/etc/apt", VisitFile, 4, FTW_PHYS);
  glob_t found;
  glob("/root/*/nothing*", 0, OnGlobError, &found);
  glob("/etc/pass*", GLOB_TILDE, NULL, &found);
  struct dirent** entries;
  scandir("/", &entries, Select, alphasort);
  const cookie_io_functions_t functions = {NULL, WriteCookie, NULL, NULL};
  FILE* cookie = fopencookie(NULL, "w", functions);
  fprintf(cookie, "%d %ls\n", 1, L"wide");
  fclose(cookie);
  FILE* pipe = popen("exit 0", "r");
  if (pipe) pclose(pipe);
  FILE* temporary = tmpfile();
  if (temporary) {
    fwprintf(temporary, L"%d\n", 7);
    rewind(temporary);
    fgetwc(temporary);
    fclose(temporary);
  }
  char* text;
  size_t size;
  FILE* memory = open_memstream(&text, &size);
  fputs("x", memory);
  fclose(memory);
  wordexp_t words;
  if (wordexp("$HOME ~ $(echo a)", &words, 0) == 0) wordfree(&words);
}

/* --- Text */
static int PrintSpecial(FILE* stream, const struct printf_info* info,
                        const void* const* arguments) {
  (void)info, (void)arguments;
  Enter(SYS_getgroups);
  return fprintf(stream, "special");
}
static int DescribeSpecial(const struct printf_info* info, size_t count,
                           int* types, int* sizes) {
  (void)info, (void)count, (void)types, (void)sizes;
  return 0;
}
static error_t ParseOption(int key, char* argument, struct argp_state* state) {
  (void)key, (void)argument, (void)state;
  Enter(SYS_umask);
  return 0;
}
#define obstack_chunk_alloc AllocateChunk
#define obstack_chunk_free free
static void* AllocateChunk(size_t size) {
  Enter(SYS_personality);
  return malloc(size);
}

static void Text(void) {
  register_printf_specifier('Y', PrintSpecial, DescribeSpecial);
  const char* format = "%Y\n";
  printf(format, 1);
  static const struct argp parser = {NULL, ParseOption, NULL, NULL,
                                     NULL, NULL,        NULL};
  char name[] = "program";
  char* arguments[] = {name, NULL};
  argp_parse(&parser, 1, arguments, 0, NULL, NULL);
  struct obstack stack;
  obstack_init(&stack);
  obstack_grow(&stack, "abc", 3);
  setlocale(LC_ALL, "");
  setlocale(LC_ALL, "C.UTF-8");
  printf("%'d %lc\n", 1234567, (wint_t)0xe9);
  bindtextdomain("program", "relative");
  textdomain("program");
  puts(gettext("text"));
  iconv_t conversion = iconv_open("UTF-16", "UTF-8");
  if (conversion != (iconv_t)-1) {
    char in[] = "a", out[16];
    char *from = in, *to = out;
    size_t in_size = 1, out_size = sizeof(out);
    iconv(conversion, &from, &in_size, &to, &out_size);
    iconv_close(conversion);
  }
  regex_t pattern;
  regcomp(&pattern, "[[:alpha:]]+", REG_EXTENDED);
  regexec(&pattern, "abc", 0, NULL, 0);
  const time_t now = time(NULL);
  char date[64];
  strftime(date, sizeof(date), "%c", localtime(&now));
}

/* --- Names */
static void Names(void) {
  getpwnam("root");
  getgrgid(0);
  getservbyname("http", "tcp");
  getprotobyname("tcp");
  openlog("program", LOG_PID, LOG_USER);
  syslog(LOG_DEBUG, "text");
  closelog();
}

/* --- Signals and timers */
static void OnSignal(int number) {
  (void)number;
  Enter(SYS_getitimer);
}
static void OnInfo(int number, siginfo_t* info, void* context) {
  (void)number, (void)info, (void)context;
  Enter(SYS_timerfd_create);
}
static void OnTimer(union sigval value) {
  Enter(SYS_inotify_init1);
  sem_post((sem_t*)value.sival_ptr);
}

static void WaitFor(sem_t* done) {
  struct timespec until;
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 2;
  sem_timedwait(done, &until);
}

static void Signals(void) {
  signal(SIGUSR1, OnSignal);
  raise(SIGUSR1);
  struct sigaction action;
  memset(&action, 0, sizeof(action));
  action.sa_sigaction = OnInfo;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGUSR2, &action, NULL);
  raise(SIGUSR2);
  sem_t done;
  sem_init(&done, 0, 0);
  struct sigevent event;
  memset(&event, 0, sizeof(event));
  event.sigev_notify = SIGEV_THREAD;
  event.sigev_notify_function = OnTimer;
  event.sigev_value.sival_ptr = &done;
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) {
    const struct itimerspec soon = {{0, 0}, {0, 1000000}};
    timer_settime(timer, 0, &soon, NULL);
    WaitFor(&done);
    timer_delete(timer);
  }
  char byte;
  struct aiocb request;
  memset(&request, 0, sizeof(request));
  request.aio_fildes = STDIN_FILENO;
  request.aio_buf = &byte;
  request.aio_nbytes = 1;
  request.aio_sigevent = event;
  if (aio_read(&request) == 0) WaitFor(&done);
  struct mq_attr attributes = {0, 1, 8, 0, {0, 0, 0, 0}};
  const mqd_t queue =
      mq_open("/bailey-callbacks", O_CREAT | O_RDWR, 0600, &attributes);
  if (queue == (mqd_t)-1) return;
  mq_unlink("/bailey-callbacks");
  if (mq_notify(queue, &event) == 0 && mq_send(queue, "a", 1, 0) == 0)
    WaitFor(&done);
  mq_close(queue);
}

/* --- Threads and processes */
static pthread_key_t key;
static ucontext_t main_context, other_context;

static void ForgetValue(void* value) {
  (void)value;
  Enter(SYS_epoll_create1);
}
static void Clean(void* value) {
  (void)value;
  Enter(SYS_eventfd2);
}
static void* Thread(void* argument) {
  pthread_setspecific(key, argument);
  pthread_cleanup_push(Clean, NULL);
  for (;;) pause();
  pthread_cleanup_pop(0);
  return NULL;
}
static void BeforeFork(void) { Enter(SYS_sched_get_priority_max); }
static void Once(void) { Enter(SYS_mlock); }
static void OtherContext(void) { Enter(SYS_munlock); }
static int VisitObject(struct dl_phdr_info* info, size_t size, void* data) {
  (void)info, (void)size, (void)data;
  Enter(SYS_sched_getscheduler);
  return 0;
}

static void Threads(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, Once);
  pthread_key_create(&key, ForgetValue);
  pthread_t thread;
  if (pthread_create(&thread, NULL, Thread, &key) == 0) {
    pthread_cancel(thread);
    pthread_join(thread, NULL);
  }
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setprotocol(&attributes, PTHREAD_PRIO_PROTECT);
  pthread_mutexattr_setprioceiling(&attributes, 5);
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, &attributes);
  if (pthread_mutex_lock(&mutex) == 0) pthread_mutex_unlock(&mutex);
  pthread_atfork(BeforeFork, NULL, NULL);
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, NULL, 0);
  char program[] = "/bin/true";
  char* arguments[] = {program, NULL};
  pid_t spawned;
  if (posix_spawn(&spawned, program, NULL, NULL, arguments, environ) == 0)
    waitpid(spawned, NULL, 0);
  if (system("exit 0") != 0) return;
  static char stack[65536];
  getcontext(&other_context);
  other_context.uc_stack.ss_sp = stack;
  other_context.uc_stack.ss_size = sizeof(stack);
  other_context.uc_link = &main_context;
  makecontext(&other_context, OtherContext, 0);
  swapcontext(&main_context, &other_context);
  dl_iterate_phdr(VisitObject, NULL);
}

/* --- The end */
static void AtExit(void) { Enter(SYS_getpgrp); }
static void OnExit(int status, void* argument) {
  (void)status, (void)argument;
  Enter(SYS_sched_get_priority_min);
}

int main(void) {
  atexit(AtExit);
  on_exit(OnExit, NULL);
  at_quick_exit(AtExit);
  Search();
  Files();
  Text();
  Names();
  Signals();
  Threads();
  return 0;
}
