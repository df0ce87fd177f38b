// Loads what reached code loads, round by round. Files only ever get added, and
// so do the functions that are entered: the rounds end.

#include "analyzer/report/run_time_modules.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "analyzer/elf/character_sets.h"
#include "analyzer/elf/name_service.h"
#include "analyzer/switched_off.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kNameService = "name service";
constexpr std::string_view kCharacterSets = "character sets";
constexpr std::string_view kLocales = "locales";
constexpr const char* kNotFound =
    "no such file is found on this machine: nothing is loaded";
constexpr std::string_view kModuleDirectory = "/usr/lib/x86_64-linux-gnu/gconv";
// How fopen's mode names a character set.
constexpr std::string_view kModeSet = "ccs=";

void AddOnce(std::vector<std::string>& list, const std::string& text) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(text);
}

std::string Join(const std::set<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts)
    text += (text.empty() ? "" : ", ") + part;
  return text;
}

// Everything that edges of the graph lead to.
std::vector<bool> Closure(const CallGraph& graph,
                          std::vector<uint32_t> waiting) {
  std::vector<bool> reached(graph.size(), false);
  for (const uint32_t node : waiting) reached[node] = true;
  while (!waiting.empty()) {
    const uint32_t node = waiting.back();
    waiting.pop_back();
    for (const CallEdge& edge : graph.edges(node)) {
      if (reached[edge.target]) continue;
      reached[edge.target] = true;
      waiting.push_back(edge.target);
    }
  }
  return reached;
}

}  // namespace

RunTimeModules::RunTimeModules(LinkMap& link, std::vector<std::string> plugins)
    : link_(link), plugins_(std::move(plugins)) {}

Result<> RunTimeModules::Load(const std::set<std::string>& used) {
  for (const std::string& plugin : plugins_) {
    ASSIGN_OR_RETURN(const uint32_t image, LoadFile(plugin));
    entries_.always.insert(image);
    EnterAll(image);
  }
  do {
    if (reach_ == nullptr || changed_) FindReach();
    changed_ = false;
    entered_more_ = false;
    unresolved_.clear();
    const std::vector<uint32_t> roots = Roots(used);
    const std::vector<RunTimeLoad> loads =
        FindRunTimeLoads(link_, reach_->graph(), roots,
                         Closure(reach_->graph(), roots), strings_);
    for (const RunTimeLoad& load : loads) RETURN_IF_ERROR(Follow(load));
    RETURN_IF_ERROR(FollowProgramLoads(loads));
  } while (changed_ || entered_more_);
  Summarize();
  return {};
}

void RunTimeModules::FindReach() {
  ++version_;
  reach_ = std::make_unique<LibraryReach>(
      link_, ReachOptions{.live_data = !IsSwitchedOff("live-data"),
                          .c_library_facts = !IsSwitchedOff("c-library-facts"),
                          .entries = entries_});
}

std::vector<uint32_t> RunTimeModules::Roots(
    const std::set<std::string>& used) const {
  const CallGraph& graph = reach_->graph();
  std::vector<uint32_t> roots = reach_->StartupRoots();
  for (const std::string& symbol : used)
    for (const SymbolReference& each : link_.ResolveAll(symbol))
      for (const uint32_t function : each.symbol->functions)
        roots.push_back(graph.NodeOf(each.image, function));
  for (const auto& [name, functions] : entered_)
    for (const CodePlace& each : functions)
      roots.push_back(graph.NodeOf(each.image, each.function));
  return roots;
}

Result<> RunTimeModules::Follow(const RunTimeLoad& load) {
  switch (load.kind) {
    case Kind::kLibrary:
      return FollowLibrary(load);
    case Kind::kNameService:
      return FollowNameService(load);
    case Kind::kCharacterSets:
    case Kind::kLocaleSets:
      return FollowCharacterSets(load);
    case Kind::kSymbol:
      FollowSymbol(load.name);
      return {};
    case Kind::kUnknown:
      AddUnknown(load);
      return {};
  }
  return {};
}

// --- The files ---------------------------------------------------------------

Result<uint32_t> RunTimeModules::LoadFile(const std::string& path) {
  ASSIGN_OR_RETURN(const bool added, link_.AddLibraries({path}));
  changed_ |= added;
  const auto image = link_.FindImage(path);
  if (!image) return Fail("`" + path + "` was loaded under another name");
  return *image;
}

uint32_t RunTimeModules::ImageOf(uint32_t node) const {
  return link_.FindImage(reach_->graph().ImageOf(node).path()).value_or(0);
}

void RunTimeModules::Enter(const std::string& name, uint32_t image,
                           const std::vector<uint32_t>& functions) {
  std::set<CodePlace>& entered = entered_[name];
  for (const uint32_t function : functions)
    entered_more_ |= entered.insert({image, function}).second;
}

CodePlace RunTimeModules::LoaderOf(const RunTimeLoad& load) const {
  const uint32_t image = ImageOf(load.node);
  return {image, load.node - reach_->graph().NodeOf(image, 0)};
}

// The name service looks a function up, through the function that loads, each
// time before it calls it.
void RunTimeModules::LoadBy(const RunTimeLoad& load, uint32_t image) {
  changed_ |= entries_.loads
                  .insert({LoaderOf(load), image,
                           load.is_by_libc && load.kind == Kind::kNameService})
                  .second;
}

void RunTimeModules::EnterBy(const RunTimeLoad& load, uint32_t image,
                             const std::vector<uint32_t>& functions) {
  for (const uint32_t function : functions)
    changed_ |=
        entries_.calls.insert({LoaderOf(load), {image, function}}).second;
}

// Whoever loads a file may call all that it exports, and what its data names.
void RunTimeModules::EnterAll(uint32_t image) {
  const ElfImage& file = link_.images()[image];
  for (const ElfExport& each : file.exports())
    Enter(file.path(), image, each.functions);
  EnterUnasked(image);
}

// What runs when a file is loaded and unloaded, and what its data names.
void RunTimeModules::EnterUnasked(uint32_t image) {
  const ElfImage& file = link_.images()[image];
  Enter(file.path(), image, file.constructors());
  Enter(file.path(), image, file.destructors());
  Enter(file.path(), image, file.data_address_taken());
}

Result<> RunTimeModules::FollowLibrary(const RunTimeLoad& load) {
  const uint32_t from = ImageOf(load.node);
  Modelled& modelled = found_[fmt::format("dlopen of `{}`", load.name)];
  const auto path = link_.FindLibrary(load.name, from);
  if (!path) {
    modelled.follows = kNotFound;
    return {};
  }
  ASSIGN_OR_RETURN(const uint32_t image, LoadFile(*path));
  LoadBy(load, image);
  for (const ElfExport& each : link_.images()[image].exports())
    EnterBy(load, image, each.functions);
  EnterBy(load, image, link_.images()[image].data_address_taken());
  AddOnce(modelled.loaded, link_.images()[image].path());
  modelled.follows = fmt::format(
      "called by {} in {}; every function that it exports may be called",
      reach_->graph().NameOf(load.node),
      std::filesystem::path(link_.images()[from].path()).filename().string());
  return {};
}

Result<> RunTimeModules::FollowNameService(const RunTimeLoad& load) {
  ASSIGN_OR_RETURN(const NameServices services, NameServices::Read());
  databases_.insert(load.name);
  Modelled& modelled = found_[std::string(kNameService)];
  modelled.read = {"/etc/nsswitch.conf"};
  const uint32_t from = ImageOf(load.node);
  for (const std::string& service : services.ServicesFor(load.name)) {
    const auto path = link_.FindLibrary(ModuleOfService(service), from);
    if (!path) continue;
    ASSIGN_OR_RETURN(const uint32_t image, LoadFile(*path));
    AddOnce(modelled.loaded, link_.images()[image].path());
    LoadBy(load, image);
    for (const ElfExport& each : link_.images()[image].exports())
      if (IsModuleFunctionFor(each.name, service, {load.name}))
        EnterBy(load, image, each.functions);
  }
  return {};
}

bool RunTimeModules::MayNeedLocaleSets() {
  const InstalledLocales locales = FindLocales();
  Modelled& modelled = found_[std::string(kLocales)];
  modelled.read = locales.read;
  const bool names_set =
      std::ranges::any_of(link_.images(), [&](const ElfImage& image) {
        // The C library holds the word to compare with.
        return image.FindExport("__libc_start_main") == nullptr &&
               strings_.Holds(image, kModeSet);
      });
  modelled.follows = "locales are data; the C library converts UTF-8 by itself";
  if (!locales.needing_modules.empty())
    modelled.follows += fmt::format(
        ", and loads modules for {} installed locales of other sets",
        locales.needing_modules.size());
  else if (!names_set)
    modelled.follows += ", and no installed locale has another set";
  return names_set || !locales.needing_modules.empty();
}

Result<> RunTimeModules::FollowCharacterSets(const RunTimeLoad& load) {
  if (load.kind == Kind::kLocaleSets && !MayNeedLocaleSets()) return {};
  if (!converters_) RETURN_IF_ERROR(LoadCharacterSets());
  for (const uint32_t image : *converters_) {
    LoadBy(load, image);
    for (const char* name : {"gconv", "gconv_init", "gconv_end"})
      if (const ElfExport* found = link_.images()[image].FindExport(name))
        EnterBy(load, image, found->functions);
  }
  return {};
}

Result<> RunTimeModules::LoadCharacterSets() {
  ASSIGN_OR_RETURN(const CharacterSets sets,
                   ReadCharacterSets(std::string(kModuleDirectory)));
  Modelled& modelled = found_[std::string(kCharacterSets)];
  modelled.read = sets.read;
  std::vector<uint32_t> images;
  for (const std::string& path : sets.modules) {
    ASSIGN_OR_RETURN(const uint32_t image, LoadFile(path));
    AddOnce(modelled.loaded, link_.images()[image].path());
    images.push_back(image);
  }
  modelled.follows =
      fmt::format("any of {} modules may be loaded", sets.modules.size());
  converters_ = std::move(images);
  return {};
}

// The functions of a library can be found by dlsym alone (what needs it is
// bound by name): where all symbols that anybody asks for are known, the others
// are not called.
Result<> RunTimeModules::FollowProgramLoads(
    const std::vector<RunTimeLoad>& loads) {
  const bool finds_any =
      !program_.all_symbols_are_named ||
      std::ranges::any_of(loads, [](const RunTimeLoad& load) {
        return load.kind == Kind::kUnknown && !LoadsFile(load.name);
      });
  for (const std::string& name : program_.libraries) {
    Modelled& modelled = found_[fmt::format("dlopen of `{}`", name)];
    const auto path = link_.FindLibrary(name, std::nullopt);
    if (!path) {
      modelled.follows = kNotFound;
      continue;
    }
    ASSIGN_OR_RETURN(const uint32_t image, LoadFile(*path));
    changed_ |= entries_.always.insert(image).second;
    if (finds_any)
      EnterAll(image);
    else
      EnterUnasked(image);
    AddOnce(modelled.loaded, link_.images()[image].path());
    modelled.follows = fmt::format("called by the program; {} may be called",
                                   finds_any ? "every function that it exports"
                                             : "what it is asked for by name");
  }
  for (const std::string& name : program_.symbols) FollowSymbol(name);
  return {};
}

// One entry for them all: what differs is only the name.
void RunTimeModules::FollowSymbol(const std::string& name) {
  symbols_.insert(name);
  // Of all versions: dlvsym names one.
  for (uint32_t i = 0; i < link_.images().size(); ++i)
    for (const ElfExport& each : link_.images()[i].ExportsNamed(name))
      Enter("(dlsym)", i, each.functions);
}

void RunTimeModules::AddUnknown(const RunTimeLoad& load) {
  const CallGraph& graph = reach_->graph();
  if (graph.FunctionOf(load.node) == nullptr) return;
  UnresolvedSite site;
  site.image = graph.ImageOf(load.node).path();
  site.function = graph.NameOf(load.node);
  site.address = load.address;
  site.reason = fmt::format("{} of a name that is computed", load.name);
  site.confidence = ReachConfidence::kOverApproximated;
  unresolved_.push_back(std::move(site));
}

void RunTimeModules::Summarize() {
  modelled_.clear();
  for (auto& [what, modelled] : found_) {
    modelled.what = what;
    if (what == kNameService) {
      modelled.what = fmt::format("{}: {}", what, Join(databases_));
      modelled.follows = modelled.loaded.empty()
                             ? "the C library answers by itself (files, dns)"
                             : "the modules' functions for these may be called";
    }
    modelled_.push_back(modelled);
  }
}

}  // namespace bailey::analyzer
