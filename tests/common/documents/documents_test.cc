#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "common/documents/report.h"

namespace bailey {
namespace {

using ::testing::HasSubstr;

Report SampleReport() {
  Report report;
  report.tool = "bailey test";
  report.entries = {"main"};
  report.inputs = {{"a.c", "00"}};
  report.capabilities.push_back(
      {.kind = CapabilityKind::kSyscall,
       .name = "socket",
       .number = 41,
       .arguments = {{0, "domain", {{2, 2}, {10, UINT64_MAX}}},
                     {1, "type", {ValueSet::WithBits(0xf, 1), {5, 5}}}},
       .access = {},
       .confidence = Confidence::kProved,
       .phase = Phase::kServing,
       .sites = {{"a.c", 3, 7, "main"}},
       .path = {"main", "socket"}});
  report.capabilities.push_back({.kind = CapabilityKind::kFile,
                                 .name = "/etc/passwd",
                                 .number = 0,
                                 .arguments = {},
                                 .access = {"read"},
                                 .confidence = Confidence::kAssumed,
                                 .phase = Phase::kStartup,
                                 .sites = {},
                                 .path = {}});
  report.unresolved = {{"indirect call", {"a.c", 9, 1, "run"}, "any function"}};
  return report;
}

TEST(ReportTest, WritesWhatItReads) {
  const std::string text = WriteReport(SampleReport());
  const Result<Report> report = ParseReport(text, "r");
  ASSERT_TRUE(report.ok()) << report.error().message;
  EXPECT_EQ(report->capabilities[0].arguments,
            SampleReport().capabilities[0].arguments);
  EXPECT_EQ(report->capabilities[0].sites,
            SampleReport().capabilities[0].sites);
  EXPECT_EQ(WriteReport(*report), text);
}

Result<Report> ReadWithValues(const std::string& values) {
  std::string text = WriteReport(SampleReport());
  const size_t name = text.find("\"type\"");
  const size_t first = text.find('[', name);
  return ParseReport(
      text.replace(first, text.find(']', first) + 1 - first, values), "r");
}

TEST(ReportTest, ValuesAreARangeOrKnownBits) {
  const auto read = ReadWithValues(R"([{"mask": 3, "value": 1}])");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->capabilities[0].arguments[1].values,
            std::vector{ValueSet::WithBits(3, 1)});
  EXPECT_THAT(ReadWithValues(R"([{"mask": 3, "value": 5}])").error().message,
              HasSubstr("value has bits that mask has not"));
  EXPECT_THAT(
      ReadWithValues(R"([{"mask": 3, "value": 1, "min": 0}])").error().message,
      HasSubstr("a range and known bits"));
  EXPECT_FALSE(ReadWithValues(R"([{"mask": 3}])").ok());
  EXPECT_FALSE(ReadWithValues(R"([{"min": 3, "max": 2}])").ok());
}

SwitchPoint SampleSwitchPoint() {
  return {.site = {"a.c", 40, 3, "serve"},
          .kind = "loop",
          .chain = {"main", "serve"},
          .waits = {"epoll_wait"},
          .why = "waits for events",
          .covers = "every process",
          .startup_calls = 30,
          .serving_calls = 20,
          .startup_functions = 9,
          .serving_functions = 5,
          .chosen = true};
}

TEST(ReportTest, SwitchPointsComeBackAsTheyWere) {
  Report report = SampleReport();
  EXPECT_EQ(WriteReport(report).find("switch_points"), std::string::npos);
  report.switch_points = {SampleSwitchPoint()};
  const Result<Report> read = ParseReport(WriteReport(report), "r");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->switch_points, report.switch_points);
}

TEST(ReportTest, OneSwitchPointAtMostIsChosen) {
  Report report = SampleReport();
  report.switch_points = {SampleSwitchPoint(), SampleSwitchPoint()};
  EXPECT_THAT(ParseReport(WriteReport(report), "r").error().message,
              HasSubstr("several switch points"));
  report.switch_points[1].chosen = false;
  EXPECT_TRUE(ParseReport(WriteReport(report), "r").ok());
}

TEST(ReportTest, RefusesAnotherSchema) {
  EXPECT_THAT(
      ParseReport(R"({"schema":"bailey.report/2"})", "r").error().message,
      HasSubstr("expected `bailey.report/1`"));
}

Flow SampleFlow() {
  Flow flow;
  flow.tool = "bailey test";
  flow.units = {{"/s/a.c", "/s", {"cc", "-c", "a.c"}}};
  flow.link_command = {"cc", "a.o"};
  flow.link_directory = "/s";
  FlowFunction function;
  function.id = "a.c:sign";
  function.name = "sign";
  function.linkage = Linkage::kInternal;
  function.extent = {"/s/a.c", 10, 90, 2, 1};
  function.body = {"/s/a.c", 40, 90, 3, 1};
  function.return_type = {TypeKind::kInteger, "int", 4, true, false, {}};
  FlowParameter parameter;
  parameter.name = "digest";
  parameter.type.kind = TypeKind::kPointer;
  parameter.type.pointee = {
      TypeKind::kInteger, "unsigned char", 1, true, false, true, 32};
  parameter.access = AccessMode::kReadOnly;
  parameter.length_parameter = 1;
  parameter.inferred.kind = ExtentKind::kParameter;
  parameter.inferred.access = AccessMode::kReadOnly;
  parameter.inferred.factor = 4;
  parameter.inferred.parameter = 1;
  parameter.inferred.reason = "a caller may have less";
  parameter.inferred.site = {"a.c", 7, 2, "main"};
  parameter.inferred.seen = {{SeenUse::kKept, {"a.c", 9, 3, "main"}},
                             {SeenUse::kWritten, {"b.c", 1, 1, "g"}}};
  function.parameters = {parameter};
  flow.functions = {function};
  FlowGlobal global;
  global.id = "a.c:key";
  global.name = "key";
  global.values = {{GlobalValueKind::kNumber, -5, {}},
                   {GlobalValueKind::kFunction, 0, "a.c:sign"},
                   {GlobalValueKind::kText, 0, "a \"text\"\n"}};
  flow.globals = {global};
  flow.edges = {{EdgeKind::kWrite,
                 "a.c:sign",
                 "a.c:key",
                 false,
                 {"a.c", 4, 2, "a.c:sign"}},
                {EdgeKind::kData,
                 "a.c:key",
                 "a.c:sign",
                 false,
                 {"a.c", 5, 2, "a.c:sign"},
                 "signing_key",
                 Confidence::kAssumed}};
  return flow;
}

TEST(FlowTest, SaysWhichValuesAGlobalHas) {
  const Flow flow = SampleFlow();
  EXPECT_EQ(ParseFlow(WriteFlow(flow), "f")->globals[0].values,
            flow.globals[0].values);
}

TEST(FlowTest, LabelsDataOnly) {
  Flow flow = SampleFlow();
  EXPECT_EQ(ParseFlow(WriteFlow(flow), "f")->edges[1].label, "signing_key");
  flow.edges[1].label.clear();
  EXPECT_TRUE(ParseFlow(WriteFlow(flow), "f").ok());
  flow.edges[0].label = "signing_key";
  EXPECT_FALSE(ParseFlow(WriteFlow(flow), "f").ok());
}

TEST(FlowTest, SaysHowSureItIs) {
  Flow flow = SampleFlow();
  const std::string text = WriteFlow(flow);
  EXPECT_EQ(ParseFlow(text, "f")->edges[0].confidence, Confidence::kProved);
  EXPECT_EQ(ParseFlow(text, "f")->edges[1].confidence, Confidence::kAssumed);
  flow.edges[1].confidence = Confidence::kProved;
  EXPECT_THAT(ParseFlow(WriteFlow(flow), "f").error().message,
              HasSubstr("where data goes is never proved"));
}

// As it was written before there was such a field.
TEST(FlowTest, TakesEdgesWithoutConfidence) {
  Flow flow = SampleFlow();
  std::string text = WriteFlow(flow);
  for (const std::string_view value : {"proved", "assumed"}) {
    const std::string field = "\"confidence\": \"" + std::string(value) + "\",";
    const size_t at = text.find(field);
    ASSERT_NE(at, std::string::npos) << text;
    text.erase(at, field.size());
  }
  const Result<Flow> read = ParseFlow(text, "f");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->edges[0].confidence, Confidence::kProved);
  EXPECT_EQ(read->edges[1].confidence, Confidence::kOverApproximated);
}

TEST(FlowTest, WritesWhatItReads) {
  const std::string text = WriteFlow(SampleFlow());
  const Result<Flow> flow = ParseFlow(text, "f");
  ASSERT_TRUE(flow.ok()) << flow.error().message;
  EXPECT_EQ(flow->functions[0].parameters[0].type.pointee.fixed_count, 32u);
  EXPECT_EQ(WriteFlow(*flow), text);
}

TEST(FlowTest, KeepsWhatIsInferredOfPointers) {
  Flow flow = SampleFlow();
  const InferredExtent& written = flow.functions[0].parameters[0].inferred;
  const Result<Flow> read = ParseFlow(WriteFlow(flow), "f");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->functions[0].parameters[0].inferred, written);
  flow.functions[0].parameters[0].inferred.parameter = 256;
  EXPECT_FALSE(ParseFlow(WriteFlow(flow), "f").ok());
  flow.functions[0].parameters[0].inferred.parameter = -1;
  EXPECT_FALSE(ParseFlow(WriteFlow(flow), "f").ok());
  flow.functions[0].parameters[0].inferred = {};
  EXPECT_EQ(WriteFlow(flow).find("inferred"), std::string::npos);
}

Plan SamplePlan() {
  Plan plan;
  plan.tool = "bailey test";
  plan.policy = "p";
  plan.policy_sha256 = "00";
  PlanCredential credential;
  credential.name = "key";
  credential.path = "/run/key";
  plan.credentials = {credential};
  PlanPortion portion;
  portion.name = "signer";
  portion.trusted = true;
  portion.credentials = {"key"};
  portion.filters = {{FilterKind::kPlain,
                      "x86_64",
                      {{0x06, 0, 0, SECCOMP_RET_KILL_PROCESS}},
                      "z3",
                      0.5}};
  portion.rules = {{16, "allow syscall read", "p.policy", 3}};
  portion.files = {{"/etc", true, true, false, false, 16}};
  portion.symbols = {{"sign", "function", "placed", "named in the policy"}};
  portion.limits.wall_ms = 1000;
  plan.portions = {portion};
  Crossing crossing;
  crossing.id = 1;
  crossing.name = "sign";
  crossing.from = crossing.to = "signer";
  crossing.parameters = {CrossingParameter{}};
  crossing.returns_handle = true;
  crossing.globals = {{"a.c:flag", "flag", "int", MarshalMode::kScalar, 4, 0},
                      {"pick",
                       "pick",
                       "int (*)(int)",
                       MarshalMode::kScalar,
                       8,
                       0,
                       {{GlobalValueKind::kNumber, 0, {}},
                        {GlobalValueKind::kFunction, 0, "sign"}}}};
  crossing.failure = CrossingFailure{-1, 5};
  plan.crossings = {crossing};
  return plan;
}

TEST(PlanTest, WritesWhatItReads) {
  const std::string text = WritePlan(SamplePlan());
  const Result<Plan> plan = ParsePlan(text, "p");
  ASSERT_TRUE(plan.ok()) << plan.error().message;
  EXPECT_EQ(WritePlan(*plan), text);
  EXPECT_EQ(FindFilter(plan->portions[0], FilterKind::kNotify), nullptr);
  const Crossing& crossing = plan->crossings[0];
  EXPECT_TRUE(crossing.returns_handle);
  EXPECT_EQ(crossing.globals[0].name, "flag");
  EXPECT_EQ(crossing.failure->value, -1);
}

TEST(PlanTest, NoGlobalPassesAsABuffer) {
  Plan plan = SamplePlan();
  plan.crossings[0].globals[0].mode = MarshalMode::kBuffer;
  EXPECT_THAT(ParsePlan(WritePlan(plan), "p").error().message,
              HasSubstr("mode"));
}

// One byte of a request chooses among them.
TEST(PlanTest, AGlobalHasAsManyValuesAsAByte) {
  Plan plan = SamplePlan();
  std::vector<GlobalValue>& values = plan.crossings[0].globals[1].values;
  EXPECT_EQ(ParsePlan(WritePlan(plan), "p")->crossings[0].globals[1].values,
            values);
  for (int64_t i = 2; i < 256; ++i)
    values.push_back({GlobalValueKind::kNumber, i, {}});
  EXPECT_THAT(ParsePlan(WritePlan(plan), "p").error().message,
              HasSubstr("values"));
  values.resize(255);
  EXPECT_TRUE(ParsePlan(WritePlan(plan), "p").ok());
  plan.crossings[0].globals[1].mode = MarshalMode::kFixedArray;
  EXPECT_THAT(ParsePlan(WritePlan(plan), "p").error().message,
              HasSubstr("values"));
}

TEST(PlanTest, RefusesDanglingNames) {
  Plan plan = SamplePlan();
  plan.portions[0].credentials = {"other"};
  EXPECT_THAT(ParsePlan(WritePlan(plan), "p").error().message,
              HasSubstr("`other`"));
  plan = SamplePlan();
  plan.crossings[0].to = "nowhere";
  EXPECT_THAT(ParsePlan(WritePlan(plan), "p").error().message,
              HasSubstr("crossing"));
}

TEST(PlanTest, RefusesAFilterThatTheKernelWould) {
  Plan plan = SamplePlan();
  plan.portions[0].filters[0].program = {
      {0x05, 0, 0, 7}};  // jumps past the end
  EXPECT_FALSE(ParsePlan(WritePlan(plan), "p").ok());
}

}  // namespace
}  // namespace bailey
