// Where a function names its locals, and what it does with them there. Internal
// to outline/.
//
//   LocalUses uses(function, flow);
//   for (const LocalUse& each : uses.Of(variable))
//     if (each.kind == UseKind::kEscapes) …

#ifndef BAILEY_ANALYZER_OUTLINE_LOCAL_USES_H_
#define BAILEY_ANALYZER_OUTLINE_LOCAL_USES_H_

#include <clang/AST/Decl.h>
#include <clang/AST/Expr.h>
#include <clang/AST/ParentMap.h>

#include <map>
#include <vector>

#include "common/documents/flow.h"

namespace bailey::analyzer {

// From harmless to unknown. kEscapes: its address is kept somewhere, or goes
// where nobody follows it.
enum class UseKind { kSize, kRead, kWrite, kReadWrite, kEscapes };

struct LocalUse {
  const clang::DeclRefExpr* where = nullptr;
  UseKind kind = UseKind::kEscapes;
  // Assigned as a whole, by an expression that stands as a statement.
  bool sets_all = false;
  bool by_address = false;  // `&` is applied to it
  bool decays = false;      // an array as a pointer to its first element
  // Its address is given to a call that may keep it.
  bool may_be_kept = false;
  // Its address is stored: in the local `holder`, or, if null, anywhere.
  bool is_stored = false;
  const clang::VarDecl* holder = nullptr;
};

class LocalUses {
 public:
  LocalUses(const clang::FunctionDecl& function, const Flow& flow);

  // Of each local that is named anywhere, parameters and static locals too.
  const std::map<const clang::VarDecl*, std::vector<LocalUse>>& all() const {
    return uses_;
  }
  const std::vector<LocalUse>& Of(const clang::VarDecl* variable) const;
  // The local's address may be known to somebody after the statement that takes
  // it.
  bool MayBeKept(const clang::VarDecl* variable) const;
  // The call whose argument the expression is, casts aside, and which; null:
  // it is none.
  const clang::CallExpr* CallOf(const clang::Expr* expression,
                                unsigned& index) const;

 private:
  friend class UseReader;
  std::map<const clang::VarDecl*, std::vector<LocalUse>> uses_;
  clang::ParentMap parents_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_LOCAL_USES_H_
