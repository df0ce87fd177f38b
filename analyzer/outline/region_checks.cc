#include "analyzer/outline/region_checks.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Basic/SourceManager.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace bailey::analyzer {
namespace {

using Parts = std::vector<const clang::Stmt*>;

// They act on the frame of the function that calls them, or depend on it.
constexpr std::array kOfFrame = {"setjmp",
                                 "_setjmp",
                                 "sigsetjmp",
                                 "__sigsetjmp",
                                 "alloca",
                                 "__builtin_alloca",
                                 "__builtin_setjmp",
                                 "__builtin_frame_address",
                                 "__builtin_return_address",
                                 "__builtin_va_start",
                                 "__builtin_va_arg_pack",
                                 "__builtin_apply_args",
                                 "vfork",
                                 "getcontext",
                                 "backtrace"};

bool IsDeclaredIn(const clang::Decl* declaration, const Parts& parts) {
  const clang::SourceManager& sources =
      declaration->getASTContext().getSourceManager();
  return std::ranges::any_of(parts, [&](const clang::Stmt* part) {
    return sources.isPointWithin(declaration->getLocation(),
                                 part->getBeginLoc(), part->getEndLoc());
  });
}

bool IsFunctions(const clang::Decl* declaration,
                 const clang::FunctionDecl& function) {
  return declaration->getLexicalDeclContext() == &function ||
         declaration->getDeclContext() == &function;
}

class Checker : public clang::RecursiveASTVisitor<Checker> {
 public:
  Checker(const clang::FunctionDecl& function, const Parts& parts)
      : function_(function), parts_(parts) {}

  OutlineProblems problems;

  bool VisitPredefinedExpr(clang::PredefinedExpr* name) {
    return Refuse(name->getBeginLoc(), "it uses the name of its function",
                  "write the name out, or take `assert` and the like out of "
                  "this part");
  }

  bool VisitSourceLocExpr(clang::SourceLocExpr* place) {
    if (place->isIntType()) return true;  // a line or a column stays
    return Refuse(place->getBeginLoc(), "it uses the name of its function",
                  "write the name out");
  }

  bool VisitGCCAsmStmt(clang::GCCAsmStmt* assembly) {
    return Refuse(assembly->getBeginLoc(), "it holds assembly",
                  "put the assembly into a function");
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    if (!callee || !callee->getIdentifier()) return true;
    if (std::ranges::find(kOfFrame, callee->getName()) == kOfFrame.end())
      return true;
    return Refuse(call->getBeginLoc(),
                  "`" + callee->getName().str() +
                      "` depends on the function that calls it",
                  "take it out of this part");
  }

  bool VisitVAArgExpr(clang::VAArgExpr* argument) {
    return Refuse(argument->getBeginLoc(),
                  "it takes a variable argument of its function",
                  "fetch it into a local before");
  }

  bool VisitBinaryOperator(clang::BinaryOperator* op) {
    if (op->getOpcode() == clang::BO_Assign &&
        !op->getType()->isArithmeticType())
      RefuseLiteral(*op->getRHS());
    return true;
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (variable->hasInit() && !variable->getType()->isArithmeticType())
      RefuseLiteral(*variable->getInit());
    if (variable->getType()->isVariablyModifiedType())
      Refuse(variable->getLocation(), "an array has no fixed length",
             "give it a fixed length, or allocate it");
    if (variable->hasAttr<clang::CleanupAttr>())
      Refuse(variable->getLocation(), "a local has a cleanup function",
             "call the function where the local's life ends");
    return true;
  }

  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    const clang::Decl* declaration = reference->getDecl();
    const auto* variable = clang::dyn_cast<clang::VarDecl>(declaration);
    // Of locals region_locals.h decides.
    if (variable && !variable->hasExternalStorage()) return true;
    if (!IsFunctions(declaration, function_) ||
        IsDeclaredIn(declaration, parts_))
      return true;
    return Refuse(reference->getBeginLoc(),
                  "`" + reference->getDecl()->getNameAsString() +
                      "` is declared in the function",
                  "declare it at the top of the file");
  }

  bool VisitTypeLoc(clang::TypeLoc type) {
    if (!IsOfFunction(type.getType(), function_, parts_)) return true;
    return Refuse(type.getBeginLoc(), "a type is declared in the function",
                  "declare it at the top of the file");
  }

 private:
  // A compound literal whose address is stored: it lives as long as the block
  // around it, and the part may end before that.
  void RefuseLiteral(const clang::Expr& value) {
    if (!PointsToLiteral(&value)) return;
    Refuse(value.getBeginLoc(),
           "the address of an object without a name is kept",
           "give the object a name");
  }

  static bool PointsToLiteral(const clang::Stmt* s) {
    if (!s || clang::isa<clang::CallExpr>(s)) return false;
    const auto* cast = clang::dyn_cast<clang::CastExpr>(s);
    const auto* unary = clang::dyn_cast<clang::UnaryOperator>(s);
    const bool is_address =
        (cast && cast->getCastKind() == clang::CK_ArrayToPointerDecay) ||
        (unary && unary->getOpcode() == clang::UO_AddrOf);
    if (is_address && HasLiteral(*s->child_begin())) return true;
    return std::ranges::any_of(s->children(), PointsToLiteral);
  }

  static bool HasLiteral(const clang::Stmt* s) {
    return s && (clang::isa<clang::CompoundLiteralExpr>(s) ||
                 std::ranges::any_of(s->children(), HasLiteral));
  }

  // True, as visitors that go on say.
  bool Refuse(clang::SourceLocation where, std::string message,
              std::string hint) {
    if (problems.empty())
      problems.push_back({where, std::move(message), std::move(hint)});
    return true;
  }

  const clang::FunctionDecl& function_;
  const Parts& parts_;
};

// Lines that begin with `#` between two offsets; `any`: not only those that
// define macros.
bool HasDirective(std::string_view text, TextRange range, bool any) {
  size_t at = range.begin;
  while (at < range.end) {
    const size_t end = std::min(text.find('\n', at), size_t{range.end});
    const std::string_view line = text.substr(at, end - at);
    const size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line[first] == '#') {
      const size_t word = line.find_first_not_of(" \t", first + 1);
      const std::string_view rest =
          word == std::string_view::npos ? "" : line.substr(word);
      if (any || rest.starts_with("define") || rest.starts_with("undef") ||
          rest.starts_with("include") || rest.starts_with("pragma"))
        return true;
    }
    at = end + 1;
  }
  return false;
}

void CheckDirectives(const clang::FunctionDecl& function, const Region& region,
                     const SourceView& view, OutlineProblems& problems) {
  const auto body = view.RangeOf(function.getSourceRange());
  TextRange whole{~0U, 0};
  for (const clang::Stmt* part : region.Parts()) {
    const auto range = part == region.tail
                           ? view.RangeOf(part->getSourceRange())
                           : view.StatementRange(*part);
    if (!range) {
      problems.push_back({part->getBeginLoc(),
                          "it begins or ends inside a macro, or in another "
                          "file",
                          "write out what the macro stands for"});
      return;
    }
    if (!view.StandsOnce(part->getBeginLoc())) {
      problems.push_back({part->getBeginLoc(),
                          "a macro makes a text or something else of it",
                          "write out what the macro stands for"});
      return;
    }
    whole.begin = std::min(whole.begin, range->begin);
    whole.end = std::max(whole.end, range->end);
  }
  if (!body) {
    problems.push_back({function.getLocation(),
                        "the function begins or ends inside a macro, or in "
                        "another file",
                        "write the function out in its source"});
    return;
  }
  // From the begin of its line on.
  const size_t line = view.text().rfind('\n', whole.begin);
  const TextRange lines{static_cast<unsigned>(line + 1), whole.end};
  if (HasDirective(view.text(), lines, true))
    problems.push_back({region.begin(),
                        "a directive of the preprocessor is in it",
                        "put the directive around a function"});
  if (HasDirective(view.text(), {body->begin, whole.begin}, false))
    problems.push_back({region.begin(),
                        "the function defines macros, or includes a file, "
                        "before it",
                        "move the directives before the function"});
}

}  // namespace

bool IsOfFunction(clang::QualType type, const clang::FunctionDecl& function,
                  const Parts& parts) {
  while (!type.isNull()) {
    if (const auto* name = type->getAs<clang::TypedefType>();
        name && IsFunctions(name->getDecl(), function))
      return !IsDeclaredIn(name->getDecl(), parts);
    if (const auto* array = type->getAsArrayTypeUnsafe())
      type = array->getElementType();
    else if (type->isPointerType())
      type = type->getPointeeType();
    else
      break;
  }
  const clang::TagDecl* tag = type.isNull() ? nullptr : type->getAsTagDecl();
  return tag && IsFunctions(tag, function) && !IsDeclaredIn(tag, parts);
}

OutlineProblems CheckRegion(const clang::FunctionDecl& function,
                            const Region& region, const SourceView& view) {
  const Parts parts = region.Parts();
  OutlineProblems problems;
  if (const clang::Stmt* escape = FindEscape(parts)) {
    problems.push_back({escape->getBeginLoc(),
                        "control enters or leaves the part here",
                        "take the `return`, `break`, `continue`, `goto`, label "
                        "or `case` out of what touches the credential: keep a "
                        "value, and decide by it after"});
    return problems;
  }
  Checker checker(function, parts);
  for (const clang::Stmt* part : parts)
    checker.TraverseStmt(const_cast<clang::Stmt*>(part));
  problems = std::move(checker.problems);
  if (problems.empty()) CheckDirectives(function, region, view, problems);
  return problems;
}

}  // namespace bailey::analyzer
