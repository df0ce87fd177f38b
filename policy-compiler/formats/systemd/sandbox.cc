// What a systemd unit's settings say about system calls: see
// systemd_sandbox.h.

#include "policy-compiler/formats/systemd/sandbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "common/syscalls/constants.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/systemd/groups.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxErrors = 100;
constexpr int kMaxErrno = 4095;

struct Namespace {
  std::string_view name;
  uint64_t flag;  // include/uapi/linux/sched.h
};
constexpr std::array<Namespace, 8> kNamespaces = {{
    {"cgroup", 0x02000000},
    {"ipc", 0x08000000},
    {"net", 0x40000000},
    {"mnt", 0x00020000},
    {"pid", 0x20000000},
    {"user", 0x10000000},
    {"uts", 0x04000000},
    {"time", 0x00000080},
}};

// Those that make systemd filter system calls.
constexpr std::array<std::string_view, 12> kBooleans = {
    "MemoryDenyWriteExecute", "LockPersonality",   "RestrictRealtime",
    "RestrictSUIDSGID",       "ProtectHostname",   "ProtectKernelTunables",
    "ProtectKernelModules",   "ProtectKernelLogs", "ProtectClock",
    "PrivateDevices",         "DynamicUser",       "NoNewPrivileges"};

constexpr std::array<std::string_view, 17> kArchitectureNames = {
    "native", "x86",    "x86-64",     "x32",     "arm",       "arm64",
    "mips",   "mips64", "mips64-n32", "mips-le", "mips64-le", "mips64-le-n32",
    "ppc",    "ppc64",  "ppc64-le",   "s390",    "s390x"};

template <class List>
bool IsIn(const List& list, std::string_view word) {
  return std::ranges::find(list, word) != std::end(list);
}

std::optional<bool> Boolean(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  constexpr std::array<std::string_view, 6> kYes = {"1",    "yes", "y",
                                                    "true", "t",   "on"};
  constexpr std::array<std::string_view, 6> kNo = {"0",     "no", "n",
                                                   "false", "f",  "off"};
  if (IsIn(kYes, text)) return true;
  if (IsIn(kNo, text)) return false;
  return std::nullopt;
}

std::optional<int> ErrorNumber(std::string_view text) {
  if (text == "kill") return kSystemdKill;
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec == std::errc() && read.ptr == end)
    return number >= 0 && number <= kMaxErrno ? std::optional(number)
                                              : std::nullopt;
  return FindErrno(text);
}

// A value's words without the `~` before the first of them.
struct List {
  bool inverted = false;
  std::vector<UnitWord> words;
};

List ListOf(const UnitSetting& setting) {
  List list{false, setting.words};
  UnitWord& first = list.words.front();
  list.inverted = first.text.starts_with('~');
  if (!list.inverted) return list;
  first.text.erase(0, 1);
  ++first.span.offset;
  --first.span.length;
  if (first.text.empty()) list.words.erase(list.words.begin());
  return list;
}

class SandboxReader {
 public:
  explicit SandboxReader(Diagnostics& diagnostics)
      : diagnostics_(diagnostics) {}

  SystemdSandbox Run(const std::vector<UnitSetting>& settings) {
    for (const UnitSetting& setting : settings) Read(setting);
    return std::move(sandbox_);
  }

 private:
  void Error(const UnitSetting& setting, SourceSpan span, std::string message,
             std::string hint = "") {
    if (diagnostics_.error_count() < kMaxErrors)
      diagnostics_.Add(
          ErrorAt(*setting.file, span, std::move(message), std::move(hint)));
  }

  void Read(const UnitSetting& setting) {
    if (setting.key == "SystemCallFilter") return ReadFilter(setting);
    if (setting.key == "SystemCallErrorNumber") return ReadErrorNumber(setting);
    if (setting.key == "SystemCallLog") return ReadLog(setting);
    if (setting.key == "SystemCallArchitectures")
      return ReadArchitectures(setting);
    if (setting.key == "RestrictNamespaces") return ReadNamespaces(setting);
    if (setting.key == "RestrictAddressFamilies") return ReadFamilies(setting);
    if (setting.key == "Personality") return ReadPersonality(setting);
    if (IsIn(kBooleans, setting.key)) return ReadBoolean(setting);
    sandbox_.passed_over.insert(setting.key);
  }

  // The calls of a word: a group's, or one; nothing after an error.
  std::vector<std::string> CallsOf(const UnitSetting& setting,
                                   const UnitWord& word,
                                   const std::string& name) {
    if (name.starts_with('@')) {
      if (auto members = SystemdGroup(name)) return *std::move(members);
      Error(setting, word.span, "unknown group of system calls `" + name + "`",
            "the groups are those of systemd 252");
      return {};
    }
    const bool plain = std::ranges::all_of(name, [](char c) {
      return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    });
    if (!plain || name.empty()) {
      Error(setting, word.span, "`" + word.text + "` is no system call's name",
            "quotes and escapes have no meaning here");
      return {};
    }
    sandbox_.named.insert(name);
    return {name};
  }

  struct Item {
    std::vector<std::string> calls;
    int error = kSystemdDefault;
  };
  Item ReadItem(const UnitSetting& setting, const UnitWord& word,
                bool inverted) {
    const size_t colon = word.text.find(':');
    Item item{CallsOf(setting, word, word.text.substr(0, colon))};
    if (colon == std::string::npos) return item;
    const auto error = ErrorNumber(word.text.substr(colon + 1));
    if (!error)
      Error(setting, word.span,
            "`" + word.text.substr(colon + 1) + "` is no error number",
            "write a name as `EPERM`, 0 to 4095, or `kill`");
    else if (!inverted)
      Error(setting, word.span,
            "a call that is listed without `~` takes no error number",
            "systemd ignores this item");
    item.error = error.value_or(kSystemdDefault);
    return item;
  }

  void ReadFilter(const UnitSetting& setting) {
    if (setting.words.empty()) return sandbox_.filter.reset();
    const List list = ListOf(setting);
    if (!sandbox_.filter) {
      sandbox_.filter = SystemdFilter{!list.inverted, {}};
      // systemd's own: without these no program would start.
      if (!list.inverted) AddDefaults();
    }
    for (const UnitWord& word : list.words) {
      const Item item = ReadItem(setting, word, list.inverted);
      for (const std::string& name : item.calls)
        Merge(name, item.error, list.inverted);
    }
  }

  void AddDefaults() {
    const std::vector<std::string> names = *SystemdGroup("@default");
    for (const std::string& name : names)
      sandbox_.filter->calls[name] = kSystemdDefault;
  }

  // In an allow list `~name` takes a call out, and `~name:ERROR` has it denied
  // with that error.
  void Merge(const std::string& name, int error, bool inverted) {
    SystemdFilter& filter = *sandbox_.filter;
    const bool adds = inverted != filter.is_allow_list;
    if (adds || error != kSystemdDefault)
      filter.calls[name] = error;
    else
      filter.calls.erase(name);
  }

  void ReadErrorNumber(const UnitSetting& setting) {
    if (setting.words.empty()) {
      sandbox_.error_number = kSystemdKill;
      return;
    }
    const auto error = ErrorNumber(setting.words.front().text);
    if (!error || setting.words.size() > 1)
      return Error(setting, setting.words.front().span,
                   "this is no error number",
                   "write a name as `EPERM`, 0 to 4095, or `kill`");
    sandbox_.error_number = *error;
  }

  void ReadLog(const UnitSetting& setting) {
    if (setting.words.empty()) return sandbox_.log.reset();
    const List list = ListOf(setting);
    if (!sandbox_.log) sandbox_.log = SystemdLog{!list.inverted, {}};
    const bool adds = list.inverted != sandbox_.log->logs_listed;
    for (const UnitWord& word : list.words)
      for (const std::string& name : CallsOf(setting, word, word.text)) {
        if (adds)
          sandbox_.log->calls.insert(name);
        else
          sandbox_.log->calls.erase(name);
      }
  }

  void ReadArchitectures(const UnitSetting& setting) {
    if (setting.words.empty()) return sandbox_.architectures.clear();
    for (const UnitWord& word : setting.words) {
      if (IsIn(kArchitectureNames, word.text))
        sandbox_.architectures.insert(word.text);
      else
        Error(setting, word.span, "unknown architecture `" + word.text + "`");
    }
  }

  void ReadNamespaces(const UnitSetting& setting) {
    if (setting.words.empty()) return sandbox_.namespaces.reset();
    if (setting.words.size() == 1) {
      if (const auto all = Boolean(setting.words.front().text)) {
        sandbox_.namespaces = *all ? 0 : AllNamespaces();
        return;
      }
    }
    const List list = ListOf(setting);
    uint64_t flags = 0;
    for (const UnitWord& word : list.words) {
      const auto* const found =
          std::ranges::find(kNamespaces, word.text, &Namespace::name);
      if (found == kNamespaces.end())
        return Error(setting, word.span,
                     "unknown kind of namespace `" + word.text + "`");
      flags |= found->flag;
    }
    const uint64_t before =
        sandbox_.namespaces.value_or(list.inverted ? AllNamespaces() : 0);
    sandbox_.namespaces = list.inverted ? before & ~flags : before | flags;
  }

  void ReadFamilies(const UnitSetting& setting) {
    if (setting.words.empty()) return sandbox_.families.reset();
    if (setting.words.size() == 1 && setting.words.front().text == "none") {
      sandbox_.families = SystemdFamilies{};
      return;
    }
    const List list = ListOf(setting);
    if (!sandbox_.families)
      sandbox_.families = SystemdFamilies{!list.inverted, {}};
    const bool adds = list.inverted != sandbox_.families->is_allow_list;
    for (const UnitWord& word : list.words) {
      const auto family = FamilyOf(setting, word);
      if (!family) continue;
      if (adds)
        sandbox_.families->families.insert(*family);
      else
        sandbox_.families->families.erase(*family);
    }
  }

  std::optional<uint64_t> FamilyOf(const UnitSetting& setting,
                                   const UnitWord& word) {
    const auto value = word.text.starts_with("AF_")
                           ? FindConstant(Architecture::kX8664, word.text)
                           : std::nullopt;
    if (!value)
      Error(setting, word.span, "unknown address family `" + word.text + "`");
    return value;
  }

  void ReadPersonality(const UnitSetting& setting) {
    sandbox_.personality = 0;
    if (setting.words.empty()) return;
    const std::string& name = setting.words.front().text;
    constexpr uint64_t kLinux32 = 8;  // PER_LINUX32
    if (name == "x86" || name == "arm") sandbox_.personality = kLinux32;
    if (!IsIn(kArchitectureNames, name))
      Error(setting, setting.words.front().span,
            "unknown architecture `" + name + "`");
  }

  void ReadBoolean(const UnitSetting& setting) {
    sandbox_.on.erase(setting.key);
    if (setting.words.empty()) return;
    const auto value = Boolean(setting.words.front().text);
    if (!value || setting.words.size() > 1)
      return Error(setting, setting.words.front().span,
                   "this is neither yes nor no");
    if (*value) sandbox_.on.insert(setting.key);
  }

  Diagnostics& diagnostics_;
  SystemdSandbox sandbox_;
};

}  // namespace

uint64_t AllNamespaces() {
  uint64_t all = 0;
  for (const Namespace& one : kNamespaces) all |= one.flag;
  return all;
}

SystemdSandbox ReadSandbox(const std::vector<UnitSetting>& settings,
                           Diagnostics& diagnostics) {
  return SandboxReader(diagnostics).Run(settings);
}

}  // namespace bailey::policy
