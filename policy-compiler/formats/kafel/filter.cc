#include "policy-compiler/formats/kafel/filter.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace bailey::policy {
namespace {

using TokenIs = KafelToken::Kind;

// Kafel's names; those of no architecture here are -1.
std::optional<int> ArchitectureIndex(std::string_view name) {
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (lower == "x86_64" || lower == "amd64")
    return static_cast<int>(Architecture::kX8664);
  if (lower == "aarch64" || lower == "arm64")
    return static_cast<int>(Architecture::kAarch64);
  constexpr std::string_view kOthers[] = {"arm",     "x86",     "i386",
                                          "mips",    "mipso32", "mips64",
                                          "riscv64", "rv64",    "m68k"};
  if (std::ranges::find(kOthers, lower) != std::end(kOthers)) return -1;
  return std::nullopt;
}

}  // namespace

bool KafelFilterParser::Parse(KafelRule& rule, bool& is_here) {
  const KafelToken& begin = cursor_.Peek();
  rule.where = begin.file->PlaceOf(begin.offset);
  is_here = true;
  if (!Call(rule)) return false;
  Declared declared;
  if (cursor_.At("(") && !Arguments(declared)) return false;
  if (cursor_.Accept("ON") && !Guard(is_here)) return false;
  return !cursor_.Accept("{") || Tests(rule, declared, is_here);
}

bool KafelFilterParser::Call(KafelRule& rule) {
  const KafelToken& token = cursor_.Peek();
  if (cursor_.Accept("SYSCALL")) {
    if (!cursor_.Expect("[")) return false;
    if (!cursor_.AtKind(TokenIs::kNumber)) {
      cursor_.Unexpected("a number");
      return false;
    }
    SetNumber(rule, cursor_.Next().number);
    return cursor_.Expect("]");
  }
  if (!cursor_.ExpectName("a system call")) return false;
  const auto constant = constants_.find(token.text());
  if (constant != constants_.end()) {
    SetNumber(rule, constant->second);
    return true;
  }
  rule.name = std::string(token.text());
  rule.call = FindKafelCall(table_, token.text());
  if (rule.call != nullptr) rule.number = rule.call->number;
  return true;
}

// Kafel keeps 32 bits of a number.
void KafelFilterParser::SetNumber(KafelRule& rule, uint64_t number) const {
  rule.number = static_cast<uint32_t>(number & 0xffffffff);
  rule.call = table_.FindByNumber(rule.number);
}

bool KafelFilterParser::Arguments(Declared& declared) {
  cursor_.Next();
  declared.emplace();
  if (cursor_.Accept(")")) return true;
  do {
    const KafelToken& name = cursor_.Peek();
    if (!cursor_.ExpectName("an argument's name")) return false;
    const std::string text(name.text());
    if (std::ranges::find(*declared, text) != declared->end())
      name.file->report.Error(name.span(),
                              "the argument " + Quoted(text) + " stands twice");
    else if (declared->size() == 6)
      name.file->report.Error(name.span(), "a call has six arguments at most");
    else
      declared->push_back(text);
  } while (cursor_.Accept(","));
  return cursor_.Expect(")");
}

bool KafelFilterParser::Guard(bool& is_here) {
  is_here = false;
  const bool list = cursor_.Accept("{");
  do {
    const KafelToken& name = cursor_.Peek();
    if (!cursor_.ExpectName("an architecture")) return false;
    const auto index = ArchitectureIndex(name.text());
    if (!index)
      name.file->report.Error(
          name.span(), "Kafel knows no architecture " + Quoted(name.text()));
    else if (*index == static_cast<int>(architecture_))
      is_here = true;
  } while (list && cursor_.Accept(","));
  return !list || cursor_.Expect("}");
}

// The names of a call that the table does not have are taken as they come.
bool KafelFilterParser::Tests(KafelRule& rule, const Declared& declared,
                              bool is_here) {
  if (cursor_.Accept("}")) return true;
  const auto find = [&](std::string_view name) -> std::optional<KafelArgument> {
    if (declared) {
      const auto found = std::ranges::find(*declared, name);
      if (found == declared->end()) return std::nullopt;
      return KafelArgument{static_cast<int>(found - declared->begin()), 8};
    }
    if (rule.name.empty()) return std::nullopt;
    if (rule.call == nullptr || !is_here) return KafelArgument{};
    return FindKafelArgument(rule.name, *rule.call, name);
  };
  auto when = KafelExpressionParser(cursor_, constants_, find).Parse();
  if (!when) return SkipTests();
  rule.when = *std::move(when);
  return cursor_.Expect("}");
}

// Behind the filter's own `}`, so that the error is the only one.
bool KafelFilterParser::SkipTests() {
  int depth = 0;
  while (!cursor_.AtEnd() && (depth > 0 || !cursor_.At("}"))) {
    if (cursor_.At("{")) ++depth;
    if (cursor_.At("}")) --depth;
    cursor_.Next();
  }
  return cursor_.Accept("}");
}

// To the `,` or `}` that ends the filter.
void KafelFilterParser::Skip() {
  int depth = 0;
  while (!cursor_.AtEnd()) {
    const std::string_view text = cursor_.Peek().text();
    if (depth == 0 && (text == "," || text == "}")) return;
    if (text == "{" || text == "(") ++depth;
    if ((text == "}" || text == ")") && depth > 0) --depth;
    cursor_.Next();
  }
}

}  // namespace bailey::policy
