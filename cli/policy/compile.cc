// bailey policy compile: one filter of a portion, proved, in the form asked
// for.

#include <fmt/format.h>

#include <algorithm>

#include "cli/policy/assertions.h"
#include "cli/policy/commands.h"
#include "cli/policy/export.h"
#include "cli/policy/frequencies.h"
#include "cli/policy/libseccomp_backend.h"
#include "cli/policy/stacked_filters.h"
#include "common/bpf/raw_filter.h"
#include "common/fd.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/seccomp/disassembler.h"
#include "policy-compiler/verify/prove.h"
#include "policy-compiler/verify/witness_text.h"

namespace bailey::cli {
namespace {

struct CompileOptions {
  std::string policy;
  std::string portion;
  std::string architecture;  // empty: the policy's first
  bool serving = false;
  std::string emit = "bpf";
  std::string output;
  std::string backend = "bailey";
  std::string objective = "bitmap";
  std::string frequencies;  // a file's path; empty: none
  uint32_t timeout_ms = policy::kProofTimeoutMs;
};

std::string CSource(const BpfProgram& program) {
  std::string text = "static const struct sock_filter filter[] = {\n";
  for (const sock_filter& instruction : program)
    text +=
        fmt::format("    {{{:#06x}, {}, {}, {:#010x}}},\n", instruction.code,
                    instruction.jt, instruction.jf, instruction.k);
  return text + "};\n";
}

Result<std::string> Render(const policy::Policy& policy,
                           const policy::PortionPolicy& portion,
                           const BpfProgram& program, const std::string& emit) {
  if (emit == "asm")
    return policy::Disassemble(program, FilterKind::kPlain,
                               policy.architecture);
  if (emit == "c") return CSource(program);
  if (emit == "smtlib")
    return policy::ToSmtLib(policy, portion, FilterKind::kPlain, {}, program);
  return WriteRawFilter(program);
}

Error Difference(const policy::Counterexample& witness,
                 Architecture architecture, const std::string& backend) {
  return {fmt::format("the filter differs from the policy for {}: the policy "
                      "says {}, the filter {}",
                      policy::CallText(architecture, witness.data),
                      policy::ReturnText(witness.expected),
                      policy::ReturnText(witness.actual)),
          UsesLibseccomp(backend)
              ? "libseccomp makes another thing of the rules; use Bailey's "
                "own backend"
              : "this is a fault of the compiler; please report it"};
}

// No proof, no filter.
int RefuseUnproved(const policy::ProofResult& proof, Architecture architecture,
                   const std::string& backend) {
  if (proof.counterexample) {
    PrintError(Difference(*proof.counterexample, architecture, backend));
    return kExitNo;
  }
  PrintError({"the filter is not proved: " + proof.reason,
              "give the solver more time with --timeout-ms"});
  return kExitUnknown;
}

Result<policy::EmissionOptions> EmissionOf(const CompileOptions& options,
                                           Architecture architecture) {
  policy::EmissionOptions emission;
  emission.objective = *policy::ObjectiveOf(options.objective);
  if (options.frequencies.empty()) return emission;
  ASSIGN_OR_RETURN(emission.frequencies,
                   LoadFrequencies(options.frequencies, architecture));
  return emission;
}

// The portion's first filter, or with --serving the one beside it.
Result<const policy::PortionPolicy*> SelectFilter(
    const policy::Policy& policy, const CompileOptions& options) {
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const portion,
                   SelectPortion(policy, options.portion));
  if (!options.serving) return portion;
  RETURN_IF_ERROR(RequireServing(*portion));
  return &portion->serving.front();
}

Result<int> Compile(const CompileOptions& options) {
  if (options.emit == "oci" && options.serving)
    return Fail("--serving is not exported",
                "its filter is one more, which a container's profile cannot "
                "add");
  if (options.emit == "oci")
    return ExportPolicy({.policy = options.policy,
                         .portion = options.portion,
                         .architecture = options.architecture,
                         .to = options.emit,
                         .output = options.output});
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(*loaded, options.architecture));
  const policy::Policy& policy = *target;
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const portion,
                   SelectFilter(policy, options));
  if (const int refused = RefuseAssertions(policy); refused != kExitFine)
    return refused;
  ASSIGN_OR_RETURN(const policy::EmissionOptions emission,
                   EmissionOf(options, policy.architecture));
  const StackTools own = StackToolsWith(emission);
  ASSIGN_OR_RETURN(
      const policy::FilterProof made,
      policy::CompileAndProvePlain(policy, *portion, options.timeout_ms,
                                   UsesLibseccomp(options.backend)
                                       ? LibseccompTools(options.backend)
                                       : own.tools));
  const BpfProgram& program = made.filter.program;
  const policy::ProofResult& proof = made.proof;
  if (!proof.proved())
    return RefuseUnproved(proof, policy.architecture, options.backend);
  RETURN_IF_ERROR(RefuseLeftovers(std::max<size_t>(own.stack->size(), 1),
                                  options.emit, options.output));
  if (own.stack->size() > 1) {
    RETURN_IF_ERROR(WriteStack(*own.stack, options.emit, options.output));
    fmt::print(stderr, "{} filters, proved as one by {} in {:.3f} s\n",
               own.stack->size(), proof.solver, proof.seconds);
    return kExitFine;
  }
  ASSIGN_OR_RETURN(const std::string text,
                   Render(policy, *portion, program, options.emit));
  RETURN_IF_ERROR(options.output.empty()
                      ? WriteAll(1, text, "standard output")
                      : WriteFileAtomically(options.output, text));
  fmt::print(stderr, "{} instructions, proved by {} in {:.3f} s\n",
             program.size(), proof.solver, proof.seconds);
  return kExitFine;
}

}  // namespace

int RunPolicyCompile(int argc, char** argv) {
  CLI::App app(
      "Compiles a portion's filter, without the runtime's own rules, proves "
      "it,\n"
      "and writes it: bpf is the array of struct sock_filter as the kernel "
      "reads\n"
      "it; asm, c and smtlib (the proof's obligation) are text.\n\n"
      "A policy that does not fit into one filter becomes several:\n"
      "`-o FILE` writes FILE.1, FILE.2 and so on, to be installed in this "
      "order.\n"
      "Frequencies are lines as `futex: 250`, or JSON as {\"futex\": 250}.\n\n"
      "  bailey policy compile notary.policy --portion parser --emit asm\n"
      "  bailey policy compile notary.policy --frequencies notary.frequency",
      "bailey policy compile");
  CompileOptions options;
  app.add_option("--portion", options.portion, "which portion, if several");
  app.add_flag("--serving", options.serving,
               "the portion's second filter, of `serving { ... }`");
  app.add_option("--arch", options.architecture,
                 "which of the policy's targets: x86_64 or aarch64");
  app.add_option("--emit", options.emit,
                 "bpf, asm, c, smtlib, or oci (as `export --to oci`)")
      ->check(CLI::IsMember({"bpf", "asm", "c", "smtlib", "oci"}));
  app.add_option("--backend", options.backend,
                 "bailey, or libseccomp or libseccomp-tree (its binary tree) "
                 "under the same proof")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kBackends),
                                                     std::end(kBackends))));
  app.add_option("--objective", options.objective,
                 "what to make small: bitmap counts the calls that Linux 5.11 "
                 "and later run the filter for, legacy all calls, size "
                 "instructions alone")
      ->check(CLI::IsMember({"bitmap", "legacy", "size"}));
  app.add_option("--frequencies", options.frequencies,
                 "file: how often the program makes each call");
  app.add_option("--timeout-ms", options.timeout_ms,
                 "for the proof; 0 means no limit");
  app.add_option("-o,--output", options.output,
                 "file; standard output if none");
  app.add_option("policy", options.policy, "NAME.policy")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Compile(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
