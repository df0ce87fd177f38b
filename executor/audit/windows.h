// Parts of a secret: any eight bytes of it, at any place in memory.
//
//   Windows windows;
//   windows.Add(0, SecretParts(key));     // 0: whose they are
//   windows.LeaveOut(program_text);       // what nobody was given the secret
//   for windows.Find(memory, [&](const Window& found) { ... });
//
// A secret that was copied in part, split, or read from a register is no longer
// there as a whole, but its eight bytes are. Some eights give no secret away
// and would be found anywhere; they are left out, and counted:
// - those of fewer than five different bytes (zeros, lines of dashes, runs);
// - those that a text has which was made without the secret.

#ifndef BAILEY_EXECUTOR_AUDIT_WINDOWS_H_
#define BAILEY_EXECUTOR_AUDIT_WINDOWS_H_

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bailey::executor {

inline constexpr size_t kWindowBytes = 8;
inline constexpr int kMinDistinctBytes = 5;

struct Window {
  uint64_t value = 0;   // its bytes as a little-endian number
  uint32_t owner = 0;   // as Add() was told
  uint32_t offset = 0;  // in its secret

  auto operator<=>(const Window&) const = default;
};

class Windows {
 public:
  void Add(uint32_t owner, std::span<const std::string> secrets);
  // Drops those that `text` has; returns how many.
  uint64_t LeaveOut(std::string_view text);

  // Calls `seen(window)` for each place of `memory` where one begins; eights
  // that two secrets share are the first one's.
  void Find(std::string_view memory,
            const std::function<void(const Window&)>& seen) const;

  size_t size() const { return windows_.size(); }
  size_t CountOf(uint32_t owner) const;
  uint64_t too_plain() const { return too_plain_; }

 private:
  // Fibonacci hashing; Knuth, TAOCP 3, 6.4.
  size_t Slot(uint64_t value) const {
    return (value * 0x9e3779b97f4a7c15ull) >> shift_;
  }
  // Null for a value that is none of them.
  const Window* Lookup(uint64_t value) const;
  void Collect(uint32_t owner, std::string_view secret);
  void Index();

  bool MayHave(uint64_t value) const {
    const size_t slot = Slot(value);
    return (maybe_[slot / 64] >> (slot % 64) & 1) != 0;
  }

  // INVARIANT: sorted by value, without doubles; the bit Slot(v) of maybe_ is
  // set for each.
  std::vector<Window> windows_;
  std::vector<uint64_t> maybe_;
  int shift_ = 63;
  uint64_t too_plain_ = 0;
};

// The bytes of a credential whose windows give it away. Of a text with lines
// that are Base64 or hexadecimal these lines alone, and what they stand for (a
// heading is no secret); of 64 bytes the first half (the other half of an
// Ed25519 secret key is its public key). None of one that is too short to look
// for.
std::vector<std::string> SecretParts(std::string_view credential);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AUDIT_WINDOWS_H_
