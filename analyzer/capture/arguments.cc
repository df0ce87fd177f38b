#include "analyzer/capture/arguments.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "common/fd.h"

namespace bailey::analyzer {
namespace {

// Response files may name response files; GCC stops at 2000, we earlier.
constexpr int kResponseFileDepth = 16;
constexpr size_t kResponseFileLimitBytes = size_t{16} << 20;

// Options of the compiler whose value may be the next word.
constexpr std::array<std::string_view, 41> kSeparateOptions = {
    "-I",
    "-D",
    "-U",
    "-include",
    "-imacros",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-isysroot",
    "-iprefix",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-MF",
    "-MT",
    "-MQ",
    "-x",
    "-A",
    "-Xpreprocessor",
    "-Xassembler",
    "-Xclang",
    "-target",
    "-arch",
    "--param",
    "-mllvm",
    "-aux-info",
    "-B",
    "--sysroot",
    "-include-pch",
    "-Xanalyzer",
    "-ivfsoverlay",
    "-iwithsysroot",
    "-iframework",
    "-isystem-after",
    "-imultilib",
    "-MJ",
    "-resource-dir",
    "-working-directory",
    "--serialize-diagnostics",
    "-dumpbase",
    "-dumpbase-ext",
    "-dumpdir"};

// The same, of options that matter to the linker alone.
constexpr std::array<std::string_view, 6> kSeparateLinkerOptions = {
    "-L", "-Xlinker", "-T", "-u", "-z", "-e"};

constexpr std::array<std::string_view, 12> kLinkerWords = {
    "-shared",     "-static",  "-pie",      "-no-pie",        "-rdynamic",
    "-s",          "-r",       "-nostdlib", "-nodefaultlibs", "-nostartfiles",
    "-static-pie", "-symbolic"};

constexpr std::array<std::string_view, 9> kLinkerPrefixes = {
    "-L", "-Wl,", "-fuse-ld=", "-static-lib", "-shared-lib",
    "-T", "-u",   "-z",        "-nolib"};

constexpr std::array<std::string_view, 10> kSourceSuffixes = {
    ".c", ".cc", ".cpp", ".cxx", ".C", ".c++", ".cp", ".CPP", ".i", ".ii"};

template <size_t N>
bool Among(const std::array<std::string_view, N>& set, std::string_view word) {
  return std::ranges::find(set, word) != set.end();
}

bool IsSourceLanguage(std::string_view language) {
  return language == "c" || language == "c++" || language == "cpp-output" ||
         language == "c++-cpp-output";
}

bool IsSource(std::string_view file, std::string_view language) {
  if (!language.empty() && language != "none")
    return IsSourceLanguage(language);
  const std::string suffix = std::filesystem::path(file).extension().string();
  return Among(kSourceSuffixes, suffix);
}

bool BuildsNothing(std::string_view word) {
  return word == "--version" || word == "-###" || word == "--help" ||
         word.starts_with("-print-") || word.starts_with("--print-") ||
         word == "-dumpversion" || word == "-dumpfullversion" ||
         word == "-dumpmachine" || word == "-dumpspecs" || word == "-cc1" ||
         word == "-cc1as" || word == "-fsyntax-only";
}

std::optional<DriverMode> ModeOf(std::string_view word) {
  if (BuildsNothing(word)) return DriverMode::kNothing;
  if (word == "-E" || word == "-M" || word == "-MM")
    return DriverMode::kPreprocess;
  if (word == "-c" || word == "-S") return DriverMode::kCompile;
  return std::nullopt;
}

// Reads the words one after the other; `language_` is what the last -x said.
class Parser {
 public:
  explicit Parser(const std::vector<std::string>& words) : words_(words) {}

  DriverArguments Parse() {
    for (next_ = 1; next_ < words_.size();) ReadOne();
    return std::move(result_);
  }

 private:
  void ReadOne() {
    const std::string& word = words_[next_++];
    if (word.size() < 2 || word[0] != '-') return AddFile(word);
    if (const auto mode = ModeOf(word)) SetMode(*mode);
    if (word.starts_with("-o")) return AddOutput(word);
    if (word.starts_with("-l")) return AddLibrary(word);
    if (Among(kSeparateLinkerOptions, word))
      return AddWithValue(ArgumentKind::kLinkerOption, word);
    if (Among(kSeparateOptions, word)) return AddSeparate(word);
    if (word.starts_with("-x")) language_ = word.substr(2);
    AddWord(word);
  }

  // The strongest of several stopping options counts, as for the drivers.
  void SetMode(DriverMode mode) { result_.mode = std::max(result_.mode, mode); }

  std::string TakeValue() {
    return next_ < words_.size() ? words_[next_++] : std::string();
  }

  void Add(ArgumentKind kind, std::vector<std::string> words,
           std::string text) {
    result_.all.push_back({kind, std::move(words), std::move(text)});
  }

  void AddFile(const std::string& word) {
    Add(IsSource(word, language_) ? ArgumentKind::kSource
                                  : ArgumentKind::kInput,
        {word}, word);
  }

  void AddOutput(const std::string& word) {
    const bool joined = word.size() > 2;
    result_.output = joined ? word.substr(2) : TakeValue();
    Add(ArgumentKind::kOutput, {"-o", result_.output}, result_.output);
  }

  void AddLibrary(const std::string& word) {
    const std::string name = word.size() > 2 ? word.substr(2) : TakeValue();
    Add(ArgumentKind::kLibrary, {"-l" + name}, name);
  }

  void AddWithValue(ArgumentKind kind, const std::string& word) {
    std::string value = TakeValue();
    Add(kind, {word, value}, value);
  }

  void AddSeparate(const std::string& word) {
    AddWithValue(ArgumentKind::kOption, word);
    if (word == "-x") language_ = result_.all.back().text;
  }

  void AddWord(const std::string& word) {
    result_.shared |= word == "-shared";
    result_.relocatable |= word == "-r";
    const bool linker =
        Among(kLinkerWords, word) ||
        std::ranges::any_of(kLinkerPrefixes, [&](std::string_view prefix) {
          return word.starts_with(prefix);
        });
    Add(linker ? ArgumentKind::kLinkerOption : ArgumentKind::kOption, {word},
        word);
  }

  const std::vector<std::string>& words_;
  size_t next_ = 0;
  std::string language_;
  DriverArguments result_;
};

// Words of a response file: separated by white space, with both quotes and
// backslashes as in a shell (libiberty's buildargv).
std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool space = c == ' ' || (c >= '\t' && c <= '\r');
    if (space && quote == 0) {
      if (in_word) words.push_back(std::move(word));
      word.clear();
      in_word = false;
      continue;
    }
    in_word = true;
    if (c == '\\' && i + 1 < text.size())
      word += text[++i];
    else if (quote != 0 ? c == quote : (c == '"' || c == '\''))
      quote = quote != 0 ? 0 : c;
    else
      word += c;
  }
  if (in_word) words.push_back(std::move(word));
  return words;
}

void Expand(const std::vector<std::string>& words, const std::string& directory,
            int depth, std::vector<std::string>& out) {
  for (const std::string& word : words) {
    if (word.size() < 2 || word[0] != '@' || depth == 0) {
      out.push_back(word);
      continue;
    }
    const std::filesystem::path path =
        std::filesystem::path(directory) / word.substr(1);
    const auto text = ReadFile(path.string(), kResponseFileLimitBytes);
    if (text.ok())
      Expand(SplitWords(*text), directory, depth - 1, out);
    else
      out.push_back(word);
  }
}

}  // namespace

DriverArguments ParseDriverArguments(
    const std::vector<std::string>& arguments) {
  return Parser(arguments).Parse();
}

std::vector<std::string> ExpandResponseFiles(
    const std::vector<std::string>& arguments, const std::string& directory) {
  std::vector<std::string> out;
  Expand(arguments, directory, kResponseFileDepth, out);
  return out;
}

}  // namespace bailey::analyzer
