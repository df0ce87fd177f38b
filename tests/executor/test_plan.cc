#include "tests/executor/test_plan.h"

#include <array>

#include "common/check.h"
#include "common/fd.h"

namespace bailey::executor {
namespace {

constexpr std::array<const char*, 2> kLibraries{
    "/lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/libc.so.6"};

std::string Contents(const std::string& path) {
  auto bytes = ReadFile(path);
  CHECK(bytes.ok());
  return *std::move(bytes);
}

void AddProgram(BundleWriter& writer, const std::string& portion,
                const std::string& program) {
  writer.Add({portion, "/bin/probe", 0555, true},
             Contents(std::string(BAILEY_TEST_BINARIES) + "/" + program));
  for (const char* library : kLibraries) {
    writer.Add({portion, library, 0555, false}, Contents(library));
  }
}

PlanPortion MakePortion(const std::string& name, bool trusted) {
  PlanPortion portion;
  portion.name = name;
  portion.trusted = trusted;
  portion.holds_main = !trusted;
  portion.program = "/bin/probe";
  portion.filters = MakeFilters({});
  portion.rules.push_back({0, "otherwise", "", 0});
  return portion;
}

}  // namespace

TestPlan::TestPlan() {
  plan.tool = "test";
  plan.policy = "probe";
  plan.policy_sha256 = std::string(64, '0');
  PlanCredential key;
  key.name = "key";
  key.source = CredentialSource::kFile;
  key.path = "/run/probe/key";
  plan.credentials.push_back(key);
  plan.portions.push_back(MakePortion("main", false));
  plan.portions.push_back(MakePortion("signer", true));
  plan.portions[1].credentials = {"key"};
  Crossing crossing;
  crossing.id = 1;
  crossing.function = crossing.name = "signer_sign";
  crossing.from = "main";
  crossing.to = "signer";
  crossing.return_type = "unsigned";
  crossing.return_bytes = 4;
  plan.crossings.push_back(crossing);
}

std::string TestPlan::Bundle() const {
  BundleWriter writer(plan);
  for (const PlanPortion& portion : plan.portions) {
    AddProgram(writer, portion.name,
               portion.holds_main ? main_program : signer_program);
  }
  AddProgram(writer, std::string(kUnsplitPortion), "executor-probe-unsplit");
  return writer.Finish();
}

void AddIdleServer(TestPlan& plan, const std::string& name) {
  plan.plan.portions.push_back(MakePortion(name, false));
  plan.plan.portions.back().holds_main = false;
  Crossing crossing = plan.plan.crossings[0];
  crossing.id = 2;
  crossing.to = name;
  plan.plan.crossings.push_back(crossing);
}

void AddFileRule(PlanPortion& portion, const std::string& path, bool hierarchy,
                 bool write) {
  PlanRule rule;
  rule.index = static_cast<uint32_t>(portion.rules.size());
  rule.text = std::string(write ? "allow write \"" : "allow read \"") + path +
              (hierarchy ? "/**" : "") + "\"";
  rule.file = "probe.policy";
  rule.line = static_cast<int>(rule.index) + 10;
  PlanFileRule file;
  file.path = path;
  file.hierarchy = hierarchy;
  file.read = !write;
  file.write = write;
  file.rule = rule.index;
  portion.rules.push_back(rule);
  portion.files.push_back(file);
}

}  // namespace bailey::executor
