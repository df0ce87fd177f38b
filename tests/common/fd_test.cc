#include "common/fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

namespace bailey {
namespace {

class FdTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/fd-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  size_t FileCount() const {
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator(directory_))
      ++count;
    return count;
  }

  std::string directory_;
};

TEST_F(FdTest, UniqueFdClosesOnceAndMoves) {
  UniqueFd first = OpenFile("/dev/null", O_RDONLY).value();
  const int number = first.get();
  UniqueFd second = std::move(first);
  EXPECT_EQ(second.get(), number);
  second.Reset();
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
}

TEST_F(FdTest, WritesAtomicallyAndReadsBack) {
  const std::string path = directory_ + "/file";
  const std::string bytes("a\0b", 3);
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  ASSERT_TRUE(WriteFileAtomically(path, bytes, 0600).ok());
  EXPECT_EQ(ReadFile(path).value(), bytes);
  struct stat status;
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(FdTest, AFailedReplaceLeavesNothingBehind) {
  const std::string path = directory_ + "/is-a-directory";
  ASSERT_EQ(mkdir(path.c_str(), 0755), 0);
  EXPECT_FALSE(WriteFileAtomically(path, "text").ok());
  EXPECT_EQ(FileCount(), 1u);
  EXPECT_FALSE(WriteFileAtomically(directory_ + "/none/file", "text").ok());
}

// A file in the place of /dev/null would break the machine.
TEST_F(FdTest, WritesToDevicesPipesAndDescriptorsThemselves) {
  for (const bool replaceable : {false, true}) {
    const std::string path = replaceable ? directory_ + "/full" : "/dev/full";
    // Only root makes devices; who is not root could not replace /dev/full.
    if (replaceable && mknod(path.c_str(), S_IFCHR | 0666, makedev(1, 7)) != 0)
      continue;
    if (!replaceable && geteuid() == 0) continue;
    EXPECT_FALSE(WriteFileAtomically(path, "text").ok());
    EXPECT_TRUE(std::filesystem::is_character_file(path));
  }
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const UniqueFd read_end(pipe_ends[0]);
  UniqueFd write_end(pipe_ends[1]);
  ASSERT_TRUE(
      WriteFileAtomically("/dev/fd/" + std::to_string(write_end.get()), "text")
          .ok());
  write_end.Reset();
  EXPECT_EQ(ReadAll(read_end.get(), "pipe").value(), "text");
  const std::string fifo = directory_ + "/fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const UniqueFd reader = OpenFile(fifo, O_RDONLY | O_NONBLOCK).value();
  ASSERT_TRUE(WriteFileAtomically(fifo, "text").ok());
  EXPECT_EQ(ReadAll(reader.get(), fifo).value(), "text");
  EXPECT_TRUE(std::filesystem::is_fifo(fifo));
  EXPECT_FALSE(WriteFileAtomically("/dev/fd/250", "text").ok());
}

// What a writer that was killed before it renamed has left.
TEST_F(FdTest, TheNextWriteReplacesWhatAKilledOneLeft) {
  const std::string path = directory_ + "/file";
  const std::string left = directory_ + "/.file.bailey-new";
  ASSERT_TRUE(WriteFileAtomically(path, "old").ok());
  ASSERT_TRUE(WriteFileAtomically(left, "left").ok());
  ASSERT_TRUE(WriteFileAtomically(path, "new").ok());
  EXPECT_EQ(ReadFile(path).value(), "new");
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(FdTest, AKilledWriterLeavesNothing) {
  const std::string path = directory_ + "/file";
  const std::string bytes(8 << 20, 'x');
  for (int i = 0; i < 10; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      (void)WriteFileAtomically(path, bytes);
      _exit(0);
    }
    usleep(static_cast<useconds_t>(300 * i));
    kill(child, SIGKILL);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    if (std::filesystem::exists(path)) {
      EXPECT_EQ(std::filesystem::file_size(path), bytes.size());
      std::filesystem::remove(path);
    }
    EXPECT_EQ(FileCount(), 0u);
  }
}

TEST_F(FdTest, ManyWritersOfOneFileEachWriteItWhole) {
  const std::string path = directory_ + "/file";
  constexpr int kWriters = 8;
  for (int i = 0; i < kWriters; ++i) {
    if (fork() != 0) continue;
    bool ok = true;
    for (int round = 0; round < 20; ++round) {
      ok = ok && WriteFileAtomically(
                     path, std::string(1000, static_cast<char>('a' + i)))
                     .ok();
    }
    _exit(ok ? 0 : 1);
  }
  for (int i = 0; i < kWriters; ++i) {
    int status = -1;
    ASSERT_GT(wait(&status), 0);
    EXPECT_EQ(status, 0);
  }
  const std::string found = ReadFile(path).value();
  EXPECT_EQ(found, std::string(1000, found[0]));
  EXPECT_EQ(FileCount(), 1u);
}

TEST_F(FdTest, LimitsAndNamesInErrors) {
  const std::string path = directory_ + "/file";
  ASSERT_TRUE(WriteFileAtomically(path, "12345").ok());
  EXPECT_FALSE(ReadFile(path, 4).ok());
  EXPECT_TRUE(ReadFile(path, 5).ok());
  const std::string message = ReadFile(directory_ + "/none").error().message;
  EXPECT_NE(message.find("none"), std::string::npos);
}

TEST_F(FdTest, ReadsWholeFilesUpToTheLimit) {
  for (const size_t size : {0u, 1u, 65536u, 65537u, 300000u}) {
    const std::string path = directory_ + "/a";
    const std::string bytes(size, 'x');
    ASSERT_TRUE(WriteFileAtomically(path, bytes).ok());
    EXPECT_EQ(ReadFile(path, size).value(), bytes);
    if (size > 0) {
      EXPECT_FALSE(ReadFile(path, size - 1).ok());
    }
  }
}

TEST_F(FdTest, ReadsWhatTellsNoSize) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const std::string bytes(300000, 'y');
  std::thread sender([&] {
    EXPECT_TRUE(WriteAll(writer.get(), bytes, "a pipe").ok());
    writer.Reset();
  });
  EXPECT_EQ(ReadAll(reader.get(), "a pipe", bytes.size()).value(), bytes);
  sender.join();
  EXPECT_FALSE(ReadFile("/proc/self/status").value().empty());
}

TEST_F(FdTest, OpenedFilesAreClosedOnExec) {
  const UniqueFd fd = OpenFile("/dev/null", O_RDONLY).value();
  EXPECT_EQ(fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
}

}  // namespace
}  // namespace bailey
