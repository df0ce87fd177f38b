#include "analyzer/rewrite/written_check.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/Attr.h>
#include <clang/AST/Decl.h>
#include <clang/AST/Expr.h>
#include <clang/AST/Stmt.h>
#include <fmt/format.h>

#include "analyzer/rewrite/cxx_check.h"
#include "analyzer/rewrite/unit_parse.h"
#include "analyzer/rewrite/unit_reports.h"

namespace bailey::analyzer {
namespace {

class DefinitionChecker {
 public:
  DefinitionChecker(const WrittenUnit& written,
                    const clang::ASTContext& context, Diagnostics& diagnostics)
      : written_(written),
        sources_(context.getSourceManager()),
        reports_(written, sources_, diagnostics) {}

  void Check(const clang::Decl& declaration) {
    const clang::SourceLocation place =
        sources_.getExpansionLoc(declaration.getLocation());
    if (llvm::isa<clang::FileScopeAsmDecl>(declaration)) {
      if (!sources_.isInSystemHeader(place)) ReportAssembly(declaration);
      return;
    }
    if (!sources_.isWrittenInMainFile(place)) return;
    if (const auto* function =
            llvm::dyn_cast<clang::FunctionDecl>(&declaration)) {
      CheckFunction(*function);
    } else if (const auto* variable =
                   llvm::dyn_cast<clang::VarDecl>(&declaration)) {
      CheckVariable(*variable);
    }
  }

 private:
  void CheckFunction(const clang::FunctionDecl& function) {
    if (!function.isThisDeclarationADefinition()) return;
    const std::string name = function.getNameAsString();
    if (name.starts_with("bailey_")) return;
    if (written_.functions.contains(name)) return CheckBody(function, name);
    if (IsAliasFromHere(function)) return;
    // Never called, so that there is no code of it in either program.
    const bool is_unused =
        function.isInlined() && !written_.known.contains(name);
    if (!is_unused) reports_.Definition(function, name);
  }

  // Another name of a function of this file: it is, and does, what that one is
  // and does here, and the analysis takes a use of it for a use of that.
  bool IsAliasFromHere(const clang::FunctionDecl& function) const {
    const auto* alias = function.getAttr<clang::AliasAttr>();
    return alias && written_.functions.contains(alias->getAliasee().str());
  }

  void CheckBody(const clang::FunctionDecl& function, const std::string& name) {
    const auto expected = written_.bodies.find(name);
    if (expected == written_.bodies.end()) return;
    const auto* body =
        llvm::dyn_cast_or_null<clang::CompoundStmt>(function.getBody());
    if (body && CallsWithName(*body, expected->second, name)) return;
    reports_.Error(
        function,
        fmt::format("the body of `{}` in portion `{}` is not the one that "
                    "was written for it",
                    name, written_.portion),
        "write out the macros of its definition");
  }

  // Whether a statement of `body` is `callee(..., "name")`, or assigns that.
  static bool CallsWithName(const clang::CompoundStmt& body,
                            const std::string& callee,
                            const std::string& name) {
    return llvm::any_of(body.body(), [&](const clang::Stmt* each) {
      if (const auto* binary = llvm::dyn_cast<clang::BinaryOperator>(each)) {
        each = binary->getRHS()->IgnoreParenImpCasts();
      }
      const auto* call = llvm::dyn_cast<clang::CallExpr>(each);
      const auto* called = call ? call->getDirectCallee() : nullptr;
      if (!called || called->getNameAsString() != callee) return false;
      return llvm::any_of(call->arguments(), [&](const clang::Expr* argument) {
        const auto* literal = llvm::dyn_cast<clang::StringLiteral>(
            argument->IgnoreParenImpCasts());
        return literal && literal->getString() == name;
      });
    });
  }

  void CheckVariable(const clang::VarDecl& variable) {
    if (variable.isThisDeclarationADefinition() ==
        clang::VarDecl::DeclarationOnly) {
      return;
    }
    const std::string name = variable.getNameAsString();
    if (!written_.globals.contains(name)) reports_.Definition(variable, name);
  }

  void ReportAssembly(const clang::Decl& at) {
    reports_.Error(
        at,
        "assembly outside of functions would be in every portion, whatever "
        "it defines",
        "move it into a function, or into a shared library");
  }

  const WrittenUnit& written_;
  const clang::SourceManager& sources_;
  UnitReports reports_;
};

}  // namespace

void CheckWritten(const WrittenUnit& written, Diagnostics& diagnostics) {
  const size_t errors = diagnostics.error_count();
  const auto tree = ParseText(written.compile, written.text, diagnostics);
  if (!tree.ok()) {
    if (diagnostics.error_count() > errors) return;
    Diagnostic diagnostic;
    diagnostic.message = fmt::format("the source for portion `{}` {}",
                                     written.portion, tree.error().message);
    diagnostic.file = written.unit.file;
    diagnostics.Add(std::move(diagnostic));
    return;
  }
  clang::ASTContext& context = (*tree)->getASTContext();
  if (context.getLangOpts().CPlusPlus)
    return CheckWrittenCxx(written, context, diagnostics);
  DefinitionChecker checker(written, context, diagnostics);
  for (const clang::Decl* each : context.getTranslationUnitDecl()->decls()) {
    checker.Check(*each);
  }
}

}  // namespace bailey::analyzer
