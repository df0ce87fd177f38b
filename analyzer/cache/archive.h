// Values as bytes and back, for what is kept between runs: written by the same
// build of the same tool, but read as if anyone had written it.
//
//   struct Point { int x = 0; std::string name; };
//   BAILEY_ARCHIVE_FIELDS(Point, x, name)  // in Point's namespace
//
//   std::string bytes = WriteArchive(points);          // std::vector<Point>
//   auto back = ReadArchive<std::vector<Point>>(bytes);  // nothing if corrupt
//
// A struct's fields are listed once. A field that is left out does not compile:
// the list is a structured binding, which must name them all. An enumeration
// says its last value (BAILEY_ARCHIVE_ENUM). Equal strings are stored once.
// The macros are in archive_fields.h.

#ifndef BAILEY_ANALYZER_CACHE_ARCHIVE_H_
#define BAILEY_ANALYZER_CACHE_ARCHIVE_H_

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "analyzer/cache/archive_fields.h"

namespace bailey::analyzer {

class ArchiveWriter {
 public:
  void Number(uint64_t value) {
    while (value >= 0x80) {
      bytes_ += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    bytes_ += static_cast<char>(value);
  }

  // 0 and the bytes the first time, then the string's index from 1.
  void String(std::string_view text) {
    const auto [known, is_new] =
        strings_.try_emplace(std::string(text), strings_.size() + 1);
    if (!is_new) return Number(known->second);
    Number(0);
    Number(text.size());
    bytes_ += text;
  }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
  std::unordered_map<std::string, uint64_t> strings_;
};

// INVARIANT: after Fail() every read yields zero or nothing, so that a caller
// checks ok() once, at the end.
class ArchiveReader {
 public:
  explicit ArchiveReader(std::string_view bytes)
      : rest_(bytes), budget_bytes_(bytes.size() * kExpansion + kSlackBytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }
  void Fail() {
    ok_ = false;
    rest_ = {};
  }

  uint64_t Number() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<uint8_t>(rest_[0]);
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    Fail();
    return 0;
  }

  std::string String() {
    const uint64_t index = Number();
    if (!ok_ || index > strings_.size()) return FailedString();
    if (index != 0) return Spend(strings_[index - 1]);
    const uint64_t size = Number();
    if (!ok_ || size > rest_.size()) return FailedString();
    strings_.push_back(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return Spend(strings_.back());
  }

  // Around each struct, which may hold others of its kind.
  void Enter() {
    if (++depth_ > kMostDepth) Fail();
  }
  void Leave() { --depth_; }

  // How many elements follow, each of `element_bytes` in memory: every one has
  // at least a byte here.
  size_t Count(size_t element_bytes) {
    const uint64_t count = Number();
    if (count > rest_.size() || count * element_bytes > budget_bytes_) {
      Fail();
      return 0;
    }
    budget_bytes_ -= count * element_bytes;
    return count;
  }

 private:
  // Structs within structs: what no writer of ours comes near.
  static constexpr int kMostDepth = 1000;

  // What a short text may grow to: a string's index is a byte, and the string
  // may be long; a struct's fields are a byte each, and hundreds in memory.
  static constexpr size_t kExpansion = 1024;
  static constexpr size_t kSlackBytes = 1 << 16;

  std::string FailedString() {
    Fail();
    return {};
  }

  std::string Spend(std::string_view text) {
    if (text.size() > budget_bytes_) return FailedString();
    budget_bytes_ -= text.size();
    return std::string(text);
  }

  std::string_view rest_;
  std::vector<std::string_view> strings_;
  size_t budget_bytes_;
  int depth_ = 0;
  bool ok_ = true;
};

namespace archive_internal {

template <class T>
concept Listed = requires(T& value) { ArchiveFields(value); };
template <class T>
concept ListedInside = requires(T& value) { T::ArchiveMembers(value); };

template <class T>
constexpr auto FieldsOf(T& value) {
  if constexpr (ListedInside<std::remove_const_t<T>>)
    return T::ArchiveMembers(value);
  else
    return ArchiveFields(value);
}

// One struct of how each kind of type is written and read.
template <class T>
struct Codec;

template <class T>
void Write(ArchiveWriter& out, const T& value) {
  Codec<T>::Write(out, value);
}

template <class T>
void Read(ArchiveReader& in, T& value) {
  Codec<T>::Read(in, value);
}

template <std::unsigned_integral T>
struct Codec<T> {
  static void Write(ArchiveWriter& out, T value) { out.Number(value); }
  static void Read(ArchiveReader& in, T& value) {
    const uint64_t number = in.Number();
    value = static_cast<T>(number);
    if (value != number) in.Fail();
  }
};

// Small negative numbers are short, too.
template <std::signed_integral T>
struct Codec<T> {
  static void Write(ArchiveWriter& out, T value) {
    const auto wide = static_cast<int64_t>(value);
    out.Number((static_cast<uint64_t>(wide) << 1) ^
               static_cast<uint64_t>(wide >> 63));
  }
  static void Read(ArchiveReader& in, T& value) {
    const uint64_t number = in.Number();
    const auto wide = static_cast<int64_t>((number >> 1) ^ (0 - (number & 1)));
    value = static_cast<T>(wide);
    if (value != wide) in.Fail();
  }
};

template <class T>
  requires std::is_enum_v<T>
struct Codec<T> {
  static constexpr auto kLast = static_cast<uint64_t>(ArchiveLast(T{}));
  static void Write(ArchiveWriter& out, T value) {
    out.Number(static_cast<uint64_t>(value));
  }
  static void Read(ArchiveReader& in, T& value) {
    const uint64_t number = in.Number();
    if (number > kLast) return in.Fail();
    value = static_cast<T>(number);
  }
};

template <>
struct Codec<std::string> {
  static void Write(ArchiveWriter& out, const std::string& value) {
    out.String(value);
  }
  static void Read(ArchiveReader& in, std::string& value) {
    value = in.String();
  }
};

template <class T>
  requires(Listed<T> || ListedInside<T>)
struct Codec<T> {
  static void Write(ArchiveWriter& out, const T& value) {
    std::apply(
        [&](const auto&... field) {
          (archive_internal::Write(out, field), ...);
        },
        FieldsOf(value));
  }
  static void Read(ArchiveReader& in, T& value) {
    in.Enter();
    if (!in.ok()) return;
    std::apply(
        [&](auto&... field) { (archive_internal::Read(in, field), ...); },
        FieldsOf(value));
    in.Leave();
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static void Write(ArchiveWriter& out, const std::vector<T>& value) {
    out.Number(value.size());
    for (const T& each : value) archive_internal::Write(out, each);
  }
  static void Read(ArchiveReader& in, std::vector<T>& value) {
    const size_t count = in.Count(sizeof(T));
    value.clear();
    value.reserve(count);
    for (size_t i = 0; i < count && in.ok(); ++i) {
      T element{};
      archive_internal::Read(in, element);
      value.push_back(std::move(element));
    }
  }
};

template <class T, size_t N>
struct Codec<std::array<T, N>> {
  static void Write(ArchiveWriter& out, const std::array<T, N>& value) {
    for (const T& each : value) archive_internal::Write(out, each);
  }
  static void Read(ArchiveReader& in, std::array<T, N>& value) {
    for (T& each : value) archive_internal::Read(in, each);
  }
};

template <class T>
struct Codec<std::optional<T>> {
  static void Write(ArchiveWriter& out, const std::optional<T>& value) {
    out.Number(value ? 1 : 0);
    if (value) archive_internal::Write(out, *value);
  }
  static void Read(ArchiveReader& in, std::optional<T>& value) {
    bool has = false;
    archive_internal::Read(in, has);
    value.reset();
    if (has) archive_internal::Read(in, value.emplace());
  }
};

template <class T>
struct Codec<std::shared_ptr<T>> {
  static void Write(ArchiveWriter& out, const std::shared_ptr<T>& value) {
    out.Number(value ? 1 : 0);
    if (value) archive_internal::Write(out, *value);
  }
  static void Read(ArchiveReader& in, std::shared_ptr<T>& value) {
    bool has = false;
    archive_internal::Read(in, has);
    value.reset();
    if (!has) return;
    auto made = std::make_shared<std::remove_const_t<T>>();
    archive_internal::Read(in, *made);
    value = std::move(made);
  }
};

template <class A, class B>
struct Codec<std::pair<A, B>> {
  static void Write(ArchiveWriter& out, const std::pair<A, B>& value) {
    archive_internal::Write(out, value.first);
    archive_internal::Write(out, value.second);
  }
  static void Read(ArchiveReader& in, std::pair<A, B>& value) {
    archive_internal::Read(in, value.first);
    archive_internal::Read(in, value.second);
  }
};

// Sets and maps: their elements in order.
template <class Container, class Element>
struct ContainerCodec {
  static void Write(ArchiveWriter& out, const Container& value) {
    out.Number(value.size());
    for (const auto& each : value) archive_internal::Write<Element>(out, each);
  }
  static void Read(ArchiveReader& in, Container& value) {
    const size_t count = in.Count(sizeof(Element) + kNodeBytes);
    value.clear();
    for (size_t i = 0; i < count && in.ok(); ++i) {
      Element element{};
      archive_internal::Read(in, element);
      value.insert(value.end(), std::move(element));
    }
  }
  static constexpr size_t kNodeBytes = 32;
};

template <class K>
struct Codec<std::set<K>> : ContainerCodec<std::set<K>, K> {};
template <class K, class V, class Order>
struct Codec<std::map<K, V, Order>>
    : ContainerCodec<std::map<K, V, Order>, std::pair<K, V>> {};
template <class K, class V>
struct Codec<std::multimap<K, V>>
    : ContainerCodec<std::multimap<K, V>, std::pair<K, V>> {};

}  // namespace archive_internal

template <class T>
std::string WriteArchive(const T& value) {
  ArchiveWriter out;
  archive_internal::Write(out, value);
  return out.Take();
}

// Nothing if the bytes are not what WriteArchive() makes of a T, or if bytes
// are left over.
template <class T>
std::optional<T> ReadArchive(std::string_view bytes) {
  ArchiveReader in(bytes);
  std::optional<T> value(std::in_place);
  archive_internal::Read(in, *value);
  if (!in.ok() || !in.at_end()) value.reset();
  return value;
}

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_CACHE_ARCHIVE_H_
