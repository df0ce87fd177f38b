#include "policy-compiler/language/ceilings.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace bailey::policy {
namespace {

bool NamesFile(std::string_view name) {
  return name.starts_with("./") || name.starts_with("../") ||
         name.ends_with(".policy");
}

// `named` as seen from where the file `from` is seen from.
std::string PathFrom(std::string_view from, std::string_view named) {
  // `.//a` is `a`, and not `/a`.
  while (named.starts_with("./"))
    named.remove_prefix(
        std::min(named.find_first_not_of('/', 1), named.size()));
  const size_t slash = from.rfind('/');
  if (named.starts_with('/') || slash == std::string_view::npos)
    return std::string(named);
  return std::string(from.substr(0, slash + 1)) + std::string(named);
}

std::string FirstError(const Diagnostics& diagnostics) {
  for (const Diagnostic& found : diagnostics.all()) {
    if (found.severity != Severity::kError) continue;
    return found.file + ":" + std::to_string(found.line) + ": " + found.message;
  }
  return "";
}

class CeilingReader {
 public:
  CeilingReader(const PolicySources& sources, const CeilingLoader& load)
      : sources_(sources), load_(load) {}

  void Read(const std::vector<Statement>& statements, PolicyText& text) {
    for (const Statement& statement : statements) {
      if (text.report.full()) return;
      if (const auto* inner = std::get_if<PortionStatement>(&statement.body))
        Read(inner->statements, text);
      const auto* claim = std::get_if<AssertStatement>(&statement.body);
      if (claim == nullptr || claim->kind != AssertionKind::kSubset) continue;
      text.ceilings.emplace(claim->ceiling.span.offset,
                            Find(claim->ceiling, text));
    }
  }

 private:
  using Loaded = std::shared_ptr<const ParsedPolicy>;

  Loaded Find(const Name& name, PolicyText& from) {
    const bool is_file = NamesFile(name.text);
    std::optional<SourceText> source =
        is_file ? FileText(name, from) : LibraryText(name, from);
    if (!source) return nullptr;
    Loaded ceiling = Load(*std::move(source), is_file, name, from);
    if (ceiling == nullptr || ceiling->policy) return ceiling;
    from.report.Error(name.span,
                      "the ceiling " + Quoted(name.text) +
                          " has errors: " + FirstError(ceiling->diagnostics));
    return nullptr;
  }

  std::optional<SourceText> LibraryText(const Name& name, PolicyText& from) {
    std::optional<std::string> text;
    if (sources_.library) text = sources_.library(name.text);
    if (text) return SourceText{name.text, *std::move(text)};
    const std::vector<std::string_view> names(sources_.library_names.begin(),
                                              sources_.library_names.end());
    const std::string nearest = DidYouMean(name.text, names);
    from.report.Error(
        name.span, "unknown library " + Quoted(name.text),
        nearest.empty() ? "a file's name ends in `.policy`" : nearest);
    return std::nullopt;
  }

  std::optional<SourceText> FileText(const Name& name, PolicyText& from) {
    if (from.is_builtin || !sources_.file) {
      from.report.Error(name.span, "files cannot be named here");
      return std::nullopt;
    }
    const std::string path = PathFrom(from.text.name, name.text);
    Result<UsedFile> file = sources_.file(path);
    if (file.has_value()) return SourceText{path, std::move(file->text)};
    from.report.Error(name.span, file.error().message, file.error().hint);
    return std::nullopt;
  }

  // A file may have a library's name: `./runtime/c` is seen as `runtime/c`.
  Loaded Load(SourceText source, bool is_file, const Name& name,
              PolicyText& from) {
    const std::pair key(is_file, source.name);
    if (const auto known = known_.find(key); known != known_.end())
      return known->second;
    if (known_.size() == kMaxCeilings) {
      from.report.Error(name.span, "the policy names more than " +
                                       std::to_string(kMaxCeilings) +
                                       " ceilings");
      return nullptr;
    }
    auto loaded = std::make_shared<const ParsedPolicy>(load_(source, sources_));
    known_.emplace(key, loaded);
    return loaded;
  }

  const PolicySources& sources_;
  const CeilingLoader& load_;
  std::map<std::pair<bool, std::string>, Loaded> known_;  // whether a file
};

}  // namespace

void LoadCeilings(std::deque<PolicyText>& texts, const PolicySources& sources,
                  const CeilingLoader& load) {
  CeilingReader reader(sources, load);
  for (PolicyText& text : texts) reader.Read(text.syntax.statements, text);
}

void DropAssertions(std::vector<Statement>& statements) {
  std::erase_if(statements, [](const Statement& statement) {
    return std::holds_alternative<AssertStatement>(statement.body);
  });
  for (Statement& statement : statements)
    if (auto* portion = std::get_if<PortionStatement>(&statement.body))
      DropAssertions(portion->statements);
}

}  // namespace bailey::policy
