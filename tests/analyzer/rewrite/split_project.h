// A C project on its way through capture, analysis, placement and rewriting.
//
//   SplitProject project("testdata/split", {"main.c", "keeper.c"}, "cc");
//   project.Seed({"keeper_open"});
//   ASSERT_TRUE(project.Split()) << project.problems();
//   ASSERT_TRUE(project.Build()) << project.problems();

#ifndef BAILEY_TESTS_ANALYZER_REWRITE_SPLIT_PROJECT_H_
#define BAILEY_TESTS_ANALYZER_REWRITE_SPLIT_PROJECT_H_

#include <string>
#include <vector>

#include "analyzer/rewrite/write_portions.h"
#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::analyzer {

class SplitProject {
 public:
  // Copies `sources` (a directory) to one of its own and compiles `units`
  // there.
  SplitProject(const std::string& sources, std::vector<std::string> units,
               std::string compiler, std::vector<std::string> options,
               std::vector<std::string> libraries);
  ~SplitProject();
  SplitProject(const SplitProject&) = delete;
  SplitProject& operator=(const SplitProject&) = delete;

  // The functions of trusted portion "keeper"; "worker" has the rest.
  void Seed(std::vector<std::string> functions) { seeds_ = functions; }
  // Of a second trusted portion, "vault"; without them there is none.
  void SeedVault(std::vector<std::string> functions) {
    vault_seeds_ = functions;
  }

  // Globals that the policy passes.
  void Pass(std::vector<std::string> globals) { passed_ = globals; }

  bool Analyze();  // builds the unsplit program too
  bool Place();
  bool Write();
  bool Split() { return Analyze() && Place() && Write(); }
  bool Build();

  const std::string& problems() const { return problems_; }
  const std::string& directory() const { return directory_; }
  std::string Unsplit() const { return directory_ + "/program"; }
  std::string Client() const { return OutputOf("worker", true); }
  std::string Server() const { return OutputOf("keeper", true); }
  std::string OutputOf(const std::string& portion, bool program) const;
  // What is in a file, or empty.
  static std::string Text(const std::string& path);

  Flow flow;
  Plan plan;

 private:
  bool Fails(const Error& error);
  bool Fails(const Diagnostics& diagnostics);

  std::string directory_;
  std::string compiler_;
  std::vector<std::string> options_;
  std::vector<std::string> units_;
  std::vector<std::string> libraries_;
  std::vector<std::string> seeds_;
  std::vector<std::string> vault_seeds_;
  std::vector<std::string> passed_;
  std::vector<WrittenPortion> written_;
  std::string problems_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_REWRITE_SPLIT_PROJECT_H_
