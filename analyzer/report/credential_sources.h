// Where a program gets a credential: opens of its file, reads of its
// descriptor, its variable of the environment.
//
//   for (const CredentialSeed& each :
//        SourcesOf(credential, program, graph, values, libraries))
//     search.Start(each.node, each.label);

#ifndef BAILEY_ANALYZER_REPORT_CREDENTIAL_SOURCES_H_
#define BAILEY_ANALYZER_REPORT_CREDENTIAL_SOURCES_H_

#include <string>
#include <vector>

#include "analyzer/flow/data_graph.h"
#include "analyzer/flow/data_search.h"
#include "analyzer/flow/value_propagation.h"
#include "analyzer/report/library_summaries.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

struct CredentialSeed {
  DataGraph::Node node = 0;
  DataLabel label = DataLabel::kData;
  // A call; without one (a number that is a descriptor) kNone.
  uint32_t function = DataGraph::kNone;
  uint32_t place = 0;
  std::string callee = {};
  // No other file or variable can be meant.
  bool is_certain = false;
  // Only for who called the function there, by DataSite::number; empty: for
  // whoever did.
  std::vector<uint32_t> sites = {};
};

std::vector<CredentialSeed> SourcesOf(const PlanCredential& credential,
                                      const Program& program,
                                      const DataGraph& graph,
                                      const ValuePropagation& values,
                                      LibrarySummaries& libraries);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_CREDENTIAL_SOURCES_H_
