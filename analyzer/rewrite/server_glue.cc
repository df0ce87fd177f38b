#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "analyzer/rewrite/crossing_writer.h"
#include "analyzer/rewrite/passed_writer.h"
#include "analyzer/rewrite/splice.h"
#include "analyzer/rewrite/stub_writer.h"

namespace bailey::analyzer {
namespace {

class ServerWriter : public CrossingWriter {
 public:
  ServerWriter(const Crossing& crossing, const FlowFunction& function,
               const FieldsByParameter& fields, const HandleTags& tags)
      : CrossingWriter(crossing, function, fields), tags_(tags) {}

  std::string Write() {
    const std::string name = GlueName(crossing_);
    // The unit may have made a macro of that name after the definition.
    out_ = fmt::format("\n#undef {}\n", crossing_.name);
    for (const PassedGlobal& each : crossing_.globals)
      out_ += DeclarePassed(each);
    out_ += fmt::format("void {}(struct bailey_crossing* bailey_m);\n", name);
    out_ += fmt::format("void {}(struct bailey_crossing* bailey_m) {{\n", name);
    Declare();
    for (const Item& item : items_) {
      if (!item.is_pointer()) TakeValue(item);
    }
    for (const Item& item : items_) {
      if (item.is_pointer()) TakePointer(item);
    }
    ForEachPassed(TakePassed);
    if (has_result()) {
      Line("bailey_result = bailey_reserve(bailey_m, {});",
           crossing_.return_bytes);
    }
    for (const Item& item : items_) {
      if (item.comes_out()) Reserve(item);
    }
    RequireApart();
    if (crossing_.returns_handle) Line("bailey_reserve_handle(bailey_m);");
    Line("if (!bailey_ready(bailey_m)) return;");
    Call();
    return std::move(out_) + "}\n";
  }

 private:
  template <class Write>
  void ForEachPassed(const Write& write) {
    for (size_t i = 0; i < crossing_.globals.size(); ++i)
      out_ += write(crossing_.globals[i], i);
  }

  std::string_view TypeOf(const Item& item) const {
    return WithoutQualifiers(item.crossing.type);
  }

  void Declare() {
    for (size_t i = 0; i < crossing_.globals.size(); ++i)
      out_ += PassedLocal(i);
    if (has_result()) Line("void* bailey_result;");
    if (crossing_.returns_handle) Line("const void* bailey_r;");
    if (returns_struct()) {
      Line("{} bailey_r;", WithoutQualifiers(crossing_.return_type));
      CheckSize("bailey_r", ResultIndex(), crossing_.return_bytes);
    }
    for (const Item& item : items_) {
      if (item.is_pointer()) DeclarePointer(item);
      if (item.is_handle()) {
        Line("void* bailey_p{};", item.index);
      } else if (!item.is_pointer()) {
        Line("{} bailey_p{};", TypeOf(item), item.index);
      }
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

  // The client chose them together.
  bool MayFreeOneByAnother() const {
    return std::ranges::count_if(items_, &Item::is_handle) > 1;
  }

  // Of two that are one object, neither may be changed or freed.
  void RequireApart() {
    for (const Item& a : items_)
      for (const Item& b : items_)
        if (a.index < b.index && a.is_handle() && b.is_handle() &&
            !(a.crossing.is_const && b.crossing.is_const))
          Line("bailey_take_apart(bailey_m, bailey_p{}, bailey_p{});", a.index,
               b.index);
  }

  void TakeValue(const Item& item) {
    if (item.is_handle()) {
      Line("bailey_p{} = bailey_take_handle(bailey_m, {}u);", item.index,
           tags_.Of(crossing_.to, item.crossing.type));
    } else if (item.is_struct()) {
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
    if (returns_struct() || crossing_.returns_handle) {
      target = "bailey_r = ";
    } else if (has_result()) {
      target = fmt::format("*({}*)bailey_result = ",
                           WithoutQualifiers(crossing_.return_type));
    }
    ForEachPassed(SwapPassed);
    if (MayFreeOneByAnother())
      for (const Item& item : items_)
        if (item.is_handle())
          Line("bailey_pin(bailey_m, bailey_p{});", item.index);
    Line("bailey_enter(bailey_m);");
    Line("{}{}({});", target, crossing_.name, arguments);
    Line("bailey_leave(bailey_m);");
    if (MayFreeOneByAnother()) Line("bailey_unpin();");
    ForEachPassed(SwapPassed);
    if (crossing_.returns_handle)
      Line("bailey_give_handle(bailey_m, bailey_result, bailey_r, {}u);",
           tags_.Of(crossing_.to, function_.return_type.pointee.spelling));
    if (returns_struct()) CopyFields("bailey_result", "&bailey_r", -1);
    for (const Item& item : items_) {
      if (!item.comes_out() || !item.is_struct()) continue;
      Line("if (bailey_o{}) {{", item.index);
      CopyFields(fmt::format("bailey_o{}", item.index),
                 fmt::format("&bailey_s{}", item.index), item.index);
      Line("}}");
    }
  }

  const HandleTags& tags_;
};

}  // namespace

std::string ServerGlue(const Crossing& crossing, const FlowFunction& function,
                       const FieldsByParameter& fields,
                       const HandleTags& tags) {
  return ServerWriter(crossing, function, fields, tags).Write();
}

std::string GlueName(const Crossing& crossing) {
  return fmt::format("bailey_serve_{}", crossing.id);
}

}  // namespace bailey::analyzer
