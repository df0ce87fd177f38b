#include "cli/loader_cache.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace bailey::cli {
namespace {

struct Header {
  char magic[17];
  char version[3];
  uint32_t count;
  uint32_t strings_bytes;
  uint8_t flags;  // 2: little-endian
  uint8_t padding[3];
  uint32_t extension_offset;
  uint32_t unused[3];
};
static_assert(sizeof(Header) == 48);

struct Entry {
  int32_t flags;
  uint32_t key;    // offsets of strings, from the file's beginning
  uint32_t value;  //
  uint32_t unused;
  uint64_t hwcap;
};
static_assert(sizeof(Entry) == 24);

constexpr int32_t kElfLibc6X8664 = 0x0303;
constexpr uint8_t kLittleEndian = 2;

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The number at `text`'s beginning, which is taken off.
uint64_t TakeNumber(std::string_view& text) {
  uint64_t value = 0;
  while (!text.empty() && IsDigit(text[0])) {
    value = value * 10 + static_cast<uint64_t>(text[0] - '0');
    text.remove_prefix(1);
  }
  return value;
}

template <class T>
void Append(std::string& bytes, const T& object) {
  // SAFETY: a plain structure without padding of the compiler's.
  bytes.append(reinterpret_cast<const char*>(&object), sizeof object);
}

}  // namespace

int CompareLibraryNames(std::string_view a, std::string_view b) {
  while (!a.empty()) {
    if (b.empty()) return 1;
    if (IsDigit(a[0]) != IsDigit(b[0])) return IsDigit(a[0]) ? 1 : -1;
    if (IsDigit(a[0])) {
      const uint64_t x = TakeNumber(a);
      const uint64_t y = TakeNumber(b);
      if (x != y) return x < y ? -1 : 1;
      continue;
    }
    if (a[0] != b[0]) return a[0] < b[0] ? -1 : 1;
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return b.empty() ? 0 : -1;
}

std::string LoaderCache(const std::vector<std::string>& libraries) {
  std::vector<std::string> sorted = libraries;
  std::ranges::sort(sorted, [](const std::string& a, const std::string& b) {
    const int order = CompareLibraryNames(NameOf(a), NameOf(b));
    return order != 0 ? order > 0 : a < b;
  });
  std::string entries;
  std::string strings;
  const size_t first = sizeof(Header) + sorted.size() * sizeof(Entry);
  for (const std::string& path : sorted) {
    const size_t value = first + strings.size();
    const size_t key = value + path.size() - NameOf(path).size();
    strings += path + '\0';
    Append(entries, Entry{kElfLibc6X8664, static_cast<uint32_t>(key),
                          static_cast<uint32_t>(value), 0, 0});
  }
  Header header{};
  std::memcpy(header.magic, "glibc-ld.so.cache", sizeof header.magic);
  std::memcpy(header.version, "1.1", sizeof header.version);
  header.count = static_cast<uint32_t>(sorted.size());
  header.strings_bytes = static_cast<uint32_t>(strings.size());
  header.flags = kLittleEndian;
  std::string cache;
  Append(cache, header);
  return cache + entries + strings;
}

}  // namespace bailey::cli
