// What becomes of a function's locals when regions are cut out of it: what is
// passed and how, what moves along, and what the trusted side keeps. Internal
// to outline/.
//
//   FunctionPlan plan = PlanLocals({function, secrets, uses, view}, regions);
//   if (!plan.problems.empty()) …

#ifndef BAILEY_ANALYZER_OUTLINE_REGION_LOCALS_H_
#define BAILEY_ANALYZER_OUTLINE_REGION_LOCALS_H_

#include <clang/AST/Decl.h>

#include <string>
#include <vector>

#include "analyzer/outline/function_text.h"
#include "analyzer/outline/local_uses.h"
#include "analyzer/outline/problem.h"
#include "analyzer/outline/regions.h"
#include "analyzer/outline/secret_locals.h"

namespace bailey::analyzer {

// By value: it is only read, and nobody else can change it meanwhile. Else a
// pointer to the local itself, so that whoever has its address sees the same.
struct PassedLocal {
  const clang::VarDecl* variable = nullptr;
  bool by_value = false;
  AccessMode access = AccessMode::kReadOnly;  // behind a pointer
  // Of a pointer by value: how many elements are there, by what the functions
  // that it is passed on to say; null: nothing is said.
  const clang::VarDecl* length = nullptr;
};

struct RegionPlan {
  Region region;
  std::vector<PassedLocal> passed;
  // Declared before the region and named nowhere else: they move into it.
  std::vector<const clang::VarDecl*> moved;
  // Declared in the region and named after it.
  std::vector<const clang::VarDecl*> hoisted;
  // Set by the region for certain, and what its function returns; one of
  // `hoisted`, or declared before. Null where the region has a tail.
  const clang::VarDecl* returned = nullptr;
};

struct FunctionPlan {
  std::vector<RegionPlan> regions;
  // Secret, and needed in several regions or several times: they become static
  // objects of the file, which go where the credential is.
  std::vector<const clang::VarDecl*> state;
  OutlineProblems problems;
};

struct LocalFacts {
  const clang::FunctionDecl& function;
  const SecretLocals& secrets;
  const LocalUses& uses;
  const SourceView& view;
  const Flow& flow;
};

FunctionPlan PlanLocals(const LocalFacts& facts,
                        const std::vector<Region>& regions);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_OUTLINE_REGION_LOCALS_H_
