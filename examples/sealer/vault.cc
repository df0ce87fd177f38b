#include "vault.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "hex.h"

namespace vault {
namespace {

// The key, wiped when it goes.
class Key {
 public:
  Key() = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  ~Key() { sodium_memzero(bytes_.data(), bytes_.size()); }

  void read(int file) {
    const ssize_t got = ::read(file, bytes_.data(), bytes_.size());
    if (got < 0) throw std::system_error(errno, std::generic_category(), "key");
    if (static_cast<std::size_t>(got) != bytes_.size())
      throw std::runtime_error("the key is too short");
  }
  const unsigned char* data() const { return bytes_.data(); }

 private:
  std::array<unsigned char, crypto_auth_hmacsha256_KEYBYTES> bytes_{};
};

class File {
 public:
  explicit File(const std::string& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0)
      throw std::system_error(errno, std::generic_category(), path);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(number_); }
  int number() const { return number_; }

 private:
  int number_;
};

std::unique_ptr<Key> key;

using Tag = std::array<unsigned char, crypto_auth_hmacsha256_BYTES>;

// HMAC-SHA-256 under the key, over parts that cannot run into each other.
class Sealer {
 public:
  Sealer() {
    if (!key) throw std::runtime_error("the vault is closed");
    crypto_auth_hmacsha256_init(&state_, key->data(),
                                crypto_auth_hmacsha256_KEYBYTES);
  }
  ~Sealer() { sodium_memzero(&state_, sizeof state_); }
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  void add(std::string_view part) {
    const std::uint64_t size = part.size();
    add_bytes(&size, sizeof size);
    add_bytes(part.data(), part.size());
  }
  Tag finish() {
    Tag tag;
    crypto_auth_hmacsha256_final(&state_, tag.data());
    return tag;
  }

 private:
  void add_bytes(const void* bytes, std::size_t size) {
    crypto_auth_hmacsha256_update(
        &state_, static_cast<const unsigned char*>(bytes), size);
  }

  crypto_auth_hmacsha256_state state_;
};

Tag tag_of(std::string_view subject, std::string_view body) {
  Sealer sealer;
  sealer.add(subject);
  sealer.add(body);
  return sealer.finish();
}

}  // namespace

void open(const std::string& path) {
  const File file(path);
  auto read = std::make_unique<Key>();
  read->read(file.number());
  key = std::move(read);
}

std::string seal(const std::string& subject, std::string_view body) {
  if (subject.empty()) throw std::invalid_argument("a record has no subject");
  const Tag tag = tag_of(subject, body);
  return hex::encode(tag.data(), tag.size());
}

std::optional<bool> check(const std::string& subject, std::string_view body,
                          std::string_view seal) {
  const std::optional<std::string> tag = hex::decode(seal);
  if (!tag || tag->size() != crypto_auth_hmacsha256_BYTES) return std::nullopt;
  const Tag expected = tag_of(subject, body);
  return sodium_memcmp(expected.data(), tag->data(), expected.size()) == 0;
}

std::uint64_t total(const std::vector<std::uint64_t>& amounts) {
  Sealer sealer;
  for (const std::uint64_t amount : amounts)
    sealer.add({reinterpret_cast<const char*>(&amount), sizeof amount});
  const Tag tag = sealer.finish();
  std::uint64_t folded = 0;
  std::memcpy(&folded, tag.data(), sizeof folded);
  return folded;
}

void append_seal(std::string& text) {
  const Tag tag = tag_of("", text);
  text += ' ';
  text += hex::encode(tag.data(), tag.size());
}

void close() noexcept { key.reset(); }

}  // namespace vault
