#include "analyzer/outline/region_locals.h"

#include <clang/AST/RecursiveASTVisitor.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "analyzer/outline/region_checks.h"

namespace bailey::analyzer {
namespace {

using clang::VarDecl;

// What a part of the function names and declares.
class PartReader : public clang::RecursiveASTVisitor<PartReader> {
 public:
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    references.insert(reference);
    return true;
  }
  bool VisitVarDecl(VarDecl* variable) {
    declared.insert(variable);
    return true;
  }
  bool VisitLabelStmt(clang::LabelStmt*) {
    has_label = true;
    return true;
  }
  bool VisitDeclStmt(clang::DeclStmt* statement) {
    for (const clang::Decl* each : statement->decls())
      statements[each] = statement;
    return true;
  }

  bool VisitForStmt(clang::ForStmt* loop) {
    loop_heads.insert(loop->getInit());
    return true;
  }

  std::set<const clang::DeclRefExpr*> references;
  std::set<const clang::Stmt*> loop_heads;
  std::set<const VarDecl*> declared;
  std::map<const clang::Decl*, const clang::DeclStmt*> statements;
  bool has_label = false;
};

bool Contains(const auto& list, const auto* element) {
  return std::ranges::find(list, element) != list.end();
}

bool IsScalar(clang::QualType type) {
  return type->isArithmeticType() || type->isEnumeralType();
}

bool IsStream(clang::QualType pointee) {
  const auto* record = pointee->getAsRecordDecl();
  return record &&
         (record->getName() == "_IO_FILE" || record->getName() == "__sFILE");
}

// Why a pointer cannot be handed over, whatever it points to.
std::string WhyNoPointer(clang::QualType type) {
  const clang::QualType pointee = type->getPointeeType();
  if (IsStream(pointee)) return "a stream belongs to its process";
  if (pointee->isFunctionType())
    return "a pointer to a function means nothing elsewhere";
  if (pointee->isPointerType()) return "what it points to holds pointers";
  if (pointee->isRecordType() && pointee->isIncompleteType())
    return "the size of what it points to is not known";
  return "";
}

class Planner {
 public:
  Planner(const LocalFacts& facts, const std::vector<Region>& regions)
      : facts_(facts), parts_(regions.size()) {
    whole_.TraverseStmt(facts.function.getBody());
    for (size_t i = 0; i < regions.size(); ++i) {
      plan_.regions.emplace_back().region = regions[i];
      for (const clang::Stmt* part : regions[i].Parts())
        parts_[i].TraverseStmt(const_cast<clang::Stmt*>(part));
    }
  }

  FunctionPlan Plan() {
    // In the order of the text: maps go by address.
    std::vector<const VarDecl*> locals(whole_.declared.begin(),
                                       whole_.declared.end());
    locals.insert(locals.end(), facts_.function.param_begin(),
                  facts_.function.param_end());
    std::ranges::sort(locals, [&](const VarDecl* a, const VarDecl* b) {
      return facts_.view.IsBefore(a->getLocation(), b->getLocation());
    });
    for (const VarDecl* each : locals)
      if (!each->hasExternalStorage()) Take(*each);
    for (RegionPlan& each : plan_.regions) Finish(each);
    return std::move(plan_);
  }

 private:
  static constexpr size_t kNowhere = ~size_t{0};

  // The region that declares it.
  size_t Home(const VarDecl& variable) const {
    for (size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].declared.contains(&variable)) return i;
    return kNowhere;
  }

  size_t RegionOf(const LocalUse& use) const {
    for (size_t i = 0; i < parts_.size(); ++i)
      if (parts_[i].references.contains(use.where)) return i;
    return kNowhere;
  }

  bool IsNamedOnlyIn(const VarDecl& variable, size_t region) const {
    return std::ranges::all_of(facts_.uses.Of(&variable), [&](const auto& use) {
      return RegionOf(use) == region;
    });
  }

  void Take(const VarDecl& variable) {
    std::set<size_t> users;
    for (const LocalUse& each : facts_.uses.Of(&variable))
      users.insert(RegionOf(each));
    const size_t home = Home(variable);
    const bool is_inside = home != kNowhere && IsNamedOnlyIn(variable, home);
    const bool moves = !is_inside && MovesInto(variable, users);
    if (is_inside || moves) {
      const size_t region = is_inside ? home : *users.begin();
      if (IsKeptLonger(variable, region)) return TakeKept(variable);
      if (moves) plan_.regions[region].moved.push_back(&variable);
    } else if (facts_.secrets.Holds(&variable)) {
      TakeSecret(variable);
    } else {
      TakePlain(variable, users, home);
    }
  }

  // Its address is known beyond the region, where it would end with the
  // region's function: it is stored in what is not the region's own or, of what
  // holds a credential, a call that may keep it is followed by other regions.
  bool IsKeptLonger(const VarDecl& variable, size_t region) const {
    if (variable.isStaticLocal() || EndsInside(variable, region)) return false;
    const bool is_last =
        plan_.regions.size() == 1 || !facts_.secrets.Holds(&variable);
    return std::ranges::any_of(
        facts_.uses.Of(&variable), [&](const LocalUse& use) {
          if (use.is_stored)
            return !use.holder || !IsNamedOnlyIn(*use.holder, region);
          return use.may_be_kept && !is_last;
        });
  }

  // Its block is inside the region.
  bool EndsInside(const VarDecl& variable, size_t region) const {
    const auto found = whole_.statements.find(&variable);
    if (!parts_[region].declared.contains(&variable)) return false;
    return found == whole_.statements.end() ||
           !Contains(plan_.regions[region].region.statements,
                     static_cast<const clang::Stmt*>(found->second));
  }

  void TakeKept(const VarDecl& variable) {
    if (facts_.secrets.Holds(&variable)) return TakeSecret(variable);
    Refuse(variable,
           "has its address kept, and would end with the part that it is in",
           "make it a global of the file");
  }

  // The region is the only one that names it, and runs once in its life.
  bool MovesInto(const VarDecl& variable, const std::set<size_t>& users) const {
    if (users.size() != 1 || users.contains(kNowhere)) return false;
    const Region& region = plan_.regions[*users.begin()].region;
    return !variable.hasInit() && IsFresh(variable, region) &&
           CanBeDeclaredElsewhere(variable);
  }

  bool CanBeDeclaredElsewhere(const VarDecl& variable) const {
    return !variable.hasAttrs() && !variable.isStaticLocal() &&
           !variable.getType()->isVariablyModifiedType() &&
           !IsOfFunction(variable.getType(), facts_.function, {});
  }

  // Declared without a value in the region's block, before it, and not named
  // between: it has no value yet when the region begins.
  bool IsFresh(const VarDecl& variable, const Region& region) const {
    const auto found = whole_.statements.find(&variable);
    if (!region.block || found == whole_.statements.end() || whole_.has_label ||
        variable.hasInit() || variable.isStaticLocal())
      return false;
    const auto body = region.block->body();
    if (std::ranges::find(body, found->second) == body.end()) return false;
    return std::ranges::none_of(
        facts_.uses.Of(&variable), [&](const auto& use) {
          return facts_.view.IsBefore(use.where->getBeginLoc(), region.begin());
        });
  }

  void TakeSecret(const VarDecl& variable) {
    if (clang::isa<clang::ParmVarDecl>(variable))
      return Refuse(variable, "is a parameter and holds a credential",
                    "copy what is needed of it into a local, or let the "
                    "caller's part be cut out");
    if (variable.hasAttrs())
      return Refuse(variable, "holds a credential and has attributes",
                    "make it a global of the file");
    if (variable.getType()->isVariablyModifiedType() ||
        IsOfFunction(variable.getType(), facts_.function, {}))
      return Refuse(variable,
                    "holds a credential, and its type is known in the function "
                    "alone",
                    "give it a fixed length, and declare its type at the top "
                    "of the file");
    const auto found = whole_.statements.find(&variable);
    const bool stands_alone = found != whole_.statements.end() &&
                              !whole_.loop_heads.contains(found->second);
    if (!stands_alone)
      return Refuse(variable, "holds a credential beyond its loop",
                    "declare it before the loop");
    plan_.state.push_back(&variable);
  }

  void TakePlain(const VarDecl& variable, const std::set<size_t>& users,
                 size_t home) {
    if (home != kNowhere) Hoist(variable, plan_.regions[home]);
    for (const size_t user : users)
      if (user != home && user != kNowhere) Pass(variable, user);
  }

  // A local of one region that is named after it.
  void Hoist(const VarDecl& variable, RegionPlan& plan) {
    const auto found = whole_.statements.find(&variable);
    const bool is_top =
        found != whole_.statements.end() &&
        Contains(plan.region.statements,
                 static_cast<const clang::Stmt*>(found->second));
    if (!is_top || !CanBeDeclaredElsewhere(variable) ||
        variable.getType().isVolatileQualified())
      return Refuse(variable, "is declared in the part and needed after it",
                    "declare it before, at the top of its block");
    if (variable.getType()->isPointerType())
      return Refuse(variable,
                    "is a pointer that is made in the part and needed "
                    "after it",
                    "let the part fill an array, or give back a number");
    plan.hoisted.push_back(&variable);
  }

  void Pass(const VarDecl& variable, size_t region) {
    const clang::QualType type = variable.getType();
    if (variable.isStaticLocal())
      return Refuse(variable, "is static", "make it a global of the file");
    if (type.isVolatileQualified() || type->isAtomicType() ||
        type->isVariablyModifiedType())
      return Refuse(variable, "is volatile, atomic or of no fixed length",
                    "pass a plain copy of it");
    if (IsOfFunction(type, facts_.function, {}))
      return Refuse(variable, "has a type that the function declares",
                    "declare the type at the top of the file");
    for (const LocalUse& use : facts_.uses.Of(&variable))
      if (RegionOf(use) == region && use.kind == UseKind::kEscapes)
        return Refuse(variable,
                      "has its address kept, or used in a way that "
                      "is not followed",
                      "pass it to a function instead");
    if (type->isPointerType()) return PassPointer(variable, region);
    PassObject(variable, region);
  }

  void PassPointer(const VarDecl& variable, size_t region) {
    const std::string why = WhyNoPointer(variable.getType());
    if (!why.empty())
      return Refuse(variable, "cannot be passed: " + why,
                    "pass what is needed of it: a number, a text or an array "
                    "in a local of its own");
    if (Writes(variable, region) || facts_.uses.MayBeKept(&variable))
      return Refuse(variable,
                    "is a pointer that changes in the part, or whose "
                    "own address is known elsewhere",
                    "use a copy of the pointer there");
    PassedLocal passed{&variable, true, AccessMode::kUnknown};
    FindLength(region, passed);
    plan_.regions[region].passed.push_back(passed);
  }

  void PassObject(const VarDecl& variable, size_t region) {
    const clang::QualType type = variable.getType();
    const bool writes = Writes(variable, region);
    PassedLocal passed{&variable, false,
                       writes ? AccessMode::kReadWrite : AccessMode::kReadOnly};
    if (IsScalar(type)) {
      passed.by_value = !writes && !facts_.uses.MayBeKept(&variable);
    } else if (!type->isArrayType() && !type->isRecordType()) {
      return Refuse(variable, "has a type that cannot be passed",
                    "pass plain numbers, arrays and structures");
    }
    if (!passed.by_value && variable.getStorageClass() == clang::SC_Register)
      return Refuse(variable, "is a register variable", "leave `register` out");
    if (writes && (IsFresh(variable, plan_.regions[region].region) ||
                   IsSetFirst(variable, region)))
      passed.access = AccessMode::kWriteOnly;
    plan_.regions[region].passed.push_back(passed);
  }

  bool Writes(const VarDecl& variable, size_t region) const {
    return std::ranges::any_of(
        facts_.uses.Of(&variable), [&](const LocalUse& use) {
          return RegionOf(use) == region && use.kind != UseKind::kRead &&
                 use.kind != UseKind::kSize;
        });
  }

  // A statement of the region itself sets all of it before anything names it,
  // or reads it by its address.
  bool IsSetFirst(const VarDecl& variable, size_t region) const {
    if (facts_.uses.MayBeKept(&variable)) return false;
    for (const clang::Stmt* each : plan_.regions[region].region.statements) {
      PartReader reader;
      reader.TraverseStmt(const_cast<clang::Stmt*>(each));
      std::vector<const LocalUse*> here;
      for (const LocalUse& use : facts_.uses.Of(&variable))
        if (reader.references.contains(use.where)) here.push_back(&use);
      if (here.empty()) continue;
      const auto* set = clang::dyn_cast<clang::BinaryOperator>(each);
      return set && set->getOpcode() == clang::BO_Assign && here.size() == 1 &&
             here[0]->sets_all &&
             set->getLHS()->IgnoreParens() == here[0]->where;
    }
    return false;
  }

  // What the functions that it is passed on to say of it, if they agree.
  void FindLength(size_t region, PassedLocal& passed) const {
    std::set<std::pair<AccessMode, const VarDecl*>> said;
    for (const LocalUse& use : facts_.uses.Of(passed.variable))
      if (RegionOf(use) == region) said.insert(SaidAt(*use.where));
    if (said.size() != 1 || said.begin()->second == nullptr) return;
    std::tie(passed.access, passed.length) = *said.begin();
  }

  std::pair<AccessMode, const VarDecl*> SaidAt(
      const clang::DeclRefExpr& reference) const {
    unsigned index = 0;
    const clang::CallExpr* call = facts_.uses.CallOf(&reference, index);
    const auto* callee = call ? call->getDirectCallee() : nullptr;
    if (!callee || !callee->getIdentifier())
      return {AccessMode::kUnknown, nullptr};
    const auto found = std::ranges::find(
        facts_.flow.functions, callee->getName().str(), &FlowFunction::name);
    if (found == facts_.flow.functions.end() ||
        index >= found->parameters.size() ||
        found->parameters[index].length_parameter < 0)
      return {AccessMode::kUnknown, nullptr};
    const FlowParameter& parameter = found->parameters[index];
    const auto length = static_cast<unsigned>(parameter.length_parameter);
    if (length >= call->getNumArgs()) return {AccessMode::kUnknown, nullptr};
    const auto* count = clang::dyn_cast<clang::DeclRefExpr>(
        call->getArg(length)->IgnoreParenCasts());
    return {parameter.access,
            count ? clang::dyn_cast<VarDecl>(count->getDecl()) : nullptr};
  }

  // What is returned, once all that is passed is known.
  void Finish(RegionPlan& plan) {
    for (PassedLocal& each : plan.passed) {
      const bool is_passed =
          std::ranges::any_of(plan.passed, [&](const PassedLocal& other) {
            return other.variable == each.length && other.by_value;
          });
      if (is_passed) continue;
      if (each.length) each.access = AccessMode::kUnknown;
      each.length = nullptr;
    }
    if (!plan.region.tail) ChooseReturned(plan);
    for (const VarDecl* each : plan.hoisted)
      if (each != plan.returned)
        plan.passed.push_back({each, false, AccessMode::kWriteOnly});
    RefuseSameNames(plan);
  }

  void ChooseReturned(RegionPlan& plan) {
    const auto region = static_cast<size_t>(&plan - plan_.regions.data());
    const auto is_plain = [&](const VarDecl* each) {
      return IsScalar(each->getType()) &&
             std::ranges::none_of(facts_.uses.Of(each), [](const auto& use) {
               return use.by_address || use.kind == UseKind::kEscapes;
             });
    };
    for (const VarDecl* each : plan.hoisted)
      if (each->hasInit() && is_plain(each)) {
        plan.returned = each;
        return;
      }
    for (const PassedLocal& each : plan.passed) {
      if (each.by_value || !is_plain(each.variable) ||
          !IsSetFirst(*each.variable, region))
        continue;
      plan.returned = each.variable;
      std::erase_if(plan.passed, [&](const PassedLocal& other) {
        return other.variable == plan.returned;
      });
      return;
    }
  }

  // Two locals of one name would become two parameters of one name.
  void RefuseSameNames(const RegionPlan& plan) {
    std::set<std::string> names;
    std::vector<const VarDecl*> all = plan.moved;
    all.insert(all.end(), plan.hoisted.begin(), plan.hoisted.end());
    if (plan.returned && !Contains(plan.hoisted, plan.returned))
      all.push_back(plan.returned);
    for (const PassedLocal& each : plan.passed)
      if (!Contains(plan.hoisted, each.variable)) all.push_back(each.variable);
    for (const VarDecl* each : all)
      if (!names.insert(each->getNameAsString()).second)
        Refuse(*each, "and another local of its name are needed in one part",
               "give one of them another name");
    RefuseHidden(plan);
  }

  // What is declared in the region and becomes a parameter of its function
  // hides what has its name before the declaration, too.
  void RefuseHidden(const RegionPlan& plan) {
    const auto region = static_cast<size_t>(&plan - plan_.regions.data());
    for (const VarDecl* each : plan.hoisted)
      for (const clang::DeclRefExpr* use : parts_[region].references) {
        const clang::ValueDecl* named = use->getDecl();
        if (each == plan.returned || named == each ||
            named->getDeclName() != each->getDeclName())
          continue;
        return Refuse(*each,
                      "and something else of its name are needed in one part",
                      "give one of them another name");
      }
  }

  void Refuse(const VarDecl& variable, const std::string& what,
              std::string hint) {
    plan_.problems.push_back({variable.getLocation(),
                              "`" + variable.getNameAsString() + "` " + what,
                              std::move(hint)});
  }

  const LocalFacts& facts_;
  FunctionPlan plan_;
  PartReader whole_;
  std::vector<PartReader> parts_;
};

}  // namespace

FunctionPlan PlanLocals(const LocalFacts& facts,
                        const std::vector<Region>& regions) {
  return Planner(facts, regions).Plan();
}

}  // namespace bailey::analyzer
