// What becomes of a policy's credentials in a program: where it gets them, who
// uses and copies them, and where they leave.
//
//   CredentialFlow flow(program, graph, request);
//   flow.Find(values, libraries, phases);
//   report.capabilities.append_range(flow.capabilities());

#ifndef BAILEY_ANALYZER_REPORT_CREDENTIALS_H_
#define BAILEY_ANALYZER_REPORT_CREDENTIALS_H_

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/flow/data_graph.h"
#include "analyzer/flow/data_search.h"
#include "analyzer/flow/value_propagation.h"
#include "analyzer/report/credential_sinks.h"
#include "analyzer/report/credential_sources.h"
#include "analyzer/report/library_summaries.h"
#include "analyzer/report/parse_credential.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "common/documents/report.h"

namespace bailey::analyzer {

struct CredentialRequest {
  std::vector<PlanCredential> credentials;
  bool decisions = false;  // what is decided by a credential depends on it
  std::set<std::string, std::less<>> strict;  // so it is of these alone
  std::vector<DeclassifiedFunction> declassified;
  // By credential: C names of functions that alone get it, or tell others to.
  // None: whoever may.
  std::map<std::string, std::set<std::string>, std::less<>> readers;
};

// What goes into the flow graph: edges of kind kData, and what else a split
// needs.
struct CredentialWays {
  std::vector<FlowSource> sources;
  std::vector<FlowEdge> edges;
  std::vector<FlowExposure> exposures;
};

// In which phases something at a site happens.
using PhasesAt = std::function<std::vector<Phase>(const SourceSite&)>;

class CredentialFlow {
 public:
  // All must outlive this.
  CredentialFlow(const Program& program, const DataGraph& graph,
                 const CredentialRequest& request)
      : program_(program), graph_(graph), request_(request) {}

  void Find(const ValuePropagation& values, LibrarySummaries& libraries,
            const PhasesAt& phases);

  // Of each credential, by access, function and phase.
  std::vector<Capability> TakeCapabilities() {
    return std::move(capabilities_);
  }
  CredentialWays TakeWays() { return std::move(ways_); }

 private:
  void FindOne(const PlanCredential& credential,
               const std::vector<CredentialSeed>& seeds,
               const PhasesAt& phases);
  std::vector<CredentialSeed> OnlyOfReaders(
      const PlanCredential& credential,
      std::vector<CredentialSeed> seeds) const;
  std::vector<uint32_t> SitesIn(const CredentialSeed& seed,
                                const std::set<uint32_t>& callers) const;
  void AddSources(const PlanCredential& credential,
                  const std::vector<CredentialSeed>& seeds,
                  const PhasesAt& phases);
  struct Use {
    DataUseKind kind;
    bool is_assumed;
  };
  Use MeaningOf(const DataUse& use);
  DataLabel LabelOf(const DataUse& use, const DataSearch& search) const;
  void AddUse(const PlanCredential& credential, const DataSearch& search,
              const DataUse& use, const PhasesAt& phases);
  void Add(Capability capability, const SourceSite& site,
           const PhasesAt& phases);
  // Whether data goes there without an assumption.
  using Ends = std::map<std::pair<std::string, std::string>, bool>;
  std::string OwnerOf(DataGraph::Node node) const;
  Ends EndsOf(const DataSearch& search) const;
  void AddEdges(const PlanCredential& credential, const DataSearch& search);
  void AddWaySources(const PlanCredential& credential,
                     const std::vector<CredentialSeed>& seeds,
                     const DataSearch& search);
  void AddExposures(const PlanCredential& credential, const DataSearch& search);
  DataSearchOptions SearchOptions(std::string_view credential) const;
  std::set<uint32_t> FunctionsNamed(std::string_view name) const;
  void DropDoubled();
  static void KeepSites(Capability& capability);
  void Finish();

  const Program& program_;
  const DataGraph& graph_;
  const CredentialRequest& request_;
  std::optional<UnknownCallees> callees_;
  std::map<std::string, Capability> found_;  // by all that tells apart
  std::vector<Capability> capabilities_;
  CredentialWays ways_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_CREDENTIALS_H_
