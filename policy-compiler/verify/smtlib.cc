// The obligation as text in SMT-LIB 2.6, which every solver for bit-vectors
// reads: each field of a system call a constant, the policy's answer and the
// filter's a definition each, and the claim that they differ.

#include <fmt/format.h>

#include <exception>
#include <string_view>

#include "common/printable.h"
#include "policy-compiler/verify/obligation.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::policy {
namespace {

constexpr std::string_view kFields =
    R"(; A system call as a filter sees it (struct seccomp_data):
; the architecture word (AUDIT_ARCH_*)
(declare-fun arch () (_ BitVec 32))
; the number
(declare-fun nr () (_ BitVec 32))
; the instruction pointer
(declare-fun ip () (_ BitVec 64))
; the arguments
(declare-fun a0 () (_ BitVec 64))
(declare-fun a1 () (_ BitVec 64))
(declare-fun a2 () (_ BitVec 64))
(declare-fun a3 () (_ BitVec 64))
(declare-fun a4 () (_ BitVec 64))
(declare-fun a5 () (_ BitVec 64))

)";

std::string Instructions(std::span<const BpfProgram> stack) {
  std::string counts;
  for (const BpfProgram& program : stack)
    counts += fmt::format("{}{}", counts.empty() ? "" : " + ", program.size());
  return counts;
}

std::string Title(const Obligation& obligation) {
  return fmt::format(
      "; That a seccomp filter is its policy, asked the other way round: is "
      "there a\n"
      "; system call for which the two differ?\n"
      ";   unsat: there is none, for any architecture word, number, "
      "instruction "
      "pointer\n"
      ";          and arguments: the filter is proved\n"
      ";   sat:   the model is one\n"
      "; policy {}, portion {}, {}, {} filter of {} instructions\n\n"
      "(set-info :smt-lib-version 2.6)\n"
      "(set-logic QF_BV)\n\n",
      Printable(obligation.policy.name), Printable(obligation.portion.name),
      ArchitectureName(obligation.policy.architecture),
      FilterKindName(obligation.kind), Instructions(obligation.stack));
}

std::string Definition(std::string_view name, const z3::expr& value) {
  return fmt::format("(define-fun {} () (_ BitVec 32)\n {})\n", name,
                     value.to_string());
}

std::string Text(const Obligation& obligation) {
  z3::context context;
  Z3_set_ast_print_mode(context, Z3_PRINT_SMTLIB2_COMPLIANT);
  const Input input(context);
  return Title(obligation) + std::string(kFields) +
         "; What the policy says that the filter returns (SECCOMP_RET_* and "
         "data, or the\n; index of the rule)\n" +
         Definition("policy", obligation.Expected(input)) +
         "\n; What the filter's instructions return, executed symbolically\n" +
         Definition("filter", obligation.Actual(input)) +
         "\n; They differ\n(assert (not (= policy filter)))\n(check-sat)\n";
}

}  // namespace

Result<std::string> ToSmtLib(const Policy& policy, const PortionPolicy& portion,
                             FilterKind kind, const NotifyOptions& options,
                             std::span<const sock_filter> program) {
  const BpfProgram stack[] = {BpfProgram(program.begin(), program.end())};
  return StackToSmtLib(policy, portion, kind, options, stack);
}

Result<std::string> StackToSmtLib(const Policy& policy,
                                  const PortionPolicy& portion, FilterKind kind,
                                  const NotifyOptions& options,
                                  std::span<const BpfProgram> stack) {
  const Obligation obligation{policy, portion, kind, options, stack};
  RETURN_IF_ERROR(obligation.Validate());
  try {
    return Text(obligation);
  } catch (const std::exception& exception) {  // z3's, or no memory
    return Fail(fmt::format("z3: {}", exception.what()));
  }
}

}  // namespace bailey::policy
