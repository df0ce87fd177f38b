// Typed calls, found by AST matchers.
#include "analyzer/source/typed_calls.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/ExprCXX.h>
#include <clang/AST/Mangle.h>
#include <clang/ASTMatchers/ASTMatchFinder.h>
#include <clang/ASTMatchers/ASTMatchers.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "analyzer/ir/extract.h"

namespace bailey::analyzer {
namespace {

namespace match = clang::ast_matchers;
using Found = match::MatchFinder::MatchResult;
using Access = std::vector<std::string>;

// Registers for integers and pointers, and what else is passed like them.
constexpr unsigned kMostParameters = 64;

// Of std::ios_base::openmode, as libstdc++ has it.
constexpr uint64_t kAppend = 1;
constexpr uint64_t kIn = 8;
constexpr uint64_t kOut = 16;
constexpr uint64_t kTruncate = 32;

// What a function of std::filesystem does to the file that an argument names.
struct FileFunction {
  const char* name;
  unsigned argument;
  const char* access;  // 'r'ead, 'w'rite, 'c'reate
};
constexpr FileFunction kFileFunctions[] = {
    {"copy", 0, "r"},
    {"copy", 1, "wc"},
    {"copy_file", 0, "r"},
    {"copy_file", 1, "wc"},
    {"create_directory", 0, "wc"},
    {"create_directories", 0, "wc"},
    {"create_hard_link", 1, "wc"},
    {"create_symlink", 1, "wc"},
    {"current_path", 0, "r"},
    {"exists", 0, "r"},
    {"file_size", 0, "r"},
    {"is_directory", 0, "r"},
    {"is_regular_file", 0, "r"},
    {"last_write_time", 0, "r"},
    {"permissions", 0, "w"},
    {"read_symlink", 0, "r"},
    {"remove", 0, "w"},
    {"remove_all", 0, "w"},
    {"rename", 0, "w"},
    {"rename", 1, "wc"},
    {"resize_file", 0, "w"},
    {"status", 0, "r"},
};

Access AccessOfLetters(std::string_view letters) {
  Access access;
  if (letters.contains('c')) access.emplace_back("create");
  if (letters.contains('r')) access.emplace_back("read");
  if (letters.contains('w')) access.emplace_back("write");
  return access;
}

// A literal, through what makes a std::string or a path of it.
std::string LiteralIn(const clang::Expr* text) {
  while (text != nullptr) {
    text = text->IgnoreParenImpCasts();
    if (const auto* literal = llvm::dyn_cast<clang::StringLiteral>(text))
      return literal->isOrdinary() || literal->isUTF8()
                 ? literal->getString().str()
                 : "";
    if (const auto* made = llvm::dyn_cast<clang::CXXConstructExpr>(text))
      text = made->getNumArgs() > 0 ? made->getArg(0) : nullptr;
    else if (const auto* kept =
                 llvm::dyn_cast<clang::MaterializeTemporaryExpr>(text))
      text = kept->getSubExpr();
    else if (const auto* bound =
                 llvm::dyn_cast<clang::CXXBindTemporaryExpr>(text))
      text = bound->getSubExpr();
    else if (const auto* cast = llvm::dyn_cast<clang::ExplicitCastExpr>(text))
      text = cast->getSubExpr();
    else
      return "";
  }
  return "";
}

class Collector : public match::MatchFinder::MatchCallback {
 public:
  Collector(clang::ASTContext& context, const llvm::Module& module,
            const std::string& root,
            const std::function<std::string(const std::string&)>& id_of)
      : context_(context),
        names_(context),
        module_(module),
        root_(root),
        id_of_(id_of) {}

  TypedCalls Take() {
    for (auto& [id, prototype] : prototypes_)
      calls_.prototypes.push_back(std::move(prototype));
    return std::move(calls_);
  }

  void run(const Found& found) override {
    if (const auto* declared =
            found.Nodes.getNodeAs<clang::FunctionDecl>("declared"))
      return AddPrototype(*declared);
    const auto* in = found.Nodes.getNodeAs<clang::FunctionDecl>("in");
    if (in == nullptr || in->isDependentContext()) return;
    if (const auto* made =
            found.Nodes.getNodeAs<clang::CXXConstructExpr>("stream"))
      return AddStream(*in, *made, made->getConstructor()->getParent(),
                       made->getNumArgs(),
                       [&](unsigned i) { return made->getArg(i); });
    if (const auto* opened =
            found.Nodes.getNodeAs<clang::CXXMemberCallExpr>("opened"))
      return AddStream(*in, *opened, opened->getRecordDecl(),
                       opened->getNumArgs(),
                       [&](unsigned i) { return opened->getArg(i); });
    if (const auto* call = found.Nodes.getNodeAs<clang::CallExpr>("file"))
      AddFileCall(*in, *call);
  }

 private:
  std::string IdOf(const clang::FunctionDecl& function) {
    // Of a constructor or destructor the names of all its forms.
    return id_of_(names_.getName(&function));
  }

  // Its parameters as registers hold them, as long as each is in one.
  void AddPrototype(const clang::FunctionDecl& function) {
    if (llvm::isa<clang::CXXConstructorDecl, clang::CXXDestructorDecl>(
            function))
      return;
    const std::string symbol = names_.getName(&function);
    const llvm::Function* used = module_.getFunction(symbol);
    if (used == nullptr || !used->isDeclaration()) return;
    if (function.getReturnType()->isRecordType()) return;
    LibraryPrototype prototype{id_of_(symbol), 0, 0};
    unsigned place = 0;
    const auto add = [&](bool is_const, bool is_text = false) {
      const uint64_t bit =
          place < kMostParameters ? uint64_t{1} << place : uint64_t{0};
      if (is_const) prototype.read_only |= bit;
      if (is_text) prototype.text |= bit;
      ++place;
    };
    if (const auto* method = llvm::dyn_cast<clang::CXXMethodDecl>(&function);
        method != nullptr && method->isInstance())
      add(method->isConst());
    for (const clang::ParmVarDecl* parameter : function.parameters()) {
      const clang::QualType type = parameter->getType().getNonReferenceType();
      if (parameter->getType()->isReferenceType()) {
        // A class may hold text: std::string, a path.
        add(type.isConstQualified(), type->isRecordType());
      } else if (type->isPointerType()) {
        const clang::QualType pointee = type->getPointeeType();
        add(pointee.isConstQualified(),
            pointee->isSpecificBuiltinType(clang::BuiltinType::Char_S) ||
                pointee->isSpecificBuiltinType(clang::BuiltinType::Char_U));
      } else if (type->isIntegralOrEnumerationType() || type->isBooleanType()) {
        add(false);
      } else if (!type->isRealFloatingType()) {
        prototype.text |= ~uint64_t{0} << std::min(place, kMostParameters - 1);
        break;
      }
    }
    if (function.isVariadic())
      prototype.text |= ~uint64_t{0} << std::min(place, kMostParameters - 1);
    // Of several declarations the one that promises less.
    const auto [known, added] =
        prototypes_.try_emplace(prototype.function, prototype);
    if (added) return;
    known->second.read_only &= prototype.read_only;
    known->second.text |= prototype.text;
  }

  template <class Argument>
  void AddStream(const clang::FunctionDecl& in, const clang::Expr& at,
                 const clang::CXXRecordDecl* stream, unsigned count,
                 const Argument& argument) {
    if (stream == nullptr || count == 0) return;
    const clang::Expr& name = *argument(0);
    // Of a stream that is moved from, and of one that is open for nothing.
    if (const auto* record = name.getType()->getAsCXXRecordDecl();
        record != nullptr && record->getName().starts_with("basic_") &&
        record->getName() != "basic_string")
      return;
    const llvm::StringRef kind = stream->getName();
    std::optional<uint64_t> mode = 0;
    if (count > 1) mode = NumberOf(*argument(1));
    if (mode && kind == "basic_ifstream") *mode |= kIn;
    if (mode && kind == "basic_ofstream") *mode |= kOut;
    Add(in, at, LiteralIn(&name), AccessOfMode(mode));
  }

  std::optional<uint64_t> NumberOf(const clang::Expr& expression) const {
    clang::Expr::EvalResult result;
    if (expression.isValueDependent() ||
        !expression.EvaluateAsInt(result, context_))
      return std::nullopt;
    return result.Val.getInt().getLimitedValue();
  }

  // As the standard has it: which mode of fopen() each is.
  static Access AccessOfMode(std::optional<uint64_t> mode) {
    if (!mode || (*mode & (kIn | kOut | kAppend)) == 0)
      return AccessOfLetters("rwc");
    const bool in = (*mode & kIn) != 0;
    const bool append = (*mode & kAppend) != 0;
    const bool out = (*mode & kOut) != 0 || append;
    const bool create = out && (!in || append || (*mode & kTruncate) != 0);
    return AccessOfLetters(std::string(in ? "r" : "") + (out ? "w" : "") +
                           (create ? "c" : ""));
  }

  void AddFileCall(const clang::FunctionDecl& in, const clang::CallExpr& call) {
    const clang::FunctionDecl* callee = call.getDirectCallee();
    if (callee == nullptr || callee->getIdentifier() == nullptr) return;
    for (const FileFunction& each : kFileFunctions)
      if (callee->getName() == each.name && each.argument < call.getNumArgs())
        Add(in, call, LiteralIn(call.getArg(each.argument)),
            AccessOfLetters(each.access));
  }

  void Add(const clang::FunctionDecl& in, const clang::Expr& at,
           std::string path, Access access) {
    const clang::SourceManager& sources = context_.getSourceManager();
    const clang::SourceLocation place =
        sources.getExpansionLoc(at.getBeginLoc());
    if (!seen_.insert({&at, access}).second) return;
    NamedFile file{IdOf(in), {}, std::move(path), std::move(access)};
    if (const auto entry =
            sources.getFileEntryRefForID(sources.getFileID(place))) {
      llvm::SmallString<256> absolute = entry->getName();
      sources.getFileManager().makeAbsolutePath(absolute);
      file.site.file = RelativeTo(root_, NormalPath(absolute.str().str()));
    }
    file.site.line = static_cast<int>(sources.getSpellingLineNumber(place));
    file.site.column = static_cast<int>(sources.getSpellingColumnNumber(place));
    file.site.function = file.from;
    calls_.named_files.push_back(std::move(file));
  }

  clang::ASTContext& context_;
  clang::ASTNameGenerator names_;
  const llvm::Module& module_;
  const std::string& root_;
  const std::function<std::string(const std::string&)>& id_of_;
  std::map<std::string, LibraryPrototype> prototypes_;
  std::set<std::pair<const clang::Expr*, Access>> seen_;
  TypedCalls calls_;
};

void AddFileMatchers(match::MatchFinder& finder, Collector& collector) {
  using namespace clang::ast_matchers;  // NOLINT: the matchers' own language
  const auto streams =
      cxxRecordDecl(hasAnyName("::std::basic_ifstream", "::std::basic_ofstream",
                               "::std::basic_fstream", "::std::basic_filebuf"));
  const auto made =
      cxxConstructExpr(hasDeclaration(cxxConstructorDecl(ofClass(streams))),
                       hasArgument(0, expr()))
          .bind("stream");
  const auto opened = cxxMemberCallExpr(callee(cxxMethodDecl(hasName("open"),
                                                             ofClass(streams))))
                          .bind("opened");
  const auto file =
      callExpr(callee(functionDecl(hasDeclContext(namespaceDecl(
                   anyOf(hasName("filesystem"),
                         hasAncestor(namespaceDecl(hasName("filesystem")))))))))
          .bind("file");
  const auto in = [](const auto& inner) {
    return functionDecl(isDefinition(), unless(isExpansionInSystemHeader()),
                        forEachDescendant(inner))
        .bind("in");
  };
  finder.addMatcher(in(made), &collector);
  finder.addMatcher(in(opened), &collector);
  finder.addMatcher(in(file), &collector);
}

}  // namespace

TypedCalls CollectTypedCalls(
    clang::ASTContext& context, const llvm::Module& module,
    const std::string& root,
    const std::function<std::string(const std::string&)>& id_of) {
  Collector collector(context, module, root, id_of);
  match::MatchFinder finder;
  finder.addMatcher(match::functionDecl(match::unless(match::isDefinition()))
                        .bind("declared"),
                    &collector);
  if (context.getLangOpts().CPlusPlus) AddFileMatchers(finder, collector);
  finder.matchAST(context);
  return collector.Take();
}

}  // namespace bailey::analyzer
