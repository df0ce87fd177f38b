// One portion: which units it has, their text, its commands. Nothing is written
// to disk here.
//
//   PortionWriter writer(program, portion, diagnostics);
//   ASSIGN_OR_RETURN(PortionFiles files, writer.Write());

#ifndef BAILEY_ANALYZER_REWRITE_PORTION_WRITER_H_
#define BAILEY_ANALYZER_REWRITE_PORTION_WRITER_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/rewrite/edits.h"
#include "analyzer/rewrite/portion_commands.h"
#include "analyzer/rewrite/struct_fields.h"
#include "analyzer/rewrite/stub_writer.h"
#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "common/result.h"

namespace bailey::analyzer {

// What all portions are made of.
struct SplitProgram {
  const Plan& plan;
  const Flow& flow;
  std::string output_directory;                  // absolute
  std::string runtime_library;                   // absolute
  std::string runtime_include;                   // absolute
  std::string fuzz_library;                      // absolute, or empty
  std::string root;                              // of all units
  std::map<std::string, SourceFile> sources;     // units, by path
  std::map<uint32_t, FieldsByParameter> fields;  // by crossing
};

struct OutputFile {
  std::string path;
  std::string text;
};

struct PortionFiles {
  std::string directory;
  std::string program;
  std::vector<OutputFile> files;
};

class PortionWriter {
 public:
  PortionWriter(const SplitProgram& program, const PlanPortion& portion,
                Diagnostics& diagnostics);

  Result<PortionFiles> Write();

 private:
  std::string RoleOf(const std::string& id) const;
  bool IsHere(const std::string& id) const;
  bool IsTextHere(const FlowFunction& function) const;
  bool HasPartOf(const FlowUnit& unit) const;
  void CheckHeaders();
  void ReportHeader(const SourceExtent& extent, const std::string& id);
  bool Answers(const Crossing& crossing) const;
  const Crossing* CrossingOf(const std::string& function) const;
  unsigned ChannelTo(const std::string& portion) const;

  PortionPaths Paths() const;
  void WriteUnit(const FlowUnit& unit, size_t index);
  void Check(const FlowUnit& unit, const std::string& text);
  void Add(Result<Splice> splice, const SourceExtent& extent,
           std::vector<Splice>& splices);
  void EditFunction(const SourceFile& file, const FlowFunction& function,
                    std::vector<Splice>& splices);
  void EditGlobal(const SourceFile& file, const FlowGlobal& global,
                  std::vector<Splice>& splices);
  std::string GlueFor(const FlowUnit& unit);
  std::string ThrowingFor(const FlowUnit& unit) const;
  std::string PassedAccessFor(const FlowUnit& unit) const;
  void WriteService();
  Result<std::string> WriteFuzzer(const std::vector<BuildCommand>& units);

  const SplitProgram& program_;
  const PlanPortion& portion_;
  Diagnostics& diagnostics_;
  std::map<std::string, std::string, std::less<>> roles_;
  PortionFiles result_;
  std::vector<BuildCommand> compiles_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_PORTION_WRITER_H_
