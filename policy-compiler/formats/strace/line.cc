// One line of strace's output: see strace_line.h.

#include "policy-compiler/formats/strace/line.h"

#include <charconv>

namespace bailey::policy {
namespace {

using Kind = StraceLine::Kind;

constexpr std::string_view kUnfinished = "<unfinished ...>";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHex(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool IsWord(char c) {
  return IsDigit(c) || c == '_' || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

void SkipBlanks(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
}

template <class Predicate>
std::string_view TakeWhile(std::string_view& text, Predicate holds) {
  size_t length = 0;
  while (length < text.size() && holds(text[length])) ++length;
  const std::string_view taken = text.substr(0, length);
  text.remove_prefix(length);
  return taken;
}

uint32_t Number(std::string_view digits) {
  uint32_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

// "[pid  12] " of -f, "[00007f12a4]" of -i, "[ 257]" of -n.
bool TakeBracket(std::string_view& text, uint32_t& pid) {
  std::string_view rest = text.substr(1);
  const bool is_pid = rest.starts_with("pid ");
  if (is_pid) rest.remove_prefix(4);
  SkipBlanks(rest);
  // Where a process ended there is no instruction: question marks.
  const std::string_view digits =
      TakeWhile(rest, [](char c) { return IsHex(c) || c == '?'; });
  SkipBlanks(rest);
  if (digits.empty() || !rest.starts_with(']')) return false;
  if (is_pid) pid = Number(digits);
  text = rest.substr(1);
  return true;
}

// "12 ", "12:34:56.789 ", "1700000000.5 ", "0.000012 "
bool TakeNumber(std::string_view& text, uint32_t& pid) {
  std::string_view rest = text;
  const std::string_view number = TakeWhile(
      rest, [](char c) { return IsDigit(c) || c == ':' || c == '.'; });
  if (!rest.starts_with(' ')) return false;
  if (number.find_first_of(":.") == std::string_view::npos)
    pid = Number(number);
  text = rest;
  return true;
}

// "(+     0.000012)" of -r beside another time.
bool TakeDelta(std::string_view& text) {
  const size_t end = text.find(')');
  if (!text.starts_with("(+") || end == std::string_view::npos) return false;
  text.remove_prefix(end + 1);
  return true;
}

void TakePrefixes(std::string_view& text, uint32_t& pid) {
  while (true) {
    SkipBlanks(text);
    if (text.empty()) return;
    const bool taken = text.front() == '[' ? TakeBracket(text, pid)
                       : text.front() == '('
                           ? TakeDelta(text)
                           : IsDigit(text.front()) && TakeNumber(text, pid);
    if (!taken) return;
  }
}

// "[ Process PID=12 runs in 32 bit mode. ]"
bool ParseMode(std::string_view text, StraceLine& line) {
  constexpr std::string_view kHead = "[ Process PID=", kIn = " runs in ";
  if (!text.starts_with(kHead)) return false;
  text.remove_prefix(kHead.size());
  line.pid = Number(TakeWhile(text, IsDigit));
  const size_t end = text.find(" mode");
  if (!text.starts_with(kIn) || end == std::string_view::npos) return false;
  line.kind = Kind::kMode;
  line.name = text.substr(kIn.size(), end - kIn.size());
  return true;
}

bool ParseResumed(std::string_view text, StraceLine& line) {
  constexpr std::string_view kHead = "<... ", kTail = " resumed>";
  if (!text.starts_with(kHead)) return false;
  text.remove_prefix(kHead.size());
  line.name = TakeWhile(text, IsWord);
  if (!text.starts_with(kTail)) return false;
  line.kind = Kind::kResumed;
  line.text = text.substr(kTail.size());
  return true;
}

bool IsOther(std::string_view text) {
  for (const std::string_view head :
       {"+++ ", "--- ", "> ", "strace: ", "????", "<detached", "<ptrace("})
    if (text.starts_with(head)) return true;
  return text.empty();
}

// What ends an argument: its text goes from string to string, from bracket to
// bracket.
class ArgumentScanner {
 public:
  explicit ArgumentScanner(std::string_view text) : text_(text) {}

  StraceArguments Run() {
    for (; at_ < text_.size(); ++at_)
      if (!Step(text_[at_])) return Take();
    Finish();
    return Take();
  }

 private:
  // False: at the closing parenthesis.
  bool Step(char c) {
    if (c == '"') return String();
    if (text_.substr(at_).starts_with("/*")) return Comment();
    if (c == '<' && IsAnnotation()) return Annotation();
    if (c == '(' || c == '[' || c == '{') ++depth_;
    if (c == ')' && depth_ == 0) {
      Finish();
      result_.complete = true;
      return false;
    }
    if ((c == ')' || c == ']' || c == '}') && depth_ > 0) --depth_;
    if (c == ',' && depth_ == 0)
      Finish();
    else
      current_ += c;
    return true;
  }

  void Finish() {
    const size_t first = current_.find_first_not_of(' ');
    const bool blank = first == std::string::npos;
    const size_t last = current_.find_last_not_of(' ');
    if (!blank || !result_.values.empty() || at_ < text_.size())
      result_.values.push_back(
          blank ? "" : current_.substr(first, last - first + 1));
    current_.clear();
  }

  bool String() {
    current_ += '"';
    while (++at_ < text_.size() && text_[at_] != '"')
      if (text_[at_] == '\\') ++at_;
    return true;
  }

  // -X verbose writes a value's name as a comment.
  bool Comment() {
    const size_t end = text_.find("*/", at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 1;
    return true;
  }

  // What -y writes behind a descriptor, or `<unfinished ...>`.
  bool IsAnnotation() const {
    const bool shift = text_.substr(at_).starts_with("<<");
    return !shift && (at_ == 0 || text_[at_ - 1] != '<');
  }

  // "<TCP:[127.0.0.1:80->127.0.0.1:81]>", "</dev/tty<char 5:0>>"
  bool Annotation() {
    int angles = 0, squares = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '[') ++squares;
      if (c == ']' && squares > 0) --squares;
      if (squares > 0) continue;
      if (c == '<') ++angles;
      if (c == '>' && --angles == 0) return true;
    }
    return true;
  }

  StraceArguments Take() {
    if (result_.values.size() == 1 && result_.values.front().empty())
      result_.values.clear();
    return std::move(result_);
  }

  const std::string_view text_;
  size_t at_ = 0;
  int depth_ = 0;
  std::string current_;
  StraceArguments result_;
};

void ParseCall(std::string_view text, StraceLine& line) {
  line.name = TakeWhile(text, IsWord);
  line.kind = Kind::kUnknown;
  if (line.name.empty() || IsDigit(line.name.front()) || !text.starts_with('('))
    return;
  line.text = text.substr(1);
  line.kind = Kind::kCall;
  line.failed = text.rfind(") = -1 ") != std::string_view::npos;
  const size_t unfinished = line.text.rfind(kUnfinished);
  if (unfinished == std::string_view::npos) return;
  line.kind = Kind::kUnfinished;
  line.text = line.text.substr(0, unfinished);
}

}  // namespace

StraceLine ParseStraceLine(std::string_view text) {
  StraceLine line;
  while (text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  if (ParseMode(text, line)) return line;
  TakePrefixes(text, line.pid);
  if (IsOther(text) || ParseMode(text, line) || ParseResumed(text, line))
    return line;
  ParseCall(text, line);
  return line;
}

StraceArguments SplitStraceArguments(std::string_view text) {
  return ArgumentScanner(text).Run();
}

}  // namespace bailey::policy
