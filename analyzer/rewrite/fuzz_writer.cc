#include "analyzer/rewrite/fuzz_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "analyzer/rewrite/crossing_item.h"
#include "analyzer/rewrite/passed_writer.h"
#include "analyzer/rewrite/splice.h"
#include "analyzer/rewrite/stub_writer.h"

namespace bailey::analyzer {
namespace {

std::string_view KindOf(const CrossingItem& item) {
  if (item.is_handle()) return "BAILEY_FUZZ_HANDLE";
  if (item.crossing.mode == MarshalMode::kOptional)
    return "BAILEY_FUZZ_OPTIONAL";
  if (item.is_library()) return "BAILEY_FUZZ_ROW";
  if (!item.is_pointer()) return "BAILEY_FUZZ_VALUE";
  switch (item.crossing.mode) {
    case MarshalMode::kCString:
      return "BAILEY_FUZZ_STRING";
    case MarshalMode::kBuffer:
      return "BAILEY_FUZZ_BUFFER";
    default:
      return "BAILEY_FUZZ_FIXED";
  }
}

std::string FlagsOf(const CrossingItem& item) {
  const bool is_string = item.crossing.mode == MarshalMode::kCString;
  std::string flags = "0";
  if (is_string || item.goes_in()) flags += " | BAILEY_FUZZ_SENT";
  if (is_string || item.has_presence()) flags += " | BAILEY_FUZZ_NULLABLE";
  return flags;
}

// Behind the parameters, as they are in a request.
std::string PassedRow(const PassedGlobal& global) {
  return fmt::format(
      "    {{BAILEY_FUZZ_FIXED, 0 | BAILEY_FUZZ_SENT, {}, -1, 0u}}, /* {} "
      "*/\n",
      PassedItemBytes(global), global.name);
}

std::string ItemTable(const Crossing& crossing, const FlowFunction& function,
                      const HandleTags& tags) {
  std::string rows;
  for (const CrossingItem& item : ItemsOf(crossing, function)) {
    const uint32_t tag =
        item.is_handle() ? tags.Of(crossing.to, item.crossing.type) : 0;
    rows += fmt::format("    {{{}, {}, {}, {}, {}u}}, /* {} */\n", KindOf(item),
                        FlagsOf(item), item.fixed_bytes(),
                        item.crossing.length_parameter, tag, item.flow.name);
  }
  for (const PassedGlobal& each : crossing.globals) rows += PassedRow(each);
  if (rows.empty()) rows = "    {BAILEY_FUZZ_VALUE, 0, 0, -1, 0},\n";
  return fmt::format(
      "static const struct bailey_fuzz_item items_{}[] = {{\n{}}};\n",
      crossing.id, rows);
}

std::string_view SourceOf(const PlanCredential& credential) {
  switch (credential.source) {
    case CredentialSource::kEnvironment:
      return "BAILEY_FUZZ_FROM_VARIABLE";
    case CredentialSource::kFile:
      return "BAILEY_FUZZ_FROM_FILE";
    case CredentialSource::kDescriptor:
      return "BAILEY_FUZZ_FROM_DESCRIPTOR";
  }
  return "";
}

std::string CredentialTable(const Plan& plan, const PlanPortion& portion,
                            size_t& count) {
  std::string rows;
  for (const PlanCredential& each : plan.credentials) {
    const auto used = std::ranges::find(portion.credentials, each.name);
    if (used == portion.credentials.end()) continue;
    ++count;
    rows += fmt::format("    {{{}, {}, {}, {}}},\n", CLiteral(each.name),
                        SourceOf(each), CLiteral(each.path + each.variable),
                        each.descriptor);
  }
  if (rows.empty()) return "";
  return fmt::format(
      "static const struct bailey_fuzz_credential credentials[] = {{\n{}}};\n",
      rows);
}

}  // namespace

std::string FuzzTables(const Plan& plan, const Flow& flow,
                       const PlanPortion& portion) {
  std::string items;
  std::string functions;
  for (const Crossing& crossing : plan.crossings) {
    if (crossing.to != portion.name) continue;
    const FlowFunction& function = *std::ranges::find(
        flow.functions, crossing.function, &FlowFunction::id);
    items +=
        fmt::format("void {}(struct bailey_crossing*);\n", GlueName(crossing)) +
        ItemTable(crossing, function, HandleTags(plan, flow));
    functions +=
        fmt::format("    {{{{{}, {}, {}}}, items_{}, {}}},\n", crossing.id,
                    CLiteral(crossing.name), GlueName(crossing), crossing.id,
                    crossing.parameters.size() + crossing.globals.size());
  }
  size_t credentials = 0;
  const std::string credential_table =
      CredentialTable(plan, portion, credentials);
  return fmt::format(
      "/* Written by Bailey: what portion `{0}` answers, for its fuzzer. */\n"
      "#include \"runtime/fuzz_portion.h\"\n\n{1}\n"
      "static const struct bailey_fuzz_function functions[] = {{\n{2}}};\n{3}\n"
      "const struct bailey_fuzz_portion bailey_fuzz_portion = {{\n"
      "    {4}, functions, sizeof functions / sizeof functions[0], {5}, "
      "{6}}};\n",
      portion.name, items, functions, credential_table, CLiteral(portion.name),
      credential_table.empty() ? "0" : "credentials", credentials);
}

}  // namespace bailey::analyzer
