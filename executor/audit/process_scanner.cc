#include "executor/audit/process_scanner.h"

#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "common/fd.h"
#include "executor/process.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr size_t kMaxPlaces = 64;
constexpr int kMaxDescriptor = 1024;  // RLIMIT_NOFILE of a portion
constexpr uint64_t kPageBytes = 4096;

// What is read word by word: more than this is counted as unread.
constexpr uint64_t kMaxProtectedBytes = uint64_t{64} << 20;

// Up to `size` bytes; fewer where a page cannot be read.
size_t ReadMemory(pid_t tid, uint64_t address, char* to, size_t size) {
  const iovec local{to, size};
  // SAFETY: an address of the other process; the kernel checks it there.
  const iovec remote{reinterpret_cast<void*>(address), size};
  const ssize_t got = process_vm_readv(tid, &local, 1, &remote, 1, 0);
  return got < 0 ? 0 : static_cast<size_t>(got);
}

// The same where the process itself has no access: its tracer has. (An
// undumpable process's /proc/PID/mem is not ours to open.)
size_t PeekMemory(pid_t tid, uint64_t address, char* to, size_t size) {
  size_t done = 0;
  for (; done < size; done += sizeof(long)) {
    errno = 0;
    // SAFETY: passed as a number, never dereferenced here; `size` is a multiple
    // of the page size.
    const long word = ptrace(PTRACE_PEEKDATA, tid,
                             reinterpret_cast<void*>(address + done), nullptr);
    if (errno != 0) break;
    std::memcpy(to + done, &word, sizeof word);
  }
  return done;
}

// "Rss:                 120 kB"
bool IsSize(std::string_view line, std::string_view name) {
  return line.starts_with(name) && !line.contains(" 0 kB");
}

std::string LinkOf(int fd) {
  std::array<char, 256> target{};
  const std::string link = fmt::format("/proc/self/fd/{}", fd);
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  return size < 0 ? "?" : std::string(target.data(), static_cast<size_t>(size));
}

bool IsRegularFile(int fd) {
  struct stat status{};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

void ProcessScanner::LookFor(std::string_view credential_name,
                             std::string_view bytes) {
  for (Needle& needle : MakeNeedles(bytes)) {
    longest_needle_ = std::max(longest_needle_, needle.bytes.size());
    needle_hits_.push_back(summary_.hits.size());
    summary_.hits.push_back(
        {fmt::format("{} {}", credential_name, needle.encoding), 0});
    needles_.push_back(std::move(needle));
  }
  windows_.Add(static_cast<uint32_t>(summary_.hits.size()), SecretParts(bytes));
  summary_.hits.push_back(
      {fmt::format("{} {}", credential_name, kWindowEncoding), 0});
  CountWindows();
  summary_.windows_too_plain = windows_.too_plain();
  const size_t size = bytes.size() - (bytes.ends_with('\n') ? 1 : 0);
  if (size < kReliableCredentialBytes) summary_.reliable = false;
}

void ProcessScanner::LeaveOut(std::string_view text) {
  std::vector<uint64_t> counts(needles_.size(), 0);
  CountNeedles(text, needles_, counts);
  const bool has_credential =
      std::ranges::any_of(counts, [](uint64_t count) { return count != 0; });
  if (has_credential) return;
  summary_.windows_elsewhere += windows_.LeaveOut(text);
  CountWindows();
}

void ProcessScanner::CountWindows() {
  summary_.windows_sought = windows_.size();
  for (size_t i = 0; i < summary_.hits.size(); ++i)
    summary_.hits[i].parts = windows_.CountOf(static_cast<uint32_t>(i));
}

Result<> ProcessScanner::Scan(pid_t tid, int pidfd, std::string_view portion) {
  ASSIGN_OR_RETURN(const std::vector<Region> regions, Regions(tid));
  const uint64_t before = summary_.bytes_scanned;
  for (const Region& region : regions) {
    // Address space that is only reserved holds nothing.
    if (!region.readable && !region.in_use) continue;
    if (!region.readable && region.end - region.begin > kMaxProtectedBytes) {
      summary_.bytes_unread += region.end - region.begin;
      continue;
    }
    ScanRegion(tid, region, portion);
  }
  if (summary_.bytes_scanned == before) {
    return Fail(
        fmt::format("portion `{}`: none of its memory could be read", portion));
  }
  ScanNames(tid, portion);
  return ScanDescriptors(pidfd, portion);
}

// What prctl(PR_SET_NAME) keeps for each thread, in the kernel alone.
void ProcessScanner::ScanNames(pid_t tid, std::string_view portion) {
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator(
           fmt::format("/proc/{}/task", tid), error)) {
    const auto name = ReadFile((thread.path() / "comm").string());
    if (name.ok()) Look(*name, portion, "a thread's name");
  }
}

Result<std::vector<ProcessScanner::Region>> ProcessScanner::Regions(
    pid_t pid) const {
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFile(fmt::format("/proc/{}/smaps", pid)));
  std::vector<Region> regions;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    // A region's line begins with a small hexadecimal digit, those about it
    // with a capital.
    if (line[0] >= 'A' && line[0] <= 'Z') {
      if (!regions.empty() && (IsSize(line, "Rss:") || IsSize(line, "Swap:"))) {
        regions.back().in_use = true;
      }
      continue;
    }
    unsigned long begin = 0;
    unsigned long stop = 0;
    std::array<char, 5> mode{};
    int name = 0;
    // SAFETY: five conversions; the mode is four characters in a field of five.
    if (std::sscanf(line.c_str(), "%lx-%lx %4s %*s %*s %*s %n", &begin, &stop,
                    mode.data(), &name) < 3) {
      return Fail("cannot read a process's memory map");
    }
    const std::string label =
        name > 0 ? line.substr(static_cast<size_t>(name)) : "";
    // The kernel's own pages hold nothing of the program's.
    const bool kernels =
        label == "[vvar]" || label == "[vsyscall]" || label == "[vvar_vclock]";
    // An empty one stays, so that the lines that follow have theirs.
    regions.push_back({begin, kernels ? begin : stop, mode[0] == 'r', false,
                       label.empty() ? "anonymous" : label});
  }
  return regions;
}

void ProcessScanner::ScanRegion(pid_t tid, const Region& region,
                                std::string_view portion) {
  std::string buffer;
  uint64_t at = region.begin;
  while (at < region.end) {
    // What may be the head of a needle stays, so that it is whole in the next
    // look. A short one may be counted twice: what matters is whether there is
    // any.
    const size_t kept = std::min(buffer.size(), Overlap());
    buffer.erase(0, buffer.size() - kept);
    const size_t want = std::min<uint64_t>(kChunkBytes, region.end - at);
    buffer.resize(kept + want);
    const auto read = region.readable ? ReadMemory : PeekMemory;
    const size_t got = read(tid, at, buffer.data() + kept, want);
    buffer.resize(kept + got);
    Look(buffer, portion, region.name);
    summary_.bytes_scanned += got;
    if (got == want) {
      at += want;
    } else {
      // Over the page that cannot be read; nothing joins what is around it.
      at = (at + got) / kPageBytes * kPageBytes + kPageBytes;
      summary_.bytes_unread += kPageBytes;
      buffer.clear();
    }
  }
}

Result<> ProcessScanner::ScanDescriptors(int pidfd, std::string_view portion) {
  for (int number = 0; number < kMaxDescriptor; ++number) {
    const UniqueFd fd = CopyFdOf(pidfd, number);
    if (!fd.valid() && errno == EBADF) continue;
    if (!fd.valid()) {
      return FailErrno(
          fmt::format("portion `{}`: cannot look at its descriptors", portion));
    }
    ++summary_.descriptors_scanned;
    const std::string name = LinkOf(fd.get());
    Look(name, portion, fmt::format("name of descriptor {}", number));
    if (!IsRegularFile(fd.get())) continue;
    ScanFile(fd.get(), portion,
             fmt::format("descriptor {} ({})", number, name));
  }
  return {};
}

// Another open file of ours: it can be read where the portion's was opened for
// writing alone, and its offset is not moved.
void ProcessScanner::ScanFile(int fd, std::string_view portion,
                              std::string_view where) {
  const auto reader = ReopenForReading(fd);
  const int from = reader.ok() ? reader->get() : fd;
  std::string content(kChunkBytes, '\0');
  size_t kept = 0;
  off_t at = 0;
  for (;;) {
    const ssize_t got =
        pread(from, content.data() + kept, content.size() - kept, at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      struct stat status{};
      (void)fstat(fd, &status);
      summary_.bytes_unread +=
          static_cast<uint64_t>(std::max<off_t>(status.st_size - at, 1));
    }
    if (got <= 0) return;
    at += got;
    const std::string_view seen(content.data(),
                                kept + static_cast<size_t>(got));
    Look(seen, portion, where);
    summary_.bytes_scanned += static_cast<uint64_t>(got);
    kept = std::min(seen.size(), Overlap());
    content.replace(0, kept, std::string(seen.substr(seen.size() - kept)));
  }
}

void ProcessScanner::Look(std::string_view memory, std::string_view portion,
                          std::string_view where) {
  std::vector<uint64_t> counts(needles_.size(), 0);
  CountNeedles(memory, needles_, counts);
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    AuditHits& hit = summary_.hits[needle_hits_[i]];
    hit.count += counts[i];
    NotePlace(fmt::format("{}: {} in {}", portion, hit.encoding, where));
  }
  LookForWindows(memory, portion, where);
}

// Which eight of the secret's bytes they are is said, never what they are.
void ProcessScanner::LookForWindows(std::string_view memory,
                                    std::string_view portion,
                                    std::string_view where) {
  windows_.Find(memory, [&](const Window& found) {
    AuditHits& hit = summary_.hits[found.owner];
    if (seen_.insert(found).second) ++hit.parts_found;
    if (hit.count++ >= kMaxPlaces) return;
    NotePlace(fmt::format("{}: {} (from byte {}) in {}", portion, hit.encoding,
                          found.offset, where));
  });
}

void ProcessScanner::NotePlace(std::string place) {
  if (summary_.places.size() < kMaxPlaces &&
      std::ranges::find(summary_.places, place) == summary_.places.end()) {
    summary_.places.push_back(std::move(place));
  }
}

}  // namespace bailey::executor
