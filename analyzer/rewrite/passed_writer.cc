#include "analyzer/rewrite/passed_writer.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/rewrite/closed_writer.h"

namespace bailey::analyzer {
namespace {

bool IsBool(const PassedGlobal& global) {
  return global.type == "_Bool" || global.type == "bool";
}

std::string Place(const PassedGlobal& global) {
  return fmt::format("const void* bailey_place_{}(void)", MangledId(global.id));
}

std::string Swap(const PassedGlobal& global) {
  return fmt::format("void bailey_swap_{}(void* bailey_v)",
                     MangledId(global.id));
}

}  // namespace

std::string MangledId(const std::string& id) {
  std::string name;
  for (const char each : id) {
    const bool is_plain = (each >= 'a' && each <= 'z') ||
                          (each >= 'A' && each <= 'Z') ||
                          (each >= '0' && each <= '9');
    name += is_plain
                ? std::string(1, each)
                : fmt::format("_{:02x}_", static_cast<unsigned char>(each));
  }
  return name;
}

uint64_t PassedBytes(const PassedGlobal& global) {
  return global.element_bytes * std::max<uint64_t>(global.count, 1);
}

namespace {

std::string ObjectAccess(const PassedGlobal& global, bool answers) {
  const std::string check =
      fmt::format("  char bailey_z[sizeof({}) == {} ? 1 : -1];\n", global.name,
                  PassedBytes(global));
  if (!answers)
    return fmt::format(
        "\n#undef {0}\n{1};\n{1} {{\n{2}  (void)bailey_z;\n"
        "  return &{0};\n}}\n",
        global.name, Place(global), check);
  return fmt::format(
      "\n#undef {0}\n{1};\n{1} {{\n{2}"
      "  unsigned char* bailey_a = (unsigned char*)&{0};\n"
      "  unsigned char* bailey_b = (unsigned char*)bailey_v;\n"
      "  __SIZE_TYPE__ bailey_i;\n"
      "  (void)bailey_z;\n"
      "  for (bailey_i = 0; bailey_i < sizeof({0}); ++bailey_i) {{\n"
      "    unsigned char bailey_c = bailey_a[bailey_i];\n"
      "    bailey_a[bailey_i] = bailey_b[bailey_i];\n"
      "    bailey_b[bailey_i] = bailey_c;\n"
      "  }}\n"
      "}}\n",
      global.name, Swap(global), check);
}

}  // namespace

uint64_t PassedItemBytes(const PassedGlobal& global) {
  return IsClosed(global) ? 1 : PassedBytes(global);
}

std::string PassedAccess(const PassedGlobal& global, bool answers,
                         const Flow& flow) {
  const std::string access = ObjectAccess(global, answers);
  if (!IsClosed(global)) return access;
  return access +
         (answers ? ValueAccess(global, flow) : ChoiceAccess(global, flow));
}

std::string PutPassed(const PassedGlobal& global) {
  if (IsClosed(global)) return PutChoice(global);
  const std::string place =
      fmt::format("bailey_place_{}()", MangledId(global.id));
  return fmt::format("  {{ {}; bailey_put(bailey_m, {}, {}); }}\n",
                     Place(global), place, PassedBytes(global));
}

std::string RequireApartFromPassed(const PassedGlobal& global,
                                   const std::string& pointer,
                                   const std::string& size) {
  return fmt::format(
      "  {{ {}; bailey_require_apart(bailey_m, {}, {}, bailey_place_{}(), {}); "
      "}}\n",
      Place(global), pointer, size, MangledId(global.id), PassedBytes(global));
}

std::string DeclarePassed(const PassedGlobal& global) {
  return Swap(global) + ";\n" + (IsClosed(global) ? DeclareChoice(global) : "");
}

std::string PassedLocal(const PassedGlobal& global, size_t index) {
  return fmt::format("  void* bailey_g{} = 0;\n", index) +
         (IsClosed(global) ? ChoiceLocal(global, index) : "");
}

std::string TakePassed(const PassedGlobal& global, size_t index) {
  if (IsClosed(global)) return TakeChoice(global, index);
  std::string text = fmt::format("  bailey_g{} = bailey_take(bailey_m, {});\n",
                                 index, PassedBytes(global));
  // Any byte may come; a bool that is neither 0 nor 1 would be a trap.
  if (IsBool(global))
    text += fmt::format(
        "  if (bailey_g{0}) *(unsigned char*)bailey_g{0} = *(unsigned "
        "char*)bailey_g{0} != 0;\n",
        index);
  return text;
}

std::string SwapPassed(const PassedGlobal& global, size_t index) {
  return fmt::format("  bailey_swap_{}(bailey_g{});\n", MangledId(global.id),
                     index);
}

}  // namespace bailey::analyzer
