// A filter as a C header: see c_header.h.

#include "policy-compiler/formats/c_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace bailey::policy {
namespace {

std::string Upper(std::string text) {
  for (char& c : text)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

// x32 defines __x86_64__ too, and makes calls that the filter kills.
std::string_view ArchitectureTest(Architecture architecture) {
  if (architecture == Architecture::kAarch64)
    return "!defined(__aarch64__) || defined(__ILP32__)";
  return "!defined(__x86_64__) || defined(__ILP32__)";
}

std::string Comment(const CHeaderInput& input, const std::string& prefix) {
  return fmt::format(
      "/* The seccomp filter of the policy `{0}`, portion `{1}`, for {2}.\n"
      " * Made by `bailey policy export --to c`; not to be edited: the proof "
      "is "
      "of\n"
      " * these very instructions.\n"
      " *\n"
      " * Policy:  sha256 {3}\n"
      " * Filter:  {4} instructions\n"
      " * Proof:   {5} showed that for every architecture word, system call\n"
      " *          number, instruction pointer and all six 64-bit arguments "
      "the\n"
      " *          filter answers what the policy says\n"
      " *\n"
      " * File rules, limits and credentials of the policy are not enforced "
      "here.\n"
      " *\n"
      " *   if ({6}_install_filter() != 0) {{ perror(\"filter\"); _exit(1); "
      "}}\n"
      " */\n",
      input.policy->name, input.portion->name,
      ArchitectureName(input.policy->architecture), input.policy->sha256,
      input.program.size(), input.solver, prefix);
}

std::string Head(const CHeaderInput& input, const std::string& guard) {
  return fmt::format(
      "#ifndef {0}\n"
      "#define {0}\n"
      "\n"
      "#include <errno.h>\n"
      "#include <linux/filter.h>\n"
      "#include <linux/seccomp.h>\n"
      "#include <stdint.h>\n"
      "#include <sys/prctl.h>\n"
      "#include <sys/syscall.h>\n"
      "#include <unistd.h>\n"
      "\n"
      "#if {1}\n"
      "#error \"this filter is for {2}: elsewhere it would kill the program\"\n"
      "#endif\n"
      "\n",
      guard, ArchitectureTest(input.policy->architecture),
      ArchitectureName(input.policy->architecture));
}

std::string Instructions(const BpfProgram& program, const std::string& prefix) {
  std::string text =
      fmt::format("static const struct sock_filter {}_filter[] = {{\n", prefix);
  for (const sock_filter& instruction : program)
    text +=
        fmt::format("    {{{:#06x}, {}, {}, {:#010x}}},\n", instruction.code,
                    instruction.jt, instruction.jf, instruction.k);
  return text + "};\n\n";
}

// TSYNC: a thread without the filter would be a way around it.
std::string InstallFunction(const std::string& prefix) {
  return fmt::format(
      "/* Puts every thread of this process, and all that it starts, under the "
      "filter\n"
      " * for good. 0, or -1 and errno: then nothing is installed (EAGAIN: a "
      "thread\n"
      " * has another filter). The process gives up gaining privileges by "
      "execve. */\n"
      "static inline int {0}_install_filter(void) {{\n"
      "  const struct sock_fprog program = {{\n"
      "      (unsigned short)(sizeof {0}_filter / sizeof {0}_filter[0]),\n"
      "      /* the kernel only reads it */\n"
      "      (struct sock_filter *)(uintptr_t){0}_filter,\n"
      "  }};\n"
      "  long result;\n"
      "  if (prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) != 0) return -1;\n"
      "  result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,\n"
      "                   SECCOMP_FILTER_FLAG_TSYNC, &program);\n"
      "  if (result > 0) errno = EAGAIN;\n"
      "  return result == 0 ? 0 : -1;\n"
      "}}\n"
      "\n",
      prefix);
}

}  // namespace

std::string CHeaderPrefix(const Policy& policy, const PortionPolicy& portion) {
  if (policy.portions.size() == 1) return policy.name;
  return policy.name + "_" + portion.name;
}

std::string CHeaderText(const CHeaderInput& input) {
  const std::string prefix = CHeaderPrefix(*input.policy, *input.portion);
  const std::string guard = Upper(prefix) + "_FILTER_H";
  return Comment(input, prefix) + Head(input, guard) +
         Instructions(input.program, prefix) + InstallFunction(prefix) +
         fmt::format("#endif /* {} */\n", guard);
}

}  // namespace bailey::policy
