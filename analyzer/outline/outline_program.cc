#include "analyzer/outline/outline_program.h"

#include <clang/AST/Attr.h>
#include <clang/Frontend/ASTUnit.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "analyzer/outline/credential_calls.h"
#include "analyzer/outline/region_checks.h"
#include "analyzer/outline/region_reach.h"
#include "analyzer/outline/region_writer.h"
#include "analyzer/outline/state_safety.h"
#include "analyzer/rewrite/splice.h"
#include "analyzer/rewrite/unit_parse.h"
#include "common/digest.h"

namespace bailey::analyzer {
namespace {

using Requests = std::vector<const OutlineRequest*>;

std::string Lines(const SourceView& view, const std::vector<Region>& regions) {
  std::string lines;
  for (const Region& each : regions) {
    lines += fmt::format("{}{}", lines.empty() ? "" : ", ",
                         view.sources().getExpansionLineNumber(each.begin()));
  }
  return lines;
}

const clang::FunctionDecl* FindDefinition(clang::ASTContext& context,
                                          std::string_view name) {
  for (const clang::Decl* each : context.getTranslationUnitDecl()->decls()) {
    const auto* function = clang::dyn_cast<clang::FunctionDecl>(each);
    if (function && function->isThisDeclarationADefinition() &&
        function->getNameAsString() == name)
      return function;
  }
  return nullptr;
}

// The functions of one unit, cut one after the other.
class UnitOutliner {
 public:
  UnitOutliner(const Flow& flow, const OutlineOptions& options,
               clang::ASTUnit& unit, Diagnostics& diagnostics)
      : flow_(flow),
        options_(options),
        unit_(unit),
        view_(unit.getASTContext(), unit.getPreprocessor()),
        diagnostics_(diagnostics) {
    for (const OutlineRequest& each : options.requests)
      new_names_.insert(each.name);
  }

  void Cut(const FlowFunction& function, const Requests& requests) {
    const clang::FunctionDecl* definition =
        FindDefinition(unit_.getASTContext(), function.name);
    if (!definition) {
      Report({clang::SourceLocation(),
              fmt::format("the definition of `{}` is not seen under its name",
                          function.name),
              "write the definition out, without a macro for its name"});
      return;
    }
    if (definition->hasAttr<clang::TargetAttr>() ||
        definition->hasAttr<clang::OptimizeNoneAttr>()) {
      Report(
          {definition->getLocation(),
           fmt::format("`{}` is compiled in a way of its own", function.name),
           "leave the attribute out"});
      return;
    }
    if (!CheckNames(*definition, requests)) return;
    const CredentialCalls calls =
        CallsOf(flow_, function, options_.declassified);
    const SecretLocals secrets(*definition, unit_.getASTContext(), calls);
    std::vector<Region> regions = FindRegions(*definition, secrets);
    std::ranges::sort(regions, [&](const Region& a, const Region& b) {
      return view_.IsBefore(a.begin(), b.begin());
    });
    MergeRegions(regions, requests.size());
    if (!CheckCount(*definition, regions, requests)) return;
    if (!CheckRegions(*definition, secrets, regions)) return;
    Write(function, *definition, secrets, regions, requests);
  }

  const std::vector<Splice>& splices() const { return splices_; }

 private:
  // A macro, a type or a local of the part's name would be meant instead.
  bool CheckNames(const clang::FunctionDecl& function,
                  const Requests& requests) {
    const clang::IdentifierTable& known = unit_.getASTContext().Idents;
    for (const OutlineRequest* each : requests) {
      if (known.find(each->name) == known.end()) continue;
      Report({function.getLocation(),
              fmt::format("the source has the name `{}` already", each->name),
              "outline the part under another name"});
      return false;
    }
    return true;
  }

  bool CheckCount(const clang::FunctionDecl& function,
                  const std::vector<Region>& regions,
                  const Requests& requests) {
    if (regions.size() == requests.size()) return true;
    const std::string name = function.getNameAsString();
    if (regions.empty()) {
      Report({function.getLocation(),
              fmt::format("no part of `{}` is seen to get a credential", name),
              "leave `outline` out, or read the credential by a name that "
              "stands in the program"});
    } else {
      Report({function.getLocation(),
              fmt::format(
                  "{} of `{}` touch a credential, and {} named: they "
                  "begin on line {}",
                  regions.size() == 1 ? std::string("1 part")
                                      : fmt::format("{} parts", regions.size()),
                  name,
                  requests.size() == 1 ? std::string("1 is")
                                       : fmt::format("{} are", requests.size()),
                  Lines(view_, regions)),
              "name each: `outline A, B from " + name +
                  ";`; if a part only handles what may be told, declassify the "
                  "function that makes it"});
    }
    return false;
  }

  bool CheckRegions(const clang::FunctionDecl& function,
                    const SecretLocals& secrets,
                    const std::vector<Region>& regions) {
    OutlineProblems problems;
    for (const Region& each : regions) {
      for (OutlineProblem& problem : CheckRegion(function, each, view_))
        problems.push_back(std::move(problem));
      if (each.tail && !each.tail_is_truth && secrets.Carries(*each.tail))
        problems.push_back({each.tail->getBeginLoc(),
                            "what is given back here is a credential's",
                            "declassify the function that makes it, or decide "
                            "by a comparison"});
    }
    return ReportAll(problems);
  }

  void Write(const FlowFunction& flow_function,
             const clang::FunctionDecl& function, const SecretLocals& secrets,
             const std::vector<Region>& regions, const Requests& requests) {
    const LocalUses uses(function, flow_);
    const FunctionPlan plan =
        PlanLocals({function, secrets, uses, view_, flow_}, regions);
    if (!ReportAll(plan.problems) || !CheckReaches(plan)) return;
    if (!plan.state.empty() && !CheckState(flow_function, *plan.state[0]))
      return;
    std::vector<std::string> names;
    for (const OutlineRequest* each : requests) names.push_back(each->name);
    WrittenFunction written = WriteFunction(
        {unit_.getASTContext(), view_, function, uses,
         static_cast<unsigned>(flow_function.extent.begin), new_names_},
        plan, names);
    if (!ReportAll(written.problems)) return;
    splices_.insert(splices_.end(), written.splices.begin(),
                    written.splices.end());
  }

  bool CheckReaches(const FunctionPlan& plan) {
    OutlineProblems problems;
    for (const RegionPlan& each : plan.regions)
      for (OutlineProblem& problem :
           CheckReach(unit_.getASTContext(), each, flow_))
        problems.push_back(std::move(problem));
    return ReportAll(problems);
  }

  bool CheckState(const FlowFunction& function, const clang::VarDecl& local) {
    const std::string why = WhyNotOnce(flow_, function);
    if (why.empty()) return true;
    Report({local.getLocation(),
            fmt::format("`{}` holds a credential in several parts of `{}`, of "
                        "which two calls may run at once: {}",
                        local.getNameAsString(), function.name, why),
            "keep the credential in a global, or in one part"});
    return false;
  }

  bool ReportAll(const OutlineProblems& problems) {
    for (const OutlineProblem& each : problems) Report(each);
    return problems.empty();
  }

  void Report(const OutlineProblem& problem) {
    const clang::SourceManager& sources = view_.sources();
    const clang::PresumedLoc place =
        sources.getPresumedLoc(sources.getExpansionLoc(problem.where));
    Diagnostic diagnostic;
    diagnostic.message = "it cannot be cut out: " + problem.message;
    diagnostic.hint = problem.hint;
    if (place.isValid()) {
      diagnostic.file = place.getFilename();
      diagnostic.line = static_cast<int>(place.getLine());
      diagnostic.column = static_cast<int>(place.getColumn());
      diagnostic.length = 1;
    }
    diagnostics_.Add(std::move(diagnostic));
  }

  const Flow& flow_;
  const OutlineOptions& options_;
  clang::ASTUnit& unit_;
  const SourceView view_;
  Diagnostics& diagnostics_;
  std::set<std::string> new_names_;
  std::vector<Splice> splices_;
};

// Requests by function, each in the order of the text.
using ByFunction = std::map<const FlowFunction*, Requests>;

Result<ByFunction> FindFunctions(const Flow& flow,
                                 const OutlineOptions& options) {
  ByFunction found;
  std::set<std::string> names;
  for (const FlowFunction& each : flow.functions) names.insert(each.name);
  for (const FlowGlobal& each : flow.globals) names.insert(each.name);
  for (const OutlineRequest& each : options.requests) {
    if (!names.insert(each.name).second)
      return Fail(fmt::format("the program has a `{}` already", each.name),
                  "outline the part under another name");
    const auto function =
        std::ranges::find_if(flow.functions, [&](const FlowFunction& one) {
          return one.name == each.function || one.id == each.function;
        });
    if (function == flow.functions.end())
      return Fail(
          fmt::format("the program has no function `{}`, from which "
                      "`{}` is to be outlined",
                      each.function, each.name));
    found[&*function].push_back(&each);
  }
  return found;
}

Result<OutlinedSource> OutlineUnit(const Flow& flow,
                                   const OutlineOptions& options,
                                   const FlowUnit& unit,
                                   const ByFunction& functions,
                                   Diagnostics& diagnostics) {
  ASSIGN_OR_RETURN(const std::unique_ptr<clang::ASTUnit> tree,
                   ParseSource(unit, diagnostics));
  if (tree->getLangOpts().CPlusPlus)
    return Fail("`" + unit.file + "` is C++, of which nothing is outlined",
                "split the C part of the program");
  const clang::SourceManager& sources = tree->getSourceManager();
  const std::string text = sources.getBufferData(sources.getMainFileID()).str();
  // Where functions stand is taken from the flow graph.
  if (Sha256Hex(text) != unit.sha256)
    return Fail("`" + unit.file + "` changed after it was analyzed",
                "analyze again");
  UnitOutliner outliner(flow, options, *tree, diagnostics);
  for (const auto& [function, requests] : functions)
    if (function->extent.file == unit.file) outliner.Cut(*function, requests);
  return OutlinedSource{unit.file,
                        ApplySplices(text, outliner.splices(), unit.file)};
}

}  // namespace

Result<std::vector<OutlinedSource>> OutlineProgram(
    const Flow& flow, const OutlineOptions& options, Diagnostics& diagnostics) {
  ASSIGN_OR_RETURN(const ByFunction functions, FindFunctions(flow, options));
  std::set<std::string> files;
  for (const auto& [function, requests] : functions)
    files.insert(function->extent.file);
  const size_t errors = diagnostics.error_count();
  std::vector<OutlinedSource> sources;
  for (const FlowUnit& unit : flow.units) {
    if (files.erase(unit.file) == 0) continue;
    ASSIGN_OR_RETURN(OutlinedSource source,
                     OutlineUnit(flow, options, unit, functions, diagnostics));
    sources.push_back(std::move(source));
  }
  if (!files.empty())
    return Fail("`" + *files.begin() + "` is no source of its own",
                "define the function in a source, not in a header");
  if (diagnostics.error_count() > errors)
    return Fail("not all parts can be cut out", "see the diagnostics");
  return sources;
}

}  // namespace bailey::analyzer
