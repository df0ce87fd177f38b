#include "analyzer/source/source_facts.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/Mangle.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <fmt/format.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <set>
#include <utility>

#include "analyzer/ir/extract.h"
#include "analyzer/source/access_attribute.h"
#include "analyzer/source/source_extents.h"
#include "analyzer/source/structure_looks.h"
#include "analyzer/source/type_facts.h"

namespace bailey::analyzer {
namespace {

// The global's `name`, or `name` with the number that made it unique.
bool IsNumbered(llvm::StringRef symbol, llvm::StringRef name) {
  if (!symbol.consume_front(name)) return false;
  if (symbol.empty()) return true;
  return symbol.consume_front(".") && !symbol.empty() &&
         symbol.find_first_not_of("0123456789") == llvm::StringRef::npos;
}

// The names of a module's globals that are static local `name`, in the order in
// which code was generated: that of the source.
std::vector<std::string> SymbolsOf(const llvm::Module& module,
                                   llvm::StringRef name) {
  std::vector<std::string> symbols;
  for (const llvm::GlobalVariable& global : module.globals())
    if (IsNumbered(global.getName(), name))
      symbols.push_back(global.getName().str());
  return symbols;
}

class Collector : public clang::RecursiveASTVisitor<Collector> {
 public:
  Collector(clang::ASTContext& context, const llvm::Module& module,
            std::string unit, std::string root, SourceFacts& facts)
      : context_(context),
        sources_(context.getSourceManager()),
        names_(context),
        module_(module),
        unit_(std::move(unit)),
        root_(std::move(root)),
        facts_(facts),
        looks_(context, [this](const auto& each) { return NameOf(each); }) {}

  bool shouldVisitTemplateInstantiations() const { return true; }
  // Constructors and operators that C++ makes by itself have code too.
  bool shouldVisitImplicitCode() const { return true; }

  bool TraverseDecl(clang::Decl* declaration) {
    auto* function = llvm::dyn_cast_or_null<clang::FunctionDecl>(declaration);
    if (function == nullptr || !function->isThisDeclarationADefinition() ||
        function->isDependentContext())
      return RecursiveASTVisitor::TraverseDecl(declaration);
    const std::string outer = std::exchange(function_, AddFunction(*function));
    const std::string outer_symbol =
        std::exchange(function_symbol_, NameOf(*function));
    const bool result = RecursiveASTVisitor::TraverseDecl(declaration);
    function_ = outer;
    function_symbol_ = outer_symbol;
    return result;
  }

  bool VisitVarDecl(clang::VarDecl* variable) {
    if (!variable->hasGlobalStorage() || variable->isTemplated()) return true;
    if (variable->isStaticLocal())
      AddStaticLocal(*variable);
    else if (IsDefinition(*variable))
      AddGlobal(*variable, NameOf(*variable), IdOf(*variable), "");
    return true;
  }

  bool VisitDeclStmt(clang::DeclStmt* statement) {
    if (!statement->isSingleDecl())
      shared_.insert(statement->decl_begin(), statement->decl_end());
    return true;
  }

  bool VisitDeclRefExpr(clang::DeclRefExpr* reference) {
    const auto* variable = llvm::dyn_cast<clang::VarDecl>(reference->getDecl());
    if (variable == nullptr || !variable->hasGlobalStorage() ||
        function_.empty())
      return true;
    references_.push_back({variable->getCanonicalDecl(), function_,
                           SiteOf(reference->getLocation())});
    return true;
  }

  // Mentions name globals by id, and static locals get theirs when they are
  // met.
  void Finish() {
    for (const Reference& each : references_) {
      const auto known = variable_ids_.find(each.variable);
      const std::string id =
          known != variable_ids_.end() ? known->second : IdOf(*each.variable);
      facts_.mentions.push_back({each.function, id, each.site});
    }
  }

 private:
  struct Reference {
    const clang::VarDecl* variable;
    std::string function;
    SourceSite site;
  };

  static bool IsDefinition(clang::VarDecl& variable) {
    return variable.isThisDeclarationADefinition() ==
               clang::VarDecl::Definition ||
           variable.getActingDefinition() == &variable;
  }

  std::string NameOf(const clang::NamedDecl& declaration) {
    if (const auto* label = declaration.getAttr<clang::AsmLabelAttr>())
      return label->getLabel().str();
    if (const auto* constructor =
            llvm::dyn_cast<clang::CXXConstructorDecl>(&declaration);
        constructor != nullptr ||
        llvm::isa<clang::CXXDestructorDecl>(declaration)) {
      const auto all = names_.getAllManglings(&declaration);
      return all.empty() ? "" : all.front();
    }
    return names_.getName(&declaration);
  }

  static bool IsInternal(const clang::NamedDecl& declaration) {
    return !declaration.isExternallyVisible();
  }

  std::string IdOf(const clang::NamedDecl& declaration) {
    const std::string name = NameOf(declaration);
    return IsInternal(declaration) ? unit_ + ":" + name : name;
  }

  bool IsSystem(const clang::Decl& declaration) const {
    return sources_.isInSystemHeader(
        sources_.getExpansionLoc(declaration.getLocation()));
  }

  SourceSite SiteOf(clang::SourceLocation location) const {
    const auto place = sources_.getExpansionLoc(location);
    return {
        RelativeTo(root_, AbsolutePathOf(sources_, sources_.getFileID(place))),
        static_cast<int>(sources_.getSpellingLineNumber(place)),
        static_cast<int>(sources_.getSpellingColumnNumber(place)), function_};
  }

  std::string AddFunction(const clang::FunctionDecl& function) {
    const std::string symbol = NameOf(function);
    const bool system = IsSystem(function);
    // The program's own definition of a name hides a header's inline one.
    if (system)
      facts_.system_functions.insert(symbol);
    else
      facts_.system_functions.erase(symbol);
    const llvm::Function* code = module_.getFunction(symbol);
    // Only what there is code for; a header's, only if it is a copy of our own.
    if (code == nullptr || code->isDeclaration() ||
        (system && !code->hasLocalLinkage()))
      return "";
    FlowFunction fact;
    fact.id = IdOf(function);
    if (facts_.ids.contains(symbol)) return fact.id;
    facts_.ids[symbol] = fact.id;
    fact.name = function.getNameAsString();
    fact.linkage =
        IsInternal(function) ? Linkage::kInternal : Linkage::kExternal;
    fact.variadic = function.isVariadic();
    fact.is_inline = function.isInlined();
    fact.return_type = DescribeType(context_, function.getReturnType());
    AddPlaces(function, fact);
    AddParameters(function, fact);
    fact.looks_into = looks_.Of(function);
    if (context_.getLangOpts().CPlusPlus) AddCxx(function, fact);
    facts_.functions.push_back(std::move(fact));
    return facts_.functions.back().id;
  }

  // An instantiation may be in any unit, like what is declared inline.
  static void AddCxx(const clang::FunctionDecl& function, FlowFunction& fact) {
    fact.qualified_name = CallableName(function);
    const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
    fact.is_method = method != nullptr && !method->isStatic();
    const auto* type = function.getType()->getAs<clang::FunctionProtoType>();
    fact.may_throw = type == nullptr || !type->isNothrow();
    fact.is_inline |= function.isTemplateInstantiation();
  }

  // As it can be called from outside of every namespace: what has no name there
  // is left out, since its members are found without it.
  static std::string CallableName(const clang::FunctionDecl& function) {
    std::string name = function.getNameAsString();
    for (const clang::DeclContext* around = function.getDeclContext(); around;
         around = around->getParent()) {
      const auto* named = llvm::dyn_cast<clang::NamedDecl>(around);
      if (named == nullptr || named->getIdentifier() == nullptr) continue;
      name = named->getName().str() + "::" + name;
    }
    return name;
  }

  void AddPlaces(const clang::FunctionDecl& function, FlowFunction& fact) {
    const clang::LangOptions& language = context_.getLangOpts();
    fact.extent = ExtentOf(function, sources_, language);
    if (function.hasBody() && function.getBody()->getBeginLoc().isValid())
      fact.body = ExtentOfBody(function, sources_, language);
  }

  void AddParameters(const clang::FunctionDecl& function, FlowFunction& fact) {
    for (const clang::ParmVarDecl* parameter : function.parameters())
      fact.parameters.push_back({parameter->getNameAsString(),
                                 DescribeType(context_, parameter->getType()),
                                 AccessMode::kUnknown, -1});
    AddStaticCounts(function, fact);
    ApplyAccessAttributes(function, fact.parameters);
  }

  // [static N] on any declaration is a promise of every caller.
  static void AddStaticCounts(const clang::FunctionDecl& function,
                              FlowFunction& fact) {
    const clang::ASTContext& context = function.getASTContext();
    // A declaration without a prototype has no parameters.
    for (const clang::FunctionDecl* each : function.redecls())
      for (size_t i = 0;
           i < std::min<size_t>(fact.parameters.size(), each->getNumParams());
           ++i) {
        const uint64_t count =
            DescribeType(
                context,
                each->getParamDecl(static_cast<unsigned>(i))->getType())
                .pointee.fixed_count;
        uint64_t& known = fact.parameters[i].type.pointee.fixed_count;
        known = std::max(known, count);
      }
  }

  void AddStaticLocal(const clang::VarDecl& variable) {
    if (function_.empty()) return;
    const bool mangled = context_.getLangOpts().CPlusPlus;
    const std::string base =
        mangled ? NameOf(variable)
                : function_symbol_ + "." + variable.getNameAsString();
    const std::vector<std::string> symbols = SymbolsOf(module_, base);
    const size_t index = static_locals_[base]++;
    if (index >= symbols.size()) return;  // in code that was never generated
    std::string id = function_ + "." + variable.getNameAsString();
    if (index > 0) id += fmt::format(".{}", index);
    AddGlobal(variable, symbols[index], id, function_);
  }

  void AddGlobal(const clang::VarDecl& variable, const std::string& symbol,
                 const std::string& id, const std::string& function) {
    variable_ids_[variable.getCanonicalDecl()] = id;
    if (!facts_.ids.emplace(symbol, id).second) return;
    FlowGlobal fact;
    fact.id = id;
    fact.name = variable.getNameAsString();
    fact.linkage = function.empty() && !IsInternal(variable)
                       ? Linkage::kExternal
                       : Linkage::kInternal;
    fact.is_constant =
        IsConstant(variable.getType()) && IsKnownFromTheStart(variable);
    fact.is_thread_local = variable.getTLSKind() != clang::VarDecl::TLS_None;
    fact.function = function;
    fact.extent =
        ExtentWithSemicolon(variable, sources_, context_.getLangOpts());
    fact.sole_declarator = IsSoleDeclarator(variable);
    fact.type = DescribeType(context_, variable.getType());
    if (variable.getType().isVolatileQualified())
      fact.type.spelling = "volatile " + fact.type.spelling;
    facts_.globals.push_back(std::move(fact));
  }

  bool IsConstant(clang::QualType type) const {
    return context_.getBaseElementType(type).isConstQualified() &&
           !context_.getBaseElementType(type).isVolatileQualified();
  }

  // What code computes before `main` is what that code found.
  bool IsKnownFromTheStart(const clang::VarDecl& variable) const {
    return !context_.getLangOpts().CPlusPlus || variable.getInit() == nullptr ||
           variable.hasConstantInitialization();
  }

  // Alone in its declaration: no other declarator, and no type defined in it.
  bool IsSoleDeclarator(const clang::VarDecl& variable) const {
    if (shared_.contains(&variable)) return false;
    const clang::SourceLocation begin = variable.getBeginLoc();
    return std::ranges::none_of(
        variable.getDeclContext()->decls(), [&](const clang::Decl* other) {
          if (other == &variable || other->isImplicit()) return false;
          if (other->getBeginLoc() == begin) return true;
          const auto* tag = llvm::dyn_cast<clang::TagDecl>(other);
          return tag != nullptr && tag->isThisDeclarationADefinition() &&
                 variable.getSourceRange().fullyContains(tag->getSourceRange());
        });
  }

  clang::ASTContext& context_;
  const clang::SourceManager& sources_;
  clang::ASTNameGenerator names_;
  const llvm::Module& module_;
  const std::string unit_;
  const std::string root_;
  SourceFacts& facts_;
  const StructureLooks looks_;
  std::string function_;         // id of the one around, or empty
  std::string function_symbol_;  // its name in the module
  std::map<std::string, size_t> static_locals_;  // how many of that name so far
  std::map<const clang::VarDecl*, std::string> variable_ids_;
  std::set<const clang::Decl*> shared_;
  std::vector<Reference> references_;
};

// Every file that was read, for the report's list of inputs.
std::vector<std::string> ReadFiles(const clang::SourceManager& sources) {
  std::set<std::string> files;
  for (auto it = sources.fileinfo_begin(); it != sources.fileinfo_end(); ++it) {
    llvm::SmallString<256> path = it->first.getName();
    sources.getFileManager().makeAbsolutePath(path);
    files.insert(NormalPath(path.str().str()));
  }
  return {files.begin(), files.end()};
}

}  // namespace

SourceFacts CollectSourceFacts(clang::ASTContext& context,
                               const llvm::Module& module,
                               const std::string& unit_name,
                               const std::string& root) {
  SourceFacts facts;
  Collector collector(context, module, unit_name, root, facts);
  collector.TraverseDecl(context.getTranslationUnitDecl());
  collector.Finish();
  facts.read_files = ReadFiles(context.getSourceManager());
  return facts;
}

}  // namespace bailey::analyzer
