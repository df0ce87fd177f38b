#include "policy-compiler/split/crossing_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "policy-compiler/split/type_names.h"

namespace bailey::policy {
namespace {

// Why something cannot cross, and the way out.
struct Refusal {
  std::string reason;
  std::string hint;
};

bool IsIntegral(TypeKind kind) {
  return kind == TypeKind::kInteger || kind == TypeKind::kBool ||
         kind == TypeKind::kEnum;
}

// Integers that are made to hold a pointer.
bool HoldsPointer(std::string_view spelling) {
  return spelling == "intptr_t" || spelling == "uintptr_t";
}

// A long double's 16 bytes hold 6 that nobody writes.
bool IsPlainFloating(TypeKind kind, uint64_t size_bytes) {
  return kind == TypeKind::kFloating && (size_bytes == 4 || size_bytes == 8);
}

bool IsPlainElement(const PointeeInfo& pointee) {
  const bool is_number =
      pointee.kind == TypeKind::kInteger || pointee.kind == TypeKind::kEnum;
  return (is_number || IsPlainFloating(pointee.kind, pointee.size_bytes)) &&
         pointee.size_bytes > 0 && !HoldsPointer(pointee.spelling) &&
         HasTypeName(pointee.spelling);
}

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

  void DescribeResult() {
    const TypeInfo& type = function_.return_type;
    crossing_.return_type =
        type.kind == TypeKind::kVoid ? "void" : type.spelling;
    if (type.kind == TypeKind::kVoid) return;
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
    if (strings_.contains(parameter.name)) return DescribeString(parameter);
    if (IsHandle(parameter.type, handles_)) return DescribeHandle(parameter);
    const auto refusal = parameter.type.kind == TypeKind::kPointer
                             ? DescribePointer(index)
                             : DescribeValue(parameter);
    if (refusal) Refuse(what, *refusal);
  }

  void DescribeString(const FlowParameter& parameter) {
    const PointeeInfo& pointee = parameter.type.pointee;
    const bool fits = parameter.type.kind == TypeKind::kPointer &&
                      pointee.is_character && pointee.is_const &&
                      pointee.fixed_count == 0 &&
                      parameter.length_parameter < 0;
    if (!fits) {
      return Refuse(fmt::format("parameter `{}`", parameter.name),
                    {fmt::format("the policy says that it is a string, but it "
                                 "is declared `{}`",
                                 parameter.type.spelling),
                     "a string is a `const char*` without a length"});
    }
    AddPointer(parameter, MarshalMode::kCString, Direction::kIn, 0,
               "the policy says that it is a string");
  }

  std::optional<Refusal> DescribeValue(const FlowParameter& parameter) {
    const TypeInfo& type = parameter.type;
    if (const auto refusal = RefuseValue(type)) return refusal;
    CrossingParameter described;
    described.name = parameter.name;
    described.type = type.spelling;
    described.mode = type.kind == TypeKind::kStruct ? MarshalMode::kStruct
                                                    : MarshalMode::kScalar;
    described.element_bytes = type.size_bytes;
    described.reason = "passed by value";
    Add(std::move(described));
    return std::nullopt;
  }

  std::optional<Refusal> DescribePointer(size_t index) {
    const FlowParameter& parameter = function_.parameters[index];
    auto refusal = DescribeDeclared(index);
    const bool is_said = parameter.length_parameter >= 0 ||
                         parameter.type.pointee.fixed_count > 0 ||
                         parameter.access != AccessMode::kUnknown;
    if (!refusal || is_said) return refusal;
    const auto not_inferred = DescribeInferred(parameter);
    if (!not_inferred) return std::nullopt;
    if (!not_inferred->empty()) refusal->reason += "; " + *not_inferred;
    return refusal;
  }

  std::optional<Refusal> DescribeDeclared(size_t index) {
    const FlowParameter& parameter = function_.parameters[index];
    if (parameter.length_parameter >= 0) return DescribeBuffer(parameter);
    if (parameter.type.pointee.fixed_count > 0) {
      return DescribeArray(parameter, parameter.type.pointee.fixed_count,
                           fmt::format("declared `[static {}]`",
                                       parameter.type.pointee.fixed_count));
    }
    const bool is_said = parameter.access != AccessMode::kUnknown;
    if (!is_said && MayHaveLength(index)) {
      return Refusal{
          "it may be one element or as many as the integer beside it says",
          "say it: __attribute__((access(mode, pointer, count))), or without "
          "count for one element or a C string; of a string the policy can say "
          "it: `function " +
              function_.name + "(string " + parameter.name + ");`"};
    }
    return DescribeSingle(parameter, is_said);
  }

  // What the program's own code does with it. Else why that does not help;
  // empty where nobody looked.
  std::optional<std::string> DescribeInferred(const FlowParameter& parameter) {
    const InferredExtent& inferred = parameter.inferred;
    if (inferred.kind == ExtentKind::kNotInferred) return "";
    if (inferred.kind == ExtentKind::kUnknown || !inferred.provided) {
      return WhyNotInferred(inferred);
    }
    if (parameter.type.pointee.kind == TypeKind::kStruct) {
      if (!FitsOneStruct(parameter) || DescribeStruct(parameter)) {
        return "its code reaches more than one plain structure";
      }
      return std::nullopt;
    }
    switch (inferred.kind) {
      case ExtentKind::kConstant:
        return InferArray(parameter);
      case ExtentKind::kParameter:
        return InferBuffer(parameter);
      case ExtentKind::kString:
        return InferString(parameter);
      default:
        return "its code reaches nothing there";
    }
  }

  static std::string WhyNotInferred(const InferredExtent& inferred) {
    std::string why = inferred.kind == ExtentKind::kUnknown
                          ? "and its code does not tell: "
                          : "its code tells how much it reaches, but ";
    why += inferred.reason;
    const SourceSite& site = inferred.site;
    if (site.line == 0) return why;
    return why + fmt::format(" ({}:{})", site.file, site.line);
  }

  static bool IsBytes(const PointeeInfo& pointee) {
    return pointee.kind == TypeKind::kVoid || IsPlainElement(pointee);
  }

  std::optional<std::string> InferArray(const FlowParameter& parameter) {
    const uint64_t bytes = parameter.inferred.bytes;
    if (!IsBytes(parameter.type.pointee) || bytes == 0 ||
        bytes > (uint64_t{1} << 30)) {
      return "its code reaches what cannot be carried over";
    }
    const uint64_t size = parameter.type.pointee.size_bytes;
    const uint64_t element = size > 0 && bytes % size == 0 ? size : 1;
    AddInferred(parameter, MarshalMode::kFixedArray, element, bytes / element,
                fmt::format("its code reaches at most {} bytes", bytes));
    return std::nullopt;
  }

  std::optional<std::string> InferBuffer(const FlowParameter& parameter) {
    const InferredExtent& inferred = parameter.inferred;
    const auto index = static_cast<size_t>(inferred.parameter);
    if (index >= function_.parameters.size() ||
        function_.parameters[index].type.kind != TypeKind::kInteger ||
        function_.parameters[index].type.size_bytes > 8 ||
        !IsBytes(parameter.type.pointee) || inferred.factor == 0) {
      return "its code reaches what cannot be carried over";
    }
    const std::string& count = function_.parameters[index].name;
    if (inferred.bytes > 0) {
      return fmt::format("its code reaches {} bytes more than `{}` says",
                         inferred.bytes, count);
    }
    AddInferred(parameter, MarshalMode::kBuffer, inferred.factor, 0,
                fmt::format("its code reaches at most {} bytes for each of "
                            "`{}`",
                            inferred.factor, count));
    return std::nullopt;
  }

  std::optional<std::string> InferString(const FlowParameter& parameter) {
    if (!parameter.type.pointee.is_character) {
      return "its code uses it as a text, but it does not point to `char`";
    }
    AddInferred(parameter, MarshalMode::kCString,
                parameter.type.pointee.size_bytes, 0,
                "its code only reads it as a text");
    return std::nullopt;
  }

  void AddInferred(const FlowParameter& parameter, MarshalMode mode,
                   uint64_t element_bytes, uint64_t count, std::string reason) {
    CrossingParameter described;
    const PointeeInfo& pointee = parameter.type.pointee;
    described.name = parameter.name;
    described.type =
        pointee.kind == TypeKind::kVoid ? "unsigned char" : pointee.spelling;
    described.mode = mode;
    described.direction = DirectionOf(parameter);
    described.is_const = pointee.is_const;
    described.element_bytes = element_bytes;
    described.count = count;
    if (mode == MarshalMode::kBuffer) {
      described.length_parameter = parameter.inferred.parameter;
    }
    described.reason = std::move(reason);
    Add(std::move(described));
  }

  // Whether the code is known to reach no further than one structure.
  bool FitsOneStruct(const FlowParameter& parameter) const {
    const InferredExtent& inferred = parameter.inferred;
    return inferred.kind == ExtentKind::kNothing ||
           (inferred.kind == ExtentKind::kConstant &&
            inferred.bytes <= parameter.type.pointee.size_bytes);
  }

  static bool IsKnown(const InferredExtent& inferred) {
    return inferred.kind != ExtentKind::kNotInferred &&
           inferred.kind != ExtentKind::kUnknown;
  }

  std::optional<Refusal> DescribeSingle(const FlowParameter& parameter,
                                        bool is_said) {
    const PointeeInfo& pointee = parameter.type.pointee;
    if (pointee.is_character && pointee.is_const) {
      AddPointer(parameter, MarshalMode::kCString, Direction::kIn, 0,
                 "a pointer to constant characters without a length");
      return std::nullopt;
    }
    if (pointee.kind == TypeKind::kStruct) return DescribeStruct(parameter);
    if (is_said && !pointee.is_character) {
      return DescribeArray(parameter, 1, "its access attribute has no count");
    }
    return RefusePointer(parameter.type);
  }

  std::optional<Refusal> DescribeStruct(const FlowParameter& parameter) {
    const PointeeInfo& pointee = parameter.type.pointee;
    if (!pointee.is_flat || pointee.size_bytes == 0) {
      return Refusal{
          fmt::format("`{}` is incomplete, or holds pointers, a union or "
                      "bit-fields",
                      pointee.spelling),
          "pass a structure of plain members, or its members one by one"};
    }
    if (!HasTypeName(pointee.spelling)) {
      return Refusal{"its structure has no name", "give the type a name"};
    }
    // A constant may be less than what the code is seen to reach at most.
    if (parameter.inferred.kind == ExtentKind::kParameter) {
      return Refusal{
          "how far its code reaches depends on a number, so there "
          "may be several",
          "pass one structure at a time"};
    }
    AddPointer(parameter, MarshalMode::kStruct, DirectionOf(parameter), 1,
               std::string(pointee.is_const
                               ? "a pointer to one constant flat structure"
                               : "a pointer to one flat structure") +
                   SaidByCode(parameter));
    return std::nullopt;
  }

  std::optional<Refusal> DescribeArray(const FlowParameter& parameter,
                                       uint64_t count, std::string reason) {
    const PointeeInfo& pointee = parameter.type.pointee;
    if (!IsPlainElement(pointee)) return RefuseElement(pointee);
    if (count > (uint64_t{1} << 30) / pointee.size_bytes) {
      return Refusal{"it is larger than any message", "pass it in parts"};
    }
    AddPointer(parameter, MarshalMode::kFixedArray, DirectionOf(parameter),
               count, std::move(reason));
    return std::nullopt;
  }

  std::optional<Refusal> DescribeBuffer(const FlowParameter& parameter) {
    const PointeeInfo& pointee = parameter.type.pointee;
    // The function may count on N elements where a hostile caller sends one.
    if (pointee.fixed_count > 0) {
      return Refusal{
          fmt::format("it is declared `[static {}]`, and its access attribute "
                      "names a count that may be less",
                      pointee.fixed_count),
          "say one of the two"};
    }
    if (!IsPlainElement(pointee)) return RefuseElement(pointee);
    const size_t index = static_cast<size_t>(parameter.length_parameter);
    if (index >= function_.parameters.size() ||
        function_.parameters[index].type.kind != TypeKind::kInteger ||
        function_.parameters[index].type.size_bytes > 8) {
      return Refusal{"its access attribute names no integer parameter",
                     "name the parameter that holds the number of elements"};
    }
    AddPointer(parameter, MarshalMode::kBuffer, DirectionOf(parameter), 0,
               fmt::format("its access attribute names the count `{}`",
                           function_.parameters[index].name));
    return std::nullopt;
  }

  static std::optional<Refusal> RefuseElement(const PointeeInfo& pointee) {
    return Refusal{fmt::format("an array of `{}` cannot be carried over",
                               pointee.spelling),
                   "pass an array of integers, or one structure at a time"};
  }

  static std::optional<Refusal> RefusePointer(const TypeInfo& type) {
    if (type.pointee.is_character) {
      return Refusal{"it is not known how many characters may be written",
                     "declare `[static N]`, or say with "
                     "__attribute__((access(mode, pointer, count)))"};
    }
    if (IsPlainElement(type.pointee)) {
      return Refusal{"it is not known how many elements it points to",
                     "declare `[static N]`, or say with "
                     "__attribute__((access(mode, pointer, count)))"};
    }
    return Refusal{
        fmt::format("a `{}` means nothing in another portion", type.spelling),
        "pass bytes with their number, or name the functions that use it in "
        "the same portion"};
  }

  // An integer after it, or one anywhere whose name says so and that no other
  // pointer's attribute claims.
  bool MayHaveLength(size_t index) const {
    const auto& parameters = function_.parameters;
    if (index + 1 < parameters.size() &&
        parameters[index + 1].type.kind == TypeKind::kInteger) {
      return true;
    }
    for (size_t i = 0; i < parameters.size(); ++i) {
      if (parameters[i].type.kind == TypeKind::kInteger &&
          NamesLength(parameters[i].name) && !IsClaimed(i)) {
        return true;
      }
    }
    return false;
  }

  bool IsClaimed(size_t length) const {
    return std::ranges::any_of(
        function_.parameters, [&](const FlowParameter& each) {
          return each.length_parameter == static_cast<int>(length);
        });
  }

  static bool NamesLength(std::string_view name) {
    if (name == "n") return true;
    for (const std::string_view word : {"size", "len", "count", "num"}) {
      if (name.contains(word)) return true;
    }
    return false;
  }

  static Direction DirectionOf(const FlowParameter& parameter) {
    // The language's word first: through a pointer to const nothing comes back.
    if (parameter.type.pointee.is_const) return Direction::kIn;
    switch (parameter.access) {
      case AccessMode::kReadOnly:
        return Direction::kIn;
      case AccessMode::kWriteOnly:
        return Direction::kOut;
      case AccessMode::kUnknown:
        return IsOnlyRead(parameter) ? Direction::kIn : Direction::kInOut;
      default:
        return Direction::kInOut;
    }
  }

  // What is only written perhaps keeps some bytes as they were: so it goes both
  // ways, too.
  static bool IsOnlyRead(const FlowParameter& parameter) {
    return IsKnown(parameter.inferred) &&
           (parameter.inferred.access == AccessMode::kReadOnly ||
            parameter.inferred.access == AccessMode::kNone);
  }

  static std::string SaidByCode(const FlowParameter& parameter) {
    const bool is_told_by_code = !parameter.type.pointee.is_const &&
                                 parameter.access == AccessMode::kUnknown;
    return is_told_by_code && IsOnlyRead(parameter) ? ", which its code reads"
                                                    : "";
  }

  void AddPointer(const FlowParameter& parameter, MarshalMode mode,
                  Direction direction, uint64_t count, std::string reason) {
    CrossingParameter described;
    described.name = parameter.name;
    described.type = parameter.type.pointee.spelling;
    described.mode = mode;
    described.direction = direction;
    described.is_const = parameter.type.pointee.is_const;
    described.element_bytes = parameter.type.pointee.size_bytes;
    described.count = mode == MarshalMode::kFixedArray ? count : 0;
    described.length_parameter =
        mode == MarshalMode::kBuffer ? parameter.length_parameter : -1;
    described.reason = std::move(reason);
    Add(std::move(described));
  }

  void Add(CrossingParameter described) {
    const uint64_t elements =
        described.mode == MarshalMode::kFixedArray ? described.count : 1;
    const bool is_variable = described.mode == MarshalMode::kCString ||
                             described.mode == MarshalMode::kBuffer;
    const uint64_t bytes = is_variable ? 0 : elements * described.element_bytes;
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
                                         InferredLengths inferred,
                                         const HandleTypes& handles) {
  if (inferred == InferredLengths::kBelieved)
    return Describer(function, diagnostics, strings, handles).Describe();
  FlowFunction declared = function;
  for (FlowParameter& each : declared.parameters) each.inferred = {};
  return Describer(declared, diagnostics, strings, handles).Describe();
}

constexpr uint64_t kErrnoBits = 12;

std::optional<uint64_t> BitsBack(const Crossing& crossing) {
  for (const CrossingParameter& each : crossing.parameters)
    if (each.mode == MarshalMode::kBuffer && each.direction != Direction::kIn)
      return std::nullopt;
  return crossing.max_reply_bytes * 8 + kErrnoBits;
}

}  // namespace bailey::policy
