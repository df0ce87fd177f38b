#include "analyzer/rewrite/portion_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "analyzer/rewrite/cxx_edits.h"
#include "analyzer/rewrite/fuzz_makefile.h"
#include "analyzer/rewrite/fuzz_writer.h"
#include "analyzer/rewrite/makefile.h"
#include "analyzer/rewrite/passed_writer.h"
#include "analyzer/rewrite/thrown_text.h"
#include "analyzer/rewrite/written_check.h"
#include "common/check.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

Diagnostic At(const SourceExtent& extent, Error error) {
  Diagnostic diagnostic;
  diagnostic.message = std::move(error.message);
  diagnostic.hint = std::move(error.hint);
  diagnostic.file = extent.file;
  diagnostic.line = extent.line;
  diagnostic.column = extent.column;
  diagnostic.length = 1;
  return diagnostic;
}

// <iostream> has one in each unit, and the library counts them.
bool IsStreamsStart(const FlowGlobal& global) {
  return global.name == "__ioinit" && global.linkage == Linkage::kInternal;
}

constexpr std::string_view kServiceName = "bailey_service.c";
constexpr std::string_view kFuzzName = "bailey_fuzz.c";

}  // namespace

PortionWriter::PortionWriter(const SplitProgram& program,
                             const PlanPortion& portion,
                             Diagnostics& diagnostics)
    : program_(program), portion_(portion), diagnostics_(diagnostics) {
  for (const PlacedSymbol& symbol : portion.symbols) {
    roles_[symbol.id] = symbol.role;
  }
  result_.directory = program.output_directory + "/" + portion.name;
  result_.program = result_.directory + "/bin/" + portion.name;
}

Result<PortionFiles> PortionWriter::Write() {
  CheckHeaders();
  const auto& units = program_.flow.units;
  for (size_t i = 0; i < units.size(); ++i) {
    if (HasPartOf(units[i])) WriteUnit(units[i], i);
  }
  if (compiles_.empty()) {
    return Fail(fmt::format("portion `{}` has no function", portion_.name));
  }
  const std::vector<BuildCommand> own_units = compiles_;
  if (!portion_.holds_main) WriteService();
  std::vector<std::string> objects;
  for (const BuildCommand& each : compiles_) objects.push_back(each.output);
  if (HasHandles(program_.plan, portion_)) {
    RETURN_IF_ERROR(RequireSharedLibraries(program_.flow));
  }
  ASSIGN_OR_RETURN(const BuildCommand link,
                   LinkPortion(program_.flow, objects, result_.program,
                               program_.runtime_library));
  ASSIGN_OR_RETURN(std::string makefile, MakefileText(compiles_, link));
  ASSIGN_OR_RETURN(const std::string fuzzer, WriteFuzzer(own_units));
  result_.files.push_back(
      {result_.directory + "/Makefile", std::move(makefile) + fuzzer});
  result_.files.push_back({result_.directory + "/compile_commands.json",
                           CompilationDatabaseText(compiles_)});
  return std::move(result_);
}

// What the plan does not name is nowhere: that fails to build, never to hide.
std::string PortionWriter::RoleOf(const std::string& id) const {
  const auto role = roles_.find(id);
  return role == roles_.end() ? "absent" : role->second;
}

bool PortionWriter::IsHere(const std::string& id) const {
  const std::string role = RoleOf(id);
  return role == "placed" || role == "replica";
}

bool PortionWriter::HasPartOf(const FlowUnit& unit) const {
  const auto& flow = program_.flow;
  return std::ranges::any_of(flow.functions,
                             [&](const FlowFunction& function) {
                               return function.extent.file == unit.file &&
                                      RoleOf(function.id) != "absent";
                             }) ||
         std::ranges::any_of(flow.globals, [&](const FlowGlobal& global) {
           return global.extent.file == unit.file && IsHere(global.id);
         });
}

// Headers are not rewritten: what stands in one is in every portion. That is
// wrong where it is placed in one portion alone.
void PortionWriter::CheckHeaders() {
  if (!portion_.holds_main) return;
  for (const FlowFunction& function : program_.flow.functions) {
    if (program_.sources.contains(function.extent.file)) continue;
    if (RoleOf(function.id) == "absent" && MayBeInHeader(function)) continue;
    if (!IsHere(function.id)) ReportHeader(function.extent, function.id);
  }
  for (const FlowGlobal& global : program_.flow.globals) {
    if (program_.sources.contains(global.extent.file)) continue;
    if (IsStreamsStart(global) || MayBeInHeader(global)) continue;
    if (!IsHere(global.id)) ReportHeader(global.extent, global.id);
  }
}

void PortionWriter::ReportHeader(const SourceExtent& extent,
                                 const std::string& id) {
  diagnostics_.Add(
      At(extent,
         {fmt::format("`{}` is to be in a trusted portion only, but is defined "
                      "in a header, which every portion includes",
                      id),
          "define it in a source file"}));
}

bool PortionWriter::Answers(const Crossing& crossing) const {
  return crossing.to == portion_.name;
}

const Crossing* PortionWriter::CrossingOf(const std::string& function) const {
  for (const Crossing& crossing : program_.plan.crossings) {
    if (crossing.function == function) return &crossing;
  }
  return nullptr;
}

// As the agent numbers them: by first mention among the crossings.
unsigned PortionWriter::ChannelTo(const std::string& portion) const {
  std::vector<std::string> servers;
  for (const Crossing& crossing : program_.plan.crossings) {
    if (crossing.from != portion_.name) continue;
    const auto found = std::ranges::find(servers, crossing.to);
    if (found == servers.end()) servers.push_back(crossing.to);
  }
  return static_cast<unsigned>(std::ranges::find(servers, portion) -
                               servers.begin());
}

void PortionWriter::WriteUnit(const FlowUnit& unit, size_t index) {
  const SourceFile& file = program_.sources.at(unit.file);
  const size_t errors = diagnostics_.error_count();
  std::vector<Splice> splices;
  for (const FlowGlobal& global : program_.flow.globals) {
    if (global.extent.file == unit.file && global.function.empty()) {
      EditGlobal(file, global, splices);
    }
  }
  for (const FlowFunction* function : FunctionsOf(program_.flow, unit.file)) {
    EditFunction(file, *function, splices);
  }
  const fs::path relative =
      fs::path(unit.file).lexically_relative(program_.root);
  const std::string source = result_.directory + "/" + relative.string();
  const std::string object =
      fmt::format("{}/obj/{}-{}.o", result_.directory, index,
                  fs::path(unit.file).stem().string());
  const std::string text =
      ApplySplices(file.text, std::move(splices), SourceName(unit)) +
      GlueFor(unit) + ThrowingFor(unit);
  result_.files.push_back({source, text});
  compiles_.push_back(CompileUnit(unit, source, object, Paths()));
  if (diagnostics_.error_count() == errors) Check(unit, text);
}

PortionPaths PortionWriter::Paths() const {
  return {result_.directory, program_.root, program_.runtime_include};
}

void PortionWriter::Check(const FlowUnit& unit, const std::string& text) {
  WrittenUnit written{
      unit, compiles_.back(), text, portion_.name, {}, {}, {}, {}, {}};
  for (const FlowFunction& function : program_.flow.functions) {
    const std::string symbol = SymbolOf(function);
    written.known.insert(symbol);
    if (function.extent.file != unit.file) continue;
    written.functions.insert(symbol);
    const Crossing* crossing = CrossingOf(function.id);
    if (crossing && Answers(*crossing))
      written.glue[GlueName(*crossing)] = symbol;
    if (IsTextHere(function)) continue;
    const std::string role = RoleOf(function.id);
    if (role == "absent") written.bodies[symbol] = "bailey_absent";
    if (role == "stub") written.bodies[symbol] = "bailey_begin";
  }
  for (const FlowGlobal& global : program_.flow.globals) {
    if (global.extent.file == unit.file && IsHere(global.id)) {
      written.globals.insert(global.name);
      written.globals.insert(SymbolOf(global));
    }
  }
  CheckWritten(written, diagnostics_);
}

void PortionWriter::Add(Result<Splice> splice, const SourceExtent& extent,
                        std::vector<Splice>& splices) {
  if (!splice.ok()) {
    diagnostics_.Add(At(extent, splice.error()));
    return;
  }
  for (const Splice& other : splices) {
    const bool is_same =
        other.begin == splice->begin && other.end == splice->end;
    if (is_same) return;  // declarators of one declaration
    if (other.begin < splice->end && splice->begin < other.end) {
      diagnostics_.Add(At(extent, {"two definitions overlap here",
                                   "write out what a macro makes"}));
      return;
    }
  }
  splices.push_back(*std::move(splice));
}

// Whether it, or another instantiation of the same text, is to be here.
bool PortionWriter::IsTextHere(const FlowFunction& function) const {
  if (IsHere(function.id)) return true;
  if (function.qualified_name.empty() || RoleOf(function.id) == "stub")
    return false;
  if (HasNoText(program_.sources.at(function.extent.file), function))
    return true;
  return std::ranges::any_of(
      program_.flow.functions, [&](const FlowFunction& other) {
        return IsWithin(other.extent, function.extent) &&
               IsWithin(function.extent, other.extent) && IsHere(other.id);
      });
}

// It went with what is around it.
static bool IsGone(const FlowFunction& function,
                   const std::vector<Splice>& splices) {
  return !function.qualified_name.empty() &&
         std::ranges::any_of(splices, [&](const Splice& each) {
           return each.begin <= function.body.begin &&
                  function.body.end <= each.end;
         });
}

void PortionWriter::EditFunction(const SourceFile& file,
                                 const FlowFunction& function,
                                 std::vector<Splice>& splices) {
  const SourceExtent& extent = function.extent;
  const std::string role = RoleOf(function.id);
  if (IsTextHere(function)) return;
  const bool is_generated = role == "absent" && HasNoText(file, function);
  if (is_generated || IsGone(function, splices)) return;
  const Crossing* crossing = CrossingOf(function.id);
  if (role == "stub") {
    CHECK(crossing != nullptr);
    return Add(ReplaceBody(file, function,
                           ClientStub(*crossing, function,
                                      program_.fields.at(crossing->id),
                                      ChannelTo(crossing->to))),
               extent, splices);
  }
  if (RunsByItself(file, function)) {
    diagnostics_.Add(
        At(extent, {fmt::format("`{}` runs before or after `main`, but is not "
                                "in portion `{}`; this is not supported yet",
                                function.id, portion_.name),
                    "call it where the program starts or ends"}));
    return;
  }
  Add(TrapBody(file, function), extent, splices);
  if (function.name == "main") {
    Add(RenameDefinition(file, function, "bailey_absent_main"), extent,
        splices);
  }
}

void PortionWriter::EditGlobal(const SourceFile& file, const FlowGlobal& global,
                               std::vector<Splice>& splices) {
  if (IsHere(global.id) || HasNoText(global) || IsConstexpr(file, global))
    return;
  const auto shares = [&](const FlowGlobal& other) {
    return other.extent.file == global.extent.file &&
           other.extent.begin == global.extent.begin && IsHere(other.id);
  };
  if (!global.sole_declarator &&
      std::ranges::any_of(program_.flow.globals, shares)) {
    diagnostics_.Add(
        At(global.extent,
           {fmt::format("`{}` is declared together with globals of another "
                        "portion",
                        global.id),
            "declare each in a declaration of its own"}));
    return;
  }
  Add(global.id.contains("_Z") ? DeclareOnlyCxx(file, global)
                               : DeclareOnly(file, global),
      global.extent, splices);
}

std::string PortionWriter::GlueFor(const FlowUnit& unit) {
  std::string glue;
  for (const FlowFunction& function : program_.flow.functions) {
    const Crossing* crossing = CrossingOf(function.id);
    if (!crossing || !Answers(*crossing)) continue;
    if (function.extent.file != unit.file) continue;
    glue += ServerGlue(*crossing, function, program_.fields.at(crossing->id),
                       HandleTags(program_.plan, program_.flow));
  }
  glue += PassedAccessFor(unit);
  if (glue.empty()) return glue;
  return fmt::format("\n#line 1 \"bailey-glue-{}.c\"\n",
                     fs::path(unit.file).stem().string()) +
         glue;
}

// The ends of exceptions that cross, for a unit with stubs or glue that has
// any.
std::string PortionWriter::ThrowingFor(const FlowUnit& unit) const {
  bool throws = false;
  bool catches = false;
  for (const FlowFunction& function : program_.flow.functions) {
    const Crossing* crossing = CrossingOf(function.id);
    if (!crossing || !crossing->throws || function.extent.file != unit.file)
      continue;
    throws |= RoleOf(function.id) == "stub";
    catches |= Answers(*crossing);
  }
  std::string text;
  if (throws) text += ThrowText();
  if (catches) text += CaughtText();
  if (text.empty()) return text;
  return fmt::format("\n#line 1 \"bailey-thrown-{}.cc\"\n",
                     fs::path(unit.file).stem().string()) +
         text;
}

// Of the unit's globals those that this portion sends or gets, once each.
std::string PortionWriter::PassedAccessFor(const FlowUnit& unit) const {
  std::map<std::string, std::string> access;
  for (const Crossing& crossing : program_.plan.crossings) {
    if (!Answers(crossing) && crossing.from != portion_.name) continue;
    for (const PassedGlobal& passed : crossing.globals) {
      const auto global =
          std::ranges::find(program_.flow.globals, passed.id, &FlowGlobal::id);
      if (global == program_.flow.globals.end() ||
          global->extent.file != unit.file)
        continue;
      access[passed.id] =
          PassedAccess(passed, Answers(crossing), program_.flow);
    }
  }
  std::string text;
  for (const auto& [id, definition] : access) text += definition;
  return text;
}

void PortionWriter::WriteService() {
  std::string declarations;
  std::string table;
  size_t count = 0;
  for (const Crossing& crossing : program_.plan.crossings) {
    if (!Answers(crossing)) continue;
    ++count;
    const std::string glue = GlueName(crossing);
    declarations += fmt::format("void {}(struct bailey_crossing*);\n", glue);
    table += fmt::format("    {{{}, {}, {}}},\n", crossing.id,
                         CLiteral(crossing.name), glue);
  }
  const std::string source =
      result_.directory + "/" + std::string(kServiceName);
  result_.files.push_back(
      {source,
       fmt::format("/* Written by Bailey: portion `{}` answers calls. */\n"
                   "{}#include \"runtime/serve.h\"\n\n{}\n"
                   "static const struct bailey_service services[] = {{\n{}"
                   "    {{0, 0, 0}},\n}};\n\n"
                   "int main(void) {{ return bailey_serve(services, {}); }}\n",
                   portion_.name,
                   HasHandles(program_.plan, portion_)
                       ? "#include \"runtime/revoking_free.h\"\n"
                       : "",
                   declarations, table, count)});
  compiles_.push_back(
      CompileService(program_.flow.units.front(), source,
                     result_.directory + "/obj/bailey_service.o", Paths()));
}

// The rules for its Makefile; nothing for a portion that nobody calls.
Result<std::string> PortionWriter::WriteFuzzer(
    const std::vector<BuildCommand>& units) {
  const auto answers = [&](const Crossing& each) { return Answers(each); };
  if (program_.fuzz_library.empty() ||
      std::ranges::none_of(program_.plan.crossings, answers)) {
    return std::string();
  }
  const std::string directory = result_.directory;
  const std::string source = directory + "/" + std::string(kFuzzName);
  result_.files.push_back(
      {source, FuzzTables(program_.plan, program_.flow, portion_)});
  FuzzBuild build{
      portion_.name,
      directory,
      units,
      CompileService(program_.flow.units.front(), source,
                     FuzzObject(directory, "bailey_fuzz.o"), Paths()),
      {}};
  std::vector<std::string> objects{build.tables.output};
  for (const BuildCommand& unit : units) {
    objects.push_back(FuzzObject(directory, unit.output));
  }
  ASSIGN_OR_RETURN(
      build.link,
      LinkFuzzer(program_.flow, objects, directory + "/fuzz/" + portion_.name,
                 program_.fuzz_library, program_.runtime_library));
  return FuzzRules(build);
}

}  // namespace bailey::analyzer
