// One filter of a block of Kafel's: a system call, its arguments' names, the
// architectures that it is for, the expression.
//
//   KafelFilterParser filters(cursor, constants, Architecture::kX8664);
//   if (!filters.Parse(rule, is_here)) filters.Skip();  // reported

#ifndef BAILEY_POLICY_COMPILER_FORMATS_KAFEL_FILTER_H_
#define BAILEY_POLICY_COMPILER_FORMATS_KAFEL_FILTER_H_

#include <optional>
#include <string>
#include <vector>

#include "policy-compiler/formats/kafel/expression.h"
#include "policy-compiler/formats/kafel/parser.h"

namespace bailey::policy {

class KafelFilterParser {
 public:
  // Both must outlive it.
  KafelFilterParser(KafelCursor& cursor, const KafelConstants& constants,
                    Architecture architecture)
      : cursor_(cursor),
        constants_(constants),
        architecture_(architecture),
        table_(SyscallTable::For(architecture)) {}

  // All of the rule but its action, and whether it is for the architecture.
  // False after an error, which is reported.
  bool Parse(KafelRule& rule, bool& is_here);
  // To the `,` or `}` that ends the filter.
  void Skip();

 private:
  using Declared = std::optional<std::vector<std::string>>;

  bool Call(KafelRule& rule);
  void SetNumber(KafelRule& rule, uint64_t number) const;
  bool Arguments(Declared& declared);
  bool Guard(bool& is_here);
  bool Tests(KafelRule& rule, const Declared& declared, bool is_here);
  bool SkipTests();

  KafelCursor& cursor_;
  const KafelConstants& constants_;
  const Architecture architecture_;
  const SyscallTable& table_;
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_KAFEL_FILTER_H_
