// The proof of an assertion as text for people, and as JSON.

#include <fmt/format.h>

#include "policy-compiler/verify/assertion.h"
#include "policy-compiler/verify/witness_text.h"

namespace bailey::policy {
namespace {

std::string_view KindName(AssertionKind kind) {
  switch (kind) {
    case AssertionKind::kNever:
      return "never";
    case AssertionKind::kAlways:
      return "always";
    case AssertionKind::kSubset:
      return "subset";
  }
  return "subset";
}

std::string_view VerdictText(ProofVerdict verdict) {
  switch (verdict) {
    case ProofVerdict::kProved:
      return "proved";
    case ProofVerdict::kCounterexample:
      return "does not hold";
    case ProofVerdict::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view VerdictWord(ProofVerdict verdict) {
  return verdict == ProofVerdict::kCounterexample ? "counterexample"
                                                  : VerdictText(verdict);
}

std::string PlaceText(const std::string& file, int line) {
  return file.empty() ? "" : fmt::format(" ({}:{})", file, line);
}

// Where it is written; a command line's rule has no line.
std::string Title(const AssertionProof& proof) {
  const Assertion& assertion = proof.assertion;
  std::string title;
  if (assertion.line > 0)
    title = fmt::format("{}:{}:{}: ", assertion.file, assertion.line,
                        assertion.column);
  if (!assertion.description.empty())
    title += fmt::format("\"{}\": ", assertion.description);
  const bool is_rule = assertion.line == 0;
  title += fmt::format("`{}{}{}`", is_rule ? KindName(assertion.kind) : "",
                       is_rule ? " " : "", assertion.text);
  title += fmt::format(" in portion `{}`", proof.portion);
  if (proof.architecture != Architecture::kX8664)
    title += fmt::format(" on {}", ArchitectureName(proof.architecture));
  return title;
}

std::string WitnessText(const AssertionProof& proof) {
  const AssertionWitness& witness = *proof.witness;
  return fmt::format("\n  {}\n  gets {}, by {}{}",
                     CallText(proof.architecture, witness.data),
                     ActionName(witness.action), witness.rule.text,
                     PlaceText(witness.rule.file, witness.rule.line));
}

// What DiffPolicies renders, below the title, without its last line: the title
// says that already.
std::string Indented(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (!lines.empty()) text += "\n  " + std::string(line);
  }
  return text;
}

Json WitnessJson(const AssertionProof& proof) {
  const AssertionWitness& witness = *proof.witness;
  const Syscall* call =
      SyscallTable::For(proof.architecture).FindByNumber(witness.data.number);
  return {{"syscall", call ? std::string(call->name)
                           : std::to_string(witness.data.number)},
          {"number", witness.data.number},
          {"arguments", witness.data.arguments},
          {"call", CallText(proof.architecture, witness.data)},
          {"action", ActionName(witness.action)},
          {"rule",
           {{"text", witness.rule.text},
            {"file", witness.rule.file},
            {"line", witness.rule.line}}}};
}

}  // namespace

std::string RenderAssertionText(const AssertionProof& proof) {
  const std::string title = Title(proof);
  if (proof.proved())
    return fmt::format("{}: proved by {} in {:.3f} s", title, SolverName(),
                       proof.seconds);
  std::string text = fmt::format("{}: {}", title, VerdictText(proof.verdict));
  if (!proof.reason.empty()) text += ": " + proof.reason;
  if (!proof.excess.empty()) return text + Indented(proof.excess);
  return proof.witness ? text + WitnessText(proof) : text;
}

Json AssertionJson(const AssertionProof& proof) {
  const Assertion& assertion = proof.assertion;
  Json json = {{"kind", KindName(assertion.kind)},
               {"text", assertion.text},
               {"description", assertion.description},
               {"file", assertion.file},
               {"line", assertion.line},
               {"portion", proof.portion},
               {"arch", ArchitectureName(proof.architecture)},
               {"verdict", VerdictWord(proof.verdict)},
               {"solver", SolverName()},
               {"seconds", proof.seconds}};
  if (proof.witness) json["witness"] = WitnessJson(proof);
  if (!proof.excess.empty()) json["excess"] = proof.excess;
  if (!proof.reason.empty()) json["reason"] = proof.reason;
  return json;
}

}  // namespace bailey::policy
