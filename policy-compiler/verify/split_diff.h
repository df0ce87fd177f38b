// How two policies differ in what an attacker who has the untrusted portion may
// ask of the trusted ones: by the words that say how a program is split,
// without the program.
//
//   DiffSplitWords(old_policy, new_policy, differences);
//
// Looser is each word more by which a call or a value may cross (`declassify`,
// with its bound and kind; `function` of a trusted portion; `pass`), by which
// state is no longer held together (`separate`), a program talks to another
// (`serves`), a call that was not made gives
// something (`failure`), or less is followed or held apart (a credential's
// `by`, with a function less; an `input function` less).

#ifndef BAILEY_POLICY_COMPILER_VERIFY_SPLIT_DIFF_H_
#define BAILEY_POLICY_COMPILER_VERIFY_SPLIT_DIFF_H_

#include "policy-compiler/verify/grant_diff.h"

namespace bailey::policy {

// `outline` is no grant: it lets no call cross.
void DiffSplitWords(const Policy& old_policy, const Policy& new_policy,
                    GrantDifferences& differences);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_SPLIT_DIFF_H_
