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
    out_ += fmt::format("{}void {}(struct bailey_crossing* bailey_m);\n",
                        is_cxx() ? "extern \"C\" " : "", name);
    out_ += fmt::format("void {}(struct bailey_crossing* bailey_m) {{\n", name);
    Declare();
    for (const Item& item : items_) {
      if (!item.is_pointer()) TakeValue(item);
    }
    for (const Item& item : items_) {
      if (item.is_pointer()) TakePointer(item);
    }
    ForEachPassed(TakePassed);
    if (crossing_.throws) ReserveThrown();
    if (has_plain_result()) {
      Line("bailey_result = bailey_reserve(bailey_m, {});",
           crossing_.return_bytes);
    }
    for (const Item& item : items_) {
      if (HasRoom(item)) Reserve(item);
    }
    RequireApart();
    if (crossing_.returns_handle) Line("bailey_reserve_handle(bailey_m);");
    for (const Item& item : items_) {
      if (item.is_pointer()) Guard(item);
    }
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
    ForEachPassed(PassedLocal);
    if (has_plain_result()) Line("void* bailey_result;");
    if (crossing_.result)
      Line("{} bailey_result;", LibraryTypeName(LibraryResult()));
    if (crossing_.throws) {
      Line("void *bailey_t, *bailey_u;");
      Line("unsigned bailey_k = 0;");
      Line("int bailey_e = 0;");
    }
    if (crossing_.returns_handle) Line("const void* bailey_r = 0;");
    if (returns_struct()) {
      Line("{} bailey_r;", WithoutQualifiers(crossing_.return_type));
      CheckSize("bailey_r", ResultIndex(), crossing_.return_bytes);
    }
    for (const Item& item : items_) {
      if (item.is_pointer()) DeclarePointer(item);
      if (item.is_handle()) {
        Line("void* bailey_p{};", item.index);
      } else if (item.is_library()) {
        out_ += DeclareLibrary(LibraryOf(item), item.index);
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
    if (item.is_struct()) Line("{} bailey_s{};", TypeOf(item), item.index);
    if (HasRoom(item)) Line("void* bailey_o{} = 0;", item.index);
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

  // What an exception is, in the reply before all else (thrown_text.h).
  void ReserveThrown() {
    Line("bailey_t = bailey_reserve(bailey_m, 1);");
    Line("bailey_u = bailey_reserve(bailey_m, sizeof bailey_e);");
  }

  void GiveThrown() {
    Line("*(unsigned char*)bailey_t = (unsigned char)bailey_k;");
    Line("__builtin_memcpy(bailey_u, &bailey_e, sizeof bailey_e);");
  }

  void MakeLibraries() {
    for (const Item& item : items_)
      if (item.is_library()) out_ += MakeLibrary(LibraryOf(item), item.index);
  }

  // Also where it threw: what was written until then is.
  void GiveLibraries() {
    if (crossing_.result) out_ += GiveLibrary(LibraryResult(), "bailey_result");
    for (const Item& item : items_)
      if (item.is_library() && item.comes_out())
        out_ +=
            GiveLibrary(LibraryOf(item), fmt::format("bailey_p{}", item.index));
  }

  // Where the function threw, nothing was put into it: what lies there is what
  // the stack had before, which may be of a credential.
  void GiveStruct() {
    if (!returns_struct()) return;
    if (crossing_.throws) Line("if (!bailey_k) {{");
    CopyFields("bailey_result", "&bailey_r", -1);
    if (crossing_.throws) Line("}}");
  }

  // C++ converts no `void*` by itself.
  std::string ArgumentOf(const Item& item) const {
    const std::string name = fmt::format("bailey_p{}", item.index);
    if (!is_cxx() || !(item.is_pointer() || item.is_handle())) return name;
    return fmt::format("static_cast<{}*>({})", item.flow.type.pointee.spelling,
                       name);
  }

  std::string Callee() const {
    return is_cxx() ? "::" + function_.qualified_name : crossing_.name;
  }

  void TakeValue(const Item& item) {
    if (item.is_library()) {
      out_ += TakeLibrary(LibraryOf(item), item.index);
    } else if (item.is_handle()) {
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

  static bool HasRoom(const Item& item) {
    return item.comes_out() && item.is_pointer();
  }

  void Reserve(const Item& item) {
    Line("if (bailey_h{}) bailey_o{} = bailey_reserve(bailey_m, bailey_n{});",
         item.index, item.index, item.index);
  }

  // Whatever a pointer's extent was taken from: what was declared may be as
  // wrong as what was inferred (docs/decisions/0023). Behind all else that may
  // find the request wrong.
  void Guard(const Item& item) {
    const std::string name = CLiteral(item.flow.name);
    if (item.crossing.mode == MarshalMode::kCString)
      return Line(
          "bailey_p{} = bailey_guard_text(bailey_m, (const char*)bailey_p{}, "
          "{});",
          item.index, item.index, name);
    Line(
        "if (bailey_h{}) bailey_p{} = bailey_guard(bailey_m, bailey_p{}, "
        "bailey_n{}, {}, {});",
        item.index, item.index, item.index, item.index,
        item.crossing.element_bytes, name);
  }

  void GiveOut(const Item& item) {
    Line("if (bailey_o{}) {{", item.index);
    if (item.is_struct()) {
      CopyFields(fmt::format("bailey_o{}", item.index),
                 fmt::format("bailey_p{}", item.index), item.index);
    } else {
      Line("__builtin_memcpy(bailey_o{}, bailey_p{}, bailey_n{});", item.index,
           item.index, item.index);
    }
    Line("}}");
  }

  void Call() {
    std::string arguments;
    for (const Item& item : items_) {
      if (!arguments.empty()) arguments += ", ";
      arguments += ArgumentOf(item);
    }
    std::string target;
    if (returns_struct() || crossing_.returns_handle) {
      target = "bailey_r = ";
    } else if (crossing_.result) {
      target = "bailey_result = ";
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
    if (crossing_.throws) Line("try {{");
    MakeLibraries();
    Line("{}{}({});", target, Callee(), arguments);
    if (crossing_.throws)
      Line("}} catch (...) {{ bailey_k = bailey_caught(&bailey_e); }}");
    Line("bailey_leave(bailey_m);");
    if (crossing_.throws) GiveThrown();
    if (MayFreeOneByAnother()) Line("bailey_unpin();");
    ForEachPassed(SwapPassed);
    if (crossing_.returns_handle)
      Line("bailey_give_handle(bailey_m, bailey_result, bailey_r, {}u);",
           tags_.Of(crossing_.to, function_.return_type.pointee.spelling));
    GiveStruct();
    for (const Item& item : items_) {
      if (HasRoom(item)) GiveOut(item);
    }
    GiveLibraries();
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
