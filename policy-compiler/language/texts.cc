#include "policy-compiler/language/texts.h"

#include <algorithm>
#include <optional>

#include "policy-compiler/language/lexer.h"
#include "policy-compiler/language/parser.h"
#include "policy-compiler/language/widths.h"

namespace bailey::policy {
namespace {

std::vector<size_t> LineBegins(std::string_view text) {
  std::vector<size_t> begins = {0};
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') begins.push_back(i + 1);
  return begins;
}

bool IsRelative(std::string_view name) {
  return name.starts_with("./") || name.starts_with("../");
}

// `used`, which is relative, as seen from where the file `from` is seen from.
std::string PathBeside(std::string_view from, std::string_view used) {
  // `.//a` is `a`, and not `/a`.
  while (used.starts_with("./"))
    used.remove_prefix(std::min(used.find_first_not_of('/', 1), used.size()));
  const size_t slash = from.rfind('/');
  if (slash == std::string_view::npos) return std::string(used);
  return std::string(from.substr(0, slash + 1)) + std::string(used);
}

std::optional<uint64_t> VersionOf(const PolicySyntax& syntax,
                                  TextReporter& report) {
  std::optional<uint64_t> version;
  for (const Statement& statement : syntax.statements) {
    const auto* found = std::get_if<VersionStatement>(&statement.body);
    if (found == nullptr) continue;
    if (version) report.Error(statement.keyword.span, "`version` stands twice");
    version = found->version.number;
  }
  return version;
}

class Loader {
 public:
  Loader(const PolicySources& sources, DiagnosticSink& sink)
      : sources_(sources), sink_(sink) {}

  std::deque<PolicyText> Run(const SourceText& main) {
    stack_.push_back(IdentityOfMain(main));
    Read(texts_.emplace_back(main, sink_));
    return std::move(texts_);
  }

 private:
  // So that a file that uses the author's own is seen to be a cycle. A text
  // that is no file has no identity, and nothing can use it.
  std::string IdentityOfMain(const SourceText& main) const {
    if (!sources_.file) return "";
    const Result<UsedFile> found = sources_.file(main.name);
    return found.has_value() ? "file " + found->identity : "";
  }

  void Read(PolicyText& text) {
    total_bytes_ += text.text.text.size();
    text.syntax = ParsePolicy(text.text, text.report);
    text.widths = WidthsOf(text.syntax, text.report);
    text.version = VersionOf(text.syntax, text.report);
    FollowUses(text.syntax.statements, text);
  }

  // INVARIANT: it ends, since the parser bounds how deep blocks stand in each
  // other.
  void FollowUses(const std::vector<Statement>& statements, PolicyText& text) {
    for (const Statement& statement : statements) {
      if (sink_.full()) return;
      if (const auto* use = std::get_if<UseStatement>(&statement.body))
        text.uses.emplace(use->library.span.offset, Follow(*use, text));
      if (const auto* portion = std::get_if<PortionStatement>(&statement.body))
        FollowUses(portion->statements, text);
      if (const auto* serving = std::get_if<ServingStatement>(&statement.body))
        FollowUses(serving->statements, text);
    }
  }

  PolicyText* Follow(const UseStatement& use, PolicyText& from) {
    const Name& name = use.library;
    PolicyText* const used = IsRelative(name.text) ? FollowFile(name, from)
                                                   : FollowLibrary(name, from);
    if (used != nullptr && use.version) CheckVersion(use, *used, from);
    return used;
  }

  void CheckVersion(const UseStatement& use, const PolicyText& used,
                    PolicyText& from) {
    if (used.version == use.version->number) return;
    const std::string name = Quoted(use.library.text);
    if (!used.version) {
      from.report.Error(use.version->span, name + " says no version",
                        "its text does, in `version " +
                            std::to_string(use.version->number) + ";`");
      return;
    }
    const std::string has = std::to_string(*used.version);
    from.report.Error(
        use.version->span,
        name + " has no version " + std::to_string(use.version->number) +
            ": the one known is " + has,
        "read what it allows now, and write `version " + has + "`");
  }

  PolicyText* FollowLibrary(const Name& name, PolicyText& from) {
    const std::string identity = "library " + name.text;
    if (Refuses(identity, name, from)) return nullptr;
    if (const auto known = known_.find(identity); known != known_.end())
      return known->second;
    std::optional<std::string> text;
    if (sources_.library) text = sources_.library(name.text);
    if (text)
      return Add(identity, name, {name.text, *std::move(text)}, true, from);
    from.report.Error(name.span, "unknown library " + Quoted(name.text),
                      LibraryHint(name.text));
    return nullptr;
  }

  std::string LibraryHint(const std::string& name) const {
    const std::vector<std::string_view> names(sources_.library_names.begin(),
                                              sources_.library_names.end());
    std::string nearest = DidYouMean(name, names);
    if (!nearest.empty()) return nearest;
    if (name.starts_with('/') || name.ends_with(".policy"))
      return "a file is named relative to this one: `./NAME.policy`";
    std::string list;
    for (const std::string_view known : names)
      list += (list.empty() ? "`" : ", `") + std::string(known) + "`";
    return list.empty() ? "" : "built-in ones are " + list;
  }

  PolicyText* FollowFile(const Name& name, PolicyText& from) {
    if (from.is_builtin || !sources_.file) {
      from.report.Error(name.span, from.is_builtin
                                       ? "a built-in library cannot use a file"
                                       : "files cannot be used here");
      return nullptr;
    }
    const std::string path = PathBeside(from.text.name, name.text);
    Result<UsedFile> file = sources_.file(path);
    if (!file.has_value()) {
      from.report.Error(name.span, file.error().message, file.error().hint);
      return nullptr;
    }
    const std::string identity = "file " + file->identity;
    if (Refuses(identity, name, from)) return nullptr;
    if (const auto known = known_.find(identity); known != known_.end())
      return known->second;
    return Add(identity, name, {path, std::move(file->text)}, false, from);
  }

  // What may not be used from where we are, whether it was read or not.
  bool Refuses(const std::string& identity, const Name& name,
               PolicyText& from) {
    if (std::ranges::find(stack_, identity) != stack_.end()) {
      from.report.Error(
          name.span,
          Quoted(name.text) + " uses itself, directly or through others");
      return true;
    }
    if (stack_.size() <= kMaxUseDepth) return false;
    from.report.Error(name.span, "policies use each other more than " +
                                     std::to_string(kMaxUseDepth) +
                                     " levels deep");
    return true;
  }

  PolicyText* Add(const std::string& identity, const Name& name,
                  SourceText source, bool is_builtin, PolicyText& from) {
    if (!HasRoom(source.text.size(), name, from)) return nullptr;
    PolicyText& text = texts_.emplace_back(std::move(source), sink_);
    text.is_library = true;
    text.is_builtin = is_builtin;
    // Built-in libraries are written for all architectures at once.
    if (is_builtin) text.report.ForgiveMissing();
    known_.emplace(identity, &text);
    stack_.push_back(identity);
    Read(text);
    stack_.pop_back();
    return &text;
  }

  bool HasRoom(size_t bytes, const Name& name, PolicyText& from) {
    std::string problem;
    if (bytes > kMaxPolicyBytes) {
      problem = Quoted(name.text) + " is larger than " +
                std::to_string(kMaxPolicyBytes) + " bytes";
    } else if (total_bytes_ + bytes > kMaxTotalBytes) {
      problem = "the texts of the policy have more than " +
                std::to_string(kMaxTotalBytes) + " bytes together";
    } else if (texts_.size() >= kMaxTexts) {
      problem =
          "the policy is of more than " + std::to_string(kMaxTexts) + " texts";
    }
    if (problem.empty()) return true;
    from.report.Error(name.span, std::move(problem));
    return false;
  }

  const PolicySources& sources_;
  DiagnosticSink& sink_;
  std::deque<PolicyText> texts_;
  std::map<std::string, PolicyText*, std::less<>> known_;
  std::vector<std::string> stack_;  // identities, the author's first
  size_t total_bytes_ = 0;
};

}  // namespace

PolicyText::PolicyText(SourceText source, DiagnosticSink& sink)
    : text(std::move(source)),
      report(text, sink),
      lines(LineBegins(text.text)) {}

LineColumn PlaceIn(const PolicyText& text, size_t offset) {
  const auto after = std::ranges::upper_bound(text.lines, offset);
  const auto line = static_cast<size_t>(after - text.lines.begin());
  return {static_cast<int>(line),
          static_cast<int>(offset - text.lines[line - 1]) + 1};
}

std::deque<PolicyText> LoadTexts(const SourceText& main,
                                 const PolicySources& sources,
                                 DiagnosticSink& sink) {
  return Loader(sources, sink).Run(main);
}

}  // namespace bailey::policy
