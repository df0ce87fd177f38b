#include "analyzer/rewrite/write_portions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <memory>
#include <set>
#include <utility>

#include "analyzer/rewrite/cxx_edits.h"
#include "analyzer/rewrite/portion_writer.h"
#include "common/digest.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

Result<> CheckUnits(const Flow& flow, Diagnostics& diagnostics) {
  if (flow.units.empty()) return Fail("flow.json has no units");
  std::set<std::string> seen;
  for (const FlowUnit& unit : flow.units) {
    if (unit.command.empty()) {
      return Fail(fmt::format("`{}` has no compile command", unit.file));
    }
    Diagnostic diagnostic;
    diagnostic.file = unit.file;
    if (!seen.insert(unit.file).second) {
      diagnostic.message = "it is compiled twice for the program";
      diagnostic.hint = "compile it once, or from two files";
      diagnostics.Add(diagnostic);
    }
  }
  return {};
}

bool IsFileName(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
}

const FlowFunction* FindFunction(const Flow& flow, std::string_view id) {
  const auto found = std::ranges::find(flow.functions, id, &FlowFunction::id);
  return found == flow.functions.end() ? nullptr : &*found;
}

// Whether a parameter is of the form that its mode is for.
bool FitsLibrary(const CrossingParameter& crossing, const TypeInfo& type) {
  if (crossing.type != type.pointee.spelling ||
      crossing.element_bytes != type.pointee.size_bytes)
    return false;
  switch (type.library) {
    case LibraryType::kString:
    case LibraryType::kStringView:
      return crossing.mode == MarshalMode::kText;
    case LibraryType::kVector:
    case LibraryType::kSpan:
      return crossing.mode == MarshalMode::kElements;
    case LibraryType::kOptional:
      return crossing.mode == MarshalMode::kOptional;
    case LibraryType::kNone:
      break;
  }
  return false;
}

bool FitsResult(const Crossing& crossing, const FlowFunction& function) {
  const TypeInfo& type = function.return_type;
  if (type.library == LibraryType::kNone)
    return !crossing.result && !type.is_reference;
  return crossing.result && !type.is_reference &&
         FitsLibrary(*crossing.result, type);
}

bool Fits(const CrossingParameter& crossing, const FlowFunction& function,
          size_t index) {
  const FlowParameter& parameter = function.parameters[index];
  const bool is_pointer = parameter.type.kind == TypeKind::kPointer;
  if (crossing.name != parameter.name) return false;
  if (parameter.type.library != LibraryType::kNone)
    return FitsLibrary(crossing, parameter.type);
  if (parameter.type.is_reference) return false;
  switch (crossing.mode) {
    case MarshalMode::kScalar:
      return !is_pointer && parameter.type.kind != TypeKind::kStruct;
    case MarshalMode::kStruct:
      return (is_pointer ? parameter.type.pointee.kind : parameter.type.kind) ==
             TypeKind::kStruct;
    case MarshalMode::kCString:
      return is_pointer && parameter.type.pointee.is_character;
    case MarshalMode::kFixedArray:
      return is_pointer && crossing.count > 0 && crossing.element_bytes > 0;
    case MarshalMode::kHandle:
      return is_pointer && crossing.direction == Direction::kIn &&
             parameter.type.pointee.spelling == crossing.type &&
             crossing.element_bytes == sizeof(uint64_t);
    case MarshalMode::kBuffer:
      return is_pointer && crossing.element_bytes > 0 &&
             crossing.length_parameter >= 0 &&
             static_cast<size_t>(crossing.length_parameter) <
                 function.parameters.size();
    case MarshalMode::kText:
    case MarshalMode::kElements:
    case MarshalMode::kOptional:
      return false;
  }
  return false;
}

bool Fits(const Plan& plan, const Crossing& crossing, const Flow& flow) {
  const FlowFunction* function = FindFunction(flow, crossing.function);
  if (!function || function->name != crossing.name ||
      function->parameters.size() != crossing.parameters.size() ||
      !FindPortion(plan, crossing.from) || !FindPortion(plan, crossing.to)) {
    return false;
  }
  const bool returns_pointer = function->return_type.kind == TypeKind::kPointer;
  if (crossing.returns_handle != returns_pointer ||
      crossing.throws != function->may_throw || function->is_method ||
      !FitsResult(crossing, *function))
    return false;
  for (size_t i = 0; i < crossing.parameters.size(); ++i) {
    if (!Fits(crossing.parameters[i], *function, i)) return false;
  }
  return true;
}

// A symbol without a role would be neither here nor there, and a stub needs a
// crossing.
bool Covers(const Plan& plan, const PlanPortion& portion, const Flow& flow) {
  std::set<std::string> placed;
  for (const PlacedSymbol& symbol : portion.symbols) {
    placed.insert(symbol.id);
    const bool has_crossing =
        std::ranges::find(plan.crossings, symbol.id, &Crossing::function) !=
        plan.crossings.end();
    if (symbol.role == "stub" && !has_crossing) return false;
  }
  const auto is_placed = [&](const auto& each) {
    return placed.contains(each.id);
  };
  return std::ranges::all_of(flow.functions, is_placed) &&
         std::ranges::all_of(flow.globals, is_placed);
}

Result<> CheckPlan(const Plan& plan, const Flow& flow) {
  for (const PlanPortion& portion : plan.portions) {
    if (!IsFileName(portion.name)) {
      return Fail(
          fmt::format("portion `{}` cannot be a file's name", portion.name),
          "use letters, digits, `_` and `-`");
    }
    if (!Covers(plan, portion, flow)) {
      return Fail(fmt::format("the plan does not say what portion `{}` has of "
                              "this program",
                              portion.name),
                  "compile the policy again for this flow.json");
    }
  }
  for (const Crossing& crossing : plan.crossings) {
    if (!Fits(plan, crossing, flow)) {
      return Fail(fmt::format("the plan's crossing `{}` is not a function of "
                              "this program",
                              crossing.function),
                  "compile the policy again for this flow.json");
    }
  }
  return {};
}

void RefuseInCxx(const FlowFunction& function, std::string what,
                 std::string hint, Diagnostics& diagnostics) {
  Diagnostic diagnostic;
  diagnostic.message = fmt::format("`{}` is called across, and {}",
                                   function.qualified_name, what);
  diagnostic.hint = std::move(hint);
  diagnostic.file = function.extent.file;
  diagnostic.line = function.extent.line;
  diagnostic.column = function.extent.column;
  diagnostic.length = 1;
  diagnostics.Add(std::move(diagnostic));
}

bool HasHandle(const Crossing& crossing) {
  return crossing.returns_handle ||
         std::ranges::any_of(crossing.parameters, [](const auto& each) {
           return each.mode == MarshalMode::kHandle;
         });
}

// Objects of C++ end in more ways than by free(), and a global's address there
// is not written by its C name.
void CheckCxxCrossings(const Plan& plan, const Flow& flow,
                       Diagnostics& diagnostics) {
  for (const Crossing& crossing : plan.crossings) {
    const FlowFunction& function = *FindFunction(flow, crossing.function);
    if (function.qualified_name.empty()) continue;
    if (HasHandle(crossing))
      RefuseInCxx(function, "handles do not cross in C++",
                  "pass a number that the trusted side keeps a table for",
                  diagnostics);
    if (!crossing.globals.empty())
      RefuseInCxx(function, "globals are not passed in C++",
                  "pass its value as a parameter", diagnostics);
  }
}

std::string CommonRoot(const Flow& flow) {
  fs::path root = fs::path(flow.units.front().file).parent_path();
  for (const FlowUnit& unit : flow.units) {
    const fs::path folder = fs::path(unit.file).parent_path();
    while (folder.lexically_relative(root).string().starts_with("..")) {
      root = root.parent_path();
    }
  }
  return root.string();
}

bool IsStruct(const Crossing& crossing, const FlowFunction& function, int i) {
  if (i < 0)
    return function.return_type.kind == TypeKind::kStruct && !crossing.result;
  return crossing.parameters[static_cast<size_t>(i)].mode ==
         MarshalMode::kStruct;
}

Result<FieldsByParameter> FindFields(const Flow& flow,
                                     const Crossing& crossing) {
  const FlowFunction& function =
      *std::ranges::find(flow.functions, crossing.function, &FlowFunction::id);
  const auto unit =
      std::ranges::find(flow.units, function.extent.file, &FlowUnit::file);
  FieldsByParameter fields;
  std::unique_ptr<StructFinder> finder;
  for (int i = -1; i < static_cast<int>(crossing.parameters.size()); ++i) {
    if (!IsStruct(crossing, function, i)) continue;
    if (unit == flow.units.end()) {
      return Fail(fmt::format("`{}` is defined in a header", function.id));
    }
    if (!finder) finder = std::make_unique<StructFinder>(*unit);
    auto found = finder->OfParameter(SymbolOf(function), i);
    if (!found.ok()) {
      return std::unexpected(WithContext(
          fmt::format("the structure that crosses with `{}`", function.name),
          found.error()));
    }
    fields[i] = *std::move(found);
  }
  return fields;
}

Result<SplitProgram> Gather(const Plan& plan, const Flow& flow,
                            const RewriteOptions& options) {
  const auto absolute = [](const std::string& path) {
    return fs::absolute(path).lexically_normal().string();
  };
  SplitProgram program{
      plan,
      flow,
      absolute(options.output_directory),
      absolute(options.runtime_library),
      absolute(options.runtime_include),
      options.fuzz_library.empty() ? "" : absolute(options.fuzz_library),
      CommonRoot(flow),
      {},
      {}};
  for (const FlowUnit& unit : flow.units) {
    ASSIGN_OR_RETURN(std::string text, ReadFile(unit.file));
    if (Sha256Hex(text) != unit.sha256) {
      return Fail(fmt::format("`{}` is not the file that was analyzed: its "
                              "SHA-256 is another",
                              unit.file),
                  "analyze again");
    }
    program.sources[unit.file] = {unit.file, std::move(text)};
  }
  for (const Crossing& crossing : plan.crossings) {
    ASSIGN_OR_RETURN(program.fields[crossing.id], FindFields(flow, crossing));
  }
  return program;
}

bool IsMakefile(const OutputFile& file) {
  return fs::path(file.path).filename() == "Makefile";
}

Result<> WriteSome(const std::vector<PortionFiles>& portions, bool makefiles) {
  for (const PortionFiles& portion : portions) {
    for (const OutputFile& file : portion.files) {
      if (IsMakefile(file) != makefiles) continue;
      std::error_code error;
      fs::create_directories(fs::path(file.path).parent_path(), error);
      if (error) {
        return Fail(fmt::format("cannot make the directory of `{}`: {}",
                                file.path, error.message()));
      }
      RETURN_IF_ERROR(WriteFileAtomically(file.path, file.text));
    }
  }
  return {};
}

// The Makefiles last, those of an earlier split gone before: what was cut short
// cannot be built, and no portion beside one of another split.
Result<> WriteFiles(const std::vector<PortionFiles>& portions) {
  for (const PortionFiles& portion : portions) {
    for (const OutputFile& file : portion.files) {
      std::error_code ignored;
      if (IsMakefile(file)) fs::remove(file.path, ignored);
    }
  }
  RETURN_IF_ERROR(WriteSome(portions, /*makefiles=*/false));
  return WriteSome(portions, /*makefiles=*/true);
}

}  // namespace

Result<std::vector<WrittenPortion>> WritePortions(const Plan& plan,
                                                  const Flow& flow,
                                                  const RewriteOptions& options,
                                                  Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  RETURN_IF_ERROR(CheckUnits(flow, diagnostics));
  RETURN_IF_ERROR(CheckPlan(plan, flow));
  CheckCxxCrossings(plan, flow, diagnostics);
  const auto failed = [&] { return diagnostics.error_count() > errors; };
  const auto failure =
      Fail("the portions' sources cannot be written", "see the diagnostics");
  if (failed()) return failure;
  ASSIGN_OR_RETURN(const SplitProgram program, Gather(plan, flow, options));
  std::vector<PortionFiles> portions;
  std::vector<WrittenPortion> written;
  for (const PlanPortion& portion : plan.portions) {
    ASSIGN_OR_RETURN(PortionFiles files,
                     PortionWriter(program, portion, diagnostics).Write());
    written.push_back({portion.name, files.directory, files.program});
    portions.push_back(std::move(files));
  }
  if (failed()) return failure;
  RETURN_IF_ERROR(WriteFiles(portions));
  return written;
}

}  // namespace bailey::analyzer
