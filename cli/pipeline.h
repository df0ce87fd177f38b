// The stages from sources to portions, each a program of its own that reads and
// writes documents in one working directory. `check`, `split` and `build` each
// go a part of the way.
//
//   Pipeline pipeline(options);                 // makes a directory of its own
//   RETURN_IF_ERROR(pipeline.Analyze());        // report.json, flow.json
//   ASSIGN_OR_RETURN(int verdict, pipeline.MakePlan());  // plan.json

#ifndef BAILEY_CLI_PIPELINE_H_
#define BAILEY_CLI_PIPELINE_H_

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "cli/scratch_directory.h"
#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::cli {

struct PipelineOptions {
  std::string build_directory = ".";  // holds compile_commands.json
  std::string policy;
  // Where the build links several; with a portion also a binary, absolute.
  std::string program;
  std::string portion;  // of a check: all of the program is this one
  std::vector<std::string> sources;  // empty: all of the program
  std::string root;      // that ids and sites are relative to; empty: chosen
  std::string baseline;  // of a check: an older report, or empty
  bool ignores_suppressions = false;
  std::string format = "text";
  bool quiet = false;
};

void AddPipelineOptions(CLI::App& app, PipelineOptions& options);

class Pipeline {
 public:
  // `directory` must exist. The caller owns and removes it.
  Pipeline(PipelineOptions options, std::string directory);

  // Each answers with the stage's exit code, or with an error of ours.
  //
  // A policy that outlines parts of functions has the program analyzed twice:
  // as it is, and with these parts as functions of their own, in outlined/.
  Result<int> Analyze();
  // Checks only: 0, 1 or 3.
  Result<int> Check();
  // Checks, compiles, proves and places. Exit code 3 comes with a plan where
  // the check was undecided, and without where a proof was.
  struct PlanStage {
    int exit_code = kExitError;
    bool has_plan = false;
  };
  Result<PlanStage> MakePlan();
  // Writes the portions' sources and Makefiles below `directory`.
  Result<int> WritePortions(const std::string& directory);

  // Narrows the plan's filters by what the portions' programs can do, each
  // built below `directory`; writes PORTION/narrowed.policy there.
  Result<int> Narrow(const Plan& plan, const std::string& directory);

  std::string Path(std::string_view name) const;

 private:
  Result<int> AnalyzePortion(const std::string& program,
                             const std::string& report);
  // `whole`: outlined parts are in their functions yet.
  Result<int> AnalyzeBuild(const std::string& flow, bool whole = false);
  Result<int> Outline();
  Result<int> Stage(std::string_view what, std::vector<std::string> command);

  PipelineOptions options_;
  std::string directory_;
};

// Shows one line of progress on a terminal while a stage runs, and how long it
// took when that was more than a second.
class Progress {
 public:
  Progress(std::string_view what, bool quiet);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

 private:
  std::string what_;
  bool quiet_;
  double begin_s_;
};

}  // namespace bailey::cli

#endif  // BAILEY_CLI_PIPELINE_H_
