#include "analyzer/outline/regions.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace bailey::analyzer {
namespace {

// A jump inside a statement that leads out of it. `breakable`, `continuable`:
// how many of the statements around it, below where the search began, end
// `break` and `continue`.
const clang::Stmt* EscapeOf(const clang::Stmt* s, int breakable,
                            int continuable) {
  if (!s) return nullptr;
  if (clang::isa<clang::ReturnStmt, clang::GotoStmt, clang::IndirectGotoStmt,
                 clang::LabelStmt, clang::AddrLabelExpr>(s))
    return s;
  if (clang::isa<clang::BreakStmt>(s)) return breakable > 0 ? nullptr : s;
  if (clang::isa<clang::ContinueStmt>(s)) return continuable > 0 ? nullptr : s;
  const bool is_switch = clang::isa<clang::SwitchStmt>(s);
  const bool is_loop =
      clang::isa<clang::ForStmt, clang::WhileStmt, clang::DoStmt>(s);
  for (const clang::Stmt* child : s->children())
    if (const auto* escape = EscapeOf(child, breakable + (is_switch || is_loop),
                                      continuable + is_loop))
      return escape;
  return nullptr;
}

// A `case` whose switch is not in the statement.
const clang::Stmt* EntryOf(const clang::Stmt* s) {
  if (!s || clang::isa<clang::SwitchStmt>(s)) return nullptr;
  if (clang::isa<clang::SwitchCase>(s)) return s;
  for (const clang::Stmt* child : s->children())
    if (const auto* entry = EntryOf(child)) return entry;
  return nullptr;
}

bool HasCall(const clang::Stmt* s) {
  if (!s) return false;
  if (clang::isa<clang::CallExpr>(s)) return true;
  return std::ranges::any_of(s->children(), HasCall);
}

class Finder {
 public:
  explicit Finder(const SecretLocals& secrets) : secrets_(secrets) {}

  void List(const clang::CompoundStmt& block) {
    Run run;
    run.block = &block;
    for (const clang::Stmt* child : block.body()) Step(*child, run);
    Close(run);
  }

  std::vector<Region> regions;

 private:
  struct Run {
    Region region;
    const clang::CompoundStmt* block = nullptr;
    std::vector<const clang::Stmt*> pending;  // harmless, behind the region
  };

  bool Touches(const clang::Stmt* s) const { return s && secrets_.Touches(*s); }

  // A secret local comes to be here, without a value; or nothing at all.
  bool IsHarmless(const clang::Stmt& s) const {
    if (clang::isa<clang::NullStmt>(s)) return true;
    const auto* declaration = clang::dyn_cast<clang::DeclStmt>(&s);
    if (!declaration) return false;
    return std::ranges::all_of(declaration->decls(), [&](const auto* each) {
      const auto* variable = clang::dyn_cast<clang::VarDecl>(each);
      return variable && secrets_.Holds(variable) && !variable->hasInit();
    });
  }

  void Step(const clang::Stmt& s, Run& run) {
    if (Touches(&s)) return Secret(s, run);
    if (IsHarmless(s) && !run.region.statements.empty())
      run.pending.push_back(&s);
    else
      Close(run);
  }

  void Secret(const clang::Stmt& s, Run& run) {
    // What a macro makes is one piece.
    if (s.getBeginLoc().isMacroID() && !FindEscape({&s})) return Whole(s, run);
    if (const auto* choice = clang::dyn_cast<clang::IfStmt>(&s)) {
      Branch(s, choice->getCond(), true, {choice->getThen(), choice->getElse()},
             run);
    } else if (const auto* cases = clang::dyn_cast<clang::SwitchStmt>(&s)) {
      Branch(s, cases->getCond(), false, {cases->getBody()}, run);
    } else if (const auto* result = clang::dyn_cast<clang::ReturnStmt>(&s)) {
      Tail(result->getRetValue(), false, run);
    } else if (const auto* loop = clang::dyn_cast<clang::WhileStmt>(&s)) {
      Loop(s, {}, loop->getCond(), loop->getBody(), run);
    } else if (const auto* until = clang::dyn_cast<clang::DoStmt>(&s)) {
      Loop(s, {}, until->getCond(), until->getBody(), run);
    } else if (const auto* each = clang::dyn_cast<clang::ForStmt>(&s)) {
      Loop(s, {each->getInit(), each->getInc()}, each->getCond(),
           each->getBody(), run);
    } else if (clang::isa<clang::CompoundStmt, clang::LabelStmt,
                          clang::SwitchCase, clang::AttributedStmt>(s)) {
      Close(run);
      Inside(&s);
    } else {
      Whole(s, run);
    }
  }

  void Whole(const clang::Stmt& s, Run& run) {
    auto& statements = run.region.statements;
    statements.insert(statements.end(), run.pending.begin(), run.pending.end());
    statements.push_back(&s);
    run.pending.clear();
  }

  // The value is what the region ends with.
  void Tail(const clang::Expr* value, bool is_truth, Run& run) {
    run.region.tail = value;
    run.region.tail_is_truth = is_truth;
    Close(run);
  }

  void Branch(const clang::Stmt& s, const clang::Expr* condition, bool is_truth,
              const std::vector<const clang::Stmt*>& bodies, Run& run) {
    const bool in_bodies = std::ranges::any_of(
        bodies, [&](const auto* each) { return Touches(each); });
    if (Touches(condition)) {
      if (in_bodies && !FindEscape({&s})) return Whole(s, run);
      Tail(condition, is_truth, run);
    } else {
      Close(run);
    }
    for (const clang::Stmt* body : bodies) Inside(body);
  }

  void Loop(const clang::Stmt& s, const std::vector<const clang::Stmt*>& other,
            const clang::Expr* condition, const clang::Stmt* body, Run& run) {
    const bool in_other = std::ranges::any_of(
        other, [&](const auto* each) { return Touches(each); });
    const bool in_condition = Touches(condition);
    if (in_other || (in_condition && !FindEscape({&s}))) return Whole(s, run);
    Close(run);
    if (in_condition) {
      Run alone;
      Tail(condition, true, alone);
    }
    Inside(body);
  }

  // Where one statement stands, or a block.
  void Inside(const clang::Stmt* s) {
    if (!Touches(s)) return;
    if (const auto* block = clang::dyn_cast<clang::CompoundStmt>(s))
      return List(*block);
    if (const auto* label = clang::dyn_cast<clang::LabelStmt>(s))
      return Inside(label->getSubStmt());
    if (const auto* one = clang::dyn_cast<clang::CaseStmt>(s)) {
      return Inside(one->getSubStmt());
    }
    if (const auto* other = clang::dyn_cast<clang::DefaultStmt>(s))
      return Inside(other->getSubStmt());
    if (const auto* marked = clang::dyn_cast<clang::AttributedStmt>(s))
      return Inside(marked->getSubStmt());
    Run alone;
    Secret(*s, alone);
    Close(alone);
  }

  void Close(Run& run) {
    if (!run.region.statements.empty() || run.region.tail) {
      run.region.block = run.block;
      regions.push_back(std::move(run.region));
    }
    run.region = {};
    run.pending.clear();
  }

  const SecretLocals& secrets_;
};

using Statements = std::vector<const clang::Stmt*>;

// What stands between two regions of a block; none where they cannot be joined.
std::optional<Statements> Between(const Region& first, const Region& second) {
  if (!first.block || first.block != second.block || first.tail ||
      second.statements.empty())
    return std::nullopt;
  const auto body = first.block->body();
  const auto begin = std::ranges::find(body, first.statements.back()) + 1;
  const auto end = std::ranges::find(body, second.statements.front());
  Statements between(begin, end);
  if (std::ranges::any_of(between, HasCall) || FindEscape(between))
    return std::nullopt;
  return between;
}

// The pair with the fewest statements between them; false: none can be joined.
bool JoinNearest(std::vector<Region>& regions) {
  std::optional<Statements> best;
  size_t where = 0;
  for (size_t i = 0; i + 1 < regions.size(); ++i) {
    auto between = Between(regions[i], regions[i + 1]);
    if (!between || (best && best->size() <= between->size())) continue;
    best = std::move(between);
    where = i;
  }
  if (!best) return false;
  Region& first = regions[where];
  const Region& second = regions[where + 1];
  auto& statements = first.statements;
  statements.insert(statements.end(), best->begin(), best->end());
  statements.insert(statements.end(), second.statements.begin(),
                    second.statements.end());
  first.tail = second.tail;
  first.tail_is_truth = second.tail_is_truth;
  regions.erase(regions.begin() + static_cast<std::ptrdiff_t>(where) + 1);
  return true;
}

}  // namespace

clang::SourceLocation Region::begin() const {
  return statements.empty() ? tail->getBeginLoc()
                            : statements.front()->getBeginLoc();
}

std::vector<const clang::Stmt*> Region::Parts() const {
  std::vector<const clang::Stmt*> parts = statements;
  if (tail) parts.push_back(tail);
  return parts;
}

std::vector<Region> FindRegions(const clang::FunctionDecl& function,
                                const SecretLocals& secrets) {
  Finder finder(secrets);
  finder.List(*clang::cast<clang::CompoundStmt>(function.getBody()));
  return std::move(finder.regions);
}

void MergeRegions(std::vector<Region>& regions, size_t count) {
  while (regions.size() > count && JoinNearest(regions)) {
  }
}

const clang::Stmt* FindEscape(const std::vector<const clang::Stmt*>& parts) {
  for (const clang::Stmt* part : parts) {
    if (const auto* escape = EscapeOf(part, 0, 0)) return escape;
    if (const auto* entry = EntryOf(part)) return entry;
  }
  return nullptr;
}

}  // namespace bailey::analyzer
