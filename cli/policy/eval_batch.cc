#include "cli/policy/eval_batch.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "cli/policy/commands.h"
#include "common/json.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::cli {
namespace {

constexpr std::string_view kBlanks = " \t\r";

std::vector<std::string> WordsOf(std::string_view line) {
  std::vector<std::string> words;
  for (size_t begin = line.find_first_not_of(kBlanks);
       begin != std::string_view::npos;) {
    const size_t end =
        std::min(line.find_first_of(kBlanks, begin), line.size());
    words.emplace_back(line.substr(begin, end - begin));
    begin = line.find_first_not_of(kBlanks, end);
  }
  return words;
}

struct Question {
  std::string architecture;
  std::string portion;
  bool serving = false;
  std::optional<uint32_t> word;
  std::string call;
  std::vector<std::string> arguments;
};

Result<uint32_t> ParseWord(std::string_view text) {
  uint32_t value = 0;
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  const auto [end, code] = std::from_chars(
      text.data(), text.data() + text.size(), value, hex ? 16 : 10);
  if (code != std::errc() || end != text.data() + text.size())
    return Fail("`word=` is not followed by a number of 32 bits");
  return value;
}

// Takes `KEY=VALUE` off the front.
std::optional<std::string> TakeKey(std::string_view key,
                                   std::vector<std::string>& words) {
  const std::string start = std::string(key) + "=";
  if (words.empty() || !words.front().starts_with(start)) return std::nullopt;
  std::string value = words.front().substr(start.size());
  words.erase(words.begin());
  return value;
}

// The names of the two phases are those of a report and of `infer --phase`.
Result<bool> ParseServing(std::string_view phase) {
  if (phase == "serving") return true;
  if (phase == "startup") return false;
  return Fail("`phase=` is followed by `startup` or `serving`");
}

Result<Question> ParseQuestion(std::string_view line) {
  std::vector<std::string> words = WordsOf(line);
  Question question;
  question.architecture = TakeKey("arch", words).value_or("");
  question.portion = TakeKey("portion", words).value_or("");
  ASSIGN_OR_RETURN(question.serving,
                   ParseServing(TakeKey("phase", words).value_or("startup")));
  if (const auto word = TakeKey("word", words)) {
    ASSIGN_OR_RETURN(question.word, ParseWord(*word));
  }
  if (words.empty()) return Fail("a line names a system call");
  question.call = words.front();
  question.arguments.assign(words.begin() + 1, words.end());
  return question;
}

}  // namespace

Result<policy::Verdict> BatchEvaluator::Ask(std::string_view line) const {
  ASSIGN_OR_RETURN(const Question question, ParseQuestion(line));
  const auto target = std::ranges::find_if(targets_, [&](const auto& each) {
    return question.architecture.empty() ||
           ArchitectureName(each.architecture) == question.architecture;
  });
  if (target == targets_.end())
    return Fail("`" + question.architecture + "` is no target of the policy");
  ASSIGN_OR_RETURN(const policy::PortionPolicy* const portion,
                   SelectPortion(*target, question.portion));
  ASSIGN_OR_RETURN(SeccompData data,
                   policy::ParseInvocation(target->architecture, question.call,
                                           question.arguments));
  if (question.word) data.architecture = *question.word;
  if (!question.serving)
    return policy::Evaluate(target->architecture, *portion, data);
  RETURN_IF_ERROR(RequireServing(*portion));
  return policy::EvaluateServing(target->architecture, *portion, data);
}

std::string BatchEvaluator::Answer(std::string_view line) {
  const Result<policy::Verdict> verdict = Ask(line);
  if (verdict.ok()) {
    return WriteJson({{"action", policy::ActionName(verdict->action)},
                      {"index", verdict->rule}},
                     -1);
  }
  had_errors_ = true;
  return WriteJson({{"error", verdict.error().message}}, -1);
}

}  // namespace bailey::cli
