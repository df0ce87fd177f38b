#include "analyzer/rewrite/cxx_check.h"

#include <clang/AST/DeclCXX.h>
#include <clang/AST/Mangle.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Basic/SourceManager.h>
#include <fmt/format.h>

#include <set>
#include <string>
#include <utility>

#include "analyzer/rewrite/unit_reports.h"

namespace bailey::analyzer {
namespace {

// What a function's body calls by name, and the texts in it.
struct BodyNames {
  std::set<std::string> calls;
  std::set<std::string> texts;
};

class CallCollector : public clang::RecursiveASTVisitor<CallCollector> {
 public:
  explicit CallCollector(clang::ASTContext& context) : names_(context) {}

  bool VisitCallExpr(clang::CallExpr* call) {
    if (auto* callee = call->getDirectCallee())
      found_.calls.insert(names_.getName(callee));
    return true;
  }
  bool VisitStringLiteral(clang::StringLiteral* literal) {
    if (literal->isOrdinary()) found_.texts.insert(literal->getString().str());
    return true;
  }

  BodyNames Take() { return std::move(found_); }

 private:
  clang::ASTNameGenerator names_;
  BodyNames found_;
};

class CxxChecker : public clang::RecursiveASTVisitor<CxxChecker> {
 public:
  CxxChecker(const WrittenUnit& written, clang::ASTContext& context,
             Diagnostics& diagnostics)
      : written_(written),
        context_(context),
        sources_(context.getSourceManager()),
        names_(context),
        reports_(written, sources_, diagnostics) {}

  bool shouldVisitTemplateInstantiations() const { return true; }

  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    if (IsHere(*function) && function->isThisDeclarationADefinition() &&
        !function->isDependentContext())
      CheckFunction(*function);
    return true;
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (IsHere(*variable) && variable->hasGlobalStorage() &&
        !variable->isStaticLocal() && !variable->isTemplated() &&
        variable->isThisDeclarationADefinition() !=
            clang::VarDecl::DeclarationOnly)
      CheckVariable(*variable);
    return true;
  }

  bool VisitFileScopeAsmDecl(clang::FileScopeAsmDecl* assembly) {
    const auto place = sources_.getExpansionLoc(assembly->getLocation());
    if (!sources_.isInSystemHeader(place))
      reports_.Error(*assembly,
                     "assembly outside of functions would be in every portion, "
                     "whatever it defines",
                     "move it into a function, or into a shared library");
    return true;
  }

 private:
  bool IsHere(const clang::Decl& declaration) const {
    return sources_.isWrittenInMainFile(
        sources_.getExpansionLoc(declaration.getLocation()));
  }

  std::string NameOf(const clang::NamedDecl& declaration) {
    if (const auto* label = declaration.getAttr<clang::AsmLabelAttr>())
      return label->getLabel().str();
    const bool has_several =
        llvm::isa<clang::CXXConstructorDecl>(declaration) ||
        llvm::isa<clang::CXXDestructorDecl>(declaration);
    if (!has_several) return names_.getName(&declaration);
    const auto all = names_.getAllManglings(&declaration);
    return all.empty() ? "" : all.front();
  }

  // Of what nothing uses there is no code, in this program as in the whole one.
  bool IsUnused(const clang::FunctionDecl& function,
                const std::string& symbol) const {
    const bool may_be_left_out =
        function.isInlined() || function.isImplicit() ||
        function.isTemplateInstantiation() || !function.isExternallyVisible();
    return may_be_left_out && !written_.known.contains(symbol);
  }

  void CheckFunction(const clang::FunctionDecl& function) {
    const std::string plain = function.getNameAsString();
    if (plain.starts_with("bailey_")) return CheckGlue(function, plain);
    const std::string symbol =
        function.isMain() ? std::string("main") : NameOf(function);
    if (written_.functions.contains(symbol)) return CheckBody(function, symbol);
    if (!IsUnused(function, symbol)) reports_.Definition(function, symbol);
  }

  void CheckGlue(const clang::FunctionDecl& function,
                 const std::string& plain) {
    const auto expected = written_.glue.find(plain);
    if (expected == written_.glue.end()) return;
    if (NamesIn(function).calls.contains(expected->second)) return;
    reports_.Error(
        function,
        fmt::format("the call of `{}` from another portion would be one of "
                    "another function of that name",
                    expected->second),
        "give one of them another name");
  }

  void CheckBody(const clang::FunctionDecl& function,
                 const std::string& symbol) {
    const auto expected = written_.bodies.find(symbol);
    if (expected == written_.bodies.end()) return;
    if (function.isImplicit() || function.isDefaulted()) return;
    const BodyNames found = NamesIn(function);
    if (found.calls.contains(expected->second) &&
        found.texts.contains(function.getNameAsString()))
      return;
    reports_.Error(
        function,
        fmt::format("the body of `{}` in portion `{}` is not the one that "
                    "was written for it",
                    function.getQualifiedNameAsString(), written_.portion),
        "write out the macros of its definition");
  }

  BodyNames NamesIn(const clang::FunctionDecl& function) {
    CallCollector collector(context_);
    collector.TraverseStmt(function.getBody());
    return collector.Take();
  }

  void CheckVariable(const clang::VarDecl& variable) {
    const std::string symbol = NameOf(variable);
    if (!written_.globals.contains(symbol) &&
        !written_.globals.contains(variable.getNameAsString()) &&
        !IsConstantForAll(variable))
      reports_.Definition(variable, variable.getQualifiedNameAsString());
  }

  // One that no code was made for, since nothing uses it as an object.
  static bool IsConstantForAll(const clang::VarDecl& variable) {
    return variable.getType().isConstQualified() &&
           variable.hasConstantInitialization();
  }

  const WrittenUnit& written_;
  clang::ASTContext& context_;
  const clang::SourceManager& sources_;
  clang::ASTNameGenerator names_;
  UnitReports reports_;
};

}  // namespace

void CheckWrittenCxx(const WrittenUnit& written, clang::ASTContext& context,
                     Diagnostics& diagnostics) {
  CxxChecker(written, context, diagnostics).TraverseAST(context);
}

}  // namespace bailey::analyzer
