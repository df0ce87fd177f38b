// From what a search reached to capabilities and edges.
#include "analyzer/report/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>
#include <utility>

namespace bailey::analyzer {
namespace {

auto OrderOf(const SourceSite& site) {
  return std::tie(site.file, site.line, site.column, site.function);
}

std::string_view AccessOf(DataUseKind kind) {
  switch (kind) {
    case DataUseKind::kUse:
      return "use";
    case DataUseKind::kCopy:
      return "copy";
    case DataUseKind::kSink:
    case DataUseKind::kUnknown:
      return "sink";
    case DataUseKind::kRead:
      return "source";
  }
  return "use";
}

void Append(std::vector<std::string>& path, const std::string& name) {
  if (!name.empty() && (path.empty() || path.back() != name))
    path.push_back(name);
}

}  // namespace

void CredentialFlow::Find(const ValuePropagation& values,
                          LibrarySummaries& libraries, const PhasesAt& phases) {
  callees_.emplace(program_, graph_, libraries);
  for (const PlanCredential& credential : request_.credentials)
    FindOne(credential,
            OnlyOfReaders(credential, SourcesOf(credential, program_, graph_,
                                                values, libraries)),
            phases);
  Finish();
}

// Who is named gets it: that is the author's word, and so is that nobody else
// does. Whoever tells a function what to open is asked for in its place.
std::vector<CredentialSeed> CredentialFlow::OnlyOfReaders(
    const PlanCredential& credential, std::vector<CredentialSeed> seeds) const {
  const auto named = request_.readers.find(credential.name);
  if (named == request_.readers.end()) return seeds;
  std::set<uint32_t> readers;
  for (const std::string& each : named->second)
    readers.merge(FunctionsNamed(each));
  std::vector<CredentialSeed> kept;
  for (CredentialSeed& seed : seeds) {
    const bool is_reader = readers.contains(seed.function);
    if (!is_reader && seed.function != DataGraph::kNone) {
      seed.sites = SitesIn(seed, readers);
      if (seed.sites.empty()) continue;
    }
    seed.is_certain = true;
    kept.push_back(std::move(seed));
  }
  return kept;
}

// The calls of the seed's function by these, of those that may name the
// credential.
std::vector<uint32_t> CredentialFlow::SitesIn(
    const CredentialSeed& seed, const std::set<uint32_t>& callers) const {
  std::vector<uint32_t> sites;
  for (const DataSite& site : graph_.sites) {
    const bool may_name =
        seed.sites.empty() ||
        std::ranges::find(seed.sites, site.number) != seed.sites.end();
    if (site.callee == seed.function && callers.contains(site.caller) &&
        may_name)
      sites.push_back(site.number);
  }
  return sites;
}

void CredentialFlow::FindOne(const PlanCredential& credential,
                             const std::vector<CredentialSeed>& seeds,
                             const PhasesAt& phases) {
  DataSearch search(graph_, SearchOptions(credential.name));
  for (const CredentialSeed& seed : seeds)
    search.StartFor(seed.node, seed.label, seed.sites);
  search.Run();
  AddSources(credential, seeds, phases);
  for (const DataUse& use : graph_.uses)
    AddUse(credential, search, use, phases);
  AddEdges(credential, search);
  AddExposures(credential, search);
  AddWaySources(credential, seeds, search);
}

// Of C++: `vault::sign` of what the linker sees, `_ZN5vault4signEv`; as far as
// plain names go. An unnamed namespace is left out.
static std::string QualifiedName(std::string_view symbol) {
  symbol.remove_prefix(2);  // _Z
  if (symbol.starts_with("N")) symbol.remove_prefix(1);
  std::string name;
  while (!symbol.empty()) {
    size_t length = 0;
    const auto [end, error] =
        std::from_chars(symbol.data(), symbol.data() + symbol.size(), length);
    const auto digits = static_cast<size_t>(end - symbol.data());
    if (error != std::errc() || length > symbol.size() - digits) break;
    const std::string_view part = symbol.substr(digits, length);
    if (!part.starts_with("_GLOBAL__N_"))
      name.append(name.empty() ? "" : "::").append(part);
    symbol.remove_prefix(digits + length);
  }
  return name;
}

static bool IsCxxName(std::string_view symbol, std::string_view name) {
  if (!symbol.starts_with("_Z")) return false;
  const std::string qualified = QualifiedName(symbol);
  const size_t last = qualified.rfind("::");
  return qualified == name ||
         (last != std::string::npos && qualified.substr(last + 2) == name);
}

// A name that stands for several functions declassifies none.
std::set<uint32_t> CredentialFlow::FunctionsNamed(std::string_view name) const {
  std::set<uint32_t> found;
  std::set<std::string_view> ids;
  for (uint32_t i = 0; i < graph_.functions.size(); ++i) {
    const std::string_view id = graph_.functions[i].id;
    const size_t colon = id.rfind(':');
    const bool is_local = colon != std::string_view::npos;
    const std::string_view symbol = is_local ? id.substr(colon + 1) : id;
    if (id != name && symbol != name && !IsCxxName(symbol, name)) continue;
    found.insert(i);
    ids.insert(id);
  }
  return ids.size() == 1 ? found : std::set<uint32_t>{};
}

DataSearchOptions CredentialFlow::SearchOptions(
    std::string_view credential) const {
  DataSearchOptions options;
  options.decisions =
      request_.decisions || request_.strict.contains(credential);
  for (const DeclassifiedFunction& each : request_.declassified) {
    const std::set<uint32_t> functions = FunctionsNamed(each.name);
    options.keep_data.insert(functions.begin(), functions.end());
    if (each.gives_descriptors)
      options.keep_handles.insert(functions.begin(), functions.end());
  }
  return options;
}

void CredentialFlow::AddSources(const PlanCredential& credential,
                                const std::vector<CredentialSeed>& seeds,
                                const PhasesAt& phases) {
  for (const CredentialSeed& seed : seeds) {
    if (seed.function == DataGraph::kNone) continue;
    Capability capability;
    capability.name = credential.name;
    capability.access = {"source"};
    capability.confidence =
        seed.is_certain ? Confidence::kProved : Confidence::kOverApproximated;
    capability.path = {graph_.functions[seed.function].id, seed.callee};
    Add(std::move(capability), graph_.SiteOf(seed.function, seed.place),
        phases);
  }
}

// Of what is handed to code without source: what that may do with it.
CredentialFlow::Use CredentialFlow::MeaningOf(const DataUse& use) {
  if (use.kind != DataUseKind::kUnknown) return {use.kind, false};
  switch (callees_->HandingOver(use)) {
    case Handing::kStays:
      return {DataUseKind::kUse, false};
    case Handing::kMayLeave:
      return {DataUseKind::kSink, true};
    case Handing::kLeaves:
      break;
  }
  return {DataUseKind::kSink, false};
}

// To read, and to give away, what gives the credential is enough.
DataLabel CredentialFlow::LabelOf(const DataUse& use,
                                  const DataSearch& search) const {
  if (use.kind == DataUseKind::kRead) return DataLabel::kHandle;
  const bool gives_handle = use.kind == DataUseKind::kSink &&
                            PassesHandles(graph_.names[use.callee]) &&
                            search.Has(use.node, DataLabel::kHandle);
  return gives_handle && !search.IsFound(use.node) ? DataLabel::kHandle
                                                   : DataLabel::kData;
}

void CredentialFlow::AddUse(const PlanCredential& credential,
                            const DataSearch& search, const DataUse& use,
                            const PhasesAt& phases) {
  const DataLabel label = LabelOf(use, search);
  if (!search.Has(use.node, label)) return;
  const auto [kind, is_assumed] = MeaningOf(use);
  Capability capability;
  capability.name = credential.name;
  capability.access = {std::string(AccessOf(kind))};
  capability.confidence = search.IsFound(use.node, label) && !is_assumed
                              ? Confidence::kOverApproximated
                              : Confidence::kAssumed;
  capability.path = search.PathTo(use.node, label);
  Append(capability.path, graph_.functions[use.function].id);
  if (kind != DataUseKind::kUse && kind != DataUseKind::kCopy)
    Append(capability.path, graph_.names[use.callee]);
  Add(std::move(capability), graph_.SiteOf(use.function, use.place), phases);
}

// The same access of the same function is one capability: of all its sites, and
// with the shortest way.
void CredentialFlow::Add(Capability capability, const SourceSite& site,
                         const PhasesAt& phases) {
  capability.kind = CapabilityKind::kCredential;
  const bool is_end =
      capability.access[0] == "sink" || capability.access[0] == "source";
  for (const Phase phase : phases(site)) {
    capability.phase = phase;
    // What is assumed of all that holds unknown memory is one thing.
    const bool is_joined =
        !is_end && capability.confidence == Confidence::kAssumed;
    const std::string key = fmt::format(
        "{}|{}|{}|{}|{}|{}", capability.name, capability.access[0],
        static_cast<int>(capability.confidence), is_joined ? "" : site.function,
        static_cast<int>(phase), is_end ? capability.path.back() : "");
    const auto [found, added] = found_.try_emplace(key, capability);
    Capability& known = found->second;
    known.sites.push_back(site);
    if (!added && capability.path.size() < known.path.size())
      known.path = capability.path;
  }
}

// Who holds a node; nobody: memory without a name, and what joins others.
std::string CredentialFlow::OwnerOf(DataGraph::Node node) const {
  if (node == graph_.unknown) return std::string(kUnknownOwner);
  if (const uint32_t function = graph_.FunctionOf(node);
      function != DataGraph::kNone)
    return graph_.functions[function].id;
  const uint32_t object = graph_.ObjectOf(node);
  return object == DataGraph::kNone ? "" : graph_.objects[object];
}

// Functions and globals that data passes between, also through what has no
// name. Where code without source had it, that is one end.
CredentialFlow::Ends CredentialFlow::EndsOf(const DataSearch& search) const {
  Ends ends;
  const auto add = [&](const std::string& from, const std::string& to,
                       bool is_found) {
    if (from != to) ends[{from, to}] |= is_found;
  };
  // Of each nameless node, with whether it was come to without an assumption.
  using Step = std::pair<DataGraph::Node, bool>;
  std::map<std::string, std::set<Step>> starts;
  std::map<DataGraph::Node, std::vector<Step>> moves;
  search.ForEachMove([&](const DataSearch::Crossing& move) {
    const std::string from = OwnerOf(move.from);
    const std::string to = OwnerOf(move.to);
    if (from.empty())
      moves[move.from].emplace_back(move.to, move.is_found);
    else if (to.empty())
      starts[from].emplace(move.to, move.is_found);
    else
      add(from, to, move.is_found);
  });
  for (auto& [from, seen] : starts) {
    std::vector<Step> pending(seen.begin(), seen.end());
    while (!pending.empty()) {
      const auto [node, was_found] = pending.back();
      pending.pop_back();
      for (const auto& [next, is_found] : moves[node]) {
        const std::string to = OwnerOf(next);
        const bool found = was_found && is_found;
        if (!to.empty()) add(from, to, found);
        if (to.empty() && seen.emplace(next, found).second)
          pending.emplace_back(next, found);
      }
    }
  }
  return ends;
}

// At the place where the giver, or else the taker, first touches it.
void CredentialFlow::AddEdges(const PlanCredential& credential,
                              const DataSearch& search) {
  std::map<std::string, SourceSite> places;
  for (const DataUse& use : graph_.uses)
    if (search.Has(use.node))
      if (SourceSite site = graph_.SiteOf(use.function, use.place);
          site.line > 0)
        places.try_emplace(site.function, std::move(site));
  for (const auto& [between, is_found] : EndsOf(search)) {
    const auto& [from, to] = between;
    FlowEdge edge;
    edge.kind = EdgeKind::kData;
    edge.from = from;
    edge.to = to;
    edge.external = to == kUnknownOwner;
    edge.label = credential.name;
    edge.confidence =
        is_found ? Confidence::kOverApproximated : Confidence::kAssumed;
    if (const auto at = places.find(from); at != places.end())
      edge.site = at->second;
    else if (const auto there = places.find(to); there != places.end())
      edge.site = there->second;
    ways_.edges.push_back(std::move(edge));
  }
}

// Of a source that gets what it is told to, who tells it.
void CredentialFlow::AddWaySources(const PlanCredential& credential,
                                   const std::vector<CredentialSeed>& seeds,
                                   const DataSearch& search) {
  std::map<uint32_t, FlowSource> found;
  const auto add = [&](uint32_t function, uint32_t place, bool is_certain) {
    FlowSource source{
        credential.name, graph_.functions[function].id,
        is_certain ? Confidence::kProved : Confidence::kOverApproximated,
        graph_.SiteOf(function, place)};
    const auto [known, added] = found.try_emplace(function, source);
    if (!added && source.confidence < known->second.confidence)
      known->second = std::move(source);
  };
  // Who reads from what may be open for it, too.
  for (const DataUse& use : graph_.uses)
    if (use.kind == DataUseKind::kRead &&
        search.IsFound(use.node, DataLabel::kHandle))
      add(use.function, use.place, false);
  std::map<uint32_t, const DataSite*> sites;
  for (const DataSite& site : graph_.sites) sites.emplace(site.number, &site);
  for (const CredentialSeed& seed : seeds) {
    if (seed.function == DataGraph::kNone) continue;
    if (seed.sites.empty()) add(seed.function, seed.place, seed.is_certain);
    for (const uint32_t number : seed.sites)
      if (const auto site = sites.find(number); site != sites.end())
        add(site->second->caller, site->second->facts->place, seed.is_certain);
  }
  for (auto& [function, source] : found)
    ways_.sources.push_back(std::move(source));
}

// At each call, of what comes back: the result, and what is behind what was
// passed, whoever put it there.
void CredentialFlow::AddExposures(const PlanCredential& credential,
                                  const DataSearch& search) {
  using Place = std::tuple<std::string, std::string, int>;
  std::map<Place, FlowExposure> found;
  const auto add = [&](const DataSite& site, DataGraph::Node node,
                       int parameter) {
    if (node == 0 || !search.Has(node)) return;
    const std::string& caller = graph_.functions[site.caller].id;
    const std::string& callee = graph_.functions[site.callee].id;
    FlowExposure exposure{credential.name,
                          caller,
                          callee,
                          parameter,
                          search.IsFound(node) ? Confidence::kOverApproximated
                                               : Confidence::kAssumed,
                          graph_.SiteOf(site.caller, site.facts->place)};
    const auto [known, added] =
        found.try_emplace({caller, callee, parameter}, exposure);
    const bool is_surer = exposure.confidence < known->second.confidence;
    if (!added && is_surer) known->second = std::move(exposure);
  };
  std::multimap<uint32_t, const DataSite*> sites;
  for (const DataSite& site : graph_.sites) {
    sites.emplace(site.number, &site);
    add(site,
        graph_.NodeOf(graph_.functions[site.caller].unit, site.facts->result),
        -1);
  }
  for (const DataBehind& each : graph_.behind) {
    const auto [begin, end] = sites.equal_range(each.site);
    for (auto at = begin; at != end; ++at)
      add(*at->second, each.node, each.parameter);
  }
  for (auto& [place, exposure] : found)
    ways_.exposures.push_back(std::move(exposure));
}

// What was found at a site need not be assumed there as well; for a sink the
// callee is a part of what it is.
void CredentialFlow::DropDoubled() {
  using Place = std::tuple<std::string, std::string, std::string, Phase,
                           std::string, int>;
  std::set<Place> found;
  const auto place = [](const Capability& capability, const SourceSite& site) {
    const bool is_sink = capability.access[0] == "sink";
    return Place{capability.name,
                 capability.access[0],
                 is_sink ? capability.path.back() : "",
                 capability.phase,
                 site.file,
                 site.line};
  };
  for (const auto& [key, capability] : found_)
    if (capability.confidence != Confidence::kAssumed)
      for (const SourceSite& site : capability.sites)
        found.insert(place(capability, site));
  for (auto& [key, capability] : found_)
    if (capability.confidence == Confidence::kAssumed)
      std::erase_if(capability.sites, [&](const SourceSite& site) {
        return found.contains(place(capability, site));
      });
  std::erase_if(found_,
                [](const auto& each) { return each.second.sites.empty(); });
}

// One for each line; of what is assumed, but sinks, one for each function.
void CredentialFlow::KeepSites(Capability& capability) {
  std::ranges::sort(capability.sites, {}, OrderOf);
  const bool is_assumed = capability.confidence == Confidence::kAssumed &&
                          capability.access[0] != "sink";
  std::set<std::tuple<std::string, std::string, int>> seen;
  std::erase_if(capability.sites, [&](const SourceSite& site) {
    return !seen.emplace(site.file, site.function, is_assumed ? 0 : site.line)
                .second;
  });
}

void CredentialFlow::Finish() {
  DropDoubled();
  for (auto& [key, capability] : found_) {
    KeepSites(capability);
    capabilities_.push_back(std::move(capability));
  }
  found_.clear();
}

}  // namespace bailey::analyzer
