#include "common/findings/suppression.h"

#include <algorithm>

#include "common/findings/rules.h"

namespace bailey {
namespace {

constexpr std::string_view kMark = "bailey-ignore";
constexpr std::string_view kBlank = " \t\r\n*";

std::string_view Trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// The reason in one line, whatever line ends are in it.
std::string OneLine(std::string_view text) {
  std::string line(Trimmed(text));
  std::ranges::replace_if(
      line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  return line;
}

int SpokenOf(const SourceComments& source, const SourceComment& comment) {
  const auto has_code = [&](int line) {
    return static_cast<size_t>(line) < source.has_code.size() &&
           source.has_code[static_cast<size_t>(line)];
  };
  if (has_code(comment.line)) return comment.line;
  for (int line = comment.last_line;
       static_cast<size_t>(line) < source.has_code.size(); ++line)
    if (has_code(line)) return line;
  return 0;
}

// What stands between `(` and `)`, one entry a comma.
std::vector<SourceSuppression> Targets(std::string_view list) {
  std::vector<SourceSuppression> targets;
  while (true) {
    const size_t comma = list.find(',');
    const std::string_view item = Trimmed(list.substr(0, comma));
    const size_t colon = item.find(':');
    SourceSuppression& target = targets.emplace_back();
    target.rule = Trimmed(item.substr(0, colon));
    if (colon != std::string_view::npos)
      target.subject = Trimmed(item.substr(colon + 1));
    if (comma == std::string_view::npos) return targets;
    list.remove_prefix(comma + 1);
  }
}

class CommentReader {
 public:
  CommentReader(const SourceComments& source, const SourceComment& comment,
                SourceSuppressions& found)
      : source_(source), comment_(comment), found_(found) {}

  void Read() {
    std::string_view text = comment_.text;
    text.remove_prefix(std::min(text.find_first_not_of(" \t*/!"), text.size()));
    if (!text.starts_with(kMark)) return;
    text.remove_prefix(kMark.size());
    if (!text.starts_with('('))
      return Refuse("say which rule: `bailey-ignore(rule): reason`");
    const size_t close = text.find(')');
    if (close == std::string_view::npos) return Refuse("`)` is missing");
    ReadTargets(text.substr(1, close - 1), text.substr(close + 1));
  }

 private:
  void ReadTargets(std::string_view list, std::string_view rest) {
    rest = Trimmed(rest);
    if (!rest.starts_with(':') || Trimmed(rest.substr(1)).empty())
      return Refuse("the reason is missing: `bailey-ignore(rule): reason`");
    for (SourceSuppression& target : Targets(list)) {
      if (!IsFindingRule(target.rule)) {
        Refuse("no rule is called `" + target.rule + "`");
        continue;
      }
      target.reason = OneLine(rest.substr(1));
      target.line = SpokenOf(source_, comment_);
      found_.good.push_back(std::move(target));
    }
  }

  void Refuse(std::string problem) {
    found_.bad.push_back({comment_.line, comment_.column, std::move(problem)});
  }

  const SourceComments& source_;
  const SourceComment& comment_;
  SourceSuppressions& found_;
};

}  // namespace

const SourceSuppression* SourceSuppressions::Find(std::string_view rule,
                                                  std::string_view subject,
                                                  int line) const {
  const auto found =
      std::ranges::find_if(good, [&](const SourceSuppression& suppression) {
        return suppression.line == line && suppression.rule == rule &&
               (suppression.subject.empty() || suppression.subject == subject);
      });
  return found == good.end() ? nullptr : &*found;
}

SourceSuppressions ParseSuppressions(std::string_view text) {
  if (text.find(kMark) == std::string_view::npos) return {};
  return ParseSuppressions(FindComments(text));
}

SourceSuppressions ParseSuppressions(const SourceComments& source) {
  SourceSuppressions found;
  for (const SourceComment& comment : source.comments)
    CommentReader(source, comment, found).Read();
  return found;
}

}  // namespace bailey
