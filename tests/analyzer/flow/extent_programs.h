// The program of testdata/analyzer/extents, joined.
//
//   const Flow& flow = ExtentPrograms();

#ifndef BAILEY_TESTS_ANALYZER_FLOW_EXTENT_PROGRAMS_H_
#define BAILEY_TESTS_ANALYZER_FLOW_EXTENT_PROGRAMS_H_

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "analyzer/flow/program.h"
#include "analyzer/source/front_end.h"

namespace bailey::analyzer {

inline const Flow& ExtentPrograms() {
  static const Flow* const kFlow = [] {
    const std::string folder = BAILEY_TESTDATA "/analyzer/extents";
    std::vector<UnitFacts> units;
    for (const char* file : {"main.c", "nasty.c", "plain.c"}) {
      UnitOutcome unit = ParseUnit(
          {folder, file, "", {"gcc", "-std=gnu17", "-w", "-c", file}}, folder);
      EXPECT_FALSE(unit.diagnostics.has_errors())
          << RenderText(unit.diagnostics);
      units.push_back(std::move(unit.facts));
    }
    return new Flow(JoinUnits(std::move(units), {}).flow);
  }();
  return *kFlow;
}

}  // namespace bailey::analyzer

#endif  // BAILEY_TESTS_ANALYZER_FLOW_EXTENT_PROGRAMS_H_
