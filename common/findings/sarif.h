// Findings as SARIF 2.1.0, as GitHub's code scanning reads it.
//
//   const SarifLog log = WriteSarif(findings, CheckRules(), options);
//   std::cout << log.text;
//   if (!log.cut.empty()) Warn(log.cut);
//
// The same findings give the same bytes, wherever the program lies: no time, no
// absolute path of the repository. Files are relative to it (%SRCROOT%).

#ifndef BAILEY_COMMON_FINDINGS_SARIF_H_
#define BAILEY_COMMON_FINDINGS_SARIF_H_

#include <map>
#include <span>
#include <string>
#include <vector>

#include "common/documents/flow.h"
#include "common/findings/finding.h"
#include "common/findings/source_tree.h"

namespace bailey {

// GitHub shows 5000 results of a run, 100 places of a result and 1000 steps of
// a call path, and takes 10 MB compressed: what is over is cut here, by level,
// and said, rather than there.
struct SarifLimits {
  size_t results = 5000;
  size_t places = 100;
  size_t steps = 1000;
  size_t size_bytes = size_t{40} << 20;  // compresses to less than a quarter
};

struct SarifOptions {
  std::string tool;  // "bailey 0.1.0"
  SourceTree tree;
  // Where functions are defined, by id: the steps of a call path.
  std::map<std::string, SourceSite> functions;
  // Where a finding without a place is shown, if no function is known.
  SourceSite fallback;
  SarifLimits limits;
};

// With the functions of `flow`.
SarifOptions MakeSarifOptions(const Report& report, const Flow& flow,
                              SourceTree tree);

struct SarifLog {
  std::string text;
  std::string cut;  // what was left out, for people; empty: nothing
};

SarifLog WriteSarif(const std::vector<Finding>& findings,
                    std::span<const FindingRule> rules,
                    const SarifOptions& options);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_SARIF_H_
