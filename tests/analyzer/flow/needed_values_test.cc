// What is found out for one call alone is what is found out for all of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "analyzer/flow/program.h"
#include "analyzer/flow/value_propagation.h"
#include "analyzer/source/front_end.h"

namespace bailey::analyzer {
namespace {

const std::string kSourceFolder = BAILEY_TESTDATA "/analyzer";

Program ProgramOf(const std::string& file) {
  UnitOutcome unit =
      ParseUnit({kSourceFolder, file, "", {"gcc", "-std=gnu17", "-c", file}},
                kSourceFolder);
  EXPECT_FALSE(unit.diagnostics.has_errors()) << RenderText(unit.diagnostics);
  return JoinUnits({std::move(unit.facts)}, {});
}

bool IsKnown(const AbstractValue& value) {
  return value.numbers.is_set() || !value.texts.any;
}

TEST(NeededValuesTest, OneCallAloneHasTheSameArguments) {
  for (const char* file : {"propagation.c", "changed_values.c"}) {
    const Program program = ProgramOf(file);
    const PropagationScope scope{{"main"}, {}, false};
    size_t known = 0;
    for (const CallFact& call : program.calls) {
      // A new one for each: what was asked before tells more contexts of
      // functions that call each other apart, or fewer.
      const auto contexts = ValuePropagation(program, scope).Contexts(call);
      const ValuePropagation one(program, scope, {&call});
      EXPECT_EQ(one.Contexts(call), contexts)
          << file << ':' << call.site.line << ": " << call.to;
      for (size_t i = 0; i < call.expressions.size(); ++i)
        known += call.expressions[i].kind != ExpressionKind::kConstant &&
                 IsKnown(contexts.front()[i]);
    }
    EXPECT_GT(known, 5U) << file;
  }
}

}  // namespace
}  // namespace bailey::analyzer
