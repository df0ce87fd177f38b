#include "analyzer/outline/region_reach.h"

#include <clang/AST/RecursiveASTVisitor.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "analyzer/flow/library_extents.h"

namespace bailey::analyzer {
namespace {

using clang::VarDecl;

// Of the C library: the first argument is a descriptor.
constexpr std::array<std::string_view, 38> kOfDescriptor = {
    "accept",     "accept4", "bind",    "close",    "connect",   "dup",
    "dup2",       "dup3",    "fchmod",  "fchown",   "fcntl",     "fdatasync",
    "fdopen",     "flock",   "fstat",   "fsync",    "ftruncate", "getsockopt",
    "ioctl",      "isatty",  "listen",  "lseek",    "openat",    "pread",
    "preadv",     "pwrite",  "pwritev", "read",     "readv",     "recv",
    "recvfrom",   "recvmsg", "send",    "sendfile", "sendmsg",   "sendto",
    "setsockopt", "write"};

// The least value above all that an expression can be; none: it is not known.
using Bound = std::optional<uint64_t>;

// Which variables the region's loops count to a constant, and what the region
// changes otherwise.
class LoopReader : public clang::RecursiveASTVisitor<LoopReader> {
 public:
  explicit LoopReader(const clang::ASTContext& context) : context_(context) {}

  bool VisitForStmt(clang::ForStmt* loop) {
    if (const VarDecl* variable = Counted(*loop)) ++counts_[variable];
    return true;
  }
  bool VisitUnaryOperator(clang::UnaryOperator* op) {
    if (op->isIncrementDecrementOp() || op->getOpcode() == clang::UO_AddrOf)
      Change(op->getSubExpr());
    return true;
  }
  bool VisitBinaryOperator(clang::BinaryOperator* op) {
    if (op->isAssignmentOp()) Change(op->getLHS());
    return true;
  }

  // In the loop's body.
  Bound Of(const VarDecl* variable) const {
    const auto count = counts_.find(variable);
    const auto changes = changes_.find(variable);
    // Once by its own loop.
    if (count == counts_.end() || changes == changes_.end() ||
        count->second != 1 || changes->second != 1)
      return std::nullopt;
    return bounds_.at(variable);
  }

 private:
  void Change(const clang::Expr* expression) {
    const auto* reference =
        clang::dyn_cast<clang::DeclRefExpr>(expression->IgnoreParenCasts());
    if (reference) ++changes_[clang::dyn_cast<VarDecl>(reference->getDecl())];
  }

  // `for (T i = A; i < C; ++i)`, A not below zero.
  const VarDecl* Counted(const clang::ForStmt& loop) {
    const auto* init = clang::dyn_cast_or_null<clang::DeclStmt>(loop.getInit());
    const auto* test =
        clang::dyn_cast_or_null<clang::BinaryOperator>(loop.getCond());
    const auto* step =
        clang::dyn_cast_or_null<clang::UnaryOperator>(loop.getInc());
    if (!init || !init->isSingleDecl() || !test || !step ||
        !step->isIncrementOp() || test->getOpcode() != clang::BO_LT)
      return nullptr;
    const auto* variable = clang::dyn_cast<VarDecl>(init->getSingleDecl());
    if (!variable || !variable->hasInit() || !Names(*test->getLHS(), variable))
      return nullptr;
    const auto first = Constant(*variable->getInit());
    const auto end = Constant(*test->getRHS());
    if (!first || !end) return nullptr;
    bounds_[variable] = *end;
    return variable;
  }

  static bool Names(const clang::Expr& e, const VarDecl* variable) {
    const auto* reference =
        clang::dyn_cast<clang::DeclRefExpr>(e.IgnoreParenImpCasts());
    return reference && reference->getDecl() == variable;
  }

 public:
  std::optional<uint64_t> Constant(const clang::Expr& e) const {
    clang::Expr::EvalResult result;
    if (e.isValueDependent() || !e.EvaluateAsInt(result, context_))
      return std::nullopt;
    const llvm::APSInt value = result.Val.getInt();
    if (value.isNegative() || value.getActiveBits() > 62) return std::nullopt;
    return value.getZExtValue();
  }

 private:
  const clang::ASTContext& context_;
  std::map<const VarDecl*, int> counts_;
  std::map<const VarDecl*, int> changes_;
  std::map<const VarDecl*, uint64_t> bounds_;
};

// The locals whose values whoever calls the region chooses, now or by an
// earlier call: what is not the region's own, and what is made of that.
class OutsideReader : public clang::RecursiveASTVisitor<OutsideReader> {
 public:
  explicit OutsideReader(const RegionPlan& plan) {
    own_.insert(plan.moved.begin(), plan.moved.end());
  }

  bool VisitVarDecl(VarDecl* variable) {
    own_.insert(variable);
    if (!variable->hasInit()) return true;
    if (Names(*variable->getInit())) Add({variable});
    if (variable->getType()->isPointerType()) Point(*variable->getInit());
    return true;
  }
  bool VisitBinaryOperator(clang::BinaryOperator* op) {
    if (!op->isAssignmentOp()) return true;
    if (Names(*op->getRHS())) Add(BaseLocals(*op->getLHS()));
    if (op->getType()->isPointerType()) Point(*op->getRHS());
    return true;
  }
  bool VisitCallExpr(clang::CallExpr* call) {
    if (!std::ranges::any_of(call->arguments(),
                             [&](const auto* each) { return Names(*each); }))
      return true;
    for (const clang::Expr* each : call->arguments())
      if (each->getType()->isPointerType()) Add(BaseLocals(*each));
    return true;
  }

  bool Names(const clang::Stmt& s) const {
    if (IsUnevaluated(s)) return false;
    if (const auto* reference = clang::dyn_cast<clang::DeclRefExpr>(&s)) {
      const auto* variable = clang::dyn_cast<VarDecl>(reference->getDecl());
      return variable &&
             (!own_.contains(variable) || outside_.contains(variable));
    }
    return std::ranges::any_of(s.children(), [&](const clang::Stmt* child) {
      return child && Names(*child);
    });
  }

  bool changed = false;

 private:
  // What a pointer points to may be set by it.
  void Point(const clang::Expr& pointer) {
    for (const VarDecl* each : BaseLocals(pointer))
      if (!each->getType()->isPointerType()) Add({each});
  }

  void Add(const std::set<const VarDecl*>& variables) {
    for (const VarDecl* each : variables)
      changed |= outside_.insert(each).second;
  }

  std::set<const VarDecl*> own_;
  std::set<const VarDecl*> outside_;
};

class ReachChecker : public clang::RecursiveASTVisitor<ReachChecker> {
 public:
  ReachChecker(const clang::ASTContext& context, const LoopReader& loops,
               const OutsideReader& outside, const RegionPlan& plan,
               const Flow& flow)
      : context_(context),
        loops_(loops),
        outside_(outside),
        plan_(plan),
        flow_(flow) {}

  OutlineProblems problems;

  bool VisitArraySubscriptExpr(clang::ArraySubscriptExpr* element) {
    const auto count = CountOf(*element->getBase());
    const Bound bound = BoundOf(*element->getIdx());
    if (!IsCounted(*element->getBase()) &&
        (!count || !bound || *bound > *count))
      Refuse(*element,
             "nothing in the part keeps the index below the end of "
             "the array");
    return true;
  }

  bool VisitBinaryOperator(clang::BinaryOperator* op) {
    if (!op->isAdditiveOp() || !op->getType()->isPointerType()) {
      if (op->isCompoundAssignmentOp() && op->getType()->isPointerType())
        Refuse(*op, "a pointer moves by a number");
      return true;
    }
    const bool left = op->getLHS()->getType()->isPointerType();
    const clang::Expr& pointer = left ? *op->getLHS() : *op->getRHS();
    const clang::Expr& number = left ? *op->getRHS() : *op->getLHS();
    const auto count = CountOf(pointer);
    const Bound bound = BoundOf(number);
    // One past the end may be pointed to, but not followed.
    const bool is_followed = followed_.contains(op);
    if (op->getOpcode() != clang::BO_Add || !count || !bound ||
        *bound > *count + (is_followed ? 0 : 1))
      Refuse(*op, "nothing in the part keeps the pointer within its array");
    else if (!is_followed && ComesFromOutside(number, false))
      Refuse(*op, "a number from outside says where a pointer begins");
    return true;
  }

  bool VisitUnaryOperator(clang::UnaryOperator* op) {
    if (op->isIncrementDecrementOp() && op->getType()->isPointerType())
      Refuse(*op, "a pointer moves");
    const clang::Expr* object = op->getSubExpr()->IgnoreParenCasts();
    if (op->getOpcode() == clang::UO_Deref) followed_.insert(object);
    const auto* element = clang::dyn_cast<clang::ArraySubscriptExpr>(object);
    // Of a structure among others, one at a time is looked at.
    if (op->getOpcode() == clang::UO_AddrOf && element &&
        !element->getType()->isRecordType() &&
        ComesFromOutside(*element->getIdx(), false))
      Refuse(*op, "a number from outside says where a pointer begins");
    return true;
  }

  bool VisitCallExpr(clang::CallExpr* call) {
    if (TakesPassedDescriptor(*call)) {
      RefuseDescriptor(*call->getArg(0));
      return true;
    }
    for (unsigned i = 0; i < call->getNumArgs(); ++i)
      if (IsLength(*call, i) && ComesFromOutside(*call->getArg(i), true))
        Refuse(*call->getArg(i),
               "a number from outside says how much a call reaches");
    return true;
  }

  // Nothing in it happens.
  bool TraverseUnaryExprOrTypeTraitExpr(clang::UnaryExprOrTypeTraitExpr*) {
    return true;
  }

 private:
  // The first argument is a descriptor, and a local that the part is passed.
  bool TakesPassedDescriptor(const clang::CallExpr& call) const {
    const clang::FunctionDecl* callee = call.getDirectCallee();
    if (!callee || !callee->getIdentifier() || call.getNumArgs() == 0 ||
        std::ranges::find(kOfDescriptor,
                          PlainLibraryName(callee->getName().str())) ==
            kOfDescriptor.end())
      return false;
    const auto* reference =
        clang::dyn_cast<clang::DeclRefExpr>(call.getArg(0)->IgnoreParenCasts());
    return reference &&
           std::ranges::any_of(plan_.passed, [&](const PassedLocal& each) {
             return each.variable == reference->getDecl();
           });
  }

  void RefuseDescriptor(const clang::Expr& where) {
    problems.push_back(
        {where.getBeginLoc(),
         "a descriptor that was opened outside of the part is not open on the "
         "trusted side, where its number may be another's",
         "open it in the part, or let the part give back what is written "
         "to it"});
  }

  // Of what crosses with its number of elements the crossing checks that, and
  // of what is reached there the split.
  bool IsCounted(const clang::Expr& base) const {
    const auto* reference =
        clang::dyn_cast<clang::DeclRefExpr>(base.IgnoreParenImpCasts());
    if (!reference) return false;
    return std::ranges::any_of(plan_.passed, [&](const PassedLocal& each) {
      return each.variable == reference->getDecl() && each.by_value;
    });
  }

  // Elements of the array that decays to the pointer.
  std::optional<uint64_t> CountOf(const clang::Expr& pointer) const {
    const auto* decay =
        clang::dyn_cast<clang::ImplicitCastExpr>(pointer.IgnoreParens());
    if (!decay || decay->getCastKind() != clang::CK_ArrayToPointerDecay)
      return std::nullopt;
    const auto* array =
        context_.getAsConstantArrayType(decay->getSubExpr()->getType());
    if (!array) return std::nullopt;
    return array->getSize().getZExtValue();
  }

  Bound BoundOf(const clang::Expr& expression) const {
    const clang::Expr& e = *expression.IgnoreParenImpCasts();
    if (const auto constant = loops_.Constant(e)) return *constant + 1;
    if (const auto* reference = clang::dyn_cast<clang::DeclRefExpr>(&e))
      return loops_.Of(clang::dyn_cast<VarDecl>(reference->getDecl()));
    const auto* op = clang::dyn_cast<clang::BinaryOperator>(&e);
    if (!op) return std::nullopt;
    const auto right = loops_.Constant(*op->getRHS());
    if (!right) return std::nullopt;
    if (op->getOpcode() == clang::BO_Rem &&
        op->getLHS()->getType()->isUnsignedIntegerType())
      return *right;
    if (op->getOpcode() == clang::BO_And) return *right + 1;
    return std::nullopt;
  }

  // Whatever it is, or beyond a bound that the part has for it.
  bool ComesFromOutside(const clang::Expr& expression,
                        bool unless_bounded) const {
    if (!expression.getType()->isIntegralOrEnumerationType()) return false;
    return !loops_.Constant(expression) &&
           !(unless_bounded && BoundOf(expression)) &&
           outside_.Names(expression);
  }

  // Whether the argument says how far the call reaches behind a pointer to what
  // is not itself passed with that number.
  bool IsLength(const clang::CallExpr& call, unsigned index) const {
    const clang::FunctionDecl* callee = call.getDirectCallee();
    if (!callee || !callee->getIdentifier()) return false;
    const auto function = std::ranges::find(
        flow_.functions, callee->getName().str(), &FlowFunction::name);
    for (unsigned i = 0; i < call.getNumArgs(); ++i) {
      const clang::Expr& pointer = *call.getArg(i);
      if (!pointer.getType()->isPointerType() || IsPairOf(pointer, call, index))
        continue;
      if (BaseLocals(pointer).empty()) continue;
      if (function == flow_.functions.end()) {
        if (IsLengthForLibrary(callee->getName(), i, index)) return true;
        continue;
      }
      if (i < function->parameters.size() &&
          LengthOf(function->parameters[i]) == static_cast<int>(index))
        return true;
    }
    return false;
  }

  // Of a function that is not known any number may be one.
  static bool IsLengthForLibrary(llvm::StringRef callee, unsigned pointer,
                                 unsigned index) {
    const LibraryExtent* extent = LibraryExtentOf(PlainLibraryName(callee));
    if (!extent) return true;
    bool is_known = false;
    for (const LibraryReach& each : extent->reaches) {
      if (each.argument != static_cast<int>(pointer)) continue;
      is_known = true;
      if (each.length == static_cast<int>(index) ||
          each.times == static_cast<int>(index))
        return true;
    }
    return !is_known;
  }

  static int LengthOf(const FlowParameter& parameter) {
    if (parameter.length_parameter >= 0) return parameter.length_parameter;
    return parameter.inferred.kind == ExtentKind::kParameter
               ? parameter.inferred.parameter
               : -1;
  }

  // The pointer is passed to the part with this very number.
  bool IsPairOf(const clang::Expr& pointer, const clang::CallExpr& call,
                unsigned index) const {
    const auto* at =
        clang::dyn_cast<clang::DeclRefExpr>(pointer.IgnoreParenCasts());
    const auto* number = clang::dyn_cast<clang::DeclRefExpr>(
        call.getArg(index)->IgnoreParenCasts());
    if (!at || !number) return false;
    return std::ranges::any_of(plan_.passed, [&](const PassedLocal& each) {
      return each.variable == at->getDecl() && each.length &&
             each.length == number->getDecl();
    });
  }

  void Refuse(const clang::Expr& where, std::string message) {
    problems.push_back(
        {where.getBeginLoc(), std::move(message),
         "whoever calls the part chooses its numbers and the order of calls: "
         "let a function of the program do this, which checks them"});
  }

  const clang::ASTContext& context_;
  const LoopReader& loops_;
  const OutsideReader& outside_;
  const RegionPlan& plan_;
  const Flow& flow_;
  std::set<const clang::Expr*> followed_;  // pointers to which `*` is applied
};

}  // namespace

OutlineProblems CheckReach(const clang::ASTContext& context,
                           const RegionPlan& plan, const Flow& flow) {
  LoopReader loops(context);
  for (const clang::Stmt* each : plan.region.Parts())
    loops.TraverseStmt(const_cast<clang::Stmt*>(each));
  OutsideReader outside(plan);
  do {
    outside.changed = false;
    for (const clang::Stmt* each : plan.region.Parts())
      outside.TraverseStmt(const_cast<clang::Stmt*>(each));
  } while (outside.changed);
  ReachChecker checker(context, loops, outside, plan, flow);
  for (const clang::Stmt* each : plan.region.Parts())
    checker.TraverseStmt(const_cast<clang::Stmt*>(each));
  return std::move(checker.problems);
}

}  // namespace bailey::analyzer
