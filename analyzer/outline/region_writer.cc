#include "analyzer/outline/region_writer.h"

#include <clang/AST/RecursiveASTVisitor.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace bailey::analyzer {
namespace {

using clang::VarDecl;
using Names = std::map<const VarDecl*, std::string>;

// Names and declarations in a statement, which may have to be rewritten.
class StatementReader : public clang::RecursiveASTVisitor<StatementReader> {
 public:
  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    if (clang::isa<VarDecl>(reference->getDecl()))
      references.push_back(reference);
    return true;
  }
  bool VisitDeclStmt(clang::DeclStmt* statement) {
    declarations.push_back(statement);
    return true;
  }

  std::vector<const clang::DeclRefExpr*> references;
  std::vector<const clang::DeclStmt*> declarations;
};

class TypeSpeller {
 public:
  explicit TypeSpeller(const clang::ASTContext& context)
      : context_(context), policy_(context.getLangOpts()) {}

  // `T name`, or T alone. What is spelled by an expression is written out.
  std::string Declare(clang::QualType type, const std::string& name) const {
    std::string text = name;
    type.getAsStringInternal(text, policy_);
    if (!text.contains("typeof") && !text.contains("auto")) return text;
    text = name;
    type.getCanonicalType().getAsStringInternal(text, policy_);
    return text;
  }

  // An array's elements are not constant either.
  clang::QualType Plain(clang::QualType type) const {
    clang::Qualifiers ignored;
    return context_.getUnqualifiedArrayType(type, ignored);
  }

  // Of an array of arrays: the innermost element, and how many there are.
  std::pair<clang::QualType, uint64_t> Flat(clang::QualType type) const {
    uint64_t count = 1;
    while (const auto* array = context_.getAsConstantArrayType(type)) {
      count *= array->getSize().getZExtValue();
      type = array->getElementType();
    }
    return {type, count};
  }

 private:
  const clang::ASTContext& context_;
  clang::PrintingPolicy policy_;
};

std::string_view ModeName(AccessMode mode) {
  switch (mode) {
    case AccessMode::kReadOnly:
      return "read_only";
    case AccessMode::kWriteOnly:
      return "write_only";
    case AccessMode::kNone:
      return "none";
    default:
      return "read_write";
  }
}

bool Contains(const std::vector<const VarDecl*>& list, const VarDecl* one) {
  return std::ranges::find(list, one) != list.end();
}

class FunctionWriter {
 public:
  FunctionWriter(const WriterInput& input, const FunctionPlan& plan)
      : input_(input), plan_(plan), speller_(input.context) {
    for (const VarDecl* each : plan.state) state_[each] = StateName(*each);
    for (const RegionPlan& each : plan.regions)
      moved_.insert(each.moved.begin(), each.moved.end());
  }

  WrittenFunction Write(const std::vector<std::string>& names) {
    std::string before = StateDefinitions();
    for (size_t i = 0; i < plan_.regions.size(); ++i) {
      before += FunctionText(plan_.regions[i], names[i]);
      Cut(plan_.regions[i], names[i]);
    }
    EditRest();
    written_.splices.push_back({input_.insert_at, input_.insert_at, before});
    return std::move(written_);
  }

 private:
  std::string StateName(const VarDecl& variable) const {
    std::string name =
        input_.function.getNameAsString() + "_" + variable.getNameAsString();
    const clang::IdentifierTable& known = input_.context.Idents;
    while (known.find(name) != known.end() ||
           !input_.new_names.insert(name).second)
      name += "_";
    return name;
  }

  std::string StateDefinitions() {
    std::string text;
    for (const VarDecl* each : plan_.state) {
      const clang::QualType type = speller_.Plain(each->getType());
      const bool is_volatile = each->getType().isVolatileQualified();
      text += fmt::format("static {}{}", is_volatile ? "volatile " : "",
                          speller_.Declare(type, state_.at(each)));
      if (each->isStaticLocal() && each->hasInit()) {
        const auto range = RangeOf(*each->getInit());
        text += " = " + TextEdits().Text(input_.view.text(), range);
      }
      text += ";\n";
    }
    return text;
  }

  void Refuse(clang::SourceLocation where, std::string message,
              std::string hint) {
    written_.problems.push_back({where, std::move(message), std::move(hint)});
  }

  TextRange RangeOf(const clang::Stmt& s) {
    if (const auto range = input_.view.RangeOf(s.getSourceRange()))
      return *range;
    Refuse(s.getBeginLoc(), "a macro makes a part of what must be rewritten",
           "write out what the macro stands for");
    return {};
  }

  // What stands for a local in the region's own function.
  std::string Object(const VarDecl& variable) const {
    const std::string name = variable.getNameAsString();
    if (!variable.getType()->isArrayType()) return "(*" + name + ")";
    return fmt::format("(*({}){})",
                       speller_.Declare(input_.context.getPointerType(
                                            speller_.Plain(variable.getType())),
                                        ""),
                       name);
  }

  // The locals of a region that have another name, or none, in its function.
  Names NamesIn(const RegionPlan& plan) const {
    Names names = state_;
    for (const PassedLocal& each : plan.passed)
      if (!each.by_value) names[each.variable] = Object(*each.variable);
    return names;
  }

  // An array is used as a pointer to its first element most of the time, which
  // the parameter is.
  bool IsPointerAlready(const clang::DeclRefExpr& reference,
                        const VarDecl& variable) const {
    if (!variable.getType()->isArrayType() || state_.contains(&variable) ||
        input_.context.getAsConstantArrayType(
            input_.context.getAsConstantArrayType(variable.getType())
                ->getElementType()))
      return false;
    const auto& uses = input_.uses.Of(&variable);
    return std::ranges::any_of(uses, [&](const LocalUse& use) {
      return use.where == &reference && use.decays;
    });
  }

  void EditNames(const StatementReader& reader, const Names& names,
                 TextEdits& edits) {
    for (const clang::DeclRefExpr* each : reader.references) {
      const auto* variable = clang::cast<VarDecl>(each->getDecl());
      const auto found = names.find(variable);
      if (found == names.end() || IsPointerAlready(*each, *variable)) continue;
      const auto range = input_.view.NameRange(*each);
      if (!range) {
        Refuse(each->getBeginLoc(),
               "a macro names `" + variable->getNameAsString() +
                   "`, which is not a local there any more",
               "write out what the macro stands for");
        continue;
      }
      edits.Replace(*range, found->second);
    }
  }

  void EditDeclarations(const StatementReader& reader, const Names& names,
                        TextEdits& edits) {
    for (const clang::DeclStmt* each : reader.declarations) {
      const bool is_affected =
          std::ranges::any_of(each->decls(), [&](const clang::Decl* decl) {
            const auto* variable = clang::dyn_cast<VarDecl>(decl);
            return variable &&
                   (names.contains(variable) || moved_.contains(variable));
          });
      if (!is_affected) continue;
      std::string text;
      for (const clang::Decl* decl : each->decls())
        text += Declaration(*decl, names, edits);
      edits.Replace(RangeOf(*each), text);
    }
  }

  std::string Declaration(const clang::Decl& decl, const Names& names,
                          const TextEdits& edits) {
    const auto* variable = clang::dyn_cast<VarDecl>(&decl);
    if (!variable || variable->hasExternalStorage() || variable->hasAttrs()) {
      Refuse(decl.getLocation(),
             "it is declared together with a local that moves",
             "declare the two apart");
      return "";
    }
    if (moved_.contains(variable)) return "";
    const auto found = names.find(variable);
    if (found == names.end()) return Plain(*variable, edits);
    if (!variable->hasInit() || variable->isStaticLocal()) return "";
    return Set(*variable, found->second, edits);
  }

  std::string Plain(const VarDecl& variable, const TextEdits& edits) {
    std::string text =
        speller_.Declare(variable.getType(), variable.getNameAsString());
    if (variable.isStaticLocal()) text = "static " + text;
    if (variable.hasInit()) text += " = " + Value(variable, edits);
    return text + "; ";
  }

  std::string Value(const VarDecl& variable, const TextEdits& edits) {
    return edits.Text(input_.view.text(), RangeOf(*variable.getInit()));
  }

  // Gives `object` the value that the local began with.
  std::string Set(const VarDecl& variable, const std::string& object,
                  const TextEdits& edits) {
    const clang::QualType type = speller_.Plain(variable.getType());
    const std::string value = Value(variable, edits);
    const bool is_list = value.starts_with("{");
    const std::string spelled = speller_.Declare(type, "");
    if (!type->isArrayType()) {
      return fmt::format("{} = {}{}; ", object,
                         is_list ? "(" + spelled + ")" : "", value);
    }
    return fmt::format("__builtin_memcpy({}, ({}){}, sizeof({})); ", object,
                       spelled, is_list ? value : "{" + value + "}", spelled);
  }

  std::string Parameter(const PassedLocal& passed) const {
    const VarDecl& variable = *passed.variable;
    const std::string name = variable.getNameAsString();
    const clang::QualType type = speller_.Plain(variable.getType());
    if (passed.by_value) return speller_.Declare(type, name);
    const std::string quality =
        passed.access == AccessMode::kReadOnly ? "const " : "";
    if (type->isRecordType())
      return quality + speller_.Declare(type, "*" + name);
    const auto [element, count] = speller_.Flat(type);
    return fmt::format("{}{} {}[static {}]", quality,
                       speller_.Declare(element, ""), name, count);
  }

  std::string Argument(const PassedLocal& passed) const {
    const VarDecl& variable = *passed.variable;
    const std::string name = variable.getNameAsString();
    if (passed.by_value) return name;
    if (!variable.getType()->isArrayType()) return "&" + name;
    const auto [element, count] =
        speller_.Flat(speller_.Plain(variable.getType()));
    const bool is_const = passed.access == AccessMode::kReadOnly;
    return fmt::format("({}{} *){}", is_const ? "const " : "",
                       speller_.Declare(element, ""), name);
  }

  std::string Call(const RegionPlan& plan, const std::string& name) const {
    std::string arguments;
    for (const PassedLocal& each : plan.passed)
      arguments += (arguments.empty() ? "" : ", ") + Argument(each);
    return name + "(" + arguments + ")";
  }

  std::string Attributes(const RegionPlan& plan) const {
    std::string text;
    for (size_t i = 0; i < plan.passed.size(); ++i) {
      const PassedLocal& each = plan.passed[i];
      if (each.by_value && !each.length) continue;
      std::string count;
      for (size_t j = 0; each.length && j < plan.passed.size(); ++j)
        if (plan.passed[j].variable == each.length)
          count = fmt::format(", {}", j + 1);
      text += fmt::format("__attribute__((access({}, {}{})))\n",
                          ModeName(each.access), i + 1, count);
    }
    return text;
  }

  std::string ResultType(const RegionPlan& plan) const {
    if (plan.region.tail) {
      return plan.region.tail_is_truth
                 ? "int"
                 : speller_.Declare(speller_.Plain(plan.region.tail->getType()),
                                    "");
    }
    if (!plan.returned) return "void";
    return speller_.Declare(speller_.Plain(plan.returned->getType()), "");
  }

  // From its own line and column on.
  std::string Placed(TextRange range, const std::string& text) const {
    const std::string_view whole = input_.view.text();
    const size_t line = whole.rfind('\n', range.begin) + 1;
    return fmt::format("#line {}\n{}{}\n", input_.view.LineOf(range.begin),
                       std::string(range.begin - line, ' '), text);
  }

  std::string FunctionText(const RegionPlan& plan, const std::string& name) {
    std::string parameters;
    for (const PassedLocal& each : plan.passed)
      parameters += (parameters.empty() ? "" : ", ") + Parameter(each);
    std::string text = fmt::format("{}static {} {}({}) {{\n", Attributes(plan),
                                   ResultType(plan), name,
                                   parameters.empty() ? "void" : parameters);
    for (const VarDecl* each : plan.moved) text += Local(*each);
    if (plan.returned && !Contains(plan.hoisted, plan.returned))
      text += Local(*plan.returned);
    text += Body(plan);
    return text + "}\n";
  }

  std::string Local(const VarDecl& variable) const {
    return "  " +
           speller_.Declare(speller_.Plain(variable.getType()),
                            variable.getNameAsString()) +
           ";\n";
  }

  std::string Body(const RegionPlan& plan) {
    const Names names = NamesIn(plan);
    StatementReader reader;
    for (const clang::Stmt* each : plan.region.Parts())
      reader.TraverseStmt(const_cast<clang::Stmt*>(each));
    TextEdits edits;
    EditNames(reader, names, edits);
    EditDeclarations(reader, names, edits);
    std::string text;
    if (!plan.region.statements.empty()) {
      const TextRange range = Statements(plan.region);
      text += Placed(range, edits.Text(input_.view.text(), range));
    }
    if (plan.region.tail) {
      const TextRange range = RangeOf(*plan.region.tail);
      const std::string value = edits.Text(input_.view.text(), range);
      text += fmt::format("#line {}\nreturn {}({});\n",
                          input_.view.LineOf(range.begin),
                          plan.region.tail_is_truth ? "!!" : "", value);
    } else if (plan.returned) {
      text += "return " + plan.returned->getNameAsString() + ";\n";
    }
    return text;
  }

  TextRange Statements(const Region& region) const {
    const auto first = input_.view.StatementRange(*region.statements.front());
    const auto last = input_.view.StatementRange(*region.statements.back());
    // CheckRegion() has seen both.
    return {first->begin, last->end};
  }

  // The call in the region's place.
  void Cut(const RegionPlan& plan, const std::string& name) {
    std::string text;
    for (const VarDecl* each : plan.hoisted)
      if (each != plan.returned || plan.region.tail) {
        text += speller_.Declare(speller_.Plain(each->getType()),
                                 each->getNameAsString()) +
                "; ";
      }
    const std::string call = Call(plan, name);
    if (plan.region.tail) {
      const TextRange range = RangeOf(*plan.region.tail);
      written_.splices.push_back({range.begin, range.end, call});
    } else if (plan.returned) {
      const std::string result = plan.returned->getNameAsString();
      text += Contains(plan.hoisted, plan.returned)
                  ? speller_.Declare(speller_.Plain(plan.returned->getType()),
                                     result)
                  : result;
      text += " = " + call + ";";
    } else {
      text += call + ";";
    }
    if (plan.region.statements.empty()) return;
    const TextRange range = Statements(plan.region);
    written_.splices.push_back({range.begin, range.end, text});
  }

  bool IsCut(const clang::Stmt& s) const {
    const auto range = input_.view.RangeOf(s.getSourceRange());
    if (!range) return false;
    return std::ranges::any_of(written_.splices, [&](const Splice& each) {
      return each.begin <= range->begin && range->end <= each.end;
    });
  }

  // What is left of the function names what moved in sizes alone.
  void EditRest() {
    StatementReader reader;
    reader.TraverseStmt(input_.function.getBody());
    std::erase_if(reader.references,
                  [&](const auto* each) { return IsCutReference(*each); });
    std::erase_if(reader.declarations,
                  [&](const auto* each) { return IsCut(*each); });
    TextEdits edits;
    EditNames(reader, state_, edits);
    EditDeclarations(reader, state_, edits);
    for (Splice& each : edits.All()) written_.splices.push_back(each);
  }

  bool IsCutReference(const clang::DeclRefExpr& reference) const {
    const auto range = input_.view.NameRange(reference);
    return !range ||
           std::ranges::any_of(written_.splices, [&](const Splice& each) {
             return each.begin <= range->begin && range->end <= each.end;
           });
  }

  const WriterInput& input_;
  const FunctionPlan& plan_;
  const TypeSpeller speller_;
  Names state_;
  std::set<const VarDecl*> moved_;
  WrittenFunction written_;
};

}  // namespace

WrittenFunction WriteFunction(const WriterInput& input,
                              const FunctionPlan& plan,
                              const std::vector<std::string>& names) {
  return FunctionWriter(input, plan).Write(names);
}

}  // namespace bailey::analyzer
