// The locals of a function that hold a credential: what calls give of it, and
// what is made of that. Data is followed, decisions are not, as in the analysis
// (docs/split.md). Internal to outline/.
//
//   SecretLocals secrets(function, context, calls);
//   if (secrets.Touches(*statement)) …
//
// It over-approximates what one function shows, and may miss what goes by ways
// that only the whole program shows: a part that is chosen too small leaves a
// credential behind, which the analysis of the outlined program refuses.

#ifndef BAILEY_ANALYZER_OUTLINE_SECRET_LOCALS_H_
#define BAILEY_ANALYZER_OUTLINE_SECRET_LOCALS_H_

#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>
#include <clang/AST/Expr.h>

#include <set>
#include <string>
#include <string_view>

#include "analyzer/outline/credential_calls.h"

namespace bailey::analyzer {

class SecretLocals {
 public:
  SecretLocals(const clang::FunctionDecl& function,
               const clang::ASTContext& context, const CredentialCalls& calls);

  bool Holds(const clang::VarDecl* variable) const {
    return secret_.contains(variable);
  }
  // Reads, writes or names a secret local, or gets a credential; what only asks
  // for a size does not.
  bool Touches(const clang::Stmt& statement) const;
  // Its value is a credential's, or made of one.
  bool Carries(const clang::Expr& expression) const;

 private:
  class Search;
  // What a call gives of a credential.
  struct Given {
    bool result = false;
    std::set<unsigned> arguments;
  };

  Given GivenBy(const clang::CallExpr& call) const;
  Given GivenByDefined(const clang::CallExpr& call,
                       const std::string& name) const;
  Given GivenByLibrary(const clang::CallExpr& call,
                       const std::string& name) const;
  Given GivenByUnknown(const clang::CallExpr& call) const;
  bool TakesSecret(const clang::CallExpr& call) const;
  bool IsSource(const clang::CallExpr& call) const;

  const clang::FunctionDecl& function_;
  const clang::ASTContext& context_;
  const CredentialCalls& calls_;
  std::set<const clang::VarDecl*> secret_;
};

// The locals (parameters and static locals too) that an expression designates,
// points into, or takes the address of: `&a.b[2]` and `a.b + 2` give a.
std::set<const clang::VarDecl*> BaseLocals(const clang::Expr& expression);

// Of glibc's fortified and the compiler's own forms of a function, the plain
// one.
std::string PlainLibraryName(std::string_view name);

// `sizeof`, `_Alignof`: nothing in it happens.
bool IsUnevaluated(const clang::Stmt& statement);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_SECRET_LOCALS_H_
