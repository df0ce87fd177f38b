// Suppressions in policies: `# bailey-ignore(rule): reason`, as in sources. It
// speaks of the statement that begins on its line, else on the next line with
// one.

#include "common/findings/comments.h"
#include "common/findings/rules.h"
#include "common/findings/suppression.h"
#include "policy-compiler/language/commented_tokens.h"
#include "policy-compiler/verify/lint/lint.h"

namespace bailey::policy {
namespace {

class CommentFinder {
 public:
  explicit CommentFinder(const SourceText& text) : text_(text) {}

  SourceComments Run() {
    for (const CommentedToken& piece : CommentedTokens(text_)) {
      for (const Comment& comment : piece.comments) Add(comment.text);
      if (piece.kind != TokenKind::kEnd) MarkCode(PlaceOf(piece.text).line);
    }
    return std::move(found_);
  }

 private:
  // Pieces come in the order of the text, so the walk over it is one.
  LineColumn PlaceOf(std::string_view piece) {
    const auto offset = static_cast<size_t>(piece.data() - text_.text.data());
    for (; at_ < offset; ++at_) {
      if (text_.text[at_] != '\n') continue;
      ++line_;
      line_begin_ = at_ + 1;
    }
    return {line_, static_cast<int>(offset - line_begin_) + 1};
  }

  void Add(std::string_view text) {
    const LineColumn place = PlaceOf(text);
    text.remove_prefix(text.starts_with("//") ? 2 : 1);
    found_.comments.push_back({place.line, place.column, place.line, text});
  }

  void MarkCode(int line) {
    const auto index = static_cast<size_t>(line);
    if (found_.has_code.size() <= index) found_.has_code.resize(index + 1);
    found_.has_code[index] = true;
  }

  const SourceText& text_;
  size_t at_ = 0;
  size_t line_begin_ = 0;
  int line_ = 1;
  SourceComments found_;
};

LintFinding BadSuppressionFinding(const std::string& file,
                                  const BadSuppression& bad) {
  LintFinding finding;
  finding.finding.rule = kBadSuppressionRule;
  finding.finding.level = FindingLevel::kError;
  finding.finding.message = bad.problem;
  finding.finding.sites = {{file, bad.line, bad.column, ""}};
  finding.finding.key = finding.finding.rule + "|" + file + "|" + bad.problem;
  return finding;
}

}  // namespace

void SuppressLint(const std::string& file, const std::string& text,
                  LintResult& result) {
  const SourceText source{file, text};
  const SourceSuppressions found =
      ParseSuppressions(CommentFinder(source).Run());
  for (LintFinding& one : result.findings) {
    Finding& finding = one.finding;
    if (finding.sites.front().file != file) continue;
    const SourceSuppression* hit =
        found.Find(finding.rule, finding.subject, finding.sites.front().line);
    if (hit != nullptr) finding.suppression = {true, hit->reason};
  }
  for (const BadSuppression& bad : found.bad)
    result.findings.push_back(BadSuppressionFinding(file, bad));
}

}  // namespace bailey::policy
