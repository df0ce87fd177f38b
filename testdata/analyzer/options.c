// Options of main's vector only: what getopt leaves is a part of an argument.
#include <fcntl.h>
#include <unistd.h>

static void read_options(int count, char** words) {
  while (getopt(count, words, "f:") != -1)
    open(optarg, O_RDONLY);  // EXPECT-NAMED: file argv[..] read
}

int main(int argc, char** argv) {
  read_options(argc, argv);
  return 0;
}
