// Which parts of a function are cut out: the smallest runs of statements that
// touch a secret local. Internal to outline/.
//
//   std::vector<Region> regions = FindRegions(function, secrets);
//   MergeRegions(regions, 2, secrets);
//
// Where a condition alone touches one, what is cut out ends with the condition
// and gives its value back: `if (read(file, key, 32) < 32) return 1;` leaves
// its `return` where it is.

#ifndef BAILEY_ANALYZER_OUTLINE_REGIONS_H_
#define BAILEY_ANALYZER_OUTLINE_REGIONS_H_

#include <clang/AST/Decl.h>
#include <clang/AST/Stmt.h>

#include <vector>

#include "analyzer/outline/secret_locals.h"

namespace bailey::analyzer {

// Control enters a region at its begin and leaves it at its end, which
// region_checks.h makes sure of.
struct Region {
  // Consecutive statements of `block`, or one that stands where a block could.
  std::vector<const clang::Stmt*> statements;
  // Evaluated after them, first of the statement that follows: its value is
  // the region's.
  const clang::Expr* tail = nullptr;
  bool tail_is_truth = false;                  // only whether it is zero counts
  const clang::CompoundStmt* block = nullptr;  // null: one statement alone

  clang::SourceLocation begin() const;
  // Statements and tail.
  std::vector<const clang::Stmt*> Parts() const;
};

// In the order of the text.
std::vector<Region> FindRegions(const clang::FunctionDecl& function,
                                const SecretLocals& secrets);

// Joins neighbours until there are no more than `count`, if what lies between
// them calls nothing and lets nobody out.
void MergeRegions(std::vector<Region>& regions, size_t count);

// A statement that leaves `parts` other than by their end, or that is entered
// from elsewhere; null: there is none.
const clang::Stmt* FindEscape(const std::vector<const clang::Stmt*>& parts);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_REGIONS_H_
