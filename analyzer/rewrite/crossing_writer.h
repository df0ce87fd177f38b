// What the stub and the glue of a crossing are both written with.

#ifndef BAILEY_ANALYZER_REWRITE_CROSSING_WRITER_H_
#define BAILEY_ANALYZER_REWRITE_CROSSING_WRITER_H_

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/rewrite/crossing_item.h"
#include "analyzer/rewrite/library_items.h"
#include "analyzer/rewrite/stub_writer.h"

namespace bailey::analyzer {

inline std::string_view WithoutQualifiers(std::string_view spelling) {
  for (const std::string_view word : {"const ", "volatile "}) {
    if (spelling.starts_with(word)) {
      return WithoutQualifiers(spelling.substr(word.size()));
    }
  }
  return spelling;
}

class CrossingWriter {
 public:
  CrossingWriter(const Crossing& crossing, const FlowFunction& function,
                 const FieldsByParameter& fields)
      : crossing_(crossing),
        function_(function),
        fields_(fields),
        items_(ItemsOf(crossing, function)) {}

 protected:
  using Item = CrossingItem;

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
  // A result of fixed bytes, unlike one of the library.
  bool has_plain_result() const { return has_result() && !crossing_.result; }
  bool is_cxx() const { return !function_.qualified_name.empty(); }
  LibraryItem LibraryOf(const Item& item) const {
    return {item.crossing, item.flow.type.library};
  }
  LibraryItem LibraryResult() const {
    return {*crossing_.result, function_.return_type.library};
  }
  int ResultIndex() const { return static_cast<int>(items_.size()); }
  bool returns_struct() const {
    return function_.return_type.kind == TypeKind::kStruct && !crossing_.result;
  }

  const Crossing& crossing_;
  const FlowFunction& function_;
  const FieldsByParameter& fields_;
  std::vector<Item> items_;
  std::string out_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REWRITE_CROSSING_WRITER_H_
