#include "policy-compiler/split/passed_globals.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "policy-compiler/split/closed_globals.h"
#include "policy-compiler/split/places.h"

namespace bailey::policy {
namespace {

// More is no setting but a message, and goes along with every call.
constexpr uint64_t kMostBytes = 4096;

// What the elements of an array may be called: plain numbers, of which any
// bytes are a value. A name of the program's own may stand for anything.
constexpr std::array<std::string_view, 26> kPlainNumbers = {
    "char",      "signed char",    "unsigned char", "short",
    "int",       "unsigned short", "unsigned int",  "long",
    "long long", "unsigned long",  "size_t",        "unsigned long long",
    "float",     "double",         "int8_t",        "uint8_t",
    "int16_t",   "uint16_t",       "int32_t",       "uint32_t",
    "int64_t",   "uint64_t",       "ssize_t",       "intptr_t",
    "uintptr_t", "ptrdiff_t"};

bool IsNumber(const TypeInfo& type) {
  return (type.kind == TypeKind::kBool || type.kind == TypeKind::kInteger ||
          type.kind == TypeKind::kEnum || type.kind == TypeKind::kFloating) &&
         type.size_bytes > 0 && type.size_bytes <= 16;
}

// The product of all `[N]` of "unsigned char[2][16]"; 0 if that is not it.
uint64_t CountIn(std::string_view dimensions) {
  uint64_t count = 1;
  while (!dimensions.empty()) {
    uint64_t one = 0;
    const char* const begin = dimensions.data() + 1;
    const char* const end = dimensions.data() + dimensions.size();
    const auto [at, error] = std::from_chars(begin, end, one);
    if (dimensions[0] != '[' || error != std::errc() || at == end ||
        *at != ']' || one == 0 || one > kMostBytes)
      return 0;
    count = std::min(count * one, kMostBytes + 1);
    dimensions.remove_prefix(static_cast<size_t>(at - dimensions.data()) + 1);
  }
  return count;
}

std::optional<PassedGlobal> DescribeArray(const FlowGlobal& global) {
  const std::string_view spelling = global.type.spelling;
  const size_t bracket = spelling.find('[');
  if (bracket == std::string_view::npos || !global.type.is_flat ||
      global.type.size_bytes > kMostBytes)
    return std::nullopt;
  const std::string_view element = spelling.substr(0, bracket);
  const uint64_t count = CountIn(spelling.substr(bracket));
  if (std::ranges::find(kPlainNumbers, element) == kPlainNumbers.end() ||
      count == 0 || global.type.size_bytes % count != 0)
    return std::nullopt;
  return PassedGlobal{global.id,
                      global.name,
                      std::string(element),
                      MarshalMode::kFixedArray,
                      global.type.size_bytes / count,
                      count};
}

class Passer {
 public:
  Passer(const SourceText& text, ProgramGraph& graph, Diagnostics& diagnostics)
      : text_(text), graph_(graph), diagnostics_(diagnostics) {}

  void Pass(const PassedName& name) {
    const auto found = graph_.GlobalsNamed(name.name);
    if (found.size() != 1) return ReportName(name, found);
    const FlowGlobal& global = *found.front();
    if (!graph_.IsState(global.id))
      return Report(name,
                    fmt::format("`{}` does not change, and each portion that "
                                "needs it has it anyway",
                                name.name),
                    "leave it out");
    if (const auto reason = WhyNotPassed(graph_, global))
      return Report(
          name, fmt::format("`{}` cannot be passed: {}", name.name, *reason),
          "hand what is needed of it to the trusted functions by a "
          "parameter");
    graph_.MakePassed(global.id);
    if (HoldsCredential(graph_, global.id)) WarnOfCredential(name);
    if (MayBeTorn(global)) WarnOfThreads(name);
  }

 private:
  void ReportName(const PassedName& name,
                  const std::vector<const FlowGlobal*>& found) {
    if (found.empty())
      return Report(name,
                    fmt::format("the program has no global `{}`", name.name),
                    "name a variable outside of functions, or a static one");
    Report(name,
           fmt::format("`{}` is ambiguous: `{}` and `{}`", name.name,
                       found[0]->id, found[1]->id),
           "rename one of them");
  }

  // What one instruction does not read.
  bool MayBeTorn(const FlowGlobal& global) const {
    const auto starts_threads = [](const FlowEdge& edge) {
      return edge.external &&
             (edge.to == "pthread_create" || edge.to == "thrd_create");
    };
    return global.type.size_bytes > 8 &&
           std::ranges::any_of(graph_.flow().edges, starts_threads);
  }

  // Trusted functions do not change it, so it is an untrusted one that has the
  // credential then: passing gives nothing away that is not given already.
  void WarnOfCredential(const PassedName& name) {
    Warn(name,
         fmt::format("`{}` may hold what depends on a credential, and it is "
                     "the untrusted portion's",
                     name.name),
         "see `exposures` in flow.json for the function that gives it away");
  }

  void WarnOfThreads(const PassedName& name) {
    Warn(name,
         fmt::format("the program has threads: where one changes `{}` while "
                     "another calls a trusted portion, that gets a part of "
                     "each value",
                     name.name),
         "change it only before threads are started");
  }

  void Warn(const PassedName& name, std::string message, std::string hint) {
    Diagnostic warning =
        ErrorAt(text_, name.span, std::move(message), std::move(hint));
    warning.severity = Severity::kWarning;
    diagnostics_.Add(std::move(warning));
  }

  void Report(const PassedName& name, std::string message, std::string hint) {
    diagnostics_.Add(
        ErrorAt(text_, name.span, std::move(message), std::move(hint)));
  }

  const SourceText& text_;
  ProgramGraph& graph_;
  Diagnostics& diagnostics_;
};

bool HasValue(const FlowGlobal& global, std::string_view function) {
  return HasClosedValues(global) &&
         std::ranges::find(global.values, function, &GlobalValue::text) !=
             global.values.end();
}

// By its declaration, and what it may be alone.
std::optional<std::string> WhyNotDeclared(const ProgramGraph& graph,
                                          const FlowGlobal& global) {
  if (!global.function.empty())
    return fmt::format("it is a local of `{}`", global.function);
  if (global.is_thread_local) return "each thread has one of its own";
  if (global.type.spelling.starts_with("volatile "))
    return "it is volatile, so it may change while a call lasts";
  // The stub and the glue have names of their own there.
  if (global.name.starts_with("bailey_"))
    return "names that begin with `bailey_` are the tool's own";
  if (global.type.kind == TypeKind::kPointer)
    return WhyNotClosed(graph, global);
  if (!DescribePassed(global))
    return fmt::format(
        "`{}` is neither a number, nor an array of at most {} bytes of plain "
        "numbers",
        global.type.spelling, kMostBytes);
  return std::nullopt;
}

}  // namespace

std::optional<PassedGlobal> DescribePassed(const FlowGlobal& global) {
  const TypeInfo& type = global.type;
  const bool is_bool = type.kind == TypeKind::kBool;
  const bool is_closed = HasClosedValues(global);
  if (!IsNumber(type) && !is_closed) return DescribeArray(global);
  PassedGlobal passed{global.id,
                      global.name,
                      is_bool ? "_Bool" : type.spelling,
                      MarshalMode::kScalar,
                      type.size_bytes,
                      0};
  if (is_closed) passed.values = global.values;
  return passed;
}

std::optional<std::string> WhyNotPassed(const ProgramGraph& graph,
                                        const FlowGlobal& global) {
  if (auto reason = WhyNotDeclared(graph, global)) return reason;
  if (!graph.IsInUnit(global.id))
    return "it is defined in a header, which is not rewritten";
  for (const FlowEdge* edge : graph.From(global.id))
    if (!HasValue(global, edge->to))
      return fmt::format("it points to `{}`", edge->to);
  bool is_addressed = false;
  for (const FlowEdge* edge : graph.To(global.id)) {
    is_addressed |= edge->kind == EdgeKind::kAddress;
    if (graph.Global(edge->from))
      return fmt::format("`{}` points to it", edge->from);
    if (!graph.Function(edge->from))
      return fmt::format("`{}` uses it, which no unit shows", edge->from);
  }
  if (global.address_taken && !is_addressed)
    return "its address is taken where the analysis does not see by whom";
  return std::nullopt;
}

std::vector<const FlowEdge*> WritesOf(const ProgramGraph& graph,
                                      std::string_view global) {
  std::vector<const FlowEdge*> writes;
  for (const FlowEdge* edge : graph.To(global))
    if (edge->kind != EdgeKind::kRead && !edge->is_only_read)
      writes.push_back(edge);
  return writes;
}

bool HoldsCredential(const ProgramGraph& graph, std::string_view global) {
  return std::ranges::any_of(graph.flow().edges, [&](const FlowEdge& edge) {
    return edge.kind == EdgeKind::kData && !edge.label.empty() &&
           (edge.from == global || edge.to == global);
  });
}

void PassGlobals(const std::vector<PassedName>& names,
                 const SourceText& policy_text, ProgramGraph& graph,
                 Diagnostics& diagnostics) {
  Passer passer(policy_text, graph, diagnostics);
  for (const PassedName& name : names) passer.Pass(name);
}

}  // namespace bailey::policy
