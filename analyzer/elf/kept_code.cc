// Begins with what is looked up only, and takes away what others load or need,
// then all of it if one of the files may give away what is not known.

#include "analyzer/elf/kept_code.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace bailey::analyzer {
namespace {

// Functions of the C library that call later what they are given, and by which
// parameter.
struct Keeper {
  std::string_view name;
  int parameter;
};
constexpr std::array kKeepers =
    std::to_array<Keeper>({{"__cxa_at_quick_exit", 0},
                           {"__cxa_atexit", 0},
                           {"__cxa_thread_atexit_impl", 0},
                           {"__register_atfork", 0},
                           {"__register_atfork", 1},
                           {"__register_atfork", 2},
                           {"__sysv_signal", 1},
                           {"at_quick_exit", 0},
                           {"atexit", 0},
                           {"bsd_signal", 1},
                           {"clone", 0},
                           {"on_exit", 0},
                           {"pthread_atfork", 0},
                           {"pthread_atfork", 1},
                           {"pthread_atfork", 2},
                           {"pthread_create", 2},
                           {"pthread_key_create", 1},
                           {"signal", 1},
                           {"sigset", 1},
                           {"ssignal", 1},
                           {"sysv_signal", 1},
                           {"thrd_create", 1},
                           {"tss_create", 1}});

// Those that get it in memory, or in a way that is not followed.
constexpr std::array kDeepKeepers = std::to_array<std::string_view>(
    {"__libc_sigaction", "__sigaction", "fopencookie", "getaddrinfo_a",
     "makecontext", "mq_notify", "register_printf_function",
     "register_printf_modifier", "register_printf_specifier",
     "register_printf_type", "sigaction", "sigvec", "svc_register",
     "timer_create", "xprt_register"});

constexpr std::array kCLibrary = std::to_array<std::string_view>(
    {"ld-linux-x86-64.so.2", "libc.so.6", "libm.so.6"});

// Those that call it before they come back.
constexpr std::array kCallers = std::to_array<std::string_view>(
    {"argp_parse",  "bsearch",  "call_once",    "dl_iterate_phdr",
     "fts64_open",  "fts_open", "ftw",          "ftw64",
     "glob",        "glob64",   "lfind",        "lsearch",
     "nftw",        "nftw64",   "pthread_once", "qsort",
     "qsort_r",     "scandir",  "scandir64",    "scandirat",
     "scandirat64", "tdelete",  "tdestroy",     "tfind",
     "tsearch",     "twalk",    "twalk_r"});

std::string_view WithoutVersion(std::string_view name) {
  return name.substr(0, name.find('@'));
}

// The procedure linkage table, entered by nobody but through what is seen to
// call the import.
bool IsStubs(const ElfImage& file, uint32_t function) {
  const auto holds = [&](const std::vector<uint32_t>& list) {
    return std::ranges::find(list, function) != list.end();
  };
  if (!std::ranges::all_of(file.functions()[function].call_sites,
                           &CallSite::is_tail) ||
      holds(file.data_address_taken()) || holds(file.constructors()) ||
      holds(file.destructors()))
    return false;
  for (uint32_t i = 0; i < file.functions().size(); ++i)
    if (i != function && (holds(file.functions()[i].calls) ||
                          holds(file.functions()[i].takes_address_of)))
      return false;
  return std::ranges::none_of(file.exports(), [&](const ElfExport& each) {
    return holds(each.functions);
  });
}

bool IsOfCLibrary(const ElfImage& file) {
  return std::ranges::find(kCLibrary, file.soname()) != kCLibrary.end();
}

bool IsConstant(const ValueOrigin& origin) {
  return origin.kind == ValueOrigin::Kind::kConstant;
}

// The address of another file's function, or none.
bool IsNamed(const ValueOrigin& origin) {
  return IsConstant(origin) ||
         (origin.kind == ValueOrigin::Kind::kAddress &&
          origin.value.kind == MachineValue::Kind::kSymbol);
}

}  // namespace

bool CallsPointers(const MachineFunction& function) {
  return std::ranges::any_of(function.indirect_sites,
                             [](const IndirectSite& site) {
                               return !std::ranges::all_of(site.origins,
                                                           IsNamed);
                             }) ||
         std::ranges::any_of(function.imports, [](const std::string& import) {
           return std::ranges::find(kCallers, WithoutVersion(import)) !=
                  kCallers.end();
         });
}

std::set<uint32_t> LoadedWith(const LinkMap& link, uint32_t image) {
  std::set<uint32_t> loaded;
  std::vector<uint32_t> waiting = {image};
  while (!waiting.empty()) {
    const uint32_t next = waiting.back();
    waiting.pop_back();
    if (!link.IsLoadedAtRunTime(next) || !loaded.insert(next).second) continue;
    for (const std::string& needed : link.images()[next].needed())
      if (const auto found = link.FindImage(needed)) waiting.push_back(*found);
  }
  return loaded;
}

KeptCode::KeptCode(const LinkMap& link, const RunTimeEntries& entries)
    : link_(link), is_kept_(link.images().size(), false) {
  FindLookedUp(entries);
  if (KeepAll()) return;
  is_kept_.assign(is_kept_.size(), false);
  given_away_.clear();
}

void KeptCode::FindLookedUp(const RunTimeEntries& entries) {
  for (const FileLoad& load : entries.loads)
    if (load.is_by_lookup)
      for (const uint32_t image : LoadedWith(link_, load.image))
        is_kept_[image] = true;
  for (bool changed = true; changed;) {
    changed = false;
    for (uint32_t i = 0; i < is_kept_.size(); ++i) {
      if (!is_kept_[i]) continue;
      if (!IsLoadedOtherwise(i, entries) && !IsNeededByOthers(i)) continue;
      is_kept_[i] = false;
      changed = true;
    }
  }
}

bool KeptCode::IsLoadedOtherwise(uint32_t image,
                                 const RunTimeEntries& entries) const {
  for (const uint32_t always : entries.always)
    if (LoadedWith(link_, always).contains(image)) return true;
  return std::ranges::any_of(entries.loads, [&](const FileLoad& load) {
    return !load.is_by_lookup && !is_kept_[load.loader.image] &&
           LoadedWith(link_, load.image).contains(image);
  });
}

bool KeptCode::IsNeededByOthers(uint32_t image) const {
  for (uint32_t i = 0; i < is_kept_.size(); ++i)
    if (!is_kept_[i])
      for (const std::string& needed : link_.images()[i].needed())
        if (link_.FindImage(needed) == image) return true;
  return false;
}

bool KeptCode::KeepAll() {
  for (uint32_t i = 0; i < is_kept_.size(); ++i)
    if (is_kept_[i] && !IsOfCLibrary(link_.images()[i]) && !Keeps(i))
      return false;
  return true;
}

bool KeptCode::Keeps(uint32_t image) {
  using Place = MemoryPlace::Kind;
  const auto& functions = link_.images()[image].functions();
  for (uint32_t i = 0; i < functions.size(); ++i) {
    const MachineFunction& function = functions[i];
    if (IsStubs(link_.images()[image], i)) continue;
    for (const CallSite& site : function.call_sites)
      if (!KeepsCall({image, i}, site)) return false;
    for (const std::string& import : function.takes_address_of_imports)
      if (!IsInside(import)) return false;
    for (const PointerStore& store : function.pointer_stores)
      if ((store.place.kind == Place::kSymbolWord ||
           store.place.kind == Place::kSymbolTable) &&
          !std::ranges::all_of(store.origins, IsConstant))
        return false;
  }
  return true;
}

bool KeptCode::KeepsCall(const CodePlace& caller, const CallSite& site) {
  if (site.import.empty()) return true;
  if (!IsInside(site.import)) return false;
  const std::string_view name = WithoutVersion(site.import);
  if (std::ranges::find(kDeepKeepers, name) != kDeepKeepers.end()) return false;
  return std::ranges::all_of(kKeepers, [&](const Keeper& keeper) {
    return keeper.name != name ||
           GivesAway(caller,
                     site.arguments[static_cast<size_t>(keeper.parameter)]);
  });
}

// False: it is not known what that is.
bool KeptCode::GivesAway(const CodePlace& giver, const MachineValue& value) {
  if (value == MachineValue::Constant(0)) return true;
  if (value.kind == MachineValue::Kind::kParameter && value.width_bits == 64)
    return CallersGiveAway(giver, value.parameter);
  if (value.kind != MachineValue::Kind::kAddress) return false;
  const auto& functions = link_.images()[giver.image].functions();
  for (uint32_t i = 0; i < functions.size(); ++i) {
    if (functions[i].address != value.constant) continue;
    given_away_.insert({giver.image, i});
    return true;
  }
  return false;
}

// pthread_atfork is a function of each file, which passes on what it gets.
bool KeptCode::CallersGiveAway(const CodePlace& giver, int parameter) {
  const ElfImage& file = link_.images()[giver.image];
  const auto is_giver = [&](uint32_t each) { return each == giver.function; };
  if (parameter >= kFollowedParameters ||
      std::ranges::any_of(file.data_address_taken(), is_giver) ||
      std::ranges::any_of(file.exports(), [&](const ElfExport& each) {
        return std::ranges::any_of(each.functions, is_giver);
      }))
    return false;
  for (uint32_t i = 0; i < file.functions().size(); ++i) {
    const MachineFunction& function = file.functions()[i];
    if (std::ranges::any_of(function.takes_address_of, is_giver)) return false;
    for (const CallSite& site : function.call_sites)
      // One step up: whoever passes it on again is not followed.
      if (site.function == giver.function &&
          (i == giver.function ||
           site.arguments[static_cast<size_t>(parameter)].kind ==
               MachineValue::Kind::kParameter ||
           !GivesAway({giver.image, i},
                      site.arguments[static_cast<size_t>(parameter)])))
        return false;
  }
  return true;
}

// Or of the files themselves; what nobody defines is not called.
bool KeptCode::IsInside(const std::string& import) const {
  return std::ranges::all_of(link_.ResolveAll(import),
                             [&](const SymbolReference& found) {
                               return is_kept_[found.image] ||
                                      IsOfCLibrary(link_.images()[found.image]);
                             });
}

}  // namespace bailey::analyzer
