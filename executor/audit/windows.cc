#include "executor/audit/windows.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>

#include "executor/audit/needles.h"

namespace bailey::executor {
namespace {

// Slots for each window, so that few places of a memory need a second look.
constexpr size_t kSlotsPerWindow = 256;
constexpr size_t kMinSlots = size_t{1} << 16;
constexpr size_t kEd25519SecretBytes = 64;

uint64_t Load(std::string_view bytes) {
  uint64_t value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

bool IsPlain(std::string_view window) {
  return std::set<char>(window.begin(), window.end()).size() <
         static_cast<size_t>(kMinDistinctBytes);
}

// An Ed25519 secret key's second half is its public key.
bool IsPair(std::string_view bytes) {
  return bytes.size() == kEd25519SecretBytes;
}

// Raw bytes, or digits and what they stand for.
void AddForms(std::string_view bytes, std::vector<std::string>& parts) {
  std::string text(bytes);
  bool is_digits = false;
  for (auto decoded : {FromHex(bytes), FromBase64(bytes)}) {
    if (!decoded) continue;
    is_digits = true;
    // The digits of the first half, but for one that the second may be in.
    if (IsPair(*decoded)) text = bytes.substr(0, bytes.size() / 2 - 1);
    if (IsPair(*decoded)) decoded->resize(kEd25519SecretBytes / 2);
    parts.push_back(*std::move(decoded));
  }
  if (!is_digits && IsPair(text)) text.resize(kEd25519SecretBytes / 2);
  parts.push_back(std::move(text));
}

bool HasForm(std::string_view line) {
  return FromHex(line).has_value() || FromBase64(line).has_value();
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

std::vector<std::string> SecretParts(std::string_view credential) {
  if (credential.ends_with('\n')) credential.remove_suffix(1);
  std::vector<std::string> parts;
  if (credential.size() < kReliableCredentialBytes) return parts;
  if (credential.contains('\n')) {
    for (const std::string_view line : Lines(credential)) {
      if (HasForm(line)) AddForms(line, parts);
    }
  }
  if (parts.empty()) AddForms(credential, parts);
  return parts;
}

size_t Windows::CountOf(uint32_t owner) const {
  return static_cast<size_t>(
      std::ranges::count(windows_, owner, &Window::owner));
}

void Windows::Collect(uint32_t owner, std::string_view secret) {
  for (size_t at = 0; at + kWindowBytes <= secret.size(); ++at) {
    const std::string_view window = secret.substr(at, kWindowBytes);
    if (IsPlain(window)) {
      ++too_plain_;
    } else {
      windows_.push_back({Load(window), owner, static_cast<uint32_t>(at)});
    }
  }
}

void Windows::Add(uint32_t owner, std::span<const std::string> secrets) {
  for (const std::string& secret : secrets) Collect(owner, secret);
  std::ranges::sort(windows_);
  const auto doubles = std::ranges::unique(windows_, {}, &Window::value);
  windows_.erase(doubles.begin(), doubles.end());
  Index();
}

uint64_t Windows::LeaveOut(std::string_view text) {
  std::set<uint64_t> there;
  Find(text, [&](const Window& found) { there.insert(found.value); });
  std::erase_if(windows_, [&](const Window& window) {
    return there.contains(window.value);
  });
  if (!there.empty()) Index();
  return there.size();
}

// After eight zeros the next places, up to the fourth, have too few different
// bytes to be a window: memory is mostly zeros.
void Windows::Find(std::string_view memory,
                   const std::function<void(const Window&)>& seen) const {
  if (windows_.empty()) return;
  for (size_t at = 0; at + kWindowBytes <= memory.size();) {
    const uint64_t value = Load(memory.substr(at, kWindowBytes));
    at += value == 0 ? kMinDistinctBytes - 1 : 1;
    if (value == 0 || !MayHave(value)) continue;
    if (const Window* found = Lookup(value)) seen(*found);
  }
}

const Window* Windows::Lookup(uint64_t value) const {
  const auto found =
      std::ranges::lower_bound(windows_, value, {}, &Window::value);
  return found == windows_.end() || found->value != value ? nullptr : &*found;
}

void Windows::Index() {
  const size_t slots =
      std::bit_ceil(std::max(kMinSlots, windows_.size() * kSlotsPerWindow));
  shift_ = 64 - std::countr_zero(slots);
  maybe_.assign(slots / 64, 0);
  for (const Window& window : windows_) {
    const size_t slot = Slot(window.value);
    maybe_[slot / 64] |= uint64_t{1} << (slot % 64);
  }
}

}  // namespace bailey::executor
