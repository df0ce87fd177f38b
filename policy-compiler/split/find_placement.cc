#include "policy-compiler/split/find_placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "policy-compiler/split/placement_conditions.h"
#include "policy-compiler/split/placement_flow.h"
#include "policy-compiler/split/placement_solver.h"

namespace bailey::policy {
namespace {

constexpr unsigned kTimeoutMs = 30'000;

int64_t Term(const PlacementCost& cost, PlacementTerm term) {
  return cost[static_cast<size_t>(term)];
}

std::set<std::string, std::less<>> CrossedIn(const PlacementProblem& problem,
                                             const PlacementChoice& choice) {
  std::set<std::string, std::less<>> crossed;
  for (const PlacementCall& call : problem.calls)
    if (choice[0][call.caller] && !choice[0][call.callee])
      crossed.insert(problem.symbols[call.callee].id);
  return crossed;
}

std::string HowSure(const PlacementAnswer& answer,
                    const PlacementBound& bound) {
  if (answer.cost == bound.cost)
    return answer.solver == "maximum flow"
               ? "a maximum flow shows that none is better"
               : fmt::format("{} and a maximum flow agree that none is better",
                             answer.solver);
  for (size_t i = 0; i < kPlacementTerms; ++i)
    if (answer.cost[i] != bound.cost[i])
      return fmt::format(
          "{} says that none is better; the bound by a maximum "
          "flow is {} less in term {} of its cost",
          answer.solver, answer.cost[i] - bound.cost[i], i + 1);
  return "";
}

uint64_t AllLines(const PlacementProblem& problem) {
  uint64_t lines = 0;
  for (const PlacementSymbol& each : problem.symbols) lines += each.lines;
  return lines;
}

class Finder {
 public:
  Finder(const Policy& policy, const SourceText& text,
         const PortionPolicy& main, const ProgramGraph& graph,
         Diagnostics& diagnostics)
      : policy_(policy),
        text_(text),
        main_(main),
        graph_(graph),
        diagnostics_(diagnostics) {}

  std::optional<FoundPlacement> Find(std::span<const Capability> capabilities) {
    if (!HasSources()) return std::nullopt;
    FoundPlacement found;
    found.problem = DescribePlacement(policy_, main_, graph_, capabilities);
    const PlacementBound bound = BoundPlacement(found.problem);
    Result<PlacementAnswer> answer =
        SolvePlacement(found.problem, bound, kTimeoutMs);
    if (!answer.ok()) {
      Report(answer.error().message, answer.error().hint);
      return std::nullopt;
    }
    if (answer->choice.empty()) {
      ReportConflict(*answer);
      return std::nullopt;
    }
    found.crossed = CrossedIn(found.problem, answer->choice);
    Tell(found, *answer, bound);
    WarnOfMaybe(found.problem, answer->choice);
    found.choice = std::move(answer->choice);
    return found;
  }

 private:
  const PortionPolicy& FirstTrusted() const {
    return *std::ranges::find_if(
        policy_.portions, [&](const auto& each) { return &each != &main_; });
  }

  void Report(std::string message, std::string hint) {
    diagnostics_.Add(ErrorAt(text_, FirstTrusted().span, std::move(message),
                             std::move(hint)));
  }

  // Without them everything would be found to be untrusted.
  bool HasSources() {
    bool all = true;
    for (const PortionPolicy& portion : policy_.portions) {
      if (&portion == &main_ || !portion.functions.empty()) continue;
      for (const std::string& credential : portion.credentials)
        all &= HasSource(portion, credential);
    }
    for (const CredentialReader& reader : policy_.readers)
      all &= IsSource(reader);
    return all;
  }

  // An author who is wrong of a reader is wrong of who is none, too.
  bool IsSource(const CredentialReader& reader) {
    const FlowFunction& function =
        *graph_.FunctionsNamed(reader.function).front();
    const auto& sources = graph_.flow().sources;
    const bool is_source =
        std::ranges::any_of(sources, [&](const FlowSource& each) {
          return each.label == reader.credential &&
                 each.function == function.id;
        });
    if (!is_source)
      diagnostics_.Add(ErrorAt(
          text_, reader.span,
          fmt::format("`{}` was not found to get `{}`, nor to call what may",
                      reader.function, reader.credential),
          "name the function that opens it, or that calls the one that does"));
    return is_source;
  }

  bool HasSource(const PortionPolicy& portion, const std::string& credential) {
    const auto& sources = graph_.flow().sources;
    if (std::ranges::find(sources, credential, &FlowSource::label) !=
        sources.end())
      return true;
    diagnostics_.Add(
        ErrorAt(text_, portion.span,
                fmt::format("no function of the program was found to get `{}`",
                            credential),
                "is its place right? Else name the functions of the portion: "
                "`function load, sign;`"));
    return false;
  }

  // With the names of C++ functions in place of what the linker sees.
  std::string Readable(std::string message) const {
    for (const FlowFunction& each : graph_.flow().functions) {
      if (each.qualified_name.empty()) continue;
      const std::string id = "`" + each.id + "`";
      const std::string name = "`" + PolicyName(each) + "`";
      for (size_t at = message.find(id); at != std::string::npos;
           at = message.find(id, at + name.size()))
        message.replace(at, id.size(), name);
    }
    return message;
  }

  void ReportConflict(const PlacementAnswer& answer) {
    std::string message =
        "no placement keeps the credentials where they are "
        "used:";
    for (const auto& conflict : answer.conflicts) {
      std::set<std::string> said;
      for (const PlacementCondition& each : conflict)
        if (!each.reason.empty() && said.insert(each.reason).second)
          message += (said.size() == 1 ? "\n  - " : "\n    ") + each.reason;
    }
    Report(Readable(std::move(message)), WithOutline(HintOf(answer.changes)));
  }

  // The statements of all changes, each once: several may need the same.
  static std::vector<std::string> WordsOf(
      const std::vector<PlacementCondition>& changes) {
    std::vector<std::string> words;
    for (const PlacementCondition& each : changes) {
      std::string_view rest = each.change;
      while (!rest.empty()) {
        const size_t end = std::min(rest.find(';'), rest.size() - 1) + 1;
        std::string word(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (std::ranges::find(words, word) == words.end())
          words.push_back(std::move(word));
      }
    }
    return words;
  }

  // What is separate need not be passed as well.
  static std::string HintOf(const std::vector<PlacementCondition>& changes) {
    const std::vector<std::string> words = WordsOf(changes);
    std::string hint;
    for (const std::string& word : words) {
      const bool is_more =
          word.starts_with("pass ") &&
          std::ranges::find(words, "separate" + word.substr(4)) != words.end();
      if (is_more) continue;
      hint +=
          hint.empty() ? "the least that would make one possible: " : " and ";
      hint += word;
      if (word.starts_with("pass "))
        hint += " (an attacker sets what it holds)";
    }
    return hint;
  }

  // The function that is untrusted by its name and holds a credential for
  // certain; empty: none does.
  std::string PinnedHolder() const {
    const Flow& flow = graph_.flow();
    const auto holds = [&](const std::string& name) {
      return std::ranges::any_of(graph_.FunctionsNamed(name), [&](auto* each) {
        return std::ranges::any_of(flow.sources,
                                   [&](const FlowSource& source) {
                                     return source.function == each->id &&
                                            source.confidence ==
                                                Confidence::kProved;
                                   }) ||
               std::ranges::any_of(
                   flow.exposures, [&](const FlowExposure& exposure) {
                     return exposure.caller == each->id &&
                            exposure.confidence != Confidence::kAssumed;
                   });
      });
    };
    std::vector<std::string> pinned = {"main"};
    pinned.insert(pinned.end(), main_.input_functions.begin(),
                  main_.input_functions.end());
    pinned.insert(pinned.end(), main_.functions.begin(), main_.functions.end());
    const auto found = std::ranges::find_if(pinned, holds);
    return found == pinned.end() ? "" : *found;
  }

  std::string WithOutline(const std::string& hint) const {
    const std::string holder = PinnedHolder();
    if (holder.empty()) {
      return hint.empty() ? "change the program: let what a trusted function "
                            "needs be passed to it"
                          : hint;
    }
    return fmt::format(
        "{}the part of `{}` that holds the credential can be a function of its "
        "own: `outline NAME from {};`, or a name for each part",
        hint.empty() ? "" : hint + "; or ", holder, holder);
  }

  void Tell(const FoundPlacement& found, const PlacementAnswer& answer,
            const PlacementBound& bound) {
    std::string names;
    for (const std::string& each : found.crossed)
      names += (names.empty() ? "" : ", ") + each;
    Diagnostic note;
    note.severity = Severity::kNote;
    note.message = fmt::format(
        "placed: {} of {} lines are trusted, {} functions are called across "
        "({}); {}",
        Term(answer.cost, PlacementTerm::kTrustedLines),
        AllLines(found.problem), found.crossed.size(), names,
        HowSure(answer, bound));
    note.hint =
        "whoever takes the untrusted portion over can call these with anything";
    diagnostics_.Add(std::move(note));
  }

  // What is not known to get no credential and had to be left where there is
  // none: it is refused there, which an author should know.
  void WarnOfMaybe(const PlacementProblem& problem,
                   const PlacementChoice& choice) {
    std::string names;
    for (size_t i = 0; i < problem.symbols.size(); ++i)
      if (choice[0][i] && problem.symbols[i].may_get)
        names += (names.empty() ? "`" : ", `") + problem.symbols[i].id + "`";
    if (names.empty()) return;
    diagnostics_.Add(WarningAt(
        text_, main_.span,
        fmt::format("in portion `{}`, which has no credential, these may be "
                    "told to get one, which is not there: {}",
                    main_.name, names),
        "where they should not fail, name them: `function NAME;` in the "
        "portion "
        "that has it"));
  }

  const Policy& policy_;
  const SourceText& text_;
  const PortionPolicy& main_;
  const ProgramGraph& graph_;
  Diagnostics& diagnostics_;
};

}  // namespace

std::optional<FoundPlacement> FindPlacement(
    const Policy& policy, const SourceText& policy_text,
    const PortionPolicy& main, const ProgramGraph& graph,
    std::span<const Capability> capabilities, Diagnostics& diagnostics) {
  return Finder(policy, policy_text, main, graph, diagnostics)
      .Find(capabilities);
}

std::vector<ClosureSeed> FoundSeeds(const FoundPlacement& found,
                                    uint32_t portion, const Flow& flow) {
  std::map<std::string, std::string> reasons;
  for (const FlowSource& each : flow.sources)
    reasons.try_emplace(each.function, "it gets `" + each.label + "`");
  for (const FlowExposure& each : flow.exposures)
    reasons.try_emplace(
        each.caller,
        "`" + each.callee + "` gives it what depends on `" + each.label + "`");
  std::vector<ClosureSeed> seeds;
  for (size_t i = 0; i < flow.functions.size(); ++i) {
    const auto is_there = [&](const std::vector<bool>& at) { return at[i]; };
    if (!found.choice[portion][i] ||
        std::ranges::count_if(found.choice, is_there) != 1)
      continue;
    const std::string& id = flow.functions[i].id;
    const auto reason = reasons.find(id);
    seeds.push_back({id, reason != reasons.end() ? reason->second
                         : found.IsCrossed(id)
                             ? "least is trusted if calls cross here"
                             : "only trusted functions use it"});
  }
  return seeds;
}

}  // namespace bailey::policy
