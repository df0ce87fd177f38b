// bailey policy compile: one filter of a portion, proved, in the form asked
// for.

#include <fmt/format.h>

#include "cli/policy/commands.h"
#include "common/fd.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/seccomp/disassembler.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::cli {
namespace {

struct CompileOptions {
  std::string policy;
  std::string portion;
  std::string architecture;  // empty: the policy's first
  std::string emit = "bpf";
  std::string output;
  uint32_t timeout_ms = policy::kProofTimeoutMs;
};

std::string RawFilter(const BpfProgram& program) {
  // SAFETY: sock_filter is the kernel's plain layout without padding; its bytes
  // are what SECCOMP_SET_MODE_FILTER reads.
  return std::string(reinterpret_cast<const char*>(program.data()),
                     program.size() * sizeof(sock_filter));
}

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
  return RawFilter(program);
}

// No proof, no filter.
int RefuseUnproved(const policy::ProofResult& proof) {
  if (proof.counterexample) {
    PrintError(
        {"the filter differs from the policy: this is a fault of the "
         "compiler",
         "`bailey policy prove` shows the witness"});
    return kExitNo;
  }
  PrintError({"the filter is not proved: " + proof.reason,
              "give the solver more time with --timeout-ms"});
  return kExitUnknown;
}

Result<int> Compile(const CompileOptions& options) {
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(options.policy);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(const policy::Policy* const target,
                   SelectTarget(*loaded, options.architecture));
  const policy::Policy& policy = *target;
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const portion,
                   SelectPortion(policy, options.portion));
  ASSIGN_OR_RETURN(
      const policy::FilterProof made,
      policy::CompileAndProvePlain(policy, *portion, options.timeout_ms));
  const BpfProgram& program = made.filter.program;
  const policy::ProofResult& proof = made.proof;
  if (!proof.proved()) return RefuseUnproved(proof);
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
      "  bailey policy compile notary.policy --portion parser --emit asm",
      "bailey policy compile");
  CompileOptions options;
  app.add_option("--portion", options.portion, "which portion, if several");
  app.add_option("--arch", options.architecture,
                 "which of the policy's targets: x86_64 or aarch64");
  app.add_option("--emit", options.emit, "bpf, asm, c or smtlib")
      ->check(CLI::IsMember({"bpf", "asm", "c", "smtlib"}));
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
