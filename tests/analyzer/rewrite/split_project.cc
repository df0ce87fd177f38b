#include "tests/analyzer/rewrite/split_project.h"

#include <cstdlib>
#include <filesystem>

#include "analyzer/capture/command.h"
#include "analyzer/flow/program.h"
#include "analyzer/flow/selection.h"
#include "analyzer/source/front_end.h"
#include "common/fd.h"
#include "policy-compiler/split/place_program.h"
#include "tests/analyzer/rewrite/test_agent.h"

namespace bailey::analyzer {

namespace fs = std::filesystem;

SplitProject::SplitProject(const std::string& sources,
                           std::vector<std::string> units, std::string compiler,
                           std::vector<std::string> options,
                           std::vector<std::string> libraries)
    : compiler_(std::move(compiler)),
      options_(std::move(options)),
      units_(std::move(units)),
      libraries_(std::move(libraries)) {
  std::string name = fs::temp_directory_path() / "bailey-split-XXXXXX";
  directory_ = mkdtemp(name.data());
  fs::copy(sources, directory_, fs::copy_options::recursive);
}

SplitProject::~SplitProject() { fs::remove_all(directory_); }

bool SplitProject::Fails(const Error& error) {
  problems_ += error.message + " (" + error.hint + ")\n";
  return false;
}

bool SplitProject::Fails(const Diagnostics& diagnostics) {
  problems_ += RenderText(diagnostics);
  return false;
}

bool SplitProject::Analyze() {
  BuildRecord record;
  std::vector<std::string> link = {compiler_};
  std::vector<std::vector<std::string>> commands;
  for (const std::string& unit : units_) {
    const std::string object = fs::path(unit).stem().string() + ".o";
    std::vector<std::string> compile = {compiler_};
    compile.insert(compile.end(), options_.begin(), options_.end());
    compile.insert(compile.end(), {"-c", unit, "-o", object});
    commands.push_back(compile);
    link.push_back(object);
  }
  link.insert(link.end(), {"-o", "program"});
  link.insert(link.end(), libraries_.begin(), libraries_.end());
  commands.push_back(link);
  for (const auto& command : commands) {
    const ProgramOutput built = RunProgram(command, directory_);
    if (built.status != 0) return Fails(Error{built.text, ""});
    const BuildRecord each =
        ClassifyCommand(ToolKind::kDriver, command, directory_);
    record.compiles.insert(record.compiles.end(), each.compiles.begin(),
                           each.compiles.end());
    record.links.insert(record.links.end(), each.links.begin(),
                        each.links.end());
  }
  const auto selection = SelectProgram(record, {}, "");
  if (!selection.ok()) return Fails(selection.error());
  std::vector<UnitFacts> facts;
  for (const CompileEntry& entry : selection->compiles) {
    UnitOutcome outcome = ParseUnit(entry, directory_);
    if (outcome.diagnostics.has_errors()) return Fails(outcome.diagnostics);
    facts.push_back(std::move(outcome.facts));
  }
  flow = JoinUnits(std::move(facts), *selection).flow;
  return true;
}

bool SplitProject::Place() {
  policy::Policy policy;
  plan = {};
  const auto add = [&](const char* name, std::vector<std::string> functions) {
    policy::PortionPolicy portion;
    portion.name = name;
    portion.trusted = !functions.empty();
    portion.functions = std::move(functions);
    policy.portions.push_back(std::move(portion));
    plan.portions.emplace_back().name = name;
    plan.portions.back().trusted = policy.portions.back().trusted;
  };
  add("keeper", seeds_);
  add("worker", {});
  if (!vault_seeds_.empty()) add("vault", vault_seeds_);
  for (const std::string& each : passed_) policy.passed.push_back({each, {}});
  Diagnostics diagnostics;
  auto placed =
      policy::PlaceProgram(policy, {"test.policy", ""}, flow, diagnostics);
  if (!placed.ok()) return Fails(diagnostics);
  policy::ApplyPlacement(*std::move(placed), plan);
  return true;
}

bool SplitProject::Write() {
  Diagnostics diagnostics;
  auto written = WritePortions(
      plan, flow,
      {directory_ + "/out", BAILEY_TEST_RUNTIME, BAILEY_SOURCE_ROOT},
      diagnostics);
  if (!written.ok()) {
    Fails(diagnostics);
    return Fails(written.error());
  }
  written_ = *std::move(written);
  return true;
}

bool SplitProject::Build() {
  for (const WrittenPortion& portion : written_) {
    const ProgramOutput made =
        RunProgram({"make", "-s", "-C", portion.directory}, "/");
    if (made.status != 0) return Fails(Error{made.text, ""});
  }
  return true;
}

std::string SplitProject::OutputOf(const std::string& portion,
                                   bool program) const {
  for (const WrittenPortion& each : written_) {
    if (each.name == portion) return program ? each.program : each.directory;
  }
  return "";
}

std::string SplitProject::Text(const std::string& path) {
  auto text = ReadFile(path);
  return text.ok() ? *std::move(text) : "";
}

}  // namespace bailey::analyzer
