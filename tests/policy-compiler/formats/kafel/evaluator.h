// Policies of Kafel, answered from their text alone: written after Kafel's
// documentation to check the importer and the exporter, and sharing nothing
// with them.
//
//   KafelEvaluator kafel("ALLOW { read(fd) { fd == 0 } } DEFAULT KILL");
//   kafel.Answer(data);  // "ALLOW"
//
// Only what the tests need: declared arguments, which are of 64 bits, those of
// `write` and `mmap`, one file, no `ON`.

#ifndef BAILEY_TESTS_POLICY_COMPILER_FORMATS_KAFEL_EVALUATOR_H_
#define BAILEY_TESTS_POLICY_COMPILER_FORMATS_KAFEL_EVALUATOR_H_

#include <gtest/gtest.h>

#include <cctype>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "policy-compiler/formats/kafel/names.h"

namespace bailey::policy {

class KafelEvaluator {
 public:
  explicit KafelEvaluator(const std::string& text) {
    Split(text);
    while (at_ < words_.size()) Top();
  }

  // The action as it is written, "ERRNO(38)"; what is foreign is "KILL".
  std::string Answer(const SeccompData& data) {
    if (data.architecture != 0xc000003e) return "KILL";
    const auto found = by_number_.find(data.number);
    if (found == by_number_.end()) return default_;
    for (const Filter& filter : found->second)
      if (filter.begin == 0 || Holds(filter, data)) return filter.action;
    return default_;
  }

 private:
  struct Filter {
    std::string action;
    size_t begin = 0;  // of the expression; 0: none
    std::map<std::string, std::pair<int, int>> names;  // index, bytes
  };
  struct Number {
    uint64_t value = 0;
    bool wide = false;
    bool truth = false;  // of a comparison
  };

  void Split(const std::string& text) {
    words_.emplace_back();  // so that no position is 0
    for (size_t i = 0; i < text.size();) {
      const auto c = static_cast<unsigned char>(text[i]);
      size_t end = i + 1;
      if (text.compare(i, 2, "//") == 0) {
        end = text.find('\n', i);
      } else if (text.compare(i, 2, "/*") == 0) {
        end = text.find("*/", i) + 2;
      } else if (std::isspace(c) == 0) {
        if (std::isalnum(c) != 0 || c == '_' || c == '-')
          while (end < text.size() &&
                 (std::isalnum(text[end]) != 0 || text[end] == '_'))
            ++end;
        else if (end < text.size() &&
                 (text[end] == '=' || text[end] == text[i]) &&
                 std::string("=!<>&|").find(text[i]) != std::string::npos)
          ++end;
        words_.push_back(text.substr(i, end - i));
      }
      i = end;
    }
    at_ = 1;
  }

  const std::string& Word() const {
    static const std::string none;
    return at_ < words_.size() ? words_[at_] : none;
  }
  std::string Take() { return words_.at(at_++); }
  bool Skip(const std::string& word) {
    if (Word() != word) return false;
    ++at_;
    return true;
  }
  void Must(const std::string& word) {
    EXPECT_TRUE(Skip(word)) << word << " expected, found " << Word();
  }

  std::string Action() {
    std::string action = Take();
    if (!Skip("(")) return action;
    action += "(" + Take() + ")";
    Must(")");
    return action;
  }

  void Top() {
    if (Skip("DEFAULT")) {
      default_ = Action();
    } else if (Skip("#")) {
      Must("define");
      const std::string name = Take();
      constants_[name] = Value(Take());
    } else if (Skip("POLICY")) {
      policies_[Word()] = at_ + 2;
      ++at_;
      int depth = 0;
      do {
        if (Word() == "{") ++depth;
        if (Word() == "}") --depth;
        ++at_;
      } while (depth > 0);
    } else {
      Statements();
    }
  }

  void Statements() {
    do {
      if (Skip("USE")) {
        const size_t back = at_ + 1;
        at_ = policies_.at(Word());
        if (Word() != "}") Statements();
        at_ = back;
      } else {
        Block();
      }
    } while (Skip(","));
  }

  void Block() {
    const std::string action = Action();
    Must("{");
    if (Skip("}")) return;
    do {
      OneFilter(action);
    } while (Skip(","));
    Must("}");
  }

  void OneFilter(const std::string& action) {
    Filter filter;
    filter.action = action;
    const std::string name = Take();
    uint32_t number = 0;
    if (name == "SYSCALL") {
      Must("[");
      number = static_cast<uint32_t>(Value(Take()));
      Must("]");
    } else {
      const Syscall* const call =
          FindKafelCall(SyscallTable::For(Architecture::kX8664), name);
      EXPECT_NE(call, nullptr) << name;
      if (call == nullptr) return;
      number = call->number;
    }
    if (name == "write")
      filter.names = {{"fd", {0, 4}}, {"buf", {1, 8}}, {"count", {2, 8}}};
    if (name == "mmap")
      filter.names = {{"prot", {2, 8}}, {"flags", {3, 8}}, {"fd", {4, 8}}};
    if (Skip("(")) {
      filter.names.clear();
      for (int i = 0; !Skip(")"); ++i) {
        filter.names[Take()] = {i, 8};
        Skip(",");
      }
    }
    if (Skip("{")) {
      filter.begin = at_;
      for (int depth = 1; depth > 0; ++at_) {
        if (Word() == "{") ++depth;
        if (Word() == "}") --depth;
      }
    }
    by_number_[number].push_back(filter);
  }

  static uint64_t Value(const std::string& word) {
    const bool binary = word.starts_with("0b");
    return std::strtoull(word.c_str() + (binary ? 2 : 0), nullptr,
                         binary ? 2 : 0);
  }

  bool Holds(const Filter& filter, const SeccompData& data) {
    const size_t back = at_;
    at_ = filter.begin;
    const bool holds = List(filter, data).truth;
    at_ = back;
    return holds;
  }

  Number List(const Filter& filter, const SeccompData& data) {
    Number left = Any(filter, data);
    while (Skip(",")) left.truth = Any(filter, data).truth || left.truth;
    return left;
  }
  Number Any(const Filter& filter, const SeccompData& data) {
    Number left = All(filter, data);
    while (Skip("||")) left.truth = All(filter, data).truth || left.truth;
    return left;
  }
  Number All(const Filter& filter, const SeccompData& data) {
    Number left = Test(filter, data);
    while (Skip("&&")) left.truth = Test(filter, data).truth && left.truth;
    return left;
  }

  Number Test(const Filter& filter, const SeccompData& data) {
    if (Skip("!")) {
      Number operand = Test(filter, data);
      operand.truth = !operand.truth;
      return operand;
    }
    Number left = Bits(filter, data, "|");
    const std::string op = Word();
    if (op != "==" && op != "!=" && op != "<" && op != "<=" && op != ">" &&
        op != ">=")
      return left;
    ++at_;
    Number right = Bits(filter, data, "|");
    if (!left.wide && !right.wide) {
      left.value &= 0xffffffff;
      right.value &= 0xffffffff;
    }
    const uint64_t a = left.value, b = right.value;
    left.truth = op == "=="   ? a == b
                 : op == "!=" ? a != b
                 : op == "<"  ? a < b
                 : op == "<=" ? a <= b
                 : op == ">"  ? a > b
                              : a >= b;
    return left;
  }

  Number Bits(const Filter& filter, const SeccompData& data,
              const std::string& op) {
    const auto part = [&] {
      return op == "|" ? Bits(filter, data, "&") : Operand(filter, data);
    };
    Number left = part();
    while (Skip(op)) {
      const Number right = part();
      left.value =
          op == "|" ? left.value | right.value : left.value & right.value;
      left.wide = left.wide || right.wide;
    }
    return left;
  }

  Number Operand(const Filter& filter, const SeccompData& data) {
    if (Skip("(")) {
      const Number inner = List(filter, data);
      Must(")");
      return inner;
    }
    const std::string word = Take();
    if (const auto found = constants_.find(word); found != constants_.end())
      return {found->second, found->second > 0xffffffff, false};
    if (const auto found = filter.names.find(word); found != filter.names.end())
      return {data.arguments[static_cast<size_t>(found->second.first)],
              found->second.second == 8, false};
    EXPECT_TRUE(word.at(0) == '-' || std::isdigit(word.at(0)) != 0) << word;
    return {Value(word), Value(word) > 0xffffffff, false};
  }

  std::vector<std::string> words_;
  size_t at_ = 0;
  std::string default_ = "KILL";
  std::map<uint32_t, std::vector<Filter>> by_number_;
  std::map<std::string, uint64_t> constants_;
  std::map<std::string, size_t> policies_;
};

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_FORMATS_KAFEL_EVALUATOR_H_
