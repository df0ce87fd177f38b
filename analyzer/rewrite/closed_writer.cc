#include "analyzer/rewrite/closed_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "analyzer/rewrite/passed_writer.h"
#include "analyzer/rewrite/splice.h"

namespace bailey::analyzer {
namespace {

std::string Choice(const PassedGlobal& global) {
  return fmt::format("unsigned bailey_choice_{}(void)", MangledId(global.id));
}

std::string Value(const PassedGlobal& global) {
  return fmt::format(
      "void* bailey_value_{}(unsigned bailey_i, unsigned char* bailey_v)",
      MangledId(global.id));
}

// As C89 has it; long is of 64 bits. The least number has no literal of its
// own.
std::string Literal(int64_t number) {
  return number == std::numeric_limits<int64_t>::min()
             ? fmt::format("(-{}L - 1)", std::numeric_limits<int64_t>::max())
             : fmt::format("({}L)", number);
}

// Of any bytes: three octal digits are never read as more.
std::string TextLiteral(std::string_view text) {
  std::string literal = "\"";
  for (const char each : text) {
    const bool is_plain = each >= ' ' && each <= '~' && each != '"' &&
                          each != '\\' && each != '?';
    literal += is_plain
                   ? std::string(1, each)
                   : fmt::format("\\{:03o}", static_cast<unsigned char>(each));
  }
  return literal + "\"";
}

class ClosedWriter {
 public:
  ClosedWriter(const PassedGlobal& global, const Flow& flow)
      : global_(global), flow_(flow) {
    for (size_t i = 0; i < global.values.size(); ++i) DeclareFunction(i);
  }

  std::string WriteChoice() {
    out_ += fmt::format("{0};\n{0} {{\n", Choice(global_));
    for (size_t i = 0; i < global_.values.size(); ++i)
      out_ += fmt::format("  if ({}) return {}u;\n", Comparison(i), i);
    return std::move(out_) +
           fmt::format("  return {}u;\n}}\n", global_.values.size());
  }

  std::string WriteValue() {
    out_ += fmt::format(
        "{0};\n{0} {{\n  __typeof__({1}) bailey_x = 0;\n"
        "  switch (bailey_i) {{\n",
        Value(global_), global_.name);
    for (size_t i = 0; i < global_.values.size(); ++i)
      out_ += fmt::format("    case {}u: bailey_x = {}; break;\n", i, Made(i));
    return std::move(out_) +
           "    default: break;\n  }\n"
           "  __builtin_memcpy(bailey_v, &bailey_x, sizeof bailey_x);\n"
           "  return bailey_v;\n}\n";
  }

 private:
  const FlowFunction* FunctionAt(size_t index) const {
    const GlobalValue& value = global_.values[index];
    if (value.kind != GlobalValueKind::kFunction) return nullptr;
    const auto found =
        std::ranges::find(flow_.functions, value.text, &FlowFunction::id);
    return found == flow_.functions.end() ? nullptr : &*found;
  }

  // Then it is of this unit.
  static bool IsOwn(const FlowFunction& function) {
    return function.linkage == Linkage::kInternal;
  }

  // By the symbol alone: the unit may not declare it, or make a macro of its
  // name.
  void DeclareFunction(size_t index) {
    const FlowFunction* function = FunctionAt(index);
    if (function == nullptr) return;
    if (IsOwn(*function)) {
      out_ += fmt::format("#undef {}\n", function->name);
    } else {
      out_ += fmt::format("extern void {}(void) __asm__({});\n", Symbol(index),
                          CLiteral(function->name));
    }
  }

  std::string Symbol(size_t index) const {
    return fmt::format("bailey_f_{}_{}", MangledId(global_.id), index);
  }

  std::string AddressAt(size_t index) const {
    const FlowFunction* function = FunctionAt(index);
    if (function == nullptr) return "bailey_absent";  // INVARIANT: it is there
    return IsOwn(*function) ? function->name : Symbol(index);
  }

  std::string Comparison(size_t index) const {
    const GlobalValue& value = global_.values[index];
    switch (value.kind) {
      case GlobalValueKind::kFunction:
        return fmt::format("(__UINTPTR_TYPE__){} == (__UINTPTR_TYPE__){}",
                           global_.name, AddressAt(index));
      case GlobalValueKind::kText:
        return fmt::format("{0} && __builtin_strcmp({0}, {1}) == 0",
                           global_.name, TextLiteral(value.text));
      case GlobalValueKind::kNumber:
        break;
    }
    return value.number == 0 ? fmt::format("!{}", global_.name)
                             : fmt::format("{0} == (__typeof__({0})){1}",
                                           global_.name, Literal(value.number));
  }

  std::string Made(size_t index) const {
    const GlobalValue& value = global_.values[index];
    switch (value.kind) {
      case GlobalValueKind::kFunction:
        return fmt::format("(__typeof__({})){}", global_.name,
                           AddressAt(index));
      case GlobalValueKind::kText:
        return TextLiteral(value.text);
      case GlobalValueKind::kNumber:
        break;
    }
    return value.number == 0 ? "0"
                             : fmt::format("(__typeof__({})){}", global_.name,
                                           Literal(value.number));
  }

  const PassedGlobal& global_;
  const Flow& flow_;
  std::string out_;
};

}  // namespace

std::string ChoiceAccess(const PassedGlobal& global, const Flow& flow) {
  return ClosedWriter(global, flow).WriteChoice();
}

std::string ValueAccess(const PassedGlobal& global, const Flow& flow) {
  return ClosedWriter(global, flow).WriteValue();
}

std::string PutChoice(const PassedGlobal& global) {
  return fmt::format(
      "  {{ {}; bailey_put_choice(bailey_m, bailey_choice_{}(), {}u, {}); }}\n",
      Choice(global), MangledId(global.id), global.values.size(),
      CLiteral(global.name));
}

std::string ChoiceLocal(const PassedGlobal& global, size_t index) {
  return fmt::format("  unsigned char bailey_v{}[{}];\n", index,
                     PassedBytes(global));
}

std::string DeclareChoice(const PassedGlobal& global) {
  return Value(global) + ";\n";
}

std::string TakeChoice(const PassedGlobal& global, size_t index) {
  return fmt::format(
      "  bailey_g{0} = bailey_value_{1}(bailey_take_choice(bailey_m, {2}u), "
      "bailey_v{0});\n",
      index, MangledId(global.id), global.values.size());
}

}  // namespace bailey::analyzer
