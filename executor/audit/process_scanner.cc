#include "executor/audit/process_scanner.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>

#include "common/fd.h"
#include "executor/process.h"

namespace bailey::executor {
namespace {

constexpr size_t kChunkBytes = size_t{1} << 20;
constexpr size_t kMaxPlaces = 64;
constexpr int kMaxDescriptor = 1024;  // RLIMIT_NOFILE of a portion
constexpr uint64_t kPageBytes = 4096;

// Up to `size` bytes; fewer where a page cannot be read.
size_t ReadMemory(pid_t pid, uint64_t address, char* to, size_t size) {
  const iovec local{to, size};
  // SAFETY: an address of the other process; the kernel checks it there.
  const iovec remote{reinterpret_cast<void*>(address), size};
  const ssize_t got = process_vm_readv(pid, &local, 1, &remote, 1, 0);
  return got < 0 ? 0 : static_cast<size_t>(got);
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
    summary_.hits.push_back(
        {fmt::format("{} {}", credential_name, needle.encoding), 0});
    needles_.push_back(std::move(needle));
  }
  if (bytes.size() < kReliableCredentialBytes) summary_.reliable = false;
}

Result<> ProcessScanner::Scan(pid_t pid, int pidfd, std::string_view portion) {
  ASSIGN_OR_RETURN(const std::vector<Region> regions, Regions(pid));
  const uint64_t before = summary_.bytes_scanned;
  for (const Region& region : regions) ScanRegion(pid, region, portion);
  if (summary_.bytes_scanned == before) {
    return Fail(
        fmt::format("portion `{}`: none of its memory could be read", portion));
  }
  ScanDescriptors(pidfd, portion);
  return {};
}

Result<std::vector<ProcessScanner::Region>> ProcessScanner::Regions(
    pid_t pid) const {
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFile(fmt::format("/proc/{}/maps", pid)));
  std::vector<Region> regions;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
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
    if (mode[0] != 'r' || label == "[vvar]" || label == "[vsyscall]" ||
        label == "[vvar_vclock]") {
      continue;
    }
    regions.push_back({begin, stop, label.empty() ? "anonymous" : label});
  }
  return regions;
}

void ProcessScanner::ScanRegion(pid_t pid, const Region& region,
                                std::string_view portion) {
  const size_t overlap = longest_needle_ - 1;
  std::string buffer;
  uint64_t at = region.begin;
  while (at < region.end) {
    // What may be the head of a needle stays, so that it is whole in the next
    // look. A short one may be counted twice: what matters is whether there is
    // any.
    const size_t kept = std::min(buffer.size(), overlap);
    buffer.erase(0, buffer.size() - kept);
    const size_t want = std::min<uint64_t>(kChunkBytes, region.end - at);
    buffer.resize(kept + want);
    const size_t got = ReadMemory(pid, at, buffer.data() + kept, want);
    buffer.resize(kept + got);
    Look(buffer, portion, region.name);
    summary_.bytes_scanned += got;
    if (got == want) {
      at += want;
    } else {
      // Over the page that cannot be read; nothing joins what is around it.
      at = (at + got) / kPageBytes * kPageBytes + kPageBytes;
      buffer.clear();
    }
  }
}

void ProcessScanner::ScanDescriptors(int pidfd, std::string_view portion) {
  for (int number = 0; number < kMaxDescriptor; ++number) {
    const UniqueFd fd = CopyFdOf(pidfd, number);
    if (!fd.valid()) continue;
    ++summary_.descriptors_scanned;
    const std::string name = LinkOf(fd.get());
    Look(name, portion, fmt::format("name of descriptor {}", number));
    if (!IsRegularFile(fd.get())) continue;
    std::string content(kChunkBytes, '\0');
    size_t kept = 0;
    off_t at = 0;
    for (;;) {
      const ssize_t got =
          pread(fd.get(), content.data() + kept, content.size() - kept, at);
      if (got <= 0) break;
      at += got;
      const std::string_view seen(content.data(),
                                  kept + static_cast<size_t>(got));
      Look(seen, portion, fmt::format("descriptor {} ({})", number, name));
      summary_.bytes_scanned += static_cast<uint64_t>(got);
      kept = std::min(seen.size(), longest_needle_ - 1);
      content.replace(0, kept, std::string(seen.substr(seen.size() - kept)));
    }
  }
}

void ProcessScanner::Look(std::string_view memory, std::string_view portion,
                          std::string_view where) {
  std::vector<uint64_t> counts(needles_.size(), 0);
  CountNeedles(memory, needles_, counts);
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0) continue;
    summary_.hits[i].count += counts[i];
    std::string place =
        fmt::format("{}: {} in {}", portion, summary_.hits[i].encoding, where);
    if (summary_.places.size() < kMaxPlaces &&
        std::ranges::find(summary_.places, place) == summary_.places.end()) {
      summary_.places.push_back(std::move(place));
    }
  }
}

}  // namespace bailey::executor
