#include "policy-compiler/language/program_words.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "policy-compiler/language/file_rules.h"

namespace bailey::policy {
namespace {

// sun_path of unix(7) with its NUL.
constexpr size_t kSocketPathBytes = 108;

std::string_view DirectoryOf(std::string_view path) {
  return path.substr(0, path.rfind('/'));
}

// Not below: what lies deeper in it is hidden by it all the same.
bool Overlap(std::string_view a, std::string_view b) {
  return IsAtOrBelow(a, b) || IsAtOrBelow(b, a);
}

void CheckPlace(const Name& place, const std::string& path,
                TextReporter& report) {
  if (path.size() >= kSocketPathBytes)
    report.Error(place.span, "the path of a socket has at most 107 bytes");
  const std::string_view directory = DirectoryOf(path);
  if (directory.rfind('/') == 0 || directory.empty())
    report.Error(place.span,
                 "a socket lies in a directory of its own, which is empty at "
                 "the start",
                 "as in \"/run/NAME/socket\"");
  for (const std::string_view taken : {"/proc", "/dev", "/sys"})
    if (IsAtOrBelow(path, taken))
      report.Error(place.span,
                   "no socket can be in " + Quoted(std::string(taken)));
}

class Checker {
 public:
  Checker(TextReporter& report, const Policy& policy)
      : report_(report), policy_(policy) {}

  void Run() {
    for (const PortionPolicy& portion : policy_.portions) {
      CheckPortion(portion);
      for (const ServedSocket& socket : portion.sockets)
        CheckSocket(portion, socket);
    }
    if (!HasPrograms(policy_)) return;
    if (MainProgram(policy_) == nullptr)
      report_.Error(policy_.portions.front().span,
                    "no portion is untrusted: the first one that is gets the "
                    "command line and standard input");
    RefuseSplitWords();
    RefuseCircles();
  }

 private:
  void CheckPortion(const PortionPolicy& portion) {
    if (portion.program) {
      RefuseFunctions(portion);
    } else if (HasPrograms(policy_)) {
      report_.Error(portion.span,
                    "the portion " + Quoted(portion.name) +
                        " has no `program`, and others have",
                    "where one portion is a program, each is");
    } else if (!portion.sockets.empty()) {
      report_.Error(portion.sockets.front().span,
                    "only a portion that is a `program` serves a socket",
                    "the parts of a program that is split talk by calls");
    }
  }

  void RefuseFunctions(const PortionPolicy& portion) {
    const auto names = portion.functions.size() +
                       portion.input_functions.size() + portion.strings.size();
    if (names == 0) return;
    report_.Error(portion.program->span,
                  "the portion " + Quoted(portion.name) +
                      " is a program as it is, and names functions",
                  "functions are named where a program is split");
  }

  void RefuseSplitWords() {
    const auto refuse = [&](const auto& words) {
      if (words.empty()) return;
      report_.Error(words.front().span,
                    "this is said of a program that is split, and the portions "
                    "are programs as they are");
    };
    refuse(policy_.separate);
    refuse(policy_.passed);
    refuse(policy_.declassified);
    refuse(policy_.failures);
    refuse(policy_.outlined);
  }

  void CheckSocket(const PortionPolicy& server, const ServedSocket& socket) {
    for (const std::string& client : socket.clients) {
      if (client == server.name)
        report_.Error(socket.span,
                      "a program needs no leave to talk to itself");
      else if (FindPortion(policy_, client) == nullptr)
        report_.Error(socket.span, "unknown portion " + Quoted(client));
    }
    RefuseNeighbours(server, socket);
    for (const PlanCredential& credential : policy_.credentials) {
      if (!credential.path.empty() &&
          IsAtOrBelow(credential.path, DirectoryOf(socket.path)))
        report_.Error(socket.span,
                      "the credential " + Quoted(credential.name) +
                          " lies in the socket's directory",
                      "a socket's directory is empty at the start");
    }
  }

  void RefuseNeighbours(const PortionPolicy& server,
                        const ServedSocket& socket) {
    for (const PortionPolicy& other : policy_.portions) {
      for (const ServedSocket& each : other.sockets) {
        if (&each == &socket) return;  // those behind it look at it themselves
        const bool is_same = DirectoryOf(each.path) == DirectoryOf(socket.path);
        if (each.path == socket.path)
          report_.Error(socket.span, "two sockets have one path");
        else if (Overlap(DirectoryOf(each.path), DirectoryOf(socket.path)) &&
                 (!is_same || other.name != server.name))
          report_.Error(socket.span,
                        "its directory overlaps that of " + Quoted(each.path),
                        "each program has directories of its own for what it "
                        "serves");
      }
    }
  }

  // A client starts when its servers have bound their sockets.
  void RefuseCircles() {
    std::set<std::string> started;
    for (bool more = true; more;) {
      more = false;
      for (const PortionPolicy& portion : policy_.portions)
        if (!started.contains(portion.name) && MayStart(portion, started))
          more = started.insert(portion.name).second;
    }
    if (started.size() == policy_.portions.size()) return;
    for (const PortionPolicy& portion : policy_.portions)
      if (!started.contains(portion.name))
        return report_.Error(portion.span,
                             "programs wait for each other's sockets, among "
                             "them that of " +
                                 Quoted(portion.name));
  }

  bool MayStart(const PortionPolicy& portion,
                const std::set<std::string>& started) const {
    return std::ranges::all_of(policy_.portions, [&](const auto& server) {
      return started.contains(server.name) ||
             std::ranges::none_of(server.sockets, [&](const auto& socket) {
               return std::ranges::find(socket.clients, portion.name) !=
                      socket.clients.end();
             });
    });
  }

  TextReporter& report_;
  const Policy& policy_;
};

}  // namespace

void TakeProgram(const Statement& statement, const ProgramStatement& program,
                 TextReporter& report, PortionPolicy& portion) {
  if (portion.program)
    report.Error(statement.keyword.span, "`program` stands twice");
  ProgramWord word{program.words.front().text, {}, statement.span};
  for (const Name& each : program.words)
    if (each.text.contains('\0'))
      report.Error(each.span, "no argument of a program has a NUL");
  if (word.name.empty())
    report.Error(program.words.front().span, "the program has no name");
  for (size_t i = 1; i < program.words.size(); ++i)
    word.arguments.push_back(program.words[i].text);
  portion.program = std::move(word);
}

void TakeServes(const ServesStatement& serves, TextReporter& report,
                PortionPolicy& portion) {
  const auto path = ParseExactPath(serves.path, report);
  if (!path) return;
  CheckPlace(serves.path, *path, report);
  ServedSocket socket{*path, {}, serves.path.span};
  for (const Name& client : serves.clients) {
    if (std::ranges::find(socket.clients, client.text) != socket.clients.end())
      report.Error(client.span,
                   "the portion " + Quoted(client.text) + " stands twice");
    socket.clients.push_back(client.text);
  }
  portion.sockets.push_back(std::move(socket));
}

void CheckPrograms(TextReporter& report, const Policy& policy) {
  Checker(report, policy).Run();
}

bool HasPrograms(const Policy& policy) {
  return std::ranges::any_of(policy.portions, [](const PortionPolicy& each) {
    return each.program.has_value();
  });
}

const PortionPolicy* MainProgram(const Policy& policy) {
  const auto found =
      std::ranges::find(policy.portions, false, &PortionPolicy::trusted);
  return found == policy.portions.end() ? nullptr : &*found;
}

}  // namespace bailey::policy
