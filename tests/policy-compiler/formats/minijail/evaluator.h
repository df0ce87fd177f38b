// Policies of minijail's offline compiler, answered from their text alone:
// written after its documentation to check the importer and the exporter, and
// sharing nothing with them.
//
//   MinijailEvaluator minijail("read: arg0 == 0; return 1\n");
//   minijail.Answer(data);  // "return 1"
//
// Only what the tests need: numbers for constants, no `@include`.

#ifndef BAILEY_TESTS_POLICY_COMPILER_FORMATS_MINIJAIL_EVALUATOR_H_
#define BAILEY_TESTS_POLICY_COMPILER_FORMATS_MINIJAIL_EVALUATOR_H_

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

class MinijailEvaluator {
 public:
  explicit MinijailEvaluator(std::string text) {
    for (size_t at; (at = text.find("\\\n")) != std::string::npos;)
      text.replace(at, 2, " ");
    size_t begin = 0;
    while (begin < text.size()) {
      const size_t end = std::min(text.find('\n', begin), text.size());
      Line(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }

  // `kill-thread` is `kill`.
  std::string Answer(const SeccompData& data) {
    const std::string answer = Words(data);
    return answer == "kill-thread" ? "kill" : answer;
  }

 private:
  std::string Words(const SeccompData& data) {
    if (data.architecture != 0xc000003e) return "kill";
    const auto found = by_number_.find(data.number);
    if (found == by_number_.end()) return default_;
    // The compiler forgets what stands before a plain `allow`.
    if (found->second.back() == "allow" || found->second.back() == "1")
      return "allow";
    for (const std::string& filter : found->second) {
      const size_t semicolon = filter.find(';');
      if (!filter.starts_with("arg")) return Trim(filter);
      if (Holds(filter.substr(0, semicolon), data))
        return semicolon == std::string::npos
                   ? "allow"
                   : Trim(filter.substr(semicolon + 1));
    }
    return default_;
  }

  static std::string Trim(const std::string& text) {
    const size_t begin = text.find_first_not_of(' ');
    if (begin == std::string::npos) return "";
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
  }

  static std::vector<std::string> Split(const std::string& text,
                                        const std::string& by) {
    std::vector<std::string> parts;
    size_t begin = 0;
    for (size_t end; (end = text.find(by, begin)) != std::string::npos;
         begin = end + by.size())
      parts.push_back(Trim(text.substr(begin, end - begin)));
    parts.push_back(Trim(text.substr(begin)));
    return parts;
  }

  static std::vector<std::string> Unbraced(const std::string& text) {
    if (!text.starts_with("{")) return {text};
    return Split(text.substr(1, text.find('}') - 1), ",");
  }

  void Line(std::string line) {
    line = Trim(line.substr(0, line.find('#')));
    if (line.empty()) return;
    if (line.starts_with("@default")) {
      default_ = Trim(line.substr(8));
      return;
    }
    const size_t colon = line.find(':');
    const auto filters = Unbraced(Trim(line.substr(colon + 1)));
    for (const std::string& name : Unbraced(Trim(line.substr(0, colon)))) {
      const Syscall* const call =
          SyscallTable::For(Architecture::kX8664).FindByName(name);
      EXPECT_NE(call, nullptr) << name;
      if (call == nullptr) continue;
      auto& own = by_number_[call->number];
      own.insert(own.end(), filters.begin(), filters.end());
    }
  }

  static bool Holds(const std::string& expression, const SeccompData& data) {
    for (const std::string& clause : Split(expression, "||")) {
      bool all = true;
      for (const std::string& atom : Split(clause, "&&"))
        all = all && Atom(atom, data);
      if (all) return true;
    }
    return false;
  }

  static uint64_t Value(const std::string& text) {
    uint64_t value = 0;
    for (const std::string& part : Split(text, "|")) {
      const bool complement = part.starts_with("~");
      const bool negative = part.starts_with("-");
      const char* const digits =
          part.c_str() + (complement || negative ? 1 : 0);
      uint64_t one = std::strtoull(digits, nullptr, 0);
      if (negative) one = 0 - one;
      value |= complement ? ~one : one;
    }
    return value;
  }

  static bool Atom(const std::string& atom, const SeccompData& data) {
    const uint64_t a = data.arguments.at(static_cast<size_t>(atom.at(3) - '0'));
    const size_t space = atom.find(' ', 5);
    const std::string op = atom.substr(5, space - 5);
    const uint64_t b = Value(atom.substr(space + 1));
    if (op == "==") return a == b;
    if (op == "!=") return a != b;
    if (op == "<") return a < b;
    if (op == "<=") return a <= b;
    if (op == ">") return a > b;
    if (op == ">=") return a >= b;
    if (op == "&") return (a & b) != 0;
    EXPECT_EQ(op, "in") << atom;
    return (a & ~b) == 0;
  }

  std::string default_ = "kill";
  std::map<uint32_t, std::vector<std::string>> by_number_;
};

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_FORMATS_MINIJAIL_EVALUATOR_H_
