#include "tests/analyzer/outline/outline_case.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "analyzer/source/front_end.h"
#include "common/digest.h"

namespace bailey::analyzer {
namespace {

// Standard output and how it ended.
std::string OutputOf(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  std::array<char, 4096> part{};
  while (const size_t count = fread(part.data(), 1, part.size(), pipe))
    text.append(part.data(), count);
  const int status = pclose(pipe);
  return text + "\nstatus " +
         std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

// "T *a, U b[static 4]" by its commas.
std::vector<std::string> ParametersOf(const std::string& signature) {
  std::vector<std::string> parameters = {""};
  int depth = 0;
  const size_t open = signature.find('(');
  for (const char c :
       signature.substr(open + 1, signature.rfind(')') - open - 1)) {
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0)
      parameters.emplace_back();
    else
      parameters.back() += c;
  }
  return parameters;
}

// Fills what the parameter points to.
std::string Poison(const std::string& parameter) {
  const size_t bracket = parameter.find("[static ");
  const std::string plain = parameter.substr(0, parameter.find('['));
  const size_t name = plain.find_last_of(" *") + 1;
  const std::string count =
      bracket == std::string::npos
          ? "1"
          : parameter.substr(bracket + 8, parameter.find(']') - bracket - 8);
  return "memset(" + plain.substr(name) + ", 0xa5, sizeof(*" +
         plain.substr(name) + ") * " + count + ");";
}

// `text` with each function that only writes an argument filling it first.
std::string Poisoned(const std::string& text) {
  const std::string mark = "__attribute__((access(write_only, ";
  std::istringstream lines(text);
  std::string out;
  std::vector<size_t> written;
  for (std::string line; std::getline(lines, line); out += line + "\n") {
    if (line.starts_with(mark)) {
      written.push_back(std::stoul(line.substr(mark.size())));
    } else if (!line.starts_with("__attribute__") && !written.empty()) {
      const auto parameters = ParametersOf(line);
      for (const size_t each : written) line += Poison(parameters.at(each - 1));
      written.clear();
    }
  }
  return out;
}

}  // namespace

const char* const kOutlinePrelude = R"(#include <stdio.h>
#include <stdlib.h>
#include <string.h>
struct pair { int a; unsigned char b[3]; unsigned c : 5; };
enum mood { kCalm, kTense };
int *kept;
static unsigned state = 1;
unsigned secret_number(void) { return state = state * 1103515245u + 12345u; }
void secret_fill(unsigned char *bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) bytes[i] = (unsigned char)(secret_number() >> 16);
}
int secret_open(unsigned char *bytes, size_t size, int wanted) {
  secret_fill(bytes, size);
  return wanted;
}
unsigned tell(const unsigned char *bytes, size_t size) {
  unsigned sum = 7;
  for (size_t i = 0; i < size; ++i) sum = sum * 31 + bytes[i];
  return sum;
}
unsigned tell_number(unsigned number) { return number * 2654435761u >> 7; }
void tell_into(const unsigned char *bytes, size_t size, unsigned char *out, size_t count) {
  for (size_t i = 0; i < count; ++i) out[i] = (unsigned char)(tell(bytes, size) >> i);
}
void flip(unsigned char *bytes, size_t size, unsigned at, unsigned by) {
  if (at < size) bytes[at] ^= (unsigned char)by;
}
void note(int *value) { *value += 3; }
void bump(struct pair *pair) { pair->a += pair->b[1]; pair->c++; }
static void show(const char *what, long value) { printf("%s=%ld\n", what, value); }
)";

OutlineCase::OutlineCase(const std::string& program,
                         const std::string& function)
    : function_(function) {
  scratch_.Write("program.c", kOutlinePrelude + program);
  const CompileEntry entry{
      scratch_.path(), scratch_.At("program.c"), "", {"cc", "-c", "program.c"}};
  UnitOutcome unit = ParseUnit(entry, scratch_.path());
  if (unit.diagnostics.has_errors()) problems_ = RenderText(unit.diagnostics);
  flow.units = {unit.facts.unit};
  flow.functions = unit.facts.functions;
  flow.globals = unit.facts.globals;
  for (const auto& [callee, parameter] :
       {std::pair{"secret_number", -1}, {"secret_fill", 0}, {"secret_open", 0}})
    flow.exposures.push_back({"key",
                              function,
                              callee,
                              parameter,
                              Confidence::kOverApproximated,
                              {}});
}

bool OutlineCase::Outline(const std::vector<std::string>& names) {
  OutlineOptions options;
  options.declassified = {"tell", "tell_number", "tell_into"};
  for (const std::string& each : names)
    options.requests.push_back({each, function_});
  Diagnostics diagnostics;
  const auto sources = OutlineProgram(flow, options, diagnostics);
  problems_ = RenderText(diagnostics);
  if (!sources.ok()) {
    problems_ += sources.error().message;
    return false;
  }
  outlined_ = sources->front().text;
  scratch_.Write("outlined.c", outlined_);
  scratch_.Write("poisoned.c", Poisoned(outlined_));
  return true;
}

size_t OutlineCase::OutlineAll(size_t most) {
  std::vector<std::string> names;
  for (size_t count = 1; count <= most; ++count) {
    names.push_back("part" + std::to_string(count));
    if (Outline(names)) return count;
    if (!problems_.contains("touch a credential")) return 0;
  }
  return 0;
}

std::string OutlineCase::Rest() const {
  const size_t at = outlined_.rfind("\nint " + function_ + "(");
  return at == std::string::npos ? outlined_ : outlined_.substr(at);
}

std::string OutlineCase::RunText(const std::string& name) const {
  const std::string program = scratch_.At(name + ".out");
  const std::string built = OutputOf(
      "cc -std=gnu11 -O1 -w -fsanitize=undefined -fno-sanitize-recover -o " +
      program + " " + scratch_.At(name));
  if (!built.ends_with("status 0")) return "!" + name + ": " + built;
  return OutputOf("cd / && " + program);
}

}  // namespace bailey::analyzer
