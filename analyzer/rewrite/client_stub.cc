#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "analyzer/rewrite/crossing_writer.h"
#include "analyzer/rewrite/passed_writer.h"
#include "analyzer/rewrite/splice.h"
#include "analyzer/rewrite/stub_writer.h"

namespace bailey::analyzer {
namespace {

class ClientWriter : public CrossingWriter {
 public:
  using CrossingWriter::CrossingWriter;

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
    for (const PassedGlobal& each : crossing_.globals) out_ += PutPassed(each);
    Call();
    if (crossing_.throws) GetThrown();
    GetResult();
    for (const Item& item : items_) {
      if (item.comes_out() && !item.is_library()) GetPointer(item);
    }
    GetLibraries();
    Line("bailey_end(bailey_m);");
    if (crossing_.throws)
      Line("if (bailey_k) bailey_throw(bailey_k, bailey_e, {});",
           CLiteral(function_.qualified_name));
    if (has_result()) Line("return bailey_result;");
    return std::move(out_) + "}";
  }

 private:
  void Declare() {
    Line("struct bailey_crossing* bailey_m;");
    if (has_result()) {
      Line("{} bailey_result;", WithoutQualifiers(crossing_.return_type));
    }
    if (crossing_.throws) {
      Line("unsigned char bailey_k;");
      Line("int bailey_e;");
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

  void GetThrown() {
    Line("bailey_get(bailey_m, &bailey_k, sizeof bailey_k);");
    Line("bailey_get(bailey_m, &bailey_e, sizeof bailey_e);");
  }

  void GetLibraries() {
    if (crossing_.result) out_ += GetLibrary(LibraryResult(), "bailey_result");
    for (const Item& item : items_)
      if (item.is_library() && item.comes_out())
        out_ += GetLibrary(LibraryOf(item), item.flow.name);
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
        if (!HasRange(a) || !HasRange(b)) continue;
        if (!a.comes_out() && !b.comes_out()) continue;
        Line("bailey_require_apart(bailey_m, {}, {});", RangeOf(a), RangeOf(b));
        RequireOtherObject(a, b);
      }
    }
    for (const PassedGlobal& global : crossing_.globals)
      for (const Item& item : items_)
        if (item.is_pointer() && item.comes_out())
          out_ += RequireApartFromPassed(global, item.flow.name,
                                         fmt::format("bailey_n{}", item.index));
  }

  static bool HasRange(const Item& item) {
    return item.is_pointer() || item.is_library();
  }

  std::string RangeOf(const Item& item) const {
    return item.is_library()
               ? LibraryRange(LibraryOf(item), item.flow.name)
               : fmt::format("{}, bailey_n{}", item.flow.name, item.index);
  }

  // Two references to one empty text share no byte, but what is put into it.
  void RequireOtherObject(const Item& a, const Item& b) {
    if (!a.flow.type.is_reference || !b.flow.type.is_reference) return;
    Line("bailey_require_apart(bailey_m, &{0}, sizeof {0}, &{1}, sizeof {1});",
         a.flow.name, b.flow.name);
  }

  void PutValue(const Item& item) {
    const std::string& name = item.flow.name;
    if (item.is_library()) {
      out_ += PutLibrary(LibraryOf(item), name);
      return;
    }
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

  void Call() {
    if (!crossing_.failure) return Line("bailey_call(bailey_m);");
    Line("if (!bailey_try_call(bailey_m)) {{");
    Line("bailey_give_up(bailey_m, {});", crossing_.failure->error);
    Line("return ({}){};", WithoutQualifiers(crossing_.return_type),
         LongLiteral(crossing_.failure->value));
    Line("}}");
  }

  // The least number has no literal of its own.
  static std::string LongLiteral(int64_t value) {
    return value == std::numeric_limits<int64_t>::min()
               ? fmt::format("(-{}L - 1)", std::numeric_limits<int64_t>::max())
               : fmt::format("({}L)", value);
  }

  void GetResult() {
    if (returns_struct()) {
      Line("bailey_get(bailey_m, bailey_r, sizeof bailey_r);");
      Line("__builtin_memset(&bailey_result, 0, sizeof bailey_result);");
      CopyFields("&bailey_result", "bailey_r", -1);
    } else if (has_plain_result()) {
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

}  // namespace

std::string ClientStub(const Crossing& crossing, const FlowFunction& function,
                       const FieldsByParameter& fields, unsigned channel) {
  return ClientWriter(crossing, function, fields).Write(channel);
}

}  // namespace bailey::analyzer
