// Programs in a few lines, for tests of the split.
//
//   FlowBuilder program;
//   program.Function("main").Calls("main", "sign");

#ifndef BAILEY_TESTS_POLICY_COMPILER_SPLIT_FLOW_BUILDER_H_
#define BAILEY_TESTS_POLICY_COMPILER_SPLIT_FLOW_BUILDER_H_

#include <string>
#include <utility>

#include "common/documents/flow.h"

namespace bailey {

inline TypeInfo IntegerType(std::string spelling, uint64_t size_bytes,
                            bool is_signed = true) {
  TypeInfo type;
  type.kind = TypeKind::kInteger;
  type.spelling = std::move(spelling);
  type.size_bytes = size_bytes;
  type.is_signed = is_signed;
  return type;
}

inline TypeInfo PointerTo(TypeKind kind, const std::string& spelling,
                          uint64_t size_bytes, bool is_const) {
  TypeInfo type;
  type.kind = TypeKind::kPointer;
  type.spelling = (is_const ? "const " : "") + spelling + " *";
  type.size_bytes = 8;
  type.pointee.kind = kind;
  type.pointee.spelling = spelling;
  type.pointee.size_bytes = size_bytes;
  type.pointee.is_const = is_const;
  type.pointee.is_character = spelling == "char";
  return type;
}

inline TypeInfo StructType(std::string spelling, uint64_t size_bytes,
                           bool is_flat) {
  TypeInfo type;
  type.kind = TypeKind::kStruct;
  type.spelling = std::move(spelling);
  type.size_bytes = size_bytes;
  type.is_flat = is_flat;
  return type;
}

class FlowBuilder {
 public:
  FlowBuilder() { flow.units.push_back({"/src/a.c", "/src", {"cc", "a.c"}}); }

  FlowBuilder& Function(const std::string& name) {
    FlowFunction function;
    function.id = name;
    function.name = name;
    function.extent.file = "/src/a.c";
    function.extent.line = static_cast<int>(flow.functions.size()) * 10 + 1;
    function.extent.column = 1;
    function.return_type = IntegerType("int", 4);
    flow.functions.push_back(std::move(function));
    return *this;
  }

  FlowBuilder& Global(const std::string& name) {
    FlowGlobal global;
    global.id = name;
    global.name = name;
    global.extent.file = "/src/a.c";
    global.extent.line = 500;
    global.type = IntegerType("int", 4);
    flow.globals.push_back(std::move(global));
    return *this;
  }

  FlowBuilder& Constant(const std::string& name) {
    Global(name);
    flow.globals.back().is_constant = true;
    return *this;
  }

  FlowBuilder& Edge(EdgeKind kind, const std::string& from,
                    const std::string& to, bool external = false) {
    flow.edges.push_back({kind, from, to, external, {"a.c", 42, 3, from}});
    return *this;
  }
  FlowBuilder& Calls(const std::string& from, const std::string& to) {
    return Edge(EdgeKind::kCall, from, to);
  }
  FlowBuilder& Reads(const std::string& from, const std::string& to) {
    return Edge(EdgeKind::kRead, from, to);
  }
  FlowBuilder& Writes(const std::string& from, const std::string& to) {
    return Edge(EdgeKind::kWrite, from, to);
  }
  FlowBuilder& TakesAddress(const std::string& from, const std::string& to) {
    for (FlowGlobal& each : flow.globals) {
      if (each.id == to) each.address_taken = true;
    }
    for (FlowFunction& each : flow.functions) {
      if (each.id == to) each.address_taken = true;
    }
    return Edge(EdgeKind::kAddress, from, to);
  }

  Flow flow;
};

}  // namespace bailey

#endif  // BAILEY_TESTS_POLICY_COMPILER_SPLIT_FLOW_BUILDER_H_
