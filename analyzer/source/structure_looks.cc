#include "analyzer/source/structure_looks.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/RecordLayout.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Basic/SourceManager.h>

#include <set>
#include <utility>

namespace bailey::analyzer {
namespace {

using clang::QualType;
using clang::RecordDecl;

const RecordDecl* RecordOf(QualType type) {
  if (type.isNull()) return nullptr;
  const RecordDecl* record =
      type.getCanonicalType()->getBaseElementTypeUnsafe()->getAsRecordDecl();
  return record == nullptr ? nullptr
                           : llvm::cast<RecordDecl>(record->getCanonicalDecl());
}

// S, of `S *`, `S **`, `S *[4]`; null of S itself.
struct Pointee {
  const RecordDecl* record = nullptr;
  int depth = 0;
  bool operator==(const Pointee&) const = default;
};

Pointee PointeeOf(QualType type) {
  Pointee pointee;
  while (!type.isNull()) {
    type = type.getCanonicalType();
    if (type->isArrayType()) {
      type = QualType(type->getBaseElementTypeUnsafe(), 0);
    } else if (type->isPointerType() || type->isReferenceType()) {
      type = type->getPointeeType();
      ++pointee.depth;
    } else {
      if (pointee.depth > 0) pointee.record = RecordOf(type);
      break;
    }
  }
  return pointee;
}

// A pointer stays one of the same type, or says whether it is null.
bool KeepsPointer(clang::CastKind kind) {
  switch (kind) {
    case clang::CK_LValueToRValue:
    case clang::CK_NoOp:
    case clang::CK_NullToPointer:
    case clang::CK_PointerToBoolean:
    case clang::CK_ArrayToPointerDecay:
    case clang::CK_ToVoid:
      return true;
    default:
      return false;
  }
}

// The same text of two definitions says that they are the same.
std::string LayoutOf(const clang::ASTContext& context,
                     const RecordDecl& definition) {
  if (definition.isDependentType() || definition.isInvalidDecl()) return "";
  const auto& layout = context.getASTRecordLayout(&definition);
  std::string text = std::to_string(layout.getSize().getQuantity());
  for (const clang::FieldDecl* field : definition.fields()) {
    text += ";" + field->getNameAsString() + " " +
            std::to_string(layout.getFieldOffset(field->getFieldIndex()));
    const std::string type = field->getType().getCanonicalType().getAsString(
        context.getPrintingPolicy());
    // A type without a name is called by its place.
    const bool has_place = type.find("unnamed") != type.npos ||
                           type.find("anonymous") != type.npos;
    if (!has_place) text += " " + type;
  }
  return text;
}

// How a structure is looked into: by the function's own code, if `callee` is
// empty.
using Look = std::pair<const RecordDecl*, std::string>;

class LookVisitor : public clang::RecursiveASTVisitor<LookVisitor> {
 public:
  LookVisitor(clang::ASTContext& context,
              const StructureLooks::SymbolOf& symbol_of)
      : context_(context),
        sources_(context.getSourceManager()),
        symbol_of_(symbol_of) {}

  bool shouldVisitImplicitCode() const { return true; }

  bool VisitExpr(clang::Expr* expression) {
    AddValue(expression->getType());
    return true;
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    AddValue(variable->getType());
    if (const auto* cleanup = variable->getAttr<clang::CleanupAttr>())
      AddHanded(variable->getType(), cleanup->getFunctionDecl());
    return true;
  }

  bool VisitMemberExpr(clang::MemberExpr* member) {
    AddPointer(member->getBase()->getType());
    const auto* parent =
        llvm::dyn_cast<RecordDecl>(member->getMemberDecl()->getDeclContext());
    if (parent != nullptr && (parent->isUnion() || IsSystem(*parent)))
      AddPointer(member->getType());
    return true;
  }

  bool VisitBinaryOperator(clang::BinaryOperator* operation) {
    if (!operation->isAdditiveOp() && !operation->isCompoundAssignmentOp() &&
        !operation->isRelationalOp())
      return true;
    AddPointer(operation->getLHS()->getType());
    AddPointer(operation->getRHS()->getType());
    return true;
  }

  bool VisitUnaryOperator(clang::UnaryOperator* operation) {
    if (operation->isIncrementDecrementOp())
      AddPointer(operation->getSubExpr()->getType());
    return true;
  }

  bool VisitCastExpr(clang::CastExpr* cast) {
    // C changes qualifiers below the first by a bit cast.
    if (KeepsPointer(cast->getCastKind()) ||
        PointeeOf(cast->getSubExpr()->getType()) ==
            PointeeOf(cast->getType()) ||
        IsNull(*cast->getSubExpr()))
      return true;
    AddPointer(cast->getSubExpr()->getType());
    AddPointer(cast->getType());
    return true;
  }

  bool VisitCXXDeleteExpr(clang::CXXDeleteExpr* deletion) {
    AddPointer(deletion->getArgument()->getType());
    return true;
  }

  bool VisitGCCAsmStmt(clang::GCCAsmStmt* assembly) {
    for (const clang::Stmt* each : assembly->children())
      if (const auto* operand = llvm::dyn_cast_or_null<clang::Expr>(each))
        AddPointer(operand->getType());
    return true;
  }

  // What goes to it and what comes from it.
  bool VisitCallExpr(clang::CallExpr* call) {
    const clang::FunctionDecl* callee = call->getDirectCallee();
    AddHanded(call->getType(), callee);
    for (const clang::Expr* each : call->arguments())
      AddHanded(each->IgnoreParenImpCasts()->getType(), callee);
    return true;
  }

  const std::set<Look>& looks() const { return looks_; }

 private:
  bool IsNull(const clang::Expr& value) const {
    return value.isNullPointerConstant(
               context_, clang::Expr::NPC_ValueDependentIsNotNull) !=
           clang::Expr::NPCK_NotNull;
  }

  bool IsSystem(const clang::Decl& declaration) const {
    return sources_.isInSystemHeader(
        sources_.getExpansionLoc(declaration.getLocation()));
  }

  void AddPointer(QualType type, const std::string& callee = "") {
    if (const RecordDecl* record = PointeeOf(type).record)
      looks_.emplace(record, callee);
  }

  // To or from a function; null: nobody knows which.
  void AddHanded(QualType type, const clang::FunctionDecl* callee) {
    if (callee == nullptr) return AddPointer(type);
    const bool is_own = callee->isDefined() && !IsSystem(*callee);
    if (!is_own) AddPointer(type, symbol_of_(*callee));
  }

  // With all that it embeds.
  void AddValue(QualType type) {
    const RecordDecl* record = RecordOf(type);
    if (record == nullptr || !looks_.emplace(record, "").second) return;
    const RecordDecl* definition = record->getDefinition();
    if (definition == nullptr) return;
    for (const clang::FieldDecl* field : definition->fields())
      AddValue(field->getType());
    if (const auto* cxx = llvm::dyn_cast<clang::CXXRecordDecl>(definition))
      for (const clang::CXXBaseSpecifier& base : cxx->bases())
        AddValue(base.getType());
  }

  clang::ASTContext& context_;
  const clang::SourceManager& sources_;
  const StructureLooks::SymbolOf& symbol_of_;
  std::set<Look> looks_;
};

}  // namespace

StructureLooks::StructureLooks(clang::ASTContext& context, SymbolOf symbol_of)
    : context_(context), symbol_of_(std::move(symbol_of)) {
  AddNames();
}

void StructureLooks::AddNames() {
  for (const clang::Decl* each : context_.getTranslationUnitDecl()->decls()) {
    const auto* name = llvm::dyn_cast<clang::TypedefNameDecl>(each);
    if (name == nullptr) continue;
    const QualType type = name->getUnderlyingType();
    if (!type->isRecordType()) continue;
    typedefs_[RecordOf(type)].push_back(name->getNameAsString());
  }
}

std::vector<std::string> StructureLooks::Of(
    const clang::FunctionDecl& function) const {
  LookVisitor visitor(context_, symbol_of_);
  // SAFETY: a visitor that is not asked to change anything changes nothing.
  visitor.TraverseDecl(const_cast<clang::FunctionDecl*>(&function));
  std::set<std::string> names;
  std::set<const RecordDecl*> records;
  const auto note = [&](const RecordDecl* record) {
    if (record != nullptr) records.insert(record);
  };
  note(PointeeOf(function.getReturnType()).record);
  for (const clang::ParmVarDecl* each : function.parameters())
    note(PointeeOf(each->getType()).record);
  for (const auto& [record, callee] : visitor.looks()) {
    records.insert(record);
    names.insert(NameOf(*record) + (callee.empty() ? "" : "@" + callee));
  }
  for (const RecordDecl* each : records) AddMeaning(*each, names);
  return {names.begin(), names.end()};
}

std::string StructureLooks::NameOf(const RecordDecl& record) const {
  return context_.getRecordType(&record).getAsString(
      context_.getPrintingPolicy());
}

void StructureLooks::AddMeaning(const RecordDecl& record,
                                std::set<std::string>& names) const {
  const std::string name = NameOf(record);
  if (const RecordDecl* definition = record.getDefinition())
    names.insert(name + "#" + LayoutOf(context_, *definition));
  const auto known = typedefs_.find(&record);
  if (known == typedefs_.end()) return;
  for (const std::string& each : known->second) names.insert(each + "=" + name);
}

}  // namespace bailey::analyzer
