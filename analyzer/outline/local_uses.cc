#include "analyzer/outline/local_uses.h"

#include <clang/AST/RecursiveASTVisitor.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "analyzer/flow/library_extents.h"
#include "analyzer/outline/secret_locals.h"

namespace bailey::analyzer {
namespace {

// Of the C library: they do not keep what is passed to them.
constexpr std::array kKeepNothing = {
    "accept",   "clock_gettime", "connect", "fgets",     "fprintf",
    "fread",    "fscanf",        "fstat",   "fwrite",    "getdelim",
    "getline",  "gettimeofday",  "lstat",   "memchr",    "memcmp",
    "memcpy",   "memmove",       "memset",  "nanosleep", "poll",
    "pread",    "printf",        "pwrite",  "read",      "recv",
    "recvfrom", "scanf",         "send",    "snprintf",  "sprintf",
    "sscanf",   "stat",          "strcmp",  "strlen",    "strncmp",
    "strtod",   "strtol",        "strtoll", "strtoul",   "strtoull",
    "time",     "waitpid",       "write"};

// Of these, and others: what they return points to what they are passed.
constexpr std::array kReturnTheirs = {
    "fgets",   "memchr",  "memcpy", "memmove", "mempcpy", "memset",
    "stpcpy",  "strcat",  "strchr", "strcpy",  "strncat", "strncpy",
    "strpbrk", "strrchr", "strstr", "strtok"};

// -1: it is what is called.
int ArgumentIndex(const clang::CallExpr& call, const clang::Stmt* argument) {
  for (unsigned i = 0; i < call.getNumArgs(); ++i)
    if (call.getArg(i) == argument) return static_cast<int>(i);
  return -1;
}

const FlowFunction* Defined(const Flow& flow, std::string_view name) {
  const auto found =
      std::ranges::find(flow.functions, name, &FlowFunction::name);
  return found == flow.functions.end() ? nullptr : &*found;
}

// The code of a function of the program is known to reach so much behind the
// parameter: then it stored the pointer nowhere.
bool KeepsNothing(const clang::CallExpr& call, unsigned index,
                  const Flow& flow) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee || !callee->getIdentifier()) return false;
  const FlowFunction* function = Defined(flow, callee->getName().str());
  if (!function) {
    return std::ranges::find(kKeepNothing, callee->getName()) !=
           kKeepNothing.end();
  }
  if (index >= function->parameters.size()) return false;
  const ExtentKind kind = function->parameters[index].inferred.kind;
  return kind != ExtentKind::kNotInferred && kind != ExtentKind::kUnknown;
}

bool OnlyReads(const clang::CallExpr& call, unsigned index, const Flow& flow) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee || !callee->getIdentifier()) return false;
  const FlowFunction* function = Defined(flow, callee->getName().str());
  const bool is_known = function && index < function->parameters.size();
  // Its code says more than its `const`, which a cast takes away.
  const AccessMode access = is_known
                                ? function->parameters[index].inferred.access
                                : AccessMode::kUnknown;
  if (access != AccessMode::kUnknown)
    return access == AccessMode::kReadOnly || access == AccessMode::kNone;
  if (index >= callee->getNumParams()) return false;
  const clang::QualType type = callee->getParamDecl(index)->getType();
  return type->isPointerType() && type->getPointeeType().isConstQualified();
}

// Of the C library: what it returns may point into the argument.
bool ReturnsPartOf(const clang::CallExpr& call, unsigned index) {
  const clang::FunctionDecl* callee = call.getDirectCallee();
  if (!callee || !callee->getIdentifier()) return false;
  const std::string name = PlainLibraryName(callee->getName().str());
  const LibraryExtent* extent = LibraryExtentOf(name);
  return (extent && extent->returned == static_cast<int>(index)) ||
         std::ranges::find(kReturnTheirs, name) != kReturnTheirs.end();
}

}  // namespace

// Climbs from one reference to what is done with it.
class UseReader {
 public:
  UseReader(const LocalUses& uses, const Flow& flow,
            const clang::DeclRefExpr& reference)
      : uses_(uses), flow_(flow), at_(&reference) {
    use_.where = &reference;
  }

  LocalUse Read() {
    while (!done_) {
      const clang::Stmt* parent = uses_.parents_.getParent(at_);
      if (!parent) {
        Done(UseKind::kEscapes);
      } else if (is_address_) {
        Address(*parent);
      } else {
        Object(*parent);
      }
      at_ = parent;
    }
    return use_;
  }

 private:
  void Done(UseKind kind) {
    use_.kind = std::max(kind, least_);
    done_ = true;
  }

  // `at_` is the object, or a part of it.
  void Object(const clang::Stmt& parent) {
    if (clang::isa<clang::UnaryExprOrTypeTraitExpr>(parent))
      return Done(UseKind::kSize);
    if (clang::isa<clang::ParenExpr>(parent)) return;
    if (clang::isa<clang::MemberExpr>(parent)) {
      is_part_ = true;
      return;
    }
    if (const auto* cast = clang::dyn_cast<clang::CastExpr>(&parent))
      return Cast(*cast);
    if (const auto* unary = clang::dyn_cast<clang::UnaryOperator>(&parent))
      return Unary(*unary);
    if (const auto* binary = clang::dyn_cast<clang::BinaryOperator>(&parent))
      return Binary(*binary);
    Done(UseKind::kEscapes);
  }

  void Cast(const clang::CastExpr& cast) {
    switch (cast.getCastKind()) {
      case clang::CK_LValueToRValue:
        return Done(UseKind::kRead);
      case clang::CK_ArrayToPointerDecay:
        is_address_ = true;
        use_.decays = !is_part_;
        return;
      case clang::CK_ToVoid:
        return Done(UseKind::kSize);
      default:
        return Done(UseKind::kEscapes);
    }
  }

  void Unary(const clang::UnaryOperator& unary) {
    if (unary.getOpcode() == clang::UO_AddrOf) {
      is_address_ = true;
      use_.by_address = true;
    } else if (unary.isIncrementDecrementOp()) {
      Done(UseKind::kReadWrite);
    } else if (unary.getOpcode() != clang::UO_Extension) {
      Done(UseKind::kEscapes);
    }
  }

  void Binary(const clang::BinaryOperator& binary) {
    if (!binary.isAssignmentOp() || binary.getLHS()->IgnoreParens() != Plain())
      return Done(UseKind::kEscapes);
    if (binary.isCompoundAssignmentOp()) return Done(UseKind::kReadWrite);
    use_.sets_all = !is_part_;
    Done(UseKind::kWrite);
  }

  const clang::Expr* Plain() const {
    return clang::cast<clang::Expr>(at_)->IgnoreParens();
  }

  // `at_` is a pointer into it.
  void Address(const clang::Stmt& parent) {
    if (clang::isa<clang::UnaryExprOrTypeTraitExpr>(parent))
      return Done(UseKind::kSize);
    if (clang::isa<clang::ParenExpr>(parent)) return;
    if (const auto* at = clang::dyn_cast<clang::ArraySubscriptExpr>(&parent)) {
      if (at->getBase() != at_) return Done(UseKind::kEscapes);
      return Dereference();
    }
    if (const auto* member = clang::dyn_cast<clang::MemberExpr>(&parent)) {
      if (!member->isArrow()) return Done(UseKind::kEscapes);
      return Dereference();
    }
    if (const auto* unary = clang::dyn_cast<clang::UnaryOperator>(&parent))
      return AddressUnary(*unary);
    if (const auto* call = clang::dyn_cast<clang::CallExpr>(&parent))
      return Argument(*call);
    if (const auto* cast = clang::dyn_cast<clang::CastExpr>(&parent))
      return AddressCast(*cast);
    if (const auto* binary = clang::dyn_cast<clang::BinaryOperator>(&parent)) {
      if (binary->isComparisonOp() || binary->isLogicalOp())
        return Done(UseKind::kSize);
      if (binary->isAdditiveOp()) {
        // Of a difference of pointers a number is left.
        if (!binary->getType()->isPointerType()) Done(UseKind::kSize);
        return;
      }
    }
    Keep(parent);
  }

  void Dereference() {
    is_address_ = false;
    is_part_ = true;
  }

  void AddressUnary(const clang::UnaryOperator& unary) {
    if (unary.getOpcode() == clang::UO_Deref) return Dereference();
    if (unary.getOpcode() == clang::UO_LNot) return Done(UseKind::kSize);
    Keep(unary);
  }

  void AddressCast(const clang::CastExpr& cast) {
    if (cast.getCastKind() == clang::CK_ToVoid ||
        cast.getCastKind() == clang::CK_PointerToBoolean)
      return Done(UseKind::kSize);
    if (!cast.getType()->isPointerType()) return Keep(cast);
  }

  void Argument(const clang::CallExpr& call) {
    const int found = ArgumentIndex(call, at_);
    if (found < 0) return Keep(call);
    const auto index = static_cast<unsigned>(found);
    use_.may_be_kept |= !KeepsNothing(call, index, flow_);
    const UseKind kind =
        OnlyReads(call, index, flow_) ? UseKind::kRead : UseKind::kReadWrite;
    if (!IsUsed(call) || !ReturnsPartOf(call, index)) return Done(kind);
    // The call is another pointer into it.
    least_ = std::max(least_, kind);
  }

  // Somebody does something with what the call returns.
  bool IsUsed(const clang::CallExpr& call) const {
    const clang::Stmt* parent = uses_.parents_.getParent(&call);
    return parent && clang::isa<clang::Expr, clang::DeclStmt>(parent);
  }

  // `stored`: the statement that keeps the address.
  void Keep(const clang::Stmt& stored) {
    use_.may_be_kept = true;
    use_.is_stored = true;
    use_.holder = HolderIn(stored);
    Done(UseKind::kEscapes);
  }

  // The local that the statement gives the address to; null: there is none, or
  // that is not seen.
  static const clang::VarDecl* HolderIn(const clang::Stmt& stored) {
    const auto* op = clang::dyn_cast<clang::BinaryOperator>(&stored);
    if (op && op->getOpcode() == clang::BO_Assign) return Named(*op->getLHS());
    const auto* declared = clang::dyn_cast<clang::DeclStmt>(&stored);
    if (!declared || !declared->isSingleDecl()) return nullptr;
    const auto* variable =
        clang::dyn_cast<clang::VarDecl>(declared->getSingleDecl());
    return variable && variable->hasLocalStorage() ? variable : nullptr;
  }

  static const clang::VarDecl* Named(const clang::Expr& place) {
    const auto* reference =
        clang::dyn_cast<clang::DeclRefExpr>(place.IgnoreParens());
    const auto* variable =
        reference ? clang::dyn_cast<clang::VarDecl>(reference->getDecl())
                  : nullptr;
    return variable && variable->hasLocalStorage() ? variable : nullptr;
  }

  const LocalUses& uses_;
  const Flow& flow_;
  const clang::Stmt* at_;
  LocalUse use_;
  UseKind least_ = UseKind::kSize;
  bool is_address_ = false;
  bool is_part_ = false;
  bool done_ = false;
};

namespace {

class ReferenceCollector
    : public clang::RecursiveASTVisitor<ReferenceCollector> {
 public:
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    const auto* variable =
        clang::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (variable && variable->isLocalVarDeclOrParm() &&
        !variable->hasExternalStorage())
      found.push_back(reference);
    return true;
  }

  std::vector<const clang::DeclRefExpr*> found;
};

}  // namespace

LocalUses::LocalUses(const clang::FunctionDecl& function, const Flow& flow)
    : parents_(function.getBody()) {
  ReferenceCollector collector;
  collector.TraverseStmt(function.getBody());
  for (const clang::DeclRefExpr* each : collector.found) {
    const auto* variable = clang::cast<clang::VarDecl>(each->getDecl());
    uses_[variable].push_back(UseReader(*this, flow, *each).Read());
  }
}

const std::vector<LocalUse>& LocalUses::Of(
    const clang::VarDecl* variable) const {
  static const std::vector<LocalUse> kNone;
  const auto found = uses_.find(variable);
  return found == uses_.end() ? kNone : found->second;
}

bool LocalUses::MayBeKept(const clang::VarDecl* variable) const {
  return std::ranges::any_of(Of(variable), [](const LocalUse& each) {
    return each.may_be_kept || each.kind == UseKind::kEscapes;
  });
}

const clang::CallExpr* LocalUses::CallOf(const clang::Expr* expression,
                                         unsigned& index) const {
  const clang::Stmt* at = expression;
  for (;;) {
    const clang::Stmt* parent = parents_.getParent(at);
    if (!parent) return nullptr;
    if (const auto* call = clang::dyn_cast<clang::CallExpr>(parent)) {
      const int found = ArgumentIndex(*call, at);
      if (found < 0) return nullptr;
      index = static_cast<unsigned>(found);
      return call;
    }
    if (!clang::isa<clang::ParenExpr, clang::CastExpr>(parent)) return nullptr;
    at = parent;
  }
}

}  // namespace bailey::analyzer
