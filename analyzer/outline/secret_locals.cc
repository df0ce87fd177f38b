#include "analyzer/outline/secret_locals.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Basic/SourceManager.h>

#include <algorithm>
#include <string_view>

#include "analyzer/flow/data_effects.h"

namespace bailey::analyzer {
namespace {

using Locals = std::set<const clang::VarDecl*>;

void AddBases(const clang::Expr* expression, Locals& found) {
  if (!expression) return;
  const clang::Expr* e = expression->IgnoreParenCasts();
  if (const auto* reference = clang::dyn_cast<clang::DeclRefExpr>(e)) {
    const auto* variable =
        clang::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (variable && (variable->isLocalVarDeclOrParm())) found.insert(variable);
  } else if (const auto* unary = clang::dyn_cast<clang::UnaryOperator>(e)) {
    AddBases(unary->getSubExpr(), found);
  } else if (const auto* member = clang::dyn_cast<clang::MemberExpr>(e)) {
    AddBases(member->getBase(), found);
  } else if (const auto* at = clang::dyn_cast<clang::ArraySubscriptExpr>(e)) {
    AddBases(at->getBase(), found);
  } else if (const auto* binary = clang::dyn_cast<clang::BinaryOperator>(e)) {
    AddBases(binary->getRHS(), found);
    if (binary->getOpcode() != clang::BO_Comma)
      AddBases(binary->getLHS(), found);
  } else if (const auto* choice =
                 clang::dyn_cast<clang::ConditionalOperator>(e)) {
    AddBases(choice->getTrueExpr(), found);
    AddBases(choice->getFalseExpr(), found);
  }
}

bool PointsToWritable(clang::QualType type) {
  return type->isPointerType() && !type->getPointeeType().isConstQualified() &&
         !type->getPointeeType()->isFunctionType();
}

bool IsDecision(const clang::Expr& e) {
  if (const auto* unary = clang::dyn_cast<clang::UnaryOperator>(&e))
    return unary->getOpcode() == clang::UO_LNot;
  const auto* binary = clang::dyn_cast<clang::BinaryOperator>(&e);
  return binary && (binary->isComparisonOp() || binary->isLogicalOp());
}

// Whether `place` is argument `index`, or one of those that kRest means.
bool Means(const DataPlace& place, unsigned index) {
  switch (place.kind) {
    case DataPlaceKind::kValue:
    case DataPlaceKind::kBehind:
    case DataPlaceKind::kWithin:
      return place.argument == index;
    case DataPlaceKind::kRest:
      return index >= place.argument;
    default:
      return false;
  }
}

bool IsResult(const DataPlace& place) {
  return place.kind == DataPlaceKind::kResult ||
         place.kind == DataPlaceKind::kBehindResult;
}

}  // namespace

std::string PlainLibraryName(std::string_view name) {
  if (name.starts_with("__builtin_")) name.remove_prefix(10);
  if (name.starts_with("__")) name.remove_prefix(2);
  if (name.ends_with("_chk")) name.remove_suffix(4);
  return std::string(name);
}

std::set<const clang::VarDecl*> BaseLocals(const clang::Expr& expression) {
  Locals found;
  AddBases(&expression, found);
  return found;
}

bool IsUnevaluated(const clang::Stmt& statement) {
  return clang::isa<clang::UnaryExprOrTypeTraitExpr>(statement);
}

// One round over the function; `changed` says whether another is needed.
class SecretLocals::Search
    : public clang::RecursiveASTVisitor<SecretLocals::Search> {
 public:
  explicit Search(SecretLocals& found) : found_(found) {}

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (variable->isLocalVarDecl() && variable->hasInit())
      Assign({variable}, *variable->getInit());
    return true;
  }

  bool VisitBinaryOperator(clang::BinaryOperator* op) {
    if (op->isAssignmentOp()) Assign(BaseLocals(*op->getLHS()), *op->getRHS());
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    for (const unsigned index : found_.GivenBy(*call).arguments)
      Add(BaseLocals(*call->getArg(index)));
    return true;
  }

  bool changed = false;

 private:
  void Assign(const Locals& to, const clang::Expr& value) {
    if (found_.Carries(value)) Add(to);
    // What a secret pointer points to may be written through it.
    const bool is_secret = std::ranges::any_of(
        to, [&](const auto* each) { return found_.Holds(each); });
    if (is_secret && value.getType()->isPointerType()) Add(BaseLocals(value));
  }

  void Add(const Locals& locals) {
    for (const clang::VarDecl* each : locals)
      changed |= found_.secret_.insert(each).second;
  }

  SecretLocals& found_;
};

SecretLocals::SecretLocals(const clang::FunctionDecl& function,
                           const clang::ASTContext& context,
                           const CredentialCalls& calls)
    : function_(function), context_(context), calls_(calls) {
  Search search(*this);
  do {
    search.changed = false;
    search.TraverseStmt(function_.getBody());
  } while (search.changed);
}

bool SecretLocals::Touches(const clang::Stmt& statement) const {
  if (IsUnevaluated(statement)) return false;
  if (const auto* reference = clang::dyn_cast<clang::DeclRefExpr>(&statement)) {
    const auto* variable =
        clang::dyn_cast<clang::VarDecl>(reference->getDecl());
    return variable && Holds(variable);
  }
  if (const auto* call = clang::dyn_cast<clang::CallExpr>(&statement)) {
    const Given given = GivenBy(*call);
    if (given.result || !given.arguments.empty()) return true;
  }
  if (const auto* declaration = clang::dyn_cast<clang::DeclStmt>(&statement)) {
    for (const clang::Decl* each : declaration->decls()) {
      const auto* variable = clang::dyn_cast<clang::VarDecl>(each);
      if (variable && variable->hasInit() && !variable->isStaticLocal() &&
          Holds(variable))
        return true;
    }
  }
  return std::ranges::any_of(statement.children(), [&](const auto* child) {
    return child && Touches(*child);
  });
}

bool SecretLocals::Carries(const clang::Expr& expression) const {
  const clang::Expr* e = expression.IgnoreParenCasts();
  if (IsUnevaluated(*e) || IsDecision(*e)) return false;
  if (const auto* reference = clang::dyn_cast<clang::DeclRefExpr>(e)) {
    const auto* variable =
        clang::dyn_cast<clang::VarDecl>(reference->getDecl());
    return variable && Holds(variable);
  }
  if (const auto* call = clang::dyn_cast<clang::CallExpr>(e))
    return GivenBy(*call).result;
  if (const auto* choice = clang::dyn_cast<clang::ConditionalOperator>(e))
    return Carries(*choice->getTrueExpr()) || Carries(*choice->getFalseExpr());
  if (const auto* binary = clang::dyn_cast<clang::BinaryOperator>(e);
      binary && (binary->getOpcode() == clang::BO_Comma ||
                 binary->getOpcode() == clang::BO_Assign))
    return Carries(*binary->getRHS());
  return std::ranges::any_of(e->children(), [&](const clang::Stmt* child) {
    const auto* part = clang::dyn_cast_or_null<clang::Expr>(child);
    return part ? Carries(*part) : child && Touches(*child);
  });
}

SecretLocals::Given SecretLocals::GivenBy(const clang::CallExpr& call) const {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee || !callee->getIdentifier()) return GivenByUnknown(call);
  const std::string name = callee->getName().str();
  if (calls_.declassified.contains(name)) return {};
  if (!calls_.defined.contains(name))
    return GivenByLibrary(call, PlainLibraryName(name));
  return GivenByDefined(call, name);
}

SecretLocals::Given SecretLocals::GivenByDefined(
    const clang::CallExpr& call, const std::string& name) const {
  const bool takes = !calls_.assumed.empty() && TakesSecret(call);
  const auto gives = [&](int parameter) {
    return calls_.exposed.contains({name, parameter}) ||
           (takes && calls_.assumed.contains({name, parameter}));
  };
  Given given;
  given.result = gives(-1);
  for (unsigned i = 0; i < call.getNumArgs(); ++i)
    if (PointsToWritable(call.getArg(i)->getType()) &&
        gives(static_cast<int>(i)))
      given.arguments.insert(i);
  return given;
}

SecretLocals::Given SecretLocals::GivenByLibrary(
    const clang::CallExpr& call, const std::string& name) const {
  const bool is_source = IsSource(call);
  if (!is_source && !TakesSecret(call)) return {};
  const DataEffect* effect = DataEffectOf(name);
  if (!effect) return GivenByUnknown(call);
  Given given;
  bool reads = false;
  for (const DataRule& rule : effect->rules) {
    const bool is_read = rule.kind == DataRuleKind::kRead;
    reads |= is_read;
    if (!is_read && rule.kind != DataRuleKind::kMove) continue;
    bool comes_from_secret = is_source && is_read;
    for (unsigned i = 0; i < call.getNumArgs(); ++i)
      comes_from_secret |= Means(rule.from, i) && Carries(*call.getArg(i));
    if (!comes_from_secret) continue;
    given.result |= IsResult(rule.to);
    for (unsigned i = 0; i < call.getNumArgs(); ++i)
      if (Means(rule.to, i) && rule.to.kind != DataPlaceKind::kValue)
        given.arguments.insert(i);
  }
  // An open: its result is what the credential is read by.
  given.result |= is_source && !reads;
  return given;
}

SecretLocals::Given SecretLocals::GivenByUnknown(
    const clang::CallExpr& call) const {
  Given given;
  if (!TakesSecret(call) && !IsSource(call)) return given;
  given.result = true;
  for (unsigned i = 0; i < call.getNumArgs(); ++i)
    if (PointsToWritable(call.getArg(i)->getType())) given.arguments.insert(i);
  return given;
}

bool SecretLocals::TakesSecret(const clang::CallExpr& call) const {
  return std::ranges::any_of(call.arguments(), [&](const clang::Expr* each) {
    return Carries(*each);
  });
}

bool SecretLocals::IsSource(const clang::CallExpr& call) const {
  const clang::SourceManager& sources = context_.getSourceManager();
  for (const clang::SourceLocation where :
       {call.getBeginLoc(), call.getExprLoc(), call.getRParenLoc()}) {
    const clang::PresumedLoc place =
        sources.getPresumedLoc(sources.getExpansionLoc(where));
    if (place.isValid() &&
        calls_.sources.contains({static_cast<int>(place.getLine()),
                                 static_cast<int>(place.getColumn())}))
      return true;
  }
  return false;
}

}  // namespace bailey::analyzer
