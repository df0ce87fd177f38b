#include "analyzer/rewrite/stub_writer.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/rewrite/crossing_item.h"
#include "analyzer/rewrite/splice.h"

namespace bailey::analyzer {
namespace {

using Item = CrossingItem;

std::string_view WithoutQualifiers(std::string_view spelling) {
  for (const std::string_view word : {"const ", "volatile "}) {
    if (spelling.starts_with(word)) {
      return WithoutQualifiers(spelling.substr(word.size()));
    }
  }
  return spelling;
}

class Writer {
 public:
  Writer(const Crossing& crossing, const FlowFunction& function,
         const FieldsByParameter& fields)
      : crossing_(crossing),
        function_(function),
        fields_(fields),
        items_(ItemsOf(crossing, function)) {}

 protected:
  template <class... Args>
  void Line(fmt::format_string<Args...> format, Args&&... args) {
    out_.append("  ");
    fmt::format_to(std::back_inserter(out_), format,
                   std::forward<Args>(args)...);
    out_ += '\n';
  }

  void CopyFields(std::string_view to, std::string_view from, int parameter) {
    for (const FieldBytes& field : fields_.at(parameter)) {
      if (field.is_bool) {
        Line(
            "((unsigned char*)({}))[{}] = ((const unsigned char*)({}))[{}] != "
            "0;",
            to, field.offset, from, field.offset);
      } else {
        Line("__builtin_memcpy((char*)({}) + {}, (const char*)({}) + {}, {});",
             to, field.offset, from, field.offset, field.size);
      }
    }
  }

  const FlowParameter& LengthOf(const Item& item) const {
    return function_
        .parameters[static_cast<size_t>(item.crossing.length_parameter)];
  }

  // Offsets come from Clang; a compiler to which the structure is another one
  // must not go on.
  void CheckSize(const std::string& what, int index, uint64_t bytes) {
    Line("char bailey_z{}[sizeof({}) == {} ? 1 : -1];", index, what, bytes);
  }

  bool has_result() const { return crossing_.return_type != "void"; }
  int ResultIndex() const { return static_cast<int>(items_.size()); }
  bool returns_struct() const {
    return function_.return_type.kind == TypeKind::kStruct;
  }

  const Crossing& crossing_;
  const FlowFunction& function_;
  const FieldsByParameter& fields_;
  std::vector<Item> items_;
  std::string out_;
};

class ClientWriter : public Writer {
 public:
  using Writer::Writer;

  std::string Write(unsigned channel) {
    out_ = "{\n";
    Declare();
    Line("bailey_m = bailey_begin({}, {}, {});", channel, crossing_.id,
         CLiteral(crossing_.name));
    Measure();
    RequireApart();
    for (const Item& item : items_) {
      if (!item.is_pointer()) PutValue(item);
    }
    for (const Item& item : items_) {
      if (item.is_pointer()) PutPointer(item);
    }
    Line("bailey_call(bailey_m);");
    GetResult();
    for (const Item& item : items_) {
      if (item.comes_out()) GetPointer(item);
    }
    Line("bailey_end(bailey_m);");
    if (has_result()) Line("return bailey_result;");
    return std::move(out_) + "}";
  }

 private:
  void Declare() {
    Line("struct bailey_crossing* bailey_m;");
    if (has_result()) {
      Line("{} bailey_result;", WithoutQualifiers(crossing_.return_type));
    }
    if (returns_struct()) {
      Line("unsigned char bailey_r[{}];", crossing_.return_bytes);
      CheckSize("bailey_result", ResultIndex(), crossing_.return_bytes);
    }
    for (const Item& item : items_) {
      if (item.is_pointer()) Line("__SIZE_TYPE__ bailey_n{};", item.index);
      if (item.is_struct()) {
        Line("unsigned char bailey_s{}[{}] = {{0}};", item.index,
             item.crossing.element_bytes);
        CheckSize((item.is_pointer() ? "*" : "") + item.flow.name, item.index,
                  item.crossing.element_bytes);
      }
    }
  }

  // bailey_nI: how many bytes pointer I points to.
  void Measure() {
    for (const Item& item : items_) {
      if (!item.is_pointer()) continue;
      const std::string& name = item.flow.name;
      switch (item.crossing.mode) {
        case MarshalMode::kCString:
          Line("bailey_n{} = {} ? __builtin_strlen({}) + 1 : 0;", item.index,
               name, name);
          break;
        case MarshalMode::kBuffer:
          MeasureBuffer(item);
          break;
        default:
          Line("bailey_n{} = {};", item.index, item.fixed_bytes());
      }
    }
  }

  void MeasureBuffer(const Item& item) {
    const FlowParameter& length = LengthOf(item);
    Line(
        "bailey_n{} = {} ? bailey_bytes(bailey_m, {}, (unsigned long)({}), "
        "{}) : 0;",
        item.index, item.flow.name,
        length.type.is_signed ? length.name + " < 0" : "0", length.name,
        item.crossing.element_bytes);
  }

  void RequireApart() {
    for (size_t i = 0; i < items_.size(); ++i) {
      for (size_t j = i + 1; j < items_.size(); ++j) {
        const Item& a = items_[i];
        const Item& b = items_[j];
        if (!a.is_pointer() || !b.is_pointer()) continue;
        if (!a.comes_out() && !b.comes_out()) continue;
        Line("bailey_require_apart(bailey_m, {}, bailey_n{}, {}, bailey_n{});",
             a.flow.name, i, b.flow.name, j);
      }
    }
  }

  void PutValue(const Item& item) {
    const std::string& name = item.flow.name;
    if (item.is_struct()) {
      PutFields(item, fmt::format("&{}", name));
    } else {
      Line("bailey_put(bailey_m, &{}, sizeof {});", name, name);
    }
  }

  void PutFields(const Item& item, std::string_view from) {
    CopyFields(fmt::format("bailey_s{}", item.index), from, item.index);
    Line("bailey_put(bailey_m, bailey_s{}, {});", item.index,
         item.crossing.element_bytes);
  }

  void PutPointer(const Item& item) {
    const std::string& name = item.flow.name;
    if (item.crossing.mode == MarshalMode::kCString) {
      Line("bailey_put_string(bailey_m, {});", name);
      return;
    }
    if (item.crossing.mode == MarshalMode::kBuffer) {
      Line("if (bailey_put_buffer(bailey_m, {}, (unsigned long)({}), {})) {{",
           name, LengthOf(item).name, CLiteral(name));
    } else if (item.has_presence()) {
      Line("if (bailey_put_presence(bailey_m, {})) {{", name);
    } else {
      Line("bailey_require(bailey_m, {}, {});", name, CLiteral(name));
      Line("{{");
    }
    if (item.goes_in() && item.is_struct()) {
      PutFields(item, name);
    } else if (item.goes_in()) {
      Line("bailey_put(bailey_m, {}, bailey_n{});", name, item.index);
    }
    Line("}}");
  }

  void GetResult() {
    if (returns_struct()) {
      Line("bailey_get(bailey_m, bailey_r, sizeof bailey_r);");
      Line("__builtin_memset(&bailey_result, 0, sizeof bailey_result);");
      CopyFields("&bailey_result", "bailey_r", -1);
    } else if (has_result()) {
      Line("bailey_get(bailey_m, &bailey_result, sizeof bailey_result);");
    }
  }

  void GetPointer(const Item& item) {
    const std::string& name = item.flow.name;
    Line("if ({}) {{", name);
    if (item.is_struct()) {
      Line("bailey_get(bailey_m, bailey_s{}, {});", item.index,
           item.crossing.element_bytes);
      CopyFields(name, fmt::format("bailey_s{}", item.index), item.index);
    } else {
      Line("bailey_get(bailey_m, {}, bailey_n{});", name, item.index);
    }
    Line("}}");
  }
};

class ServerWriter : public Writer {
 public:
  using Writer::Writer;

  std::string Write() {
    const std::string name = GlueName(crossing_);
    // The unit may have made a macro of that name after the definition.
    out_ = fmt::format("\n#undef {}\n", crossing_.name);
    out_ += fmt::format("void {}(struct bailey_crossing* bailey_m);\n", name);
    out_ += fmt::format("void {}(struct bailey_crossing* bailey_m) {{\n", name);
    Declare();
    for (const Item& item : items_) {
      if (!item.is_pointer()) TakeValue(item);
    }
    for (const Item& item : items_) {
      if (item.is_pointer()) TakePointer(item);
    }
    if (has_result()) {
      Line("bailey_result = bailey_reserve(bailey_m, {});",
           crossing_.return_bytes);
    }
    for (const Item& item : items_) {
      if (item.comes_out()) Reserve(item);
    }
    Line("if (!bailey_ready(bailey_m)) return;");
    Call();
    return std::move(out_) + "}\n";
  }

 private:
  std::string_view TypeOf(const Item& item) const {
    return WithoutQualifiers(item.crossing.type);
  }

  void Declare() {
    if (has_result()) Line("void* bailey_result;");
    if (returns_struct()) {
      Line("{} bailey_r;", WithoutQualifiers(crossing_.return_type));
      CheckSize("bailey_r", ResultIndex(), crossing_.return_bytes);
    }
    for (const Item& item : items_) {
      if (item.is_pointer()) DeclarePointer(item);
      if (!item.is_pointer()) Line("{} bailey_p{};", TypeOf(item), item.index);
      if (!item.is_struct()) continue;
      Line("const void* bailey_i{} = 0;", item.index);
      CheckSize(std::string(TypeOf(item)), item.index,
                item.crossing.element_bytes);
    }
  }

  // pI is what is passed, nI its bytes, sI a structure's own copy, oI its room
  // in the reply.
  void DeclarePointer(const Item& item) {
    Line("void* bailey_p{} = 0;", item.index);
    if (item.crossing.mode != MarshalMode::kCString) {
      Line("__SIZE_TYPE__ bailey_n{} = 0;", item.index);
      Line("int bailey_h{} = 1;", item.index);
    }
    if (!item.is_struct()) return;
    Line("{} bailey_s{};", TypeOf(item), item.index);
    if (item.comes_out()) Line("void* bailey_o{} = 0;", item.index);
  }

  void TakeValue(const Item& item) {
    if (item.is_struct()) {
      Line("bailey_i{} = bailey_take(bailey_m, {});", item.index,
           item.crossing.element_bytes);
      TakeFields(item, fmt::format("bailey_p{}", item.index));
    } else if (item.is_bool()) {
      // Any byte may come; a bool that is neither 0 nor 1 would be a trap.
      Line(
          "{{ unsigned char bailey_b; bailey_take_into(bailey_m, &bailey_b, "
          "1); bailey_p{} = bailey_b != 0; }}",
          item.index);
    } else {
      Line("bailey_take_into(bailey_m, &bailey_p{}, sizeof bailey_p{});",
           item.index, item.index);
    }
  }

  void TakeFields(const Item& item, const std::string& to) {
    Line("__builtin_memset(&{}, 0, sizeof {});", to, to);
    Line("if (bailey_i{}) {{", item.index);
    CopyFields("&" + to, fmt::format("bailey_i{}", item.index), item.index);
    Line("}}");
  }

  void TakePointer(const Item& item) {
    if (item.crossing.mode == MarshalMode::kCString) {
      Line("bailey_p{} = bailey_take_string(bailey_m);", item.index);
      return;
    }
    if (item.crossing.mode == MarshalMode::kBuffer) {
      Line(
          "bailey_h{} = bailey_take_buffer(bailey_m, (unsigned "
          "long)bailey_p{});",
          item.index, item.crossing.length_parameter);
    } else if (item.has_presence()) {
      Line("bailey_h{} = bailey_take_presence(bailey_m);", item.index);
    }
    TakeSize(item);
    if (item.is_struct()) {
      TakeStruct(item);
    } else if (item.goes_in()) {
      Line("if (bailey_h{}) bailey_p{} = bailey_take(bailey_m, bailey_n{});",
           item.index, item.index, item.index);
    }
  }

  void TakeSize(const Item& item) {
    if (item.crossing.mode != MarshalMode::kBuffer) {
      Line("bailey_n{} = {};", item.index, item.fixed_bytes());
      return;
    }
    const int length = item.crossing.length_parameter;
    const bool is_signed = LengthOf(item).type.is_signed;
    Line(
        "if (bailey_h{}) bailey_n{} = bailey_bytes(bailey_m, {}, (unsigned "
        "long)bailey_p{}, {});",
        item.index, item.index,
        is_signed ? fmt::format("bailey_p{} < 0", length) : "0", length,
        item.crossing.element_bytes);
  }

  void TakeStruct(const Item& item) {
    if (item.goes_in()) {
      Line("if (bailey_h{}) bailey_i{} = bailey_take(bailey_m, bailey_n{});",
           item.index, item.index, item.index);
    }
    TakeFields(item, fmt::format("bailey_s{}", item.index));
    Line("if (bailey_h{}) bailey_p{} = &bailey_s{};", item.index, item.index,
         item.index);
  }

  void Reserve(const Item& item) {
    if (item.is_struct()) {
      Line("if (bailey_h{}) bailey_o{} = bailey_reserve(bailey_m, bailey_n{});",
           item.index, item.index, item.index);
    } else {
      Line(
          "if (bailey_h{}) bailey_p{} = bailey_reserve_copy(bailey_m, "
          "bailey_p{}, bailey_n{});",
          item.index, item.index, item.index, item.index);
    }
  }

  void Call() {
    std::string arguments;
    for (const Item& item : items_) {
      if (!arguments.empty()) arguments += ", ";
      arguments += fmt::format("bailey_p{}", item.index);
    }
    std::string target;
    if (returns_struct()) {
      target = "bailey_r = ";
    } else if (has_result()) {
      target = fmt::format("*({}*)bailey_result = ",
                           WithoutQualifiers(crossing_.return_type));
    }
    Line("bailey_enter(bailey_m);");
    Line("{}{}({});", target, crossing_.name, arguments);
    Line("bailey_leave(bailey_m);");
    if (returns_struct()) CopyFields("bailey_result", "&bailey_r", -1);
    for (const Item& item : items_) {
      if (!item.comes_out() || !item.is_struct()) continue;
      Line("if (bailey_o{}) {{", item.index);
      CopyFields(fmt::format("bailey_o{}", item.index),
                 fmt::format("&bailey_s{}", item.index), item.index);
      Line("}}");
    }
  }
};

}  // namespace

std::string ClientStub(const Crossing& crossing, const FlowFunction& function,
                       const FieldsByParameter& fields, unsigned channel) {
  return ClientWriter(crossing, function, fields).Write(channel);
}

std::string ServerGlue(const Crossing& crossing, const FlowFunction& function,
                       const FieldsByParameter& fields) {
  return ServerWriter(crossing, function, fields).Write();
}

std::string GlueName(const Crossing& crossing) {
  return fmt::format("bailey_serve_{}", crossing.id);
}

}  // namespace bailey::analyzer
