// A variable of the environment, by name and as part of it all.
// CREDENTIAL: env:API_KEY
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

extern char** environ;
const char* library_variable(const char* name);

int main(int argc, char** argv, char** envp) {
  puts("what a function gets counts at its first line");
  const char* home = getenv("HOME");     // NO-KEY-AT-ALL
  puts(home);                            // NO-KEY
  const char* key = getenv("API_KEY");   // KEY: source proved
  syslog(LOG_INFO, "key %s", key);       // KEY: sink
  puts(library_variable("API_KEY"));     // KEY: sink over-approximated
  puts(library_variable("HOME"));        // NO-KEY
  const char* any = getenv(argv[1]);     // KEY: source over-approximated
  puts(any);                             // KEY: sink
  for (char** each = envp; *each != NULL; ++each) puts(*each);  // KEY: sink
  puts(environ[argc]);                   // KEY: sink
  execl("/bin/true", "true", NULL);      // KEY: sink
  return 0;
}
