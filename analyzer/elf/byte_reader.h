// A cursor over bytes of a file that may be corrupt: a read past the end yields
// zero and turns ok() false for good, so that a parser checks once at the end.
//
//   ByteReader reader(bytes, address);
//   uint32_t length = reader.Read<uint32_t>();
//   if (!reader.ok()) return Fail("…");

#ifndef BAILEY_ANALYZER_ELF_BYTE_READER_H_
#define BAILEY_ANALYZER_ELF_BYTE_READER_H_

#include <cstdint>
#include <cstring>
#include <span>

namespace bailey::analyzer {

class ByteReader {
 public:
  // `address` is the virtual address of bytes[0]. The bytes stay the caller's.
  ByteReader(std::span<const uint8_t> bytes, uint64_t address)
      : bytes_(bytes), address_(address) {}

  bool ok() const { return ok_; }
  bool AtEnd() const { return offset_ >= bytes_.size(); }
  uint64_t address() const { return address_ + offset_; }
  uint64_t remaining() const { return bytes_.size() - offset_; }

  template <class T>
  T Read() {
    T value{};
    if (!Need(sizeof(T))) return value;
    std::memcpy(&value, bytes_.data() + offset_, sizeof(T));
    offset_ += sizeof(T);
    return value;
  }

  void Skip(uint64_t count) {
    if (Need(count)) offset_ += count;
  }

  // The next `count` bytes as a reader of their own.
  ByteReader Take(uint64_t count) {
    if (!Need(count)) return ByteReader({}, 0);
    ByteReader part(bytes_.subspan(offset_, count), address());
    offset_ += count;
    return part;
  }

  uint64_t ReadUleb128() {
    uint64_t value = 0;
    for (unsigned shift = 0; ok_; shift += 7) {
      const uint8_t byte = Read<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
      if ((byte & 0x80) == 0) break;
    }
    return value;
  }

  int64_t ReadSleb128() {
    uint64_t value = 0;
    unsigned shift = 0;
    uint8_t byte = 0x80;
    while (ok_ && (byte & 0x80) != 0) {
      byte = Read<uint8_t>();
      if (shift < 64) value |= uint64_t{byte & 0x7fu} << shift;
      shift += 7;
    }
    if (shift < 64 && (byte & 0x40) != 0) value |= ~uint64_t{0} << shift;
    return static_cast<int64_t>(value);
  }

 private:
  bool Need(uint64_t count) {
    if (count > remaining()) ok_ = false;
    return ok_;
  }

  std::span<const uint8_t> bytes_;
  uint64_t address_;
  uint64_t offset_ = 0;  // INVARIANT: at most bytes_.size(); Need() keeps it.
  bool ok_ = true;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_BYTE_READER_H_
