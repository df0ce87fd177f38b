#include "executor/launch/outcome_text.h"

#include <fmt/format.h>

#include "common/printable.h"
#include "common/syscalls/argument_values.h"
#include "common/syscalls/syscall_table.h"
#include "executor/audit/windows.h"

namespace bailey::executor {
namespace {

std::string CallText(const SeccompData& data) {
  const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
  const Syscall* call = data.architecture == table.audit_arch()
                            ? table.FindByNumber(data.number)
                            : nullptr;
  if (call == nullptr) {
    return fmt::format("{} (architecture {:#x})", SyscallName(data),
                       data.architecture);
  }
  std::string arguments;
  for (size_t i = 0; i < call->arguments.size(); ++i) {
    if (i != 0) arguments += ", ";
    arguments += fmt::format("{}={}", call->arguments[i].name,
                             ArgumentValueText(*call, i, data.arguments[i]));
  }
  return fmt::format("{}({})", call->name, arguments);
}

std::string RulePlace(const PlanRule& rule) {
  if (rule.file.empty()) return "";
  return fmt::format(" ({}:{})", Printable(rule.file), rule.line);
}

std::string DenialText(const Denial& denial) {
  std::string text = fmt::format(
      "denied in `{}`: {}: {}{}\n    by `{}`{}\n", denial.portion,
      CallText(denial.syscall), denial.action,
      denial.count > 1 ? fmt::format(", {} times", denial.count) : "",
      Printable(denial.rule.text), RulePlace(denial.rule));
  if (!denial.path.empty()) {
    text +=
        fmt::format("    path `{}` (advisory: read from the caller's memory)\n",
                    Printable(denial.path));
  }
  if (!denial.credential.empty()) {
    text += fmt::format("    this is the source of credential `{}`\n",
                        denial.credential);
  }
  return text;
}

std::string LayersText(const std::vector<Layer>& layers) {
  std::string in_force;
  std::string missing;
  for (const Layer& layer : layers) {
    if (!layer.enforced) {
      missing +=
          fmt::format("layer missing: {}: {}\n", layer.name, layer.detail);
      continue;
    }
    if (!in_force.empty()) in_force += ", ";
    in_force += layer.detail.empty()
                    ? layer.name
                    : fmt::format("{} ({})", layer.name, layer.detail);
  }
  if (!in_force.empty()) in_force = "layers in force: " + in_force + "\n";
  return in_force + missing;
}

std::string PartsText(const AuditHits& hit) {
  if (hit.parts == 0) return "";
  return fmt::format(" ({} of {} different ones)", hit.parts_found, hit.parts);
}

std::string ScanText(std::string_view what, const ScanSummary& scan) {
  std::string text = fmt::format(
      "audit: {}: read {} bytes and {} descriptors at {} crossings and {} "
      "exits\n",
      what, scan.bytes_scanned, scan.descriptors_scanned, scan.crossing_stops,
      scan.exit_stops);
  text += fmt::format(
      "audit: {}: {} windows of 8 bytes looked for; left out: {} of fewer than "
      "{} different bytes, {} that the bundle has\n",
      what, scan.windows_sought, scan.windows_too_plain, kMinDistinctBytes,
      scan.windows_elsewhere);
  for (const AuditHits& hit : scan.hits) {
    if (hit.count > 0) {
      text += fmt::format("audit: {}: found {} {} times{}\n", what,
                          hit.encoding, hit.count, PartsText(hit));
    }
  }
  return text;
}

std::string AuditText(const AuditReport& audit) {
  const std::string_view holder =
      audit.of_programs ? "programs with it" : "unsplit program";
  std::string text =
      ScanText(audit.of_programs ? "programs without it" : "split program",
               audit.split) +
      ScanText(fmt::format("{} (control)", holder), audit.control);
  for (const std::string& place : audit.split.places) {
    text += fmt::format("audit: {}\n", Printable(place));
  }
  if (!audit.of_programs)
    text += fmt::format("audit: outputs are {}\n",
                        audit.identical_output ? "identical" : "different");
  for (const std::string& reason : audit.reasons) {
    text += fmt::format("audit: failed: {}\n", Printable(reason));
  }
  if (audit.passed) {
    text += fmt::format(
        "audit: passed: the credential is nowhere in the other portions, "
        "and the same scan finds it in the {}\n",
        holder);
  }
  return text;
}

std::string HeadText(const Outcome& outcome) {
  // It may quote a bundle.
  const std::string message = WithoutControls(outcome.message);
  if (outcome.kind == OutcomeKind::kFailed) {
    return outcome.hint.empty() ? fmt::format("bailey: error: {}\n", message)
                                : fmt::format("bailey: error: {}\n  hint: {}\n",
                                              message, outcome.hint);
  }
  if (outcome.message.empty()) {
    return fmt::format("bailey: {}, status {}\n", OutcomeKindName(outcome.kind),
                       outcome.status);
  }
  return fmt::format("bailey: {}: {}\n", OutcomeKindName(outcome.kind),
                     message);
}

}  // namespace

std::string OutcomeText(const Outcome& outcome, bool quiet) {
  const bool fine = outcome.kind == OutcomeKind::kOk;
  std::string text = quiet && fine ? "" : HeadText(outcome);
  if (outcome.learned && outcome.learned->mode == LearnMode::kPermissive) {
    text +=
        "bailey: PERMISSIVE: the policy was not enforced, its ceiling was\n";
  }
  if (!quiet || !fine) {
    for (const Denial& denial : outcome.denials) text += DenialText(denial);
    if (outcome.denials_omitted > 0) {
      text += fmt::format("and {} more denials of other kinds\n",
                          outcome.denials_omitted);
    }
  }
  if (outcome.output_truncated) {
    text += fmt::format("output was cut off after {} bytes (limits)\n",
                        outcome.output_bytes);
  }
  if (outcome.audit && (!quiet || !outcome.audit->passed)) {
    text += AuditText(*outcome.audit);
  }
  if (quiet) return text;
  for (const std::string& note : outcome.notes) {
    text += fmt::format("note: {}\n", Printable(note));
  }
  return text + LayersText(outcome.layers);
}

}  // namespace bailey::executor
