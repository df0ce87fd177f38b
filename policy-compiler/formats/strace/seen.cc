// What a trace shows of each call: see strace_seen.h.

#include "policy-compiler/formats/strace/seen.h"

#include <algorithm>
#include <charconv>

#include "common/syscalls/constants.h"
#include "policy-compiler/formats/strace/import.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxLineErrors = 100;
constexpr size_t kMaxProcesses = 100'000;

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<uint64_t> Number(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.front() == '0') {
    base = 8;
  }
  uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value, base);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return negative ? ~value + 1 : value;
}

// The low bits, where those above are none, or copies of the sign.
std::optional<uint64_t> Fit(uint64_t bits, uint8_t width_bits) {
  const uint64_t top = LowBits(width_bits);
  if (bits <= top) return bits;
  const bool extended = (bits | (top >> 1)) == ~uint64_t{0};
  return extended ? std::optional(bits & top) : std::nullopt;
}

}  // namespace

std::optional<TracedValue> ParseTracedValue(Architecture architecture,
                                            std::string_view text) {
  TracedValue value{.bits = 0, .named = false, .only_names = true};
  while (true) {
    const size_t bar = std::min(text.find('|'), text.size());
    const std::string_view part = Trimmed(text.substr(0, bar));
    const auto constant = FindConstant(architecture, part);
    const auto number = constant ? constant : Number(part);
    if (!number) return std::nullopt;
    value.bits |= *number;
    value.named = value.named || constant.has_value();
    value.only_names = value.only_names && constant.has_value();
    if (bar == text.size()) return value;
    text.remove_prefix(bar + 1);
  }
}

void SeenCalls::Read(const SourceText& file, Diagnostics& diagnostics) {
  const std::string_view all = file.text;
  for (size_t begin = 0; begin < all.size();) {
    const size_t end = std::min(all.find('\n', begin), all.size());
    const StraceLine line = ParseStraceLine(all.substr(begin, end - begin));
    if (line.kind != StraceLine::Kind::kUnknown)
      ReadLine(line);
    else if (diagnostics.error_count() < kMaxLineErrors)
      diagnostics.Add(ErrorAt(file, {begin, end - begin},
                              "this is no line of strace's output",
                              "write it with `strace -f -o FILE`"));
    begin = end + 1;
  }
  Flush();
}

void SeenCalls::ReadLine(const StraceLine& line) {
  using Kind = StraceLine::Kind;
  if (line.kind == Kind::kMode) {
    if (line.name == "64 bit")
      in_other_mode_.erase(line.pid);
    else if (in_other_mode_.size() < kMaxProcesses)
      in_other_mode_.insert(line.pid);
    return;
  }
  if (line.kind == Kind::kUnfinished && pending_.size() < kMaxProcesses) {
    pending_[line.pid] = {line.name, std::string(line.text)};
    return;
  }
  if (line.kind == Kind::kOther) return;
  std::string text(line.text);
  if (line.kind == Kind::kResumed) {
    const auto found = pending_.find(line.pid);
    const bool same =
        found != pending_.end() && found->second.name == line.name;
    text = same ? found->second.text + text : "";  // its start was not seen
    if (same) pending_.erase(found);
  }
  if (in_other_mode_.contains(line.pid))
    ++foreign_;
  else
    AddCall(line.name, text, line.failed);
}

// Calls that never came back were made all the same.
void SeenCalls::Flush() {
  for (const auto& [pid, pending] : pending_) {
    if (in_other_mode_.contains(pid))
      ++foreign_;
    else
      AddCall(pending.name, pending.text, false);
  }
  pending_.clear();
}

void SeenCalls::AddCall(const std::string& name, std::string_view text,
                        bool failed) {
  const Syscall* const call = SyscallTable::For(architecture_).FindByName(name);
  if (call == nullptr) {
    unknown_.insert(name);
    return;
  }
  SeenCall& seen = calls_[name];
  ++seen.count;
  seen.failed += failed;
  seen.arguments.resize(call->arguments.size());
  AddArguments(*call, SplitStraceArguments(text), seen);
}

void SeenCalls::AddArguments(const Syscall& call,
                             const StraceArguments& arguments, SeenCall& seen) {
  std::set<size_t> told;
  for (size_t i = 0; i < arguments.values.size(); ++i) {
    std::string text = arguments.values[i];
    size_t index = i;
    // `flags=CLONE_VM`: strace names what it takes out of its place.
    const size_t equals = text.find('=');
    if (equals != std::string::npos) {
      const auto named = FindArgument(call, text.substr(0, equals));
      if (!named) continue;
      index = static_cast<size_t>(*named);
      text.erase(0, equals + 1);
    }
    // The last one of a call that was cut off may be cut off, too.
    const bool cut = !arguments.complete && i + 1 == arguments.values.size();
    if (cut || index >= seen.arguments.size()) continue;
    AddValue(call.arguments[index], text, seen.arguments[index]);
    told.insert(index);
  }
  for (size_t index = 0; index < seen.arguments.size(); ++index)
    if (!told.contains(index)) seen.arguments[index].unknown = true;
}

void SeenCalls::AddValue(const SyscallArgument& argument,
                         const std::string& text, SeenArgument& seen) {
  const auto value = ParseTracedValue(architecture_, text);
  const auto bits =
      value ? Fit(value->bits, argument.width_bits) : std::nullopt;
  // A number without a name is a descriptor, a size, an identifier: 0 alone is
  // an empty set of flags, too.
  if (!bits || argument.is_pointer || (!value->named && *bits != 0) ||
      seen.values.size() > kMaxTracedValues) {
    seen.unknown = true;
    return;
  }
  seen.named = seen.named || value->named;
  seen.values.emplace(*bits, value->only_names ? text : "");
}

}  // namespace bailey::policy
