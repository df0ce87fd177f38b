#include "analyzer/source/access_attribute.h"

#include <clang/AST/ASTContext.h>
#include <clang/AST/Attr.h>
#include <clang/AST/Decl.h>
#include <clang/Sema/ParsedAttr.h>
#include <clang/Sema/Sema.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

namespace bailey::analyzer {
namespace {

constexpr std::string_view kPrefix = "access(";

// What one attribute says; positions count from 1, and 0 is "not said".
struct Access {
  AccessMode mode = AccessMode::kUnknown;
  unsigned pointer = 0;
  unsigned size = 0;
};

std::string_view WithoutUnderscores(std::string_view word) {
  if (word.size() > 4 && word.starts_with("__") && word.ends_with("__"))
    return word.substr(2, word.size() - 4);
  return word;
}

AccessMode ModeOf(std::string_view word) {
  word = WithoutUnderscores(word);
  if (word == "read_only") return AccessMode::kReadOnly;
  if (word == "write_only") return AccessMode::kWriteOnly;
  if (word == "read_write") return AccessMode::kReadWrite;
  if (word == "none") return AccessMode::kNone;
  return AccessMode::kUnknown;
}

std::string_view TakeWord(std::string_view& text) {
  constexpr std::string_view kSeparators = " ,()";
  const size_t begin =
      std::min(text.find_first_not_of(kSeparators), text.size());
  text.remove_prefix(begin);
  const size_t end = std::min(text.find_first_of(kSeparators), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

unsigned TakePosition(std::string_view& text) {
  const std::string_view word = TakeWord(text);
  unsigned value = 0;
  const auto [end, error] =
      std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc() && end == word.data() + word.size() ? value : 0;
}

std::optional<Access> ParseAnnotation(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  Access access;
  access.mode = ModeOf(TakeWord(text));
  access.pointer = TakePosition(text);
  access.size = TakePosition(text);
  if (access.mode == AccessMode::kUnknown) return std::nullopt;
  return access;
}

std::string WordOf(const clang::Sema& sema, const clang::ParsedAttr& attribute,
                   unsigned index) {
  if (attribute.isArgIdent(index))
    return attribute.getArgAsIdent(index)->Ident->getName().str();
  const auto value =
      attribute.getArgAsExpr(index)->getIntegerConstantExpr(sema.Context);
  return value ? std::to_string(value->getZExtValue()) : "0";
}

// The entry in Clang's registry of attributes.
struct AccessAttribute : clang::ParsedAttrInfo {
  AccessAttribute() {
    static constexpr Spelling kSpellings[] = {
        {clang::ParsedAttr::AS_GNU, "access"},
        {clang::ParsedAttr::AS_C23, "gnu::access"},
        {clang::ParsedAttr::AS_CXX11, "gnu::access"}};
    Spellings = kSpellings;
    NumArgs = 2;
    OptArgs = 1;
  }

  bool diagAppertainsToDecl(clang::Sema&, const clang::ParsedAttr&,
                            const clang::Decl*) const override {
    return true;  // elsewhere than on a function it says nothing to us
  }

  AttrHandling handleDeclAttribute(
      clang::Sema& sema, clang::Decl* declaration,
      const clang::ParsedAttr& attribute) const override {
    std::string text(kPrefix);
    for (unsigned i = 0; i < attribute.getNumArgs(); ++i)
      text += (i > 0 ? ", " : "") + WordOf(sema, attribute, i);
    declaration->addAttr(clang::AnnotateAttr::Create(sema.Context, text + ")",
                                                     nullptr, 0, attribute));
    return AttributeApplied;
  }
};

const clang::ParsedAttrInfoRegistry::Add<AccessAttribute> kRegistered(
    "bailey-access", "which memory a pointer parameter is used for");

void Apply(const Access& access, std::vector<FlowParameter>& parameters) {
  if (access.pointer == 0 || access.pointer > parameters.size()) return;
  FlowParameter& parameter = parameters[access.pointer - 1];
  parameter.access = access.mode;
  if (access.size > 0 && access.size <= parameters.size())
    parameter.length_parameter = static_cast<int>(access.size) - 1;
}

}  // namespace

void ApplyAccessAttributes(const clang::FunctionDecl& function,
                           std::vector<FlowParameter>& parameters) {
  for (const clang::FunctionDecl* each : function.redecls())
    for (const auto* annotation : each->specific_attrs<clang::AnnotateAttr>())
      if (const auto access =
              ParseAnnotation(annotation->getAnnotation().str()))
        Apply(*access, parameters);
}

}  // namespace bailey::analyzer
