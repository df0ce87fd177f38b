#include "policy-compiler/split/crossing_rules.h"

#include <fmt/format.h>

#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy-compiler/split/code_objections.h"
#include "policy-compiler/split/declared_rules.h"
#include "policy-compiler/split/inferred_rules.h"
#include "policy-compiler/split/library_rules.h"
#include "policy-compiler/split/plain_types.h"
#include "policy-compiler/split/type_names.h"

namespace bailey::policy {
namespace {

std::optional<Refusal> RefuseValue(const TypeInfo& type) {
  if (!HasTypeName(type.spelling)) {
    return Refusal{fmt::format("its type `{}` has no name", type.spelling),
                   "give the type a name"};
  }
  if (HoldsPointer(type.spelling)) {
    return Refusal{
        fmt::format("a `{}` may hold a pointer, which means nothing elsewhere",
                    type.spelling),
        "pass what it points to, or a plain integer"};
  }
  if (IsIntegral(type.kind) && type.size_bytes > 0) return std::nullopt;
  if (IsPlainFloating(type.kind, type.size_bytes)) return std::nullopt;
  if (type.kind == TypeKind::kStruct && type.is_flat && type.size_bytes > 0) {
    return std::nullopt;
  }
  if (type.kind == TypeKind::kStruct) {
    return Refusal{
        fmt::format("`{}` holds pointers, a union or bit-fields",
                    type.spelling),
        "pass a structure of plain members, or its members one by one"};
  }
  if (type.kind == TypeKind::kPointer) {
    return Refusal{"a pointer means nothing in another portion",
                   "let the caller pass an array to be filled in"};
  }
  return Refusal{fmt::format("a `{}` cannot be carried over", type.spelling),
                 "pass plain integers, or bytes with their number"};
}

using Described = std::expected<CrossingParameter, Refusal>;

class Describer {
 public:
  Describer(const FlowFunction& function, Diagnostics& diagnostics,
            const std::set<std::string>& strings, const HandleTypes& handles)
      : function_(function),
        diagnostics_(diagnostics),
        strings_(strings),
        handles_(handles) {}

  std::optional<Crossing> Describe() {
    crossing_.function = function_.id;
    crossing_.name = function_.name;
    crossing_.throws = function_.may_throw;
    RefuseMethod();
    if (function_.variadic) {
      Refuse("it", {"it takes a variable number of arguments",
                    "name a function with fixed parameters"});
    }
    DescribeResult();
    for (size_t i = 0; i < function_.parameters.size(); ++i) {
      DescribeParameter(i);
    }
    if (!is_possible_) return std::nullopt;
    return std::move(crossing_);
  }

 private:
  void Refuse(std::string_view what, const Refusal& refusal) {
    is_possible_ = false;
    Diagnostic diagnostic;
    diagnostic.message =
        fmt::format("`{}` cannot be called from another portion: {}: {}",
                    function_.name, what, refusal.reason);
    diagnostic.hint = refusal.hint;
    diagnostic.file = function_.extent.file;
    diagnostic.line = function_.extent.line;
    diagnostic.column = function_.extent.column;
    diagnostic.length = static_cast<int>(function_.name.size());
    diagnostics_.Add(std::move(diagnostic));
  }

  void RefuseMethod() {
    if (!function_.is_method) return;
    Refuse("it",
           {"it is a method, and its object stays where it is",
            "call a free function or a static member instead, which finds "
            "the object on its side"});
  }

  // References are not pointers that may be null or arrays; only what the
  // library's types refer to is known.
  static Refusal RefusalOfReference(const TypeInfo& type) {
    return {fmt::format("what a `{}` refers to cannot be carried over",
                        type.spelling),
            "pass it by value, or a pointer to it"};
  }

  void DescribeLibraryResult() {
    auto described = LibraryResult(function_.return_type);
    if (!described) return Refuse("its result", described.error());
    if (described->mode == MarshalMode::kOptional)
      crossing_.max_reply_bytes += described->element_bytes + 1;
    crossing_.result = *std::move(described);
  }

  void DescribeResult() {
    const TypeInfo& type = function_.return_type;
    crossing_.return_type =
        type.kind == TypeKind::kVoid ? "void" : type.spelling;
    if (type.kind == TypeKind::kVoid) return;
    if (type.library != LibraryType::kNone) return DescribeLibraryResult();
    if (type.is_reference)
      return Refuse("its result", RefusalOfReference(type));
    crossing_.returns_handle = IsHandle(type, handles_);
    if (!crossing_.returns_handle) {
      if (const auto refusal = RefuseResult(type))
        return Refuse("its result", *refusal);
    }
    crossing_.return_bytes = type.size_bytes;
    crossing_.max_reply_bytes += type.size_bytes;
  }

  std::optional<Refusal> RefuseResult(const TypeInfo& type) const {
    auto refusal = RefuseValue(type);
    if (refusal && MayBeHandle(type))
      refusal->hint = fmt::format(
          "where its caller only keeps it and passes it back, say `declassify "
          "{} -> handle;`",
          function_.name);
    return refusal;
  }

  void DescribeHandle(const FlowParameter& parameter) {
    CrossingParameter described;
    described.name = parameter.name;
    described.type = parameter.type.pointee.spelling;
    described.mode = MarshalMode::kHandle;
    described.is_const = parameter.type.pointee.is_const;
    described.element_bytes = parameter.type.size_bytes;
    described.reason = "the policy makes its type a handle";
    Add(std::move(described));
  }

  void DescribeParameter(size_t index) {
    const FlowParameter& parameter = function_.parameters[index];
    const std::string what = fmt::format("parameter `{}`", parameter.name);
    if (parameter.name.empty()) {
      return Refuse(fmt::format("parameter {}", index + 1),
                    {"it has no name", "name it in the definition"});
    }
    if (strings_.contains(parameter.name))
      return AddOrRefuse(what, StringOf(parameter));
    if (parameter.type.library != LibraryType::kNone)
      return AddOrRefuse(what, LibraryCrossing(parameter));
    if (parameter.type.is_reference)
      return Refuse(what, RefusalOfReference(parameter.type));
    if (IsHandle(parameter.type, handles_)) return DescribeHandle(parameter);
    AddOrRefuse(what, parameter.type.kind == TypeKind::kPointer
                          ? PointerOf(index)
                          : ValueOf(parameter));
  }

  void AddOrRefuse(std::string_view what, Described described) {
    if (!described) return Refuse(what, described.error());
    Add(*std::move(described));
  }

  static Described StringOf(const FlowParameter& parameter) {
    Described text = StringCrossing(parameter);
    return text ? Checked(parameter, *std::move(text)) : text;
  }

  // What was said, where the code does not make it impossible: between pages
  // that fault where it may reach further.
  static Described Checked(const FlowParameter& parameter,
                           CrossingParameter said) {
    if (auto objection = ObjectionTo(parameter, said))
      return std::unexpected(*std::move(objection));
    said.guarded |= MayReachFurther(parameter, said);
    return said;
  }

  static Described ValueOf(const FlowParameter& parameter) {
    const TypeInfo& type = parameter.type;
    if (auto refusal = RefuseValue(type))
      return std::unexpected(*std::move(refusal));
    CrossingParameter described;
    described.name = parameter.name;
    described.type = type.spelling;
    described.mode = type.kind == TypeKind::kStruct ? MarshalMode::kStruct
                                                    : MarshalMode::kScalar;
    described.element_bytes = type.size_bytes;
    described.reason = "passed by value";
    return described;
  }

  Described PointerOf(size_t index) const {
    const FlowParameter& parameter = function_.parameters[index];
    Described declared = Declared(index);
    if (declared || IsSaid(parameter)) return declared;
    auto inferred = InferredCrossing(function_, index);
    if (inferred) return Checked(parameter, *std::move(inferred));
    if (!inferred.error().empty())
      declared.error().reason += "; " + inferred.error();
    return declared;
  }

  // An attribute stands, guarded; of a type alone the code may say that it is
  // less than what is used.
  Described Declared(size_t index) const {
    const FlowParameter& parameter = function_.parameters[index];
    Described declared = DeclaredCrossing(function_, index);
    if (!declared) return declared;
    const bool is_type_alone =
        !IsSaid(parameter) || declared->mode == MarshalMode::kStruct;
    if (is_type_alone && MayReachFurther(parameter, *declared))
      return std::unexpected(RefusalOfFurther(function_, parameter, *declared));
    return Checked(parameter, *std::move(declared));
  }

  // Where a function throws, it has written a part of what it declares as only
  // written, or none: the rest has to be what the caller had there.
  Direction DirectionUnderThrow(Direction declared) const {
    const bool keeps_rest = crossing_.throws && declared == Direction::kOut;
    return keeps_rest ? Direction::kInOut : declared;
  }

  void Add(CrossingParameter described) {
    described.direction = DirectionUnderThrow(described.direction);
    const uint64_t elements =
        described.mode == MarshalMode::kFixedArray ? described.count : 1;
    const bool is_variable = described.mode == MarshalMode::kCString ||
                             described.mode == MarshalMode::kBuffer ||
                             IsVarying(described);
    const uint64_t presence = described.mode == MarshalMode::kOptional ? 1 : 0;
    const uint64_t bytes =
        is_variable ? 0 : elements * described.element_bytes + presence;
    if (described.direction != Direction::kOut) {
      crossing_.max_request_bytes += bytes;
    }
    if (described.direction != Direction::kIn) {
      crossing_.max_reply_bytes += bytes;
    }
    crossing_.parameters.push_back(std::move(described));
  }

  const FlowFunction& function_;
  Diagnostics& diagnostics_;
  const std::set<std::string>& strings_;
  const HandleTypes& handles_;
  Crossing crossing_;
  bool is_possible_ = true;
};

}  // namespace

std::optional<Crossing> DescribeCrossing(const FlowFunction& function,
                                         Diagnostics& diagnostics,
                                         const std::set<std::string>& strings,
                                         const HandleTypes& handles) {
  return Describer(function, diagnostics, strings, handles).Describe();
}

namespace {

constexpr uint64_t kErrnoBits = 12;
// Which of the kinds (runtime/thrown.h), and a system_error's number.
constexpr uint64_t kThrownBits = 16;

// Of all whose size is known before the call.
uint64_t FixedBits(const Crossing& crossing) {
  return crossing.max_reply_bytes * 8 + kErrnoBits +
         (crossing.throws ? kThrownBits : 0);
}

// Of those that vary; nothing: there is no bound.
std::optional<uint64_t> VaryingBits(const Crossing& crossing) {
  uint64_t bits = 0;
  std::vector<const CrossingParameter*> out;
  for (const CrossingParameter& each : crossing.parameters)
    if (each.direction != Direction::kIn) out.push_back(&each);
  if (crossing.result) out.push_back(&*crossing.result);
  for (const CrossingParameter* each : out) {
    if (each->mode == MarshalMode::kBuffer) return std::nullopt;
    if (!IsVarying(*each)) continue;
    const auto told = BitsOfLibrary(*each);
    if (!told) return std::nullopt;
    bits += *told;
  }
  return bits;
}

}  // namespace

std::optional<uint64_t> BitsBack(const Crossing& crossing) {
  const auto varying = VaryingBits(crossing);
  if (!varying) return std::nullopt;
  return FixedBits(crossing) + *varying;
}

void BoundBitsBack(Crossing& crossing, uint64_t most_bits) {
  if (most_bits > 0) BoundVarying(crossing, most_bits, FixedBits(crossing));
}

}  // namespace bailey::policy
