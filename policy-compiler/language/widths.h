// `widths`: how much of an argument the comparisons of a text see.
//
//   widths kernel;   what the kernel reads, by its declaration; without the
//                    statement the same
//   widths full;     all 64 bits, unsigned, as other tools' filters do
//
// Each text says it for itself: a text that it uses has widths of its own.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_WIDTHS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_WIDTHS_H_

#include <optional>
#include <string_view>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

// Of a whole text; a second statement in it is an error, which is reported.
Widths WidthsOf(const PolicySyntax& syntax, TextReporter& report);

// What is compared where an argument is declared so.
SyscallArgument Seen(const SyscallArgument& declared, Widths widths);

// The index in `argument0` to `argument5`, by which a text of full widths names
// any of the six, whatever the call declares of them.
std::optional<int> PlainArgument(std::string_view name);

// What such a name stands for: 64 bits, unsigned, and no pointer, since the
// address itself is meant. Requires an index from 0 to 5.
SyscallArgument PlainArgumentAt(int index);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_WIDTHS_H_
