// Conditions of full width (full_width.h) in the words of the policy language:
// under `widths full;` all of them, exactly; under the kernel's widths cut to
// what the kernel reads of each argument.
//
//   FullWidthTexts texts(call, Widths::kKernel);
//   Condition sure = texts.Expressible(when, Unknown::kNever);
//   "allow syscall " + call.name + "(" + texts.Text(sure) + ");"
//
// What is cut, and what cannot be said, is collected on the way.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_FULL_WIDTH_TEXT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_FULL_WIDTH_TEXT_H_

#include <set>
#include <string>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// What a test that the language cannot make is taken for: so that the
// condition holds only where it surely does, or wherever it may.
enum class Unknown { kNever, kAlways };

class FullWidthTexts {
 public:
  // The call must outlive it.
  FullWidthTexts(const Syscall& call, Widths widths)
      : call_(call), widths_(widths) {}

  // In full width, and only with comparisons that Text can write.
  Condition Expressible(const Condition& condition, Unknown unknown);

  // "" for what always holds. Requires what Expressible yields, and that it
  // may hold.
  std::string Text(const Condition& condition) const;

  // Arguments whose unread bits decide in the other tool's filter, by name.
  const std::set<std::string>& narrowed() const { return narrowed_; }
  // Tests that the language does not have, in words.
  const std::set<std::string>& inexpressible() const { return inexpressible_; }
  // How many times one was asked for.
  size_t unknowns() const { return unknowns_; }

 private:
  Condition Narrowed(const Comparison& comparison, Unknown unknown);
  Condition NotSaid(std::string what, Unknown unknown);
  std::string TestText(const Comparison& comparison) const;
  std::string KernelText(const Comparison& comparison) const;
  std::string ListText(const Condition& condition, std::string_view word) const;

  const Syscall& call_;
  const Widths widths_;
  std::set<std::string> narrowed_;
  std::set<std::string> inexpressible_;
  size_t unknowns_ = 0;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_FULL_WIDTH_TEXT_H_
