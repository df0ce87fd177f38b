#include "analyzer/rewrite/struct_fields.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>
#include <clang/AST/Mangle.h>
#include <clang/AST/RecordLayout.h>
#include <clang/AST/RecursiveASTVisitor.h>
#include <clang/Frontend/ASTUnit.h>
#include <fmt/format.h>

#include "analyzer/rewrite/unit_parse.h"

namespace bailey::analyzer {
namespace {

// Larger structures cross as arrays of bytes, not member by member.
constexpr size_t kMaxFields = 4096;

class FieldCollector {
 public:
  explicit FieldCollector(const clang::ASTContext& context)
      : context_(context) {}

  Result<StructFields> Collect(clang::QualType type) {
    RETURN_IF_ERROR(Add(type, 0));
    return std::move(fields_);
  }

 private:
  Result<> Add(clang::QualType type, uint64_t offset) {
    if (fields_.size() > kMaxFields) return Fail("it has too many members");
    if (const auto* array = context_.getAsConstantArrayType(type)) {
      return AddArray(*array, offset);
    }
    if (const auto* record = type->getAsRecordDecl()) {
      return AddRecord(*record, offset);
    }
    return AddScalar(type, offset);
  }

  Result<> AddArray(const clang::ConstantArrayType& array, uint64_t offset) {
    const clang::QualType element = array.getElementType();
    const uint64_t size = SizeOf(element);
    const uint64_t count = array.getSize().getZExtValue();
    if (IsNumber(element)) {
      AddBytes({offset, size * count, false});
      return {};
    }
    for (uint64_t i = 0; i < count; ++i) {
      RETURN_IF_ERROR(Add(element, offset + i * size));
    }
    return {};
  }

  Result<> AddRecord(const clang::RecordDecl& declaration, uint64_t offset) {
    const clang::RecordDecl* record = declaration.getDefinition();
    if (!record) return Fail("it is incomplete");
    if (record->isUnion()) return Fail("it holds a union");
    const clang::ASTRecordLayout& layout = context_.getASTRecordLayout(record);
    for (const clang::FieldDecl* field : record->fields()) {
      if (field->isBitField()) return Fail("it holds a bit-field");
      const uint64_t bits = layout.getFieldOffset(field->getFieldIndex());
      RETURN_IF_ERROR(Add(field->getType(), offset + bits / 8));
    }
    return {};
  }

  Result<> AddScalar(clang::QualType type, uint64_t offset) {
    if (IsFlag(type)) {
      AddBytes({offset, 1, true});
    } else if (IsNumber(type)) {
      AddBytes({offset, SizeOf(type), false});
    } else {
      return Fail(fmt::format("it holds a `{}`", type.getAsString()));
    }
    return {};
  }

  // Of which two bytes are values: bool, and an enumeration that is one.
  static bool IsFlag(clang::QualType type) {
    if (type->isBooleanType()) return true;
    const auto* enumeration = type->getAs<clang::EnumType>();
    if (enumeration == nullptr) return false;
    const clang::QualType integer = enumeration->getDecl()->getIntegerType();
    return !integer.isNull() && integer->isBooleanType();
  }

  // A type all of whose bytes belong to its value, whatever they are.
  bool IsNumber(clang::QualType type) const {
    if (IsFlag(type) || type->isBitIntType()) return false;
    if (type->isIntegerType()) return true;  // enumerations too
    return type->isRealFloatingType() && SizeOf(type) <= 8;
  }

  uint64_t SizeOf(clang::QualType type) const {
    return static_cast<uint64_t>(
        context_.getTypeSizeInChars(type).getQuantity());
  }

  void AddBytes(FieldBytes bytes) {
    if (bytes.size == 0) return;
    const bool is_next =
        !fields_.empty() && !bytes.is_bool && !fields_.back().is_bool &&
        fields_.back().offset + fields_.back().size == bytes.offset;
    if (is_next) {
      fields_.back().size += bytes.size;
    } else {
      fields_.push_back(bytes);
    }
  }

  const clang::ASTContext& context_;
  StructFields fields_;
};

// Of C++, wherever it stands, by what the linker sees.
class MangledFinder : public clang::RecursiveASTVisitor<MangledFinder> {
 public:
  MangledFinder(clang::ASTContext& context, const std::string& symbol)
      : names_(context), symbol_(symbol) {}

  bool VisitFunctionDecl(clang::FunctionDecl* function) {
    if (!function->isThisDeclarationADefinition() ||
        function->isDependentContext() || names_.getName(function) != symbol_)
      return true;
    found_ = function;
    return false;
  }
  const clang::FunctionDecl* found() const { return found_; }

 private:
  clang::ASTNameGenerator names_;
  const std::string& symbol_;
  const clang::FunctionDecl* found_ = nullptr;
};

const clang::FunctionDecl* FindMangled(clang::ASTContext& context,
                                       const std::string& symbol) {
  MangledFinder finder(context, symbol);
  finder.TraverseAST(context);
  return finder.found();
}

const clang::FunctionDecl* FindDefinition(const clang::ASTContext& context,
                                          const std::string& name) {
  for (const clang::Decl* each : context.getTranslationUnitDecl()->decls()) {
    const auto* function = llvm::dyn_cast<clang::FunctionDecl>(each);
    if (function && function->getIdentifier() && function->getName() == name &&
        function->isThisDeclarationADefinition()) {
      return function;
    }
  }
  return nullptr;
}

}  // namespace

struct StructFinder::Parse {
  std::unique_ptr<clang::ASTUnit> unit;
};

StructFinder::StructFinder(const FlowUnit& unit) : unit_(unit) {}
StructFinder::~StructFinder() = default;

Result<StructFields> StructFinder::OfParameter(const std::string& function,
                                               int parameter) {
  if (!parse_) {
    Diagnostics ignored;
    auto tree = ParseSource(unit_, ignored);
    if (!tree.ok()) {
      return Fail(fmt::format("`{}` does not parse any more", unit_.file),
                  "analyze again");
    }
    parse_ = std::make_unique<Parse>(Parse{*std::move(tree)});
  }
  clang::ASTContext& context = parse_->unit->getASTContext();
  const clang::FunctionDecl* found = context.getLangOpts().CPlusPlus
                                         ? FindMangled(context, function)
                                         : FindDefinition(context, function);
  if (!found || parameter >= static_cast<int>(found->getNumParams())) {
    return Fail(fmt::format("`{}` does not define `{}` as it was analyzed",
                            unit_.file, function),
                "analyze again");
  }
  clang::QualType type =
      parameter < 0
          ? found->getReturnType()
          : found->getParamDecl(static_cast<unsigned>(parameter))->getType();
  if (type->isPointerType()) type = type->getPointeeType();
  return FieldCollector(context).Collect(type);
}

}  // namespace bailey::analyzer
